"""Rotary positions as a module: queries and keys are turned by their position's angles."""

import torch
from torch import Tensor, nn

from attention._checks import check_count, check_tensor
from attention.functional.positions import (
    RotaryLayout,
    check_base,
    check_even,
    rotary_angles,
    rotate,
)


class RotaryEmbedding(nn.Module):
    r"""Turn pairs of a query's or key's numbers by angles that grow with the position.

    .. math::

        \begin{pmatrix} x_a' \\ x_b' \end{pmatrix} =
        \begin{pmatrix} \cos t\theta_i & -\sin t\theta_i \\ \sin t\theta_i & \cos t\theta_i
        \end{pmatrix} \begin{pmatrix} x_a \\ x_b \end{pmatrix}, \qquad
        \theta_i = \text{base}^{-2i / d}

    Two vectors that are turned by :math:`s` and :math:`t` have a dot product that depends on
    :math:`t - s` alone. Which numbers make pair i is a convention, of which there are two:

    - ``"half"``: number i and number i + d/2 (GPT-NeoX, and the transformers library's Llama);
    - ``"interleaved"``: numbers 2i and 2i + 1 (the paper, Llama's own code, and GGUF files).

    Weights trained with one do not work with the other, until the rows of their projections are put
    into the other order: see :func:`attention.functional.positions.interleaved_to_half`.

    Args:
        d_head: Width of a query and of a key, an even number.
        base: How much slower the slowest rotation is than the fastest, nearly.
        layout: ``"half"`` or ``"interleaved"``.

    Raises:
        TypeError: If ``d_head`` is not a whole number.
        ValueError: If ``d_head`` is odd or below 1, ``base`` is not above 1 or the layout is
            unknown.

    Source:
        Su et al. 2021, section 3.2.2.
    """

    def __init__(self, d_head: int, base: float = 10000.0, layout: RotaryLayout = "half") -> None:
        super().__init__()
        self.d_head = check_even("d_head", d_head)
        self.base = check_base(base)
        if layout not in ("half", "interleaved"):
            raise ValueError(f"layout should be 'half' or 'interleaved', but was {layout!r}")
        self.layout = layout

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """Turn each vector by its position's angles; its length stays.

        Args:
            x: Queries or keys, (B, H, T, d_head).
            start: Position of the first of them: with a cache, the number of keys before it.

        Returns:
            The turned vectors, (B, H, T, d_head), in the dtype of ``x``.

        Raises:
            TypeError: If ``x`` is not floating-point or ``start`` not a whole number.
            ValueError: If a shape does not fit or ``start`` is negative.
        """
        check_tensor("x", x, "(B, H, T, d_head)", {"d_head": self.d_head})
        start = check_count("start", start, at_least=0)
        # Apple's GPUs have no float64: for them the angles are made on the CPU.
        device = torch.device("cpu") if x.device.type == "mps" else x.device
        angles = rotary_angles(x.shape[2], self.d_head, self.base, start, device=device)
        return rotate(x, angles, self.layout)

    def extra_repr(self) -> str:
        """What ``print`` shows."""
        return f"{self.d_head}, base={self.base:g}, layout={self.layout!r}"
