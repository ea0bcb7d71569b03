"""RotaryClock: pairs of a query and a key as clock hands that turn with their places."""

import torch
from torch import Tensor

from attention.functional.positions import rotary_angles, rotate
from attention.widgets.base.tensors import FixedPoint
from attention.widgets.base.traits import Choice, State, Whole
from attention.widgets.base.widget import BookWidget
from attention.widgets.rotary_clock.picture import alt_text, draw_png

LAST, MOST = 63, 8
BASES = (10_000, 100_000, 1_000_000)
HANDS = ("all", "fastest", "slowest")


def _in_pairs(vector: Tensor, _: State) -> str:
    size = len(vector)
    odd = size % 2 or size > 2 * MOST
    return f"should have an even number of numbers, up to {2 * MOST}, but had {size}" if odd else ""


def _as_query(key: Tensor, state: State) -> str:
    wanted, size = len(state.query), len(key)
    return "" if size == wanted else f"should be as wide as query, {wanted}, but had {size} numbers"


class RotaryClock(BookWidget):
    r"""Move a query and a key, and watch their pairs turn like the hands of clocks.

    .. math::

        (R_t\, q) \cdot (R_s\, k) = \sum_i q_i^\top R((s - t)\, \theta_i)\, k_i, \qquad
        \theta_i = \text{base}^{-2i / d}

    where :math:`q_i` and :math:`k_i` are the pairs of neighbouring numbers and :math:`R` turns a
    pair by an angle. On a clock a pair's first number points up and its second one to the right, so
    that a growing place turns its hand clockwise. The page computes this in JavaScript, the
    properties in PyTorch, from the same numbers. Every argument is an attribute that can be read
    and set later; in JupyterLab a control sets it and setting it moves the control.

    Args:
        query: The query before it is turned, (d,), with d even and at most 16; hands of length 1
            that point up when not given. Rounded to 16-bit multiples of a power of two.
        key: The key before it is turned, (d,), likewise.
        query_place: Where the query stands, t, from 0 to 63.
        key_place: Where the key stands, s, likewise.
        base: How much slower the slowest hand is than the fastest, nearly: 10,000, 100,000 or
            1,000,000.
        hands: Which of the hands count in the dot product: "all", "fastest" or "slowest".
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Su et al. 2021, section 3.2.2.
    """

    query = FixedPoint("(d,)", initial=(1.0, 0.0) * 4, check=_in_pairs)
    key = FixedPoint("(d,)", initial=lambda state: state.query, check=_as_query)
    query_place = Whole(9, low=0, high=LAST)
    key_place = Whole(7, low=0, high=LAST)
    base = Choice(BASES, BASES[0])
    hands = Choice(HANDS, "all")
    _draw, _describe = draw_png, alt_text

    @property
    def turned(self) -> tuple[Tensor, Tensor]:
        """The query and the key as they are turned at their places, in PyTorch, float64 (d,)."""
        return self._at(self.query, self.query_place), self._at(self.key, self.key_place)

    @property
    def products(self) -> Tensor:
        """The dot product of each pair of hands, float64 (d / 2,)."""
        query, key = self.turned
        return (query * key).unflatten(0, (-1, 2)).sum(-1)

    @property
    def product(self) -> float:
        """The dot product of the hands that count."""
        return self.products[self._counting].sum().item()

    @property
    def turns(self) -> Tensor:
        """In how many places each hand goes round once, float64 (d / 2,)."""
        return 2 * torch.pi / rotary_angles(2, len(self.query), float(self.base))[1]

    @property
    def curve(self) -> Tensor:
        """The same dot product for a key that stands -63 to 63 places behind, float64 (127,)."""
        d, n = len(self.query), 2 * LAST + 1
        keys = self.key.double().expand(n, d)
        far = rotary_angles(n, d, float(self.base), start=-LAST)
        pairs = (rotate(keys, far, "interleaved") * self.query.double()).unflatten(-1, (-1, 2))
        return pairs.sum(-1)[:, self._counting].sum(-1)

    @property
    def _counting(self) -> list[int]:
        """The pairs that count."""
        every = list(range(len(self.query) // 2))
        return {"all": every, "fastest": every[:1], "slowest": every[-1:]}[self.hands]

    def _at(self, vector: Tensor, place: int) -> Tensor:
        angles = rotary_angles(1, len(vector), float(self.base), start=place)
        return rotate(vector.double()[None], angles, "interleaved")[0]
