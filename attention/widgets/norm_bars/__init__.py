"""NormBars: what layer normalisation does to a vector, step by step."""

import torch
from torch import Tensor

from attention.widgets.base.lists import NUMBERS, Nested, finite
from attention.widgets.base.traits import Choice, Number, State, other_count, out_of_range
from attention.widgets.base.widget import BookWidget
from attention.widgets.norm_bars.picture import alt_text, draw_png

VALUES = (2.0, -1.0, 0.5, 3.0, -2.0, 1.0, 0.0, 1.5)
MOST = 3.0
EPSILON = 1e-5
NORMS = ("layer", "rms")


def _a_few(values: list[float], _: State) -> str:
    few = out_of_range(len(values), 2, 10)
    if few:
        return f"should have from 2 to 10 numbers, but had {len(values)}"
    beyond = [value for value in values if abs(value) > MOST]
    return f"should be numbers from {-MOST} to {MOST}, but had {beyond[0]}" if beyond else ""


def _as_many(numbers: list[float], state: State) -> str:
    return other_count(numbers, len(state.values), "value")


class NormBars(BookWidget):
    r"""Move the numbers of a vector, and see what LayerNorm or RMSNorm makes of them.

    .. math::

        \text{LayerNorm}(x) = g \odot \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + b, \qquad
        \text{RMSNorm}(x) = g \odot \frac{x}{\sqrt{\text{mean}(x^2) + \varepsilon}}

    with the mean :math:`\mu` and the variance :math:`\sigma^2` of the vector's own numbers, and
    :math:`\varepsilon = 10^{-5}`. Before that the vector is multiplied by ``times`` and ``plus`` is
    added: neither changes what LayerNorm puts out, and RMSNorm is changed by the sum alone. The
    page computes this in JavaScript, the properties in PyTorch, from the same numbers. Every
    argument is an attribute that can be read and set later; in JupyterLab a control sets it and
    setting it moves the control.

    Args:
        values: The vector, from 2 to 10 numbers from -3 to 3; eight by default.
        gain: What each number is multiplied by in the end; ones by default, but for two.
        bias: What is added to each then, of LayerNorm alone; zeros by default, but for one.
        norm: "layer" or "rms".
        times: What the whole vector is multiplied by before, 0.1 to 10.
        plus: What is added to each of its numbers then, -3 to 3.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Ba, Kiros and Hinton 2016, section 3; Zhang and Sennrich 2019 (RMSNorm).
    """

    values = Nested(finite, 1, NUMBERS, initial=VALUES, check=_a_few)
    gain = Nested(
        finite, 1, NUMBERS, initial=lambda state: _but(1.0, {2: 1.5, 5: 0.5}, state),
        check=_as_many,
    )  # fmt: skip
    bias = Nested(
        finite, 1, NUMBERS, initial=lambda state: _but(0.0, {4: 1.0}, state), check=_as_many
    )
    norm = Choice(NORMS, "layer")
    times = Number(1.0, low=0.1, high=10.0)
    plus = Number(0.0, low=-3.0, high=3.0)
    _draw, _describe = draw_png, alt_text

    # All in double precision, as the page computes.

    @property
    def input(self) -> Tensor:
        """The vector that the norm is given, in PyTorch, float64 (n,)."""
        return torch.tensor(self.values, dtype=torch.float64) * self.times + self.plus

    @property
    def centred(self) -> Tensor:
        """The vector without its mean, of RMSNorm as it is, float64 (n,)."""
        return self.input - self.input.mean() if self.norm == "layer" else self.input

    @property
    def deviation(self) -> float:
        """What that is divided by, the root of its mean square."""
        return (self.centred.square().mean() + EPSILON).sqrt().item()

    @property
    def normal(self) -> Tensor:
        """What comes of the division, float64 (n,), whose mean square is 1."""
        return self.centred / self.deviation

    @property
    def output(self) -> Tensor:
        """The same with gain and, of LayerNorm, bias, float64 (n,)."""
        gain, bias = (torch.tensor(x, dtype=torch.float64) for x in (self.gain, self.bias))
        return gain * self.normal + (bias if self.norm == "layer" else 0.0)


def _but(usual: float, others: dict[int, float], state: State) -> list[float]:
    return [others.get(i, usual) for i in range(len(state.values))]
