"""DotProduct: two arrows in the plane, their dot product, and the shadow that it measures."""

import math

import torch
from torch import Tensor

from attention.widgets.base.traits import Number
from attention.widgets.base.widget import BookWidget
from attention.widgets.dot_product.picture import alt_text, draw_png

REACH = 3.0
NOTHING = 1e-9  # what rounding leaves of a product that is 0


class DotProduct(BookWidget):
    r"""Drag two arrows, and see their dot product: as a sum, as a shadow, and by its sign.

    .. math::

        a \cdot b = a_1 b_1 + a_2 b_2 = \lVert a \rVert\, \lVert b \rVert \cos\theta

    where :math:`\theta` is the angle between the arrows. The shadow that a throws on the line
    through b has the length :math:`\lVert a \rVert \cos\theta`: times the length of b it is the
    dot product. The page computes this in JavaScript, the properties in PyTorch. Every argument is
    an attribute that can be read and set later; in JupyterLab an arrow that is dragged sets two of
    them, and setting one moves the arrow.

    Args:
        a1: The first number of a, -3 to 3.
        a2: The second number of a, -3 to 3.
        b1: The first number of b, -3 to 3.
        b2: The second number of b, -3 to 3.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Strang 2016, Introduction to Linear Algebra, section 1.2.
    """

    a1 = Number(1.0, low=-REACH, high=REACH)
    a2 = Number(2.0, low=-REACH, high=REACH)
    b1 = Number(2.5, low=-REACH, high=REACH)
    b2 = Number(1.0, low=-REACH, high=REACH)
    _draw, _describe = draw_png, alt_text

    @property
    def vectors(self) -> tuple[Tensor, Tensor]:
        """The two arrows, float64 (2,) each."""
        a, b = torch.tensor([[self.a1, self.a2], [self.b1, self.b2]], dtype=torch.float64)
        return a, b

    @property
    def product(self) -> float:
        """Their dot product, in PyTorch; what rounding leaves of 0 is 0."""
        a, b = self.vectors
        product = torch.dot(a, b).item()
        return product if abs(product) > NOTHING else 0.0

    @property
    def shadow(self) -> float | None:
        """The length of a's shadow on b, below 0 where it falls on the far side; none if b is 0."""
        length = self.vectors[1].norm().item()
        return self.product / length if length else None

    @property
    def angle(self) -> float | None:
        """The angle between them in degrees, from 0 to 180; none if one of them is 0."""
        lengths = math.prod(vector.norm().item() for vector in self.vectors)
        cosine = self.product / lengths if lengths else math.nan
        return None if math.isnan(cosine) else math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
