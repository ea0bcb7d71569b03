"""Traits whose errors say what is wrong, and the form in which a tensor travels to the page."""

import math
import operator
from collections.abc import Sequence
from typing import Any

import torch
import traitlets as t
from torch import Tensor


class InvalidValue(t.TraitError, ValueError):  # type: ignore[misc]  # noqa: N818
    """A trait was given a value that it cannot take."""


class _Clear(t.TraitType[Any, Any]):  # type: ignore[misc]
    """Name the argument, what it should be and what it was."""

    should_be = "something else"

    def error(self, obj: object, value: object, *_: object) -> None:
        """Raise instead of traitlets' own message."""
        raise InvalidValue(f"{self.name} should be {self.should_be}, but was {value!r}")


class Whole(_Clear):
    """A whole number; a NumPy integer or a 0-d integer tensor counts as one."""

    should_be = "a whole number"

    def validate(self, obj: object, value: Any) -> int:
        """Return the number as an ``int``."""
        if not isinstance(value, bool):
            try:
                return operator.index(value)
            except TypeError:
                pass
        self.error(obj, value)
        raise AssertionError  # error() always raises


class Text(_Clear, t.Unicode[str, str]):  # type: ignore[misc]
    """A string."""

    should_be = "a string"


class Choice(_Clear, t.Enum[Any]):  # type: ignore[misc]
    """One of a few values."""

    def error(self, obj: object, value: object, *_: object) -> None:
        """List the values."""
        options = ", ".join(map(repr, self.values or ()))
        raise InvalidValue(f"{self.name} should be one of {options}, but was {value!r}")


class Items(_Clear):
    """A list of strings or of whole numbers; a tuple is taken, too."""

    def __init__(self, kind: type, should_be: str) -> None:
        super().__init__(default_value=[])
        self.kind, self.should_be = kind, should_be

    def validate(self, obj: object, value: Any) -> list[Any]:
        """Return a fresh list."""
        is_list = isinstance(value, Sequence) and not isinstance(value, str) and len(value) > 0
        if not is_list or not all(isinstance(item, self.kind) for item in value):
            self.error(obj, value)
        return list(value)


class FixedPoint(_Clear):
    """A (T, d_model) or (N, T, d_model) tensor that is rounded to what the page will be sent.

    Every number becomes a 16-bit integer times one power of two (4 to 5 significant digits of the
    largest entry). Products with a power of two are exact, so Python and the page hold the very
    same numbers, and each costs two bytes.
    """

    should_be = "a tensor (T, d_model) or (N, T, d_model) of finite numbers"

    def __init__(self) -> None:
        super().__init__(default_value=torch.zeros(1, 1))
        self.tag(sync=True, to_json=_pack, from_json=_unpack)

    def validate(self, obj: object, value: Any) -> Tensor:
        """Return a rounded float32 copy on the CPU."""
        try:
            tensor = torch.as_tensor(value).detach().to("cpu", torch.float32)
        except (TypeError, ValueError, RuntimeError):
            self.error(obj, value)
        if tensor.ndim not in (2, 3) or 0 in tensor.shape:
            raise InvalidValue(
                f"{self.name} should be {self.should_be}, but had shape {tuple(tensor.shape)}"
            )
        if not tensor.isfinite().all():
            raise InvalidValue(f"{self.name} should be {self.should_be}, but was not all finite")
        return (tensor / _step(tensor)).round() * _step(tensor)


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
