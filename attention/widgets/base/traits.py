"""Traits whose errors say what is wrong, and the form in which a tensor travels to the page."""

import math
import operator
import reprlib
from collections.abc import Callable, Sequence
from typing import Any

import torch
import traitlets as t
from torch import Tensor


class InvalidValue(t.TraitError, ValueError):  # type: ignore[misc]  # noqa: N818
    """A trait was given a value that it cannot take."""


class _Clear(t.TraitType[Any, Any]):  # type: ignore[misc]
    """Name the argument, what it should be and what it was."""

    should_be = "something else"

    @property
    def argument(self) -> str:
        """What the caller knows it by: its name, unless it is tagged with another one."""
        return str(self.metadata.get("argument", self.name))

    def error(self, obj: object, value: object, *_: object) -> None:
        """Raise instead of traitlets' own message."""
        raise InvalidValue(f"{self.argument} should be {self.should_be}, but was {value!r}")


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


class Number(_Clear):
    """A finite number; a NumPy number or a 0-d tensor counts as one."""

    should_be = "a finite number"

    def validate(self, obj: object, value: Any) -> float:
        """Return the number as a ``float``."""
        if not isinstance(value, (bool, str)):
            try:
                number = float(value)
            except (TypeError, ValueError):
                self.error(obj, value)
            if math.isfinite(number):
                return number
        self.error(obj, value)
        raise AssertionError  # error() always raises


class Switch(_Clear):
    """On or off."""

    should_be = "True or False"

    def validate(self, obj: object, value: Any) -> bool:
        """Return the value, which no number stands for."""
        if not isinstance(value, bool):
            self.error(obj, value)
        return bool(value)


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


class Nested(_Clear):
    """Lists in lists, ``depth`` deep; tuples, tensors and arrays are taken, too.

    Args:
        leaf: What each innermost item becomes; it raises where an item is not what it should be.
        depth: How many lists deep the items lie.
        should_be: All of it in words.
        may_be_empty: Whether the innermost lists may have no item.
    """

    def __init__(
        self,
        leaf: Callable[[Any], Any],
        depth: int,
        should_be: str,
        *,
        may_be_empty: bool = False,
    ) -> None:
        super().__init__(default_value=[])
        self.leaf, self.depth, self.should_be = leaf, depth, should_be
        self.may_be_empty = may_be_empty

    def validate(self, obj: object, value: Any) -> list[Any]:
        """Return fresh lists."""
        fresh = self._level(value, self.depth, self.argument)
        assert isinstance(fresh, list)
        return fresh

    def _level(self, value: Any, depth: int, place: str) -> Any:
        if depth == 0:
            try:
                return self.leaf(value)
            except (TypeError, ValueError):
                self._refuse(value, place)
        if hasattr(value, "tolist"):
            value = value.tolist()
        is_list = isinstance(value, Sequence) and not isinstance(value, str)
        if not is_list or (len(value) == 0 and not (depth == 1 and self.may_be_empty)):
            self._refuse(value, place)
        return [self._level(item, depth - 1, f"{place}[{i}]") for i, item in enumerate(value)]

    def _refuse(self, value: object, place: str) -> None:
        where = "" if place == self.argument else f"{place} "
        raise InvalidValue(
            f"{self.argument} should be {self.should_be}, but {where}was {reprlib.repr(value)}"
        )


def word(value: Any) -> str:
    """A leaf of :class:`Nested`: a string."""
    if not isinstance(value, str):
        raise TypeError
    return value


def share(value: Any) -> float:
    """A leaf of :class:`Nested`: a number from 0 to 1, in four decimals."""
    number = float(value)
    if not -1e-6 <= number <= 1 + 1e-6:
        raise ValueError
    return min(max(round(number, 4), 0.0), 1.0)


def word_and_share(value: Any) -> list[Any]:
    """A leaf of :class:`Nested`: a word with its probability."""
    text, number = value
    return [word(text), share(number)]


class FixedPoint(_Clear):
    """A tensor that is rounded to what the page will be sent.

    Every number becomes a 16-bit integer times one power of two (4 to 5 significant digits of the
    largest entry). Products with a power of two are exact, so Python and the page hold the very
    same numbers, and each costs two bytes.

    Args:
        shapes: The shapes that it may have, such as "(T, d_model)"; what counts is the number of
            letters.
    """

    def __init__(self, *shapes: str) -> None:
        self.ndims = {len(shape.strip("(),").split(",")) for shape in shapes}
        self.should_be = f"a tensor {' or '.join(shapes)} of finite numbers"
        super().__init__(default_value=torch.zeros([1] * min(self.ndims)))
        self.tag(sync=True, to_json=_pack, from_json=_unpack)

    def validate(self, obj: object, value: Any) -> Tensor:
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

    def __init__(self, shape: str) -> None:
        super().__init__(shape)
        self.should_be = f"a list of tensors {shape} of finite numbers"
        self.default_value: list[Tensor] = []
        self.tag(to_json=_pack_all, from_json=_unpack_all)

    def validate(self, obj: object, value: Any) -> list[Tensor]:  # type: ignore[override]
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
