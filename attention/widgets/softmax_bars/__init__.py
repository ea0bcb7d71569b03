"""SoftmaxBars: a few scores to move, and the shares that softmax makes of them."""

from typing import Any

import torch
from torch import Tensor

from attention.widgets.base.lists import Items, Nested
from attention.widgets.base.traits import Number, State, out_of_range
from attention.widgets.base.widget import BookWidget
from attention.widgets.softmax_bars.picture import alt_text, draw_png

REACH = 5.0


def _number(value: Any) -> float:
    if isinstance(value, bool | str) or not abs(float(value)) <= REACH:
        raise ValueError
    return float(value)


def _one_a_name(scores: list[float], state: State) -> str:
    n = len(state.names)
    return (
        "" if len(scores) == n else f"should be one for each of {n} names, but were {len(scores)}"
    )


class SoftmaxBars(BookWidget):
    r"""Move scores, and see how softmax shares out: with a temperature, and a number added to all.

    .. math::

        \text{weights}_j =
            \frac{e^{(s_j + c)/\tau}}{\sum_i e^{(s_i + c)/\tau}}

    for scores :math:`s`, a temperature :math:`\tau`, and :math:`c`, which changes no weight. The
    page computes this in JavaScript, the property ``weights`` in PyTorch. Every argument is an
    attribute that can be read and set later; in JupyterLab a slider sets it and setting it moves
    the slider.

    Args:
        names: What the scores are of, 3 to 6 names; "a", "b", "c" by default.
        scores: A number for each name, -5 to 5; 2, 1 and -1 by default, then 0.
        temperature: What the scores are divided by, 0.1 to 10.
        shift: What is added to every score, -5 to 5.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Bridle 1990; the temperature as in Hinton, Vinyals and Dean 2015, section 2.
    """

    names = Items(str, ("a", "b", "c"), check=lambda names, _: out_of_range(len(names), 3, 6))
    scores = Nested(
        _number, 1, f"a list of numbers from -{REACH:g} to {REACH:g}", check=_one_a_name,
        initial=lambda state: ([2.0, 1.0, -1.0] + [0.0] * 3)[: len(state.names)],
    )  # fmt: skip
    temperature = Number(1.0, low=0.1, high=10.0)
    shift = Number(0.0, low=-REACH, high=REACH)
    _draw, _describe = draw_png, alt_text

    @property
    def divided(self) -> Tensor:
        """The scores, shifted and divided by the temperature, in PyTorch, float64 (S,)."""
        return (torch.tensor(self.scores, dtype=torch.float64) + self.shift) / self.temperature

    @property
    def weights(self) -> Tensor:
        """Their softmax, in PyTorch, float64 (S,)."""
        return self.divided.softmax(dim=-1)
