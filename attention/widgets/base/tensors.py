"""The form in which a tensor travels to the page: 16-bit multiples of a power of two."""

import math
import reprlib
from collections.abc import Sequence
from typing import Any

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from attention.widgets.base.traits import REQUIRED, Argument, InvalidValue


class FixedPoint(Argument):
    """A tensor that is rounded to what the page will be sent.

    Every number becomes a 16-bit integer times one power of two (4 to 5 significant digits of the
    largest entry). Products with a power of two are exact, so Python and the page hold the very
    same numbers, and each costs two bytes.

    Args:
        shapes: The shapes that it may have, such as "(T, d_model)"; what counts is the number of
            letters.
        initial: See :class:`Argument`.
        options: The rest of what :class:`Argument` takes.
    """

    annotation = Tensor | ArrayLike

    def __init__(self, *shapes: str, initial: Any = REQUIRED, **options: Any) -> None:
        super().__init__(initial, **options)
        self.ndims = {len(shape.strip("(),").split(",")) for shape in shapes}
        self.should_be = f"a tensor {' or '.join(shapes)} of finite numbers"
        self.tag(to_json=_pack, from_json=_unpack)

    def validate(self, obj: object, value: Any) -> Any:
        """Return a rounded float32 copy on the CPU."""
        return self._rounded(obj, value, self.argument)

    def _rounded(self, obj: object, value: Any, place: str) -> Tensor:
        try:
            tensor = torch.as_tensor(value).detach().to("cpu", torch.float32)
        except (TypeError, ValueError, RuntimeError):
            self.error(obj, value)
        where = "" if place == self.argument else f"{place} "
        start = f"{self.argument} should be {self.should_be}, but {where}"
        if tensor.ndim not in self.ndims or 0 in tensor.shape:
            raise InvalidValue(f"{start}had shape {tuple(tensor.shape)}")
        if not tensor.isfinite().all():
            raise InvalidValue(f"{start}was not all finite")
        return (tensor / _step(tensor)).round() * _step(tensor)


class FixedPoints(FixedPoint):
    """A list of tensors, one a sentence, each rounded by itself."""

    annotation = Sequence[Tensor | ArrayLike]

    def __init__(self, shape: str, **options: Any) -> None:
        super().__init__(shape, **options)
        self.should_be = f"a list of tensors {shape} of finite numbers"
        self.tag(to_json=_pack_all, from_json=_unpack_all)

    def validate(self, obj: object, value: Any) -> Any:
        """Return a fresh list of rounded float32 copies on the CPU."""
        is_list = isinstance(value, Sequence) and not isinstance(value, str)
        if not (is_list or isinstance(value, Tensor)) or len(value) == 0:
            raise InvalidValue(
                f"{self.argument} should be {self.should_be}, but was {reprlib.repr(value)}"
            )
        return [self._rounded(obj, x, f"{self.argument}[{n}]") for n, x in enumerate(value)]


def _step(tensor: Tensor) -> float:
    """The smallest power of two of which the largest entry is at most 2^15 - 1 multiples."""
    largest = tensor.abs().max().item()
    return 2.0 ** (math.frexp(largest / 32767)[1]) if largest > 0 else 1.0


def _pack(tensor: Tensor, _: object) -> dict[str, Any]:
    step = _step(tensor)
    integers = (tensor / step).round().to(torch.int16).numpy().astype("<i2")
    return {"shape": list(tensor.shape), "step": step, "data": integers.tobytes()}


def _unpack(packed: dict[str, Any], _: object) -> Tensor:
    integers = torch.frombuffer(bytearray(packed["data"]), dtype=torch.int16)
    return integers.to(torch.float32).mul(packed["step"]).reshape(packed["shape"])


def _pack_all(tensors: list[Tensor], _: object) -> list[dict[str, Any]]:
    return [_pack(tensor, None) for tensor in tensors]


def _unpack_all(packed: list[dict[str, Any]], _: object) -> list[Tensor]:
    return [_unpack(tensor, None) for tensor in packed]
