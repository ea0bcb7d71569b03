"""Traits that are arguments: what each takes, what it is when not given, what it has to fit."""

import math
import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import traitlets as t

REQUIRED: Any = object()
"""The default of an argument that has to be given."""

State = Any
"""The arguments of a widget, as attributes: in a check or a default, those declared before."""


class InvalidValue(t.TraitError, ValueError):  # type: ignore[misc]  # noqa: N818
    """A trait was given a value that it cannot take."""


class Argument(t.TraitType[Any, Any]):  # type: ignore[misc]
    """A trait that the page holds, too, and that is an argument of its widget.

    ``BookWidget`` reads them in the order in which a class declares them: it makes the signature of
    them, and checks each against those before it, at the beginning and after every change.

    Args:
        initial: What it is when not given: a value, or a function of the arguments declared before.
            It has to be given if there is none. With ``None`` it may be ``None``.
        check: A function of a value and of the arguments declared before: what is wrong, in words
            that follow the argument's name ("should be ..., but was ..."), or "".
        follow: A function of a value and of the other arguments, all of them new: what becomes of
            the value when they have changed. Without it, a change that it does not fit is refused.
        argument: What the caller knows it by, if not by the trait's name.
    """

    should_be = "something else"
    annotation: Any = Any
    """Its type, for the signature."""
    on_page = True

    def __init__(
        self,
        initial: Any = REQUIRED,
        *,
        check: Callable[[Any, State], str] | None = None,
        follow: Callable[[Any, State], Any] | None = None,
        argument: str | None = None,
    ) -> None:
        super().__init__(default_value=None, allow_none=initial is None)
        self.initial, self.check, self.follow = initial, check, follow
        self.known_as = argument
        self.tag(sync=self.on_page)

    if TYPE_CHECKING:

        def __get__(self, obj: Any, owner: Any = None) -> Any: ...
        def __set__(self, obj: Any, value: Any) -> None: ...

    @property
    def argument(self) -> str:
        """What the caller knows it by."""
        return self.known_as or str(self.name)

    def settled(self, value: Any, state: State) -> Any:
        """The value as the widget will hold it: the default where none is given, and checked."""
        if value is None and callable(self.initial):
            value = self.initial(state)
        if value is not None or not self.allow_none:
            value = self.validate(None, value)
        problem = self.problem(value, state)
        if problem:
            raise InvalidValue(problem)
        return value

    def problem(self, value: Any, state: State) -> str:
        """What is wrong with a value of the right kind beside the others, or ""."""
        found = "" if value is None else self.misfit(value, state)
        return found and f"{self.argument}{'' if found.startswith('[') else ' '}{found}"

    def misfit(self, value: Any, state: State) -> str:
        """The same without the argument's name."""
        return self.check(value, state) if self.check else ""

    def validate(self, obj: object, value: Any) -> Any:
        """Return the value in its own form; raise where it is of another kind."""
        return value

    def error(self, obj: object, value: object, *_: object) -> NoReturn:
        """Raise instead of traitlets' own message."""
        raise InvalidValue(f"{self.argument} should be {self.should_be}, but was {value!r}")


class Whole(Argument):
    """A whole number; a NumPy integer or a 0-d integer tensor counts as one.

    Args:
        initial: See :class:`Argument`.
        low: The least that it may be: a number, or a function of the arguments declared before.
        high: The most, likewise.
        options: The rest of what :class:`Argument` takes.
    """

    should_be = "a whole number"
    annotation: Any = int

    def __init__(
        self,
        initial: Any = REQUIRED,
        low: float | Callable[[State], float] | None = None,
        high: float | Callable[[State], float] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(initial, **options)
        self.low, self.high = low, high

    def misfit(self, value: Any, state: State) -> str:
        """Whether it is in range; then as any argument."""
        low = self.low(state) if callable(self.low) else self.low
        high = self.high(state) if callable(self.high) else self.high
        return out_of_range(value, low, high) or super().misfit(value, state)

    def validate(self, obj: object, value: Any) -> Any:
        """Return the number as an ``int``."""
        number = as_whole(value)
        if number is None:
            self.error(obj, value)
        return number


class Number(Whole):
    """A finite number; a NumPy number or a 0-d tensor counts as one."""

    should_be = "a finite number"
    annotation = float

    def validate(self, obj: object, value: Any) -> Any:
        """Return the number as a ``float``."""
        if not isinstance(value, bool | str):
            try:
                number = float(value)
            except (TypeError, ValueError):
                self.error(obj, value)
            if math.isfinite(number):
                return number
        self.error(obj, value)


class Switch(Argument):
    """On or off."""

    should_be = "True or False"
    annotation = bool

    def validate(self, obj: object, value: Any) -> Any:
        """Return the value, which no number stands for."""
        if not isinstance(value, bool):
            self.error(obj, value)
        return value


class Text(Argument):
    """A string."""

    should_be = "a string"
    annotation = str

    def validate(self, obj: object, value: Any) -> Any:
        """Return the string."""
        if not isinstance(value, str):
            self.error(obj, value)
        return value


class Choice(Argument):
    """One of a few strings or whole numbers.

    Args:
        values: The strings or numbers.
        initial: See :class:`Argument`.
        options: The rest of what :class:`Argument` takes.
    """

    annotation = str

    def __init__(self, values: Sequence[Any], initial: Any = REQUIRED, **options: Any) -> None:
        super().__init__(initial, **options)
        self.values = list(values)
        self.annotation = type(self.values[0])
        self.should_be = f"one of {', '.join(map(repr, self.values))}"

    def validate(self, obj: object, value: Any) -> Any:
        """Return the value."""
        known = value if isinstance(value, str) else as_whole(value)
        if known not in self.values:
            self.error(obj, value)
        return known


def as_whole(value: Any) -> int | None:
    """The value as an ``int`` if it is a whole number, which ``True`` is not."""
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def out_of_range(number: float, low: float | None, high: float | None) -> str:
    """A check: the number is from ``low`` to ``high``, where these are given."""
    if low is not None and high is not None and not low <= number <= high:
        return f"should be from {low} to {high}, but was {number}"
    if low is not None and number < low:
        return f"should be at least {low}, but was {number}"
    return ""


def other_count(items: Any, count: int, meaning: str, place: str = "") -> str:
    """A check: there are ``count`` items, one for each of what ``meaning`` says."""
    if len(items) == count:
        return ""
    return f"{place} should have one entry per {meaning}, but had {len(items)}".lstrip()
