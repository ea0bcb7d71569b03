"""Traits that hold lists: of strings or whole numbers, and lists in lists."""

import math
import reprlib
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from attention.widgets.base.traits import REQUIRED, Argument, InvalidValue, State

NUMBERS = "a list of finite numbers"
"""What a list of :func:`finite` should be, in words."""


class Items(Argument):
    """A list of strings or of whole numbers; a tuple is taken, too.

    Args:
        kind: ``str`` or ``int``.
        initial: See :class:`Argument`.
        should_be: All of it in words.
        options: The rest of what :class:`Argument` takes.
    """

    def __init__(
        self, kind: type, initial: Any = REQUIRED, *, should_be: str = "", **options: Any
    ) -> None:
        super().__init__(initial, **options)
        item = "string" if kind is str else "whole number"
        self.kind, self.should_be = kind, should_be or f"a list of at least one {item}"
        self.annotation = Sequence[kind]  # type: ignore[valid-type]

    def validate(self, obj: object, value: Any) -> Any:
        """Return a fresh list."""
        is_list = isinstance(value, Sequence) and not isinstance(value, str) and len(value) > 0
        if not is_list or not all(isinstance(item, self.kind) for item in value):
            self.error(obj, value)
        return list(value)


class Languages(Items):
    """Language tags of two texts, for those who listen; "" for none."""

    def __init__(self) -> None:
        super().__init__(str, ("en", "fr"), should_be="two language tags", check=_two)


def _two(languages: list[str], _: State) -> str:
    return "" if len(languages) == 2 else f"should be two language tags, but was {languages}"


class Nested(Argument):
    """Lists in lists, ``depth`` deep; tuples, tensors and arrays are taken, too.

    Args:
        leaf: What each innermost item becomes; it raises where an item is not what it should be.
        depth: How many lists deep the items lie.
        should_be: All of it in words.
        may_be_empty: Whether the innermost lists may have no item.
        options: What :class:`Argument` takes.
    """

    annotation = Sequence[Any]

    def __init__(
        self,
        leaf: Callable[[Any], Any],
        depth: int,
        should_be: str,
        *,
        may_be_empty: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.leaf, self.depth, self.should_be = leaf, depth, should_be
        self.may_be_empty = may_be_empty

    def validate(self, obj: object, value: Any) -> Any:
        """Return fresh lists."""
        return self._level(value, self.depth, self.argument)

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

    def _refuse(self, value: object, place: str) -> NoReturn:
        where = "" if place == self.argument else f"{place} "
        raise InvalidValue(
            f"{self.argument} should be {self.should_be}, but {where}was {reprlib.repr(value)}"
        )


def word(value: Any) -> str:
    """A leaf of :class:`Nested`: a string."""
    if not isinstance(value, str):
        raise TypeError
    return value


def finite(value: Any) -> float:
    """A leaf of :class:`Nested`: a number that is neither infinite nor undefined."""
    number = float(value)
    if isinstance(value, bool | str) or not math.isfinite(number):
        raise ValueError
    return number


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
