"""In which dtype numbers are computed, with autocast and without it."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor


def at_least_float32(x: Tensor) -> Tensor:
    """``x`` in float32 if it was in lower precision, else ``x`` itself."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def autocast_dtype(device: torch.device) -> torch.dtype | None:
    """The dtype in which autocast computes products on this device; None where it is off."""
    kind = device.type
    if torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind):
        return torch.get_autocast_dtype(kind)
    return None


def without_autocast(device: torch.device) -> AbstractContextManager[object]:
    """A context in which every operation keeps the dtype of its inputs.

    Autocast rounds the inputs of every product to half precision. What adds up a running sum, block
    after block, has chosen its dtype already, and an error in it would grow with the length.
    """
    if autocast_dtype(device) is None:
        return nullcontext()
    return torch.autocast(device.type, enabled=False)


def product_dtype(weight: Tensor) -> torch.dtype:
    """The dtype of what a linear layer with this weight returns, here and now."""
    dtype = autocast_dtype(weight.device)
    if dtype is None or weight.dtype == torch.float64:  # autocast leaves float64 alone
        return weight.dtype
    return dtype


def multiplies(one: Tensor, other: Tensor) -> bool:
    """Whether PyTorch multiplies the two: they are of one dtype, or autocast sees to that."""
    if one.dtype == other.dtype:
        return True
    return torch.float64 not in (one.dtype, other.dtype) and autocast_dtype(one.device) is not None
