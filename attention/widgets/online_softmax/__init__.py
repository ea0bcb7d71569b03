"""OnlineSoftmax: a row of scores read tile by tile, with all that has to be remembered of it."""

import math

import torch
from torch import Tensor

from attention.functional.online_softmax import Partial, finish, partial_attention
from attention.widgets.base.lists import NUMBERS, Nested, finite
from attention.widgets.base.traits import State, Whole, other_count, out_of_range
from attention.widgets.base.widget import BookWidget
from attention.widgets.online_softmax.picture import alt_text, draw_png

SCORES = (0.5, 2.0, 1.0, 0.2, 1.5, 3.0, 0.8, 2.2)
VALUES = (4.0, 0.0, 6.0, 2.0, 8.0, 1.0, 5.0, 3.0)
LEAST, MOST = 2, 12


def _a_few(scores: list[float], _: State) -> str:
    few = out_of_range(len(scores), LEAST, MOST)
    return few and f"should have from {LEAST} to {MOST} numbers, but had {len(scores)}"


def _as_many(values: list[float], state: State) -> str:
    return other_count(values, len(state.scores), "score")


def _tiles(state: State) -> int:
    return math.ceil(len(state.scores) / state.size)


class OnlineSoftmax(BookWidget):
    r"""Read a query's scores tile by tile, and see what is carried along, rescaled when it must be.

    .. math::

        m' = \max(m, s_j), \qquad
        \ell' = e^{m - m'} \ell + \sum_{j} e^{s_j - m'}, \qquad
        o' = e^{m - m'} o + \sum_{j} e^{s_j - m'} v_j

    over the keys j of the next tile, from :math:`(-\infty, 0, 0)` on. At every step :math:`o /
    \ell` is the softmax-weighted mean of the values read so far. A value is one number here. The
    page computes this in JavaScript, the properties in PyTorch, from the same numbers. Every
    argument is an attribute that can be read and set later; in JupyterLab a control sets it and
    setting it moves the control.

    Args:
        scores: The query's scores with n keys, from 2 to 12 finite numbers; eight by default.
        values: Each key's value, a number; eight by default.
        size: How many keys are in a tile, 1 to n; the last tile may have fewer.
        step: How many tiles have been read, from 0; 1 by default.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Milakov and Gimelshein 2018, section 3 (m and l); Rabe and Staats 2021, section 2 (o).
    """

    scores = Nested(finite, 1, NUMBERS, initial=SCORES, check=_a_few)
    values = Nested(finite, 1, NUMBERS, initial=VALUES, check=_as_many)
    size = Whole(2, low=1, high=lambda state: len(state.scores))
    step = Whole(1, low=0, high=_tiles, follow=lambda step, state: min(step, _tiles(state)))
    in_repr = ("size", "step")
    _draw, _describe = draw_png, alt_text

    # All in double precision, as the page computes.

    @property
    def tiles(self) -> int:
        """How many tiles there are."""
        return _tiles(self)

    @property
    def parts(self) -> Partial:
        """The maximum, the sum and the output that are carried, in PyTorch, float64 (1, 1) each."""
        return self.after(self.step)

    @property
    def before(self) -> Partial:
        """The same before the last tile was read."""
        return self.after(max(0, self.step - 1))

    @property
    def factor(self) -> float:
        """What the last tile multiplied the older sums by, 0 to 1; 0 where there were none."""
        maximum = self.parts.maximum.item()
        return math.exp(self.before.maximum.item() - maximum) if maximum > -math.inf else 0.0

    @property
    def context(self) -> float:
        """The output over the sum; 0 of nothing."""
        return finish(self.parts)[0].item()

    def exponentials(self, *, now: bool = True) -> Tensor:
        """Of each score read so far, or before the last tile: exp(s - m), float64 (n,)."""
        n_read = min(len(self.scores), (self.step if now else max(0, self.step - 1)) * self.size)
        scores = torch.tensor(self.scores, dtype=torch.float64)
        maximum = (self.parts if now else self.before).maximum.squeeze()
        is_read = torch.arange(len(scores)) < n_read
        return torch.where(is_read, (scores - maximum).exp(), 0.0)

    def after(self, step: int) -> Partial:
        """What is carried along once so many tiles have been read, float64 (1, 1) each."""
        scores = torch.tensor(self.scores, dtype=torch.float64).split(self.size)[:step]
        values = torch.tensor(self.values, dtype=torch.float64).split(self.size)[:step]
        zero = torch.zeros(1, 1, dtype=torch.float64)
        found = Partial(zero - torch.inf, zero, zero)
        for s, v in zip(scores, values, strict=True):
            found = partial_attention(s[None], v[:, None], found)
        return found
