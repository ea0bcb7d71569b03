"""DownhillBall: gradient descent with one parameter, as a ball on the curve of a loss."""

import torch

from attention.widgets.base.traits import Choice, Number, Whole
from attention.widgets.base.widget import BookWidget
from attention.widgets.downhill_ball.curves import CURVES, REACH
from attention.widgets.downhill_ball.picture import alt_text, draw_png

FAR = 10.0
"""Beyond this the ball is not followed any further."""
MOST_STEPS = 60


class DownhillBall(BookWidget):
    r"""Put a ball on the curve of a loss, and let it step downhill: one gradient at a time.

    .. math::

        w \leftarrow w - \eta\, \frac{\mathrm{d}L}{\mathrm{d}w}(w)

    where :math:`\eta` is the learning rate. The curve is a bowl, :math:`L = w^2 / 2`, or has two
    valleys, :math:`L = (w^2 - 4)^2 / 8 + w / 2 + 5/4`. A small rate creeps, a larger one
    overshoots, and one that is too large climbs out. The page computes this in JavaScript, the
    properties in PyTorch with autograd. Every argument is an attribute that can be read and set
    later; in JupyterLab a control sets it, and setting it moves the ball.

    Args:
        curve: "bowl" or "valleys".
        start: Where the ball begins, -3 to 3.
        rate: The learning rate, 0.01 to 2.5.
        steps: How many steps it has taken, 0 to 60.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Goodfellow, Bengio and Courville 2016, section 4.3.
    """

    curve = Choice(list(CURVES), "bowl")
    start = Number(-2.5, low=-REACH, high=REACH)
    rate = Number(0.2, low=0.01, high=2.5)
    steps = Whole(0, low=0, high=MOST_STEPS)
    _draw, _describe = draw_png, alt_text

    def _at(self, w: float) -> tuple[float, float]:
        """The loss at w, and its gradient by autograd."""
        point = torch.tensor(w, dtype=torch.float64, requires_grad=True)
        loss = CURVES[self.curve](point)
        (gradient,) = torch.autograd.grad(loss, point)
        return loss.item(), gradient.item()

    @property
    def path(self) -> list[float]:
        """Where the ball has been, the start first; a ball out of sight is not followed."""
        path = [self.start]
        while len(path) <= self.steps and abs(path[-1]) <= FAR:
            path.append(path[-1] - self.rate * self._at(path[-1])[1])
        return path

    @property
    def losses(self) -> list[float]:
        """The loss at each place of the path."""
        return [self._at(w)[0] for w in self.path]

    @property
    def loss(self) -> float:
        """The loss where the ball is now."""
        return self._at(self.path[-1])[0]

    @property
    def gradient(self) -> float:
        """The slope of the curve where the ball is now, by autograd."""
        return self._at(self.path[-1])[1]

    @property
    def gone(self) -> bool:
        """Whether the ball has left the picture."""
        return abs(self.path[-1]) > REACH
