"""MaskPainter: hide keys from queries by hand, and see what softmax makes of each row."""

from typing import Any

import torch
from torch import Tensor

from attention.functional.definition import masked_softmax
from attention.functional.masks import causal_mask
from attention.widgets.base.lists import Items, Nested
from attention.widgets.base.tensors import FixedPoint
from attention.widgets.base.traits import State, Whole
from attention.widgets.base.widget import BookWidget
from attention.widgets.mask_painter.picture import alt_text, draw_png

MOST = 6


def _few(tokens: list[str], _: State) -> str:
    n = len(tokens)
    return "" if 2 <= n <= MOST else f"should have from 2 to {MOST} entries, but had {n}"


def _square(scores: Tensor, state: State) -> str:
    n, shape = len(state.tokens), tuple(scores.shape)
    return "" if shape == (n, n) else f"should have shape ({n}, {n}), but had {shape}"


def _a_cell_each(mask: list[list[bool]], state: State) -> str:
    n = len(state.tokens)
    if [len(row) for row in mask] == [n] * n:
        return ""
    return f"should have {n} rows of {n} entries, but was {mask}"


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


class MaskPainter(BookWidget):
    r"""Paint a mask over a table of scores, and see the weights of each row follow.

    .. math::

        \text{weights}_{ts} = \frac{m_{ts}\, e^{\text{scores}_{ts}}}
            {\sum_{r} m_{tr}\, e^{\text{scores}_{tr}}}

    where :math:`m_{ts}` is 1 where query t may see key s. Where it may not, the score becomes minus
    infinity, and the weights of the others in that row grow until they sum to 1 again; a query
    that sees nothing at all gets zeros. The page says how far the reader's mask is from the causal
    one. It computes this in JavaScript, the properties in PyTorch, from the same numbers. Every
    argument is an attribute that can be read and set later; in JupyterLab painting sets ``mask``,
    and setting it paints.

    Args:
        tokens: The T tokens, from 2 to 6.
        scores: How well each query matches each key, (T, T), a row for each query; rounded to
            16-bit multiples of a power of two.
        mask: Which key each query may see, bool (T, T), True = may attend; all of them when not
            given.
        query: The row that is worked out in numbers, counted from 0.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Vaswani et al. 2017, section 3.2.3.
    """

    in_repr = ("query",)
    tokens = Items(str, check=_few)
    scores = FixedPoint("(T, T)", check=_square)
    mask = Nested(
        _switch,
        2,
        "a table (T, T) of True and False",
        initial=lambda state: [[True] * len(state.tokens) for _ in state.tokens],
        check=_a_cell_each,
    )
    query = Whole(0, low=0, high=lambda state: len(state.tokens) - 1)
    _draw, _describe = draw_png, alt_text

    @property
    def mask_table(self) -> Tensor:
        """The mask as a tensor, bool (T, T); True = may attend."""
        return torch.tensor(self.mask)

    @property
    def weights(self) -> Tensor:
        """Softmax of what is left of each row, in PyTorch, float64 (T, T)."""
        return masked_softmax(self.scores.double(), self.mask_table)

    @property
    def future(self) -> int:
        """How many cells can still see a later token."""
        return int((self.mask_table & ~causal_mask(len(self.tokens))).sum())

    @property
    def lost(self) -> int:
        """How many cells are hidden that the causal mask leaves."""
        return int((~self.mask_table & causal_mask(len(self.tokens))).sum())

    @property
    def blind(self) -> list[str]:
        """The tokens that see nothing."""
        return [token for token, row in zip(self.tokens, self.mask, strict=True) if not any(row)]
