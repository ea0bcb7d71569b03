"""Attention weights of many heads as the page gets them: a byte each, the lower triangle alone."""

from typing import Any, NoReturn

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from attention.widgets.base.traits import Argument, InvalidValue

LEVELS = 255
"""Weights are sent in steps of 1 / 255."""


class CausalWeights(Argument):
    """Weights of causal self-attention, (..., T, T), rounded to multiples of 1 / 255.

    What is above the diagonal is zero and is not sent. Python and the page hold the same numbers.

    Args:
        shape: The shape that it should have; what counts is the number of letters.
        options: What :class:`Argument` takes.
    """

    annotation = Tensor | ArrayLike

    def __init__(self, shape: str = "(n_layers, n_heads, T, T)", **options: Any) -> None:
        super().__init__(**options)
        self.n_axes = shape.count(",") + 1
        self.should_be = f"a tensor {shape} of causal attention weights"
        self.tag(to_json=_pack, from_json=_unpack)

    def validate(self, obj: object, value: Any) -> Any:
        """Return a rounded float32 copy on the CPU."""
        try:
            weights = torch.as_tensor(value).detach().to("cpu", torch.float32)
        except (TypeError, ValueError, RuntimeError):
            self.error(obj, value)
        shape = tuple(weights.shape)
        if weights.ndim != self.n_axes or 0 in shape or shape[-2] != shape[-1]:
            self._refuse(f"had shape {shape}")
        if not weights.isfinite().all():
            self._refuse("were not all finite")
        if (weights.triu(1) != 0).any():
            self._refuse("looked at later positions")
        # Weights that were rounded before may be off by half a step each.
        slack = shape[-1] * 0.5 / LEVELS + 1e-3
        if (weights < 0).any() or ((weights.sum(dim=-1) - 1).abs() > slack).any():
            self._refuse("had a row that is not positive with sum 1")
        return (weights * LEVELS).round() / LEVELS

    def _refuse(self, what: str) -> NoReturn:
        raise InvalidValue(f"{self.argument} should be {self.should_be}, but {what}")


def _pack(weights: Tensor, _: object) -> dict[str, Any]:
    rows, columns = torch.tril_indices(*weights.shape[-2:]).unbind()
    levels = (weights[..., rows, columns] * LEVELS).round().to(torch.uint8)  # (..., T (T+1) / 2)
    return {"shape": list(weights.shape[:-1]), "data": levels.numpy().tobytes()}


def _unpack(packed: dict[str, Any], _: object) -> Tensor:
    *outer, n = packed["shape"]
    rows, columns = torch.tril_indices(n, n).unbind()
    levels = torch.frombuffer(bytearray(packed["data"]), dtype=torch.uint8)
    weights = torch.zeros(*outer, n, n)
    weights[..., rows, columns] = levels.reshape(*outer, -1) / LEVELS
    return weights
