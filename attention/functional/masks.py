"""Masks: who may look at whom.

Every mask in this package is a boolean tensor in which **True means "may attend"**. That is the
convention of ``torch.nn.functional.scaled_dot_product_attention``; the masks of
``torch.nn.MultiheadAttention`` mean the opposite (True = ignore).
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from attention._checks import check_count, shape


def causal_mask(
    n_queries: int, n_keys: int | None = None, *, device: torch.device | str | None = None
) -> Tensor:
    """Let each query see its own position and the ones before it.

    Query ``i`` may attend to key ``j`` where ``j <= i + (n_keys - n_queries)``. The mask is aligned
    at the bottom right: the *last* query sees the last key. With fewer queries than keys, as when
    a model reads on from a cache, the queries are thus the newest positions. (PyTorch's
    ``is_causal=True`` aligns at the top left instead; the two agree when the counts are equal.)

    Args:
        n_queries: Number of queries, T.
        n_keys: Number of keys, S; as many as queries when not given.
        device: Where the mask is made; PyTorch's default device when not given. A mask that is made
            where the scores are need not be copied there.

    Returns:
        A bool tensor (T, S); True = may attend.

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1.

    Source:
        Vaswani et al. 2017, section 3.2.3.
    """
    check_count("n_queries", n_queries)
    n_keys = n_queries if n_keys is None else check_count("n_keys", n_keys)
    every = torch.ones(n_queries, n_keys, dtype=torch.bool, device=device)
    return every.tril(n_keys - n_queries)


def sliding_window_mask(
    n_queries: int,
    window: int,
    n_keys: int | None = None,
    *,
    device: torch.device | str | None = None,
) -> Tensor:
    """Let each query see itself and the ``window - 1`` positions before it.

    Args:
        n_queries: Number of queries, T.
        window: Number of keys that a query sees, itself included. (Some papers count the keys
            *before* the query only; their w is our ``window - 1``.)
        n_keys: Number of keys, S; as many as queries when not given. Aligned at the bottom right,
            as in :func:`causal_mask`.
        device: Where the mask is made, as in :func:`causal_mask`.

    Returns:
        A bool tensor (T, S); True = may attend.

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1.

    Source:
        Beltagy, Peters and Cohan 2020, section 3.1; Jiang et al. 2023, section 2.
    """
    check_count("window", window)
    visible = causal_mask(n_queries, n_keys, device=device)
    too_old = visible.tril(visible.shape[1] - n_queries - window)
    return visible & ~too_old


def padding_mask(lengths: Tensor, n_keys: int) -> Tensor:
    """Tell real tokens from padding in a batch of sequences of unequal length.

    Args:
        lengths: Length of each sequence, an integer tensor (B,). The mask is made on its device.
        n_keys: Length to which the batch is padded, S.

    Returns:
        A bool tensor (B, S); True = a real token. Attention masks have a query axis, too: pass
        ``padding_mask(lengths, n_keys)[:, None, :]`` to let every query skip the padding. Without
        it, the mask of two axes is read as (T, S), one row for each *query*. Where B = T nothing
        gives that away.

    Raises:
        TypeError: If ``lengths`` is not an integer tensor.
        ValueError: If ``lengths`` is not one-dimensional, or a length is not in [0, n_keys] (which
            is not checked under ``torch.compile``).
    """
    check_count("n_keys", n_keys)
    whole = isinstance(lengths, Tensor) and not lengths.is_floating_point()
    if not whole or lengths.dtype == torch.bool:
        was = lengths.dtype if isinstance(lengths, Tensor) else type(lengths).__name__
        raise TypeError(f"lengths should be an integer tensor (B,), but was {was}")
    if lengths.ndim != 1 or lengths.numel() == 0:
        raise ValueError(f"lengths should have shape (B,), but had {shape(lengths)}")
    # A graph that is compiled does not look at numbers.
    if not torch.compiler.is_compiling() and (lengths.min() < 0 or lengths.max() > n_keys):
        raise ValueError(f"lengths should be in [0, {n_keys}], but were {lengths.tolist()}")
    return torch.arange(n_keys, device=lengths.device) < lengths[:, None]


class MaskKind(NamedTuple):
    """A mask that is chosen by its name.

    Attributes:
        table: A function of the numbers of queries T and keys S and of the window: a bool tensor
            (T, S), True = may attend.
        words: What it is, in the middle of a sentence; ``{window}`` stands for the window where
            that plays a part.
    """

    table: Callable[[int, int, int], Tensor]
    words: str


#: The masks by name, as an explorer offers them; ``attention/widgets/js/masks.js`` has the same.
MASKS: dict[str, MaskKind] = {
    "none": MaskKind(lambda t, s, _: torch.ones(t, s, dtype=torch.bool), "no mask"),
    "causal": MaskKind(lambda t, s, _: causal_mask(t, s), "a causal mask"),
    "window": MaskKind(lambda t, s, w: sliding_window_mask(t, w, s), "a window of {window}"),
}
