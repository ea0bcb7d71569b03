"""What is wrong with a tensor, said without the right one: shape, mask, axis or scale.

Of two tensors that differ, a reader is told how many numbers are wrong, where the first stands and
what it was, and which typical mistake it looks like. What should have stood there is not said.
"""

from __future__ import annotations

import torch
from torch import Tensor


def mistake(got: Tensor, wanted: Tensor, room: float) -> str:
    """What is wrong, in one sentence; nothing if the tensors agree.

    Args:
        got: The reader's tensor.
        wanted: The right one.
        room: How far numbers may be apart.
    """
    if got.shape != wanted.shape:
        return f"should have shape {tuple(wanted.shape)}, but had {tuple(got.shape)}"
    if got.dtype != wanted.dtype:
        return f"should have dtype {wanted.dtype}, but had {got.dtype}"
    mine, right = got.detach().double(), wanted.detach().double()
    wrong = ~torch.isclose(mine, right, rtol=0, atol=room)
    if not wrong.any():
        return ""
    place = wrong.nonzero()[0].tolist()
    value = got.detach()[tuple(place)].item()
    yours = f"{value:.4g}" if isinstance(value, float) else repr(value)
    if wrong.numel() == 1:
        side = "" if isinstance(value, bool) else f": {direction(value, right.item())}"
        return f"{yours} is wrong{side}"
    count = "all" if wrong.all() else f"{int(wrong.sum())} of"
    what = "entries" if wanted.dtype == torch.bool else "numbers"
    said = f"{count} {wrong.numel()} {what} wrong, the first at {place}: yours is {yours}"
    hint = _typical(mine, right, room, is_mask=wanted.dtype == torch.bool)
    return f"{said}; {hint}" if hint else said


def direction(got: float, wanted: float) -> str:
    """On which side of the right number another one lies."""
    return "too large" if got > wanted else "too small" if got < wanted else "it is not a number"


def _typical(got: Tensor, wanted: Tensor, room: float, *, is_mask: bool) -> str:
    """The typical mistake that explains a difference, if there is one."""
    if is_mask:
        return "True and False are exchanged" if (got != wanted).all() else ""
    if (got.isnan() & ~wanted.isnan()).any():
        return "some are not numbers at all"
    shares = wanted.dim() > 0 and _are_shares(wanted, room)
    hidden = (wanted == 0) if shares else wanted.isneginf()
    if (got[hidden] != wanted[hidden]).any():
        return "what should be hidden is not: look at the mask"
    is_square = wanted.dim() > 1 and wanted.shape[-1] == wanted.shape[-2]
    if is_square and _agree(got.mT, wanted, room):
        return "rows and columns are exchanged"
    if shares:
        return _of_shares(got, wanted, room)
    return _of_scale(got, wanted, room)


def _agree(one: Tensor, other: Tensor, room: float) -> bool:
    """Whether a mistake explains all, within ten times the room."""
    return torch.allclose(one, other, rtol=0, atol=10 * room)


def _are_shares(rows: Tensor, room: float, dim: int = -1) -> bool:
    total = rows.sum(dim)
    return bool((rows >= 0).all() and _agree(total, torch.ones_like(total), room))


def _of_shares(got: Tensor, wanted: Tensor, room: float) -> str:
    """What is wrong with rows that should sum to 1."""
    if not _are_shares(got, room):
        others = range(got.dim() - 1)
        if any(_are_shares(got, room, dim) for dim in others):
            return "each row should sum to 1, and another axis does: look at the axis"
        return "each row should sum to 1"
    change = got.amax(-1) - wanted.amax(-1)
    if (change > 0).all():
        return "each row is too sharp: look at the scale"
    return "each row is too flat: look at the scale" if (change < 0).all() else ""


def _of_scale(got: Tensor, wanted: Tensor, room: float) -> str:
    """Whether one factor, or one amount, would mend it all."""
    finite = wanted.isfinite() & got.isfinite()
    mine, right = got[finite], wanted[finite]
    if right.numel() < 2 or not torch.equal(got[~finite], wanted[~finite]):
        return ""
    if _agree(mine - right, (mine - right).mean().expand_as(mine), room):
        return "all are off by the same amount"
    factor = (mine @ right) / (right @ right) if right.any() else torch.tensor(0.0)
    if factor != 0 and _agree(mine, factor * right, room):
        return "all are off by the same factor: look at the scale"
    return ""
