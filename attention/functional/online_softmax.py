"""The online softmax: attention to some of the keys, summed up so that others can be counted in.

What queries have seen so far is a :class:`Partial`; two of them make one by :func:`merge`, and
:func:`finish` divides at the end. Nothing of this depends on which keys come first.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from attention._dtypes import at_least_float32, without_autocast

LOG2_E = math.log2(math.e)


class Partial(NamedTuple):
    """What some queries took from some of the keys: a softmax that is not finished yet.

    With s for the scores of those keys: ``total`` and ``context`` are sums that are not divided
    yet, and relative to ``maximum``, so that no exponential overflows. Nothing seen yet is
    ``Partial(-inf, 0, 0)``.

    All three are kept in at least float32, under autocast as well: an error in a sum that half
    precision makes would grow with the number of keys.

    Attributes:
        maximum: The largest score m = max s, (..., T, 1).
        total: The sum of exp(s - m), (..., T, 1).
        context: The sum of exp(s - m) times the value, (..., T, d_v).
    """

    maximum: Tensor
    total: Tensor
    context: Tensor


def partial_attention(
    scores: Tensor, value: Tensor, so_far: Partial | None = None, *, overwrite: bool = False
) -> Partial:
    """Sum up what one block of keys gives to each query.

    Args:
        scores: The scaled scores of these keys, (..., T, S); -inf where a query may not attend.
        value: Their values, (..., S, d_v).
        so_far: What the queries took from other keys, if it is to be counted in. The result is
            that of ``merge(so_far, partial_attention(scores, value))``, in fewer steps.
        overwrite: Whether the scores may be overwritten, which saves a block of memory and time.

    Returns:
        The maximum, the total and the context of these keys, and of those of ``so_far``, in at
        least float32.
    """
    scores, value = at_least_float32(scores), at_least_float32(value)
    maximum = scores.amax(dim=-1, keepdim=True)  # (..., T, 1)
    if so_far is not None:
        maximum = torch.maximum(so_far.maximum, maximum)
    shift = at_least_lowest(maximum)
    weights = exp_(torch.sub(scores, shift, out=scores if overwrite else None))  # (..., T, S)
    total = weights.sum(dim=-1, keepdim=True)
    with without_autocast(value.device):
        context = weights @ value
    if so_far is not None:
        keep = (so_far.maximum - shift).exp()  # (..., T, 1), <= 1
        total.addcmul_(keep, so_far.total)
        context.addcmul_(keep, so_far.context)
    return Partial(maximum, total, context)


def merge(one: Partial, other: Partial) -> Partial:
    r"""Make one of what the same queries took from two separate sets of keys.

    .. math::

        m = \max(m_1, m_2), \qquad
        \ell = e^{m_1 - m} \ell_1 + e^{m_2 - m} \ell_2, \qquad
        o = e^{m_1 - m} o_1 + e^{m_2 - m} o_2

    The order of merging does not matter (it is associative and commutative), and
    ``Partial(-inf, 0, 0)``, nothing seen, changes nothing.

    Args:
        one: The maximum m, the total l and the context o over some keys.
        other: The same over other keys.

    Returns:
        The same over all of these keys, in at least float32.

    Source:
        Milakov and Gimelshein 2018, section 3.1; Dao et al. 2022, section 3.1.
    """
    one, other = (Partial(*map(at_least_float32, partial)) for partial in (one, other))
    maximum = torch.maximum(one.maximum, other.maximum)  # (..., T, 1)
    shift = at_least_lowest(maximum)
    keep, add = (one.maximum - shift).exp(), (other.maximum - shift).exp()  # (..., T, 1), <= 1
    return Partial(
        maximum,
        keep * one.total + add * other.total,
        keep * one.context + add * other.context,
    )


def finish(partial: Partial) -> tuple[Tensor, Tensor]:
    """Divide by the total, once all keys are seen.

    Returns:
        The context, (..., T, d_v), and the logsumexp of the scores, (..., T); for a query that saw
        nothing these are 0 and -inf. Both are in at least float32.
    """
    maximum, total, context = partial
    nothing = total == 0
    logsumexp = maximum + total.log()  # (..., T, 1)
    return context / total.masked_fill(nothing, 1.0), logsumexp.squeeze(-1)


def at_least_lowest(maximum: Tensor) -> Tensor:
    """The lowest number in place of -inf: exp(-inf - it) is 0, where exp(-inf - -inf) is NaN."""
    return maximum.clamp(min=torch.finfo(maximum.dtype).min)


def exp_(x: Tensor) -> Tensor:
    """exp(x) in place; to base 2, as torch's own exp is many times slower where it underflows."""
    return x.mul_(LOG2_E).exp2_()
