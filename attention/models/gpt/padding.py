"""Sequences of unequal length in one batch: which tokens are real, and where they stand."""

import torch
from torch import Tensor

from attention._checks import shape


def real_positions(mask: Tensor) -> Tensor:
    """The position of each real token among the real ones of its row.

    Args:
        mask: bool (B, S), True = a real token.

    Returns:
        int64 (B, S): 0, 1, 2, ... for real tokens; padding on the left has position 0.
    """
    return (mask.cumsum(dim=-1) - 1).clamp(min=0)


def check_padding(mask: Tensor, wanted: tuple[int, ...]) -> None:
    """Check that ``mask`` says of each token whether it is real.

    Raises:
        TypeError: If it is not bool.
        ValueError: If it has another shape.
    """
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool:
        was = mask.dtype if isinstance(mask, Tensor) else type(mask).__name__
        raise TypeError(f"mask should be a bool tensor (True = a real token), but was {was}")
    if shape(mask) != wanted:
        raise ValueError(
            f"mask should have shape (B, S) = {wanted}, one place for each token, cached ones "
            f"included, but had {shape(mask)}"
        )


def check_left_padding(mask: Tensor) -> None:
    """Check that in each row of ``mask`` what follows a real token is real.

    Raises:
        ValueError: If a row has padding after a real token; the message names the row.
    """
    broken = (mask[:, :-1] & ~mask[:, 1:]).any(dim=-1)  # (B,)
    if broken.any():
        raise ValueError(
            "mask should be False on the left alone (what is written goes on the right, and so "
            f"the padding on the left), but row {int(broken.nonzero()[0])} has padding after a "
            "real token"
        )


def check_no_empty_row(mask: Tensor) -> None:
    """Check that each row of ``mask`` has a real token.

    Raises:
        ValueError: If one has none; the message names the row.
    """
    empty = ~mask.any(dim=-1)  # (B,)
    if empty.any():
        row = int(empty.nonzero()[0])
        raise ValueError(f"mask should have a real token in each row, but row {row} has none")
