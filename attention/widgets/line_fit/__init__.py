"""LineFit: a line with two parameters, fitted to points by gradient descent."""

import torch
from torch import Tensor

from attention.widgets.base.tensors import FixedPoint
from attention.widgets.base.traits import Number, State, Whole
from attention.widgets.base.widget import BookWidget
from attention.widgets.line_fit.picture import alt_text, draw_png

POINTS = [(0.4, 1.1), (0.9, 1.0), (1.4, 2.0), (1.9, 1.8), (2.4, 2.9), (2.9, 2.6)]
REACH = 5.0
MOST_STEPS = 200
TOO_MUCH = 1e4
"""A loss beyond which no further step is taken."""


def _few_and_near(points: Tensor, _: State) -> str:
    n, width = points.shape
    if width != 2 or not 2 <= n <= 20:
        return f"should have from 2 to 20 rows (x, y), but had shape {(n, width)}"
    if points.abs().max() > REACH:
        return f"should lie from -5 to 5, but reached {points.abs().max().item():g}"
    same = bool((points[:, 0] == points[0, 0]).all())
    return "should not all stand over one another" if same else ""


class LineFit(BookWidget):
    r"""Fit a line to points: by hand, or by steps against the gradient of its loss.

    .. math::

        L(m, c) = \frac{1}{N} \sum_{i=1}^{N} (m x_i + c - y_i)^2, \qquad
        \frac{\partial L}{\partial m} = \frac{2}{N} \sum_i (m x_i + c - y_i)\, x_i, \qquad
        \frac{\partial L}{\partial c} = \frac{2}{N} \sum_i (m x_i + c - y_i)

    with the slope m and the intercept c. A step takes from each the rate times its gradient. The
    page computes this in JavaScript, the properties in PyTorch with autograd, from the same
    numbers. Every argument is an attribute that can be read and set later; in JupyterLab a control
    sets it, and setting it moves the line.

    Args:
        points: The N points, (N, 2), a row (x, y) each, N from 2 to 20, from -5 to 5; six points
            near a line by default. They are rounded to 16-bit multiples of a power of two.
        slope: The slope before the first step, -5 to 5.
        intercept: The intercept before the first step, -5 to 5.
        rate: The learning rate, 0.001 to 1.
        steps: How many steps have been taken, 0 to 200.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Goodfellow, Bengio and Courville 2016, sections 4.3 and 5.1.4.
    """

    points = FixedPoint("(N, 2)", initial=lambda _: torch.tensor(POINTS), check=_few_and_near)
    slope = Number(-0.5, low=-REACH, high=REACH)
    intercept = Number(3.0, low=-REACH, high=REACH)
    rate = Number(0.05, low=0.001, high=1.0)
    steps = Whole(0, low=0, high=MOST_STEPS)
    _draw, _describe = draw_png, alt_text

    def _at(self, line: Tensor) -> tuple[float, Tensor]:
        """The loss of a line (slope, intercept), and its gradient by autograd."""
        x, y = self.points.double().T
        line = line.clone().requires_grad_()
        loss = (line[0] * x + line[1] - y).square().mean()
        (gradient,) = torch.autograd.grad(loss, line)
        return loss.item(), gradient

    def _descend(self) -> tuple[list[Tensor], list[float], Tensor]:
        """The lines from the first one on, their losses, and the last gradient."""
        lines = [torch.tensor([self.slope, self.intercept], dtype=torch.float64)]
        loss, gradient = self._at(lines[0])
        losses = [loss]
        while len(lines) <= self.steps and losses[-1] <= TOO_MUCH:
            lines.append(lines[-1] - self.rate * gradient)
            loss, gradient = self._at(lines[-1])
            losses.append(loss)
        return lines, losses, gradient

    @property
    def lines(self) -> Tensor:
        """Slope and intercept before the first step and after each, float64 (steps + 1, 2)."""
        return torch.stack(self._descend()[0])

    @property
    def losses(self) -> list[float]:
        """The loss of each of these lines."""
        return self._descend()[1]

    @property
    def loss(self) -> float:
        """The mean squared distance of the points from the line as it is now."""
        return self.losses[-1]

    @property
    def gradient(self) -> Tensor:
        """How the loss answers to slope and intercept now, by autograd, float64 (2,)."""
        return self._descend()[2]

    @property
    def least(self) -> float:
        """The least loss that any line has, by least squares."""
        x, y = self.points.double().T
        columns = torch.stack([x, torch.ones_like(x)], dim=1)
        best = torch.linalg.lstsq(columns, y[:, None]).solution[:, 0]
        return self._at(best)[0]
