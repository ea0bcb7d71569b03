"""The two losses over one parameter on which the ball can lie."""

from collections.abc import Callable

from torch import Tensor

CURVES: dict[str, Callable[[Tensor], Tensor]] = {
    "bowl": lambda w: w**2 / 2,
    "valleys": lambda w: (w**2 - 4) ** 2 / 8 + w / 2 + 1.25,
}
"""The loss as a function of the parameter, by the curve's name; none is below 0."""
REACH = 3.0
"""How far to either side the picture shows them."""
