"""One of several, drawn by chance: the same one for a seed on every processor."""

import torch
from torch import Tensor


def draw(chances: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
    """Draw one index for each row of chances.

    ``torch.multinomial`` does the same, but takes its chance from the processor's own library, so
    that a seed gives one text on an Intel laptop and another on Apple's. Here the chances are
    summed, and where a number from ``torch.rand`` falls among the sums is the index: inverse
    transform sampling.

    Args:
        chances: (B, n), floating-point, none below 0; rows need not sum to 1.
        generator: Source of chance.

    Returns:
        Indices, int64 (B,). One whose chance is 0 is never drawn.

    Raises:
        ValueError: If a row sums to 0, or to no finite number (as of logits that were NaN).
    """
    exact = torch.float32 if chances.device.type == "mps" else torch.float64  # mps has no float64
    sums = chances.to(exact).cumsum(dim=-1)  # (B, n)
    total = sums[:, -1:].contiguous()
    if not ((total > 0) & total.isfinite()).all():
        raise ValueError(
            f"chances should have a sum above 0 and finite in each row, but had {total.tolist()}"
        )
    place = total * torch.rand(total.shape, generator=generator, dtype=exact, device=total.device)
    return torch.searchsorted(sums, place, right=True).squeeze(1)
