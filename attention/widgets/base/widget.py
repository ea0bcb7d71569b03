"""What the book's widgets share: arguments made of traits, a picture, a script and a style."""

import inspect
import re
import reprlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import anywidget
import traitlets as t
from torch import Tensor

from attention.widgets.base.bundle import bundle, stylesheet
from attention.widgets.base.traits import (
    REQUIRED,
    Argument,
    Choice,
    InvalidValue,
    Switch,
    Text,
    Whole,
)


class BookWidget(anywidget.AnyWidget):  # type: ignore[misc]
    """A widget that says what is wrong with its arguments, and that carries a picture of itself.

    A subclass stands in the ``__init__.py`` of a folder of its own. It declares its arguments as
    traits (:class:`attention.widgets.base.traits.Argument`), each after those that it has to fit;
    from them come its signature, the checks at the beginning and after every change, and what
    follows a change of another. Its script is ``view.js`` in that folder, with the style sheets of
    all modules that this imports. Two methods are its own: ``_draw()`` returns a picture of the
    present state, a PNG as base64, and ``_describe()`` says in words what that shows.
    """

    label = Text("")
    caption = Text("")

    in_repr: ClassVar[tuple[str, ...]] = ()
    """The arguments that ``repr`` shows; all numbers, switches and choices when not given."""
    styles: ClassVar[tuple[str, ...]] = ()
    """Style sheets that are not named after a module which the script imports."""
    _arguments: ClassVar[dict[str, Argument]] = {}
    _is_built = False

    def __init_subclass__(cls, **options: Any) -> None:
        """Make the signature, and bring script and style."""
        if any(isinstance(own, Argument) for own in vars(cls).values()):
            # Not the class that anywidget derives for each widget: that one adds no argument.
            for method in ("_draw", "_describe"):
                if not hasattr(cls, method):
                    raise TypeError(f"{cls.__name__} should have a method {method}")
            cls._arguments = _declared(cls)
            cls.__signature__ = _signature(cls._arguments)
            # An attribute like any other: traitlets sets it up with the rest of the class.
            cls._fit_together = t.validate(*cls._arguments)(BookWidget._fits)
            folder = Path(inspect.getfile(cls)).parent.name
            cls._esm = bundle(f"{folder}/view.js")
            cls._css = stylesheet(f"{folder}/view.js", *cls.styles)
        super().__init_subclass__(**options)

    def __init__(self, *args: Any, **given: Any) -> None:
        bound = self.__signature__.bind(*args, **given)
        bound.apply_defaults()
        state = SimpleNamespace()
        for name, trait in self._arguments.items():
            setattr(state, name, trait.settled(bound.arguments[trait.argument], state))
        state.label = state.label or _in_words(type(self).__name__)
        super().__init__(**vars(state), **self._derived(state))
        self._is_built = True

    @classmethod
    def _derived(cls, state: Any) -> dict[str, Any]:
        """The values of those traits that are no arguments but follow from them."""
        return {}

    def _fits(self, proposal: dict[str, Any]) -> Any:
        """Refuse a new value that does not fit, or that a later argument would not fit."""
        trait, value = proposal["trait"], proposal["value"]
        if not self._is_built:  # everything has just been checked, in order
            return value
        state = _Changed(self, {trait.name: value})
        problem = trait.problem(value, state)
        if problem:
            raise InvalidValue(problem)
        for name, later in self._after(trait.name):
            own = getattr(self, name)
            state.changes[name] = own if later.follow is None else later.follow(own, state)
            problem = later.problem(state.changes[name], state)
            if problem:
                raise InvalidValue(
                    f"{trait.argument} was set to {_short(value)}, but then {problem}"
                )
        return value

    @t.observe(t.All)
    def _follow(self, change: dict[str, Any]) -> None:
        """Let the arguments that follow another one do so."""
        if self._is_built and change["name"] in self._arguments:
            for name, later in self._after(change["name"]):
                if later.follow is not None:
                    setattr(self, name, later.follow(getattr(self, name), self))

    def _after(self, name: str) -> list[tuple[str, Argument]]:
        """The arguments that are declared after one, and so may depend on it."""
        pairs = list(self._arguments.items())
        return pairs[list(self._arguments).index(name) + 1 :]

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self._told().items())
        return f"{type(self).__name__}({told})"

    def _told(self) -> dict[str, Any]:
        """The arguments that ``repr`` shows, by name; ``None`` is left out."""
        plain = (Whole, Switch, Choice)
        names = self.in_repr or [
            n for n, trait in self._arguments.items() if isinstance(trait, plain)
        ]
        values = {name: getattr(self, name) for name in names}
        return {name: value for name, value in values.items() if value is not None}

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live view, and for places without one a picture with its text."""
        data, metadata = super()._repr_mimebundle_(**options)
        picture = {"image/png": self._draw()}
        return {**data, **picture}, {**metadata, "image/png": {"alt": self._describe()}}


class _Changed:
    """A widget as it would be with some changes."""

    def __init__(self, widget: BookWidget, changes: dict[str, Any]) -> None:
        self.widget, self.changes = widget, changes

    def __getattr__(self, name: str) -> Any:
        changes = self.changes
        return changes[name] if name in changes else getattr(self.widget, name)


def _declared(cls: type) -> dict[str, Argument]:
    """The arguments of a class by name, in the order of their declaration; those of all last."""
    classes = [kind for kind in reversed(cls.__mro__) if kind is not BookWidget]
    found = {name: trait for kind in classes for name, trait in vars(kind).items()}
    found = {**found, **{name: found.get(name, trait) for name, trait in vars(BookWidget).items()}}
    return {name: trait for name, trait in found.items() if isinstance(trait, Argument)}


def _signature(arguments: dict[str, Argument]) -> inspect.Signature:
    """What a widget takes: first what has to be given, then the rest by name."""
    required: list[inspect.Parameter] = []
    rest: list[inspect.Parameter] = []
    for name, trait in arguments.items():
        known_as, kind = trait.known_as or name, trait.annotation
        if trait.initial is REQUIRED:
            either = inspect.Parameter.POSITIONAL_OR_KEYWORD
            required.append(inspect.Parameter(known_as, either, annotation=kind))
        else:
            default = None if callable(trait.initial) else trait.initial
            kind = kind | None if default is None else kind
            by_name = inspect.Parameter.KEYWORD_ONLY
            rest.append(inspect.Parameter(known_as, by_name, default=default, annotation=kind))
    return inspect.Signature([*required, *rest])


def _in_words(name: str) -> str:
    """A class's name as a title: "GPTExplorer" is "GPT explorer"."""
    first, *others = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]+", name)
    return " ".join([first, *map(str.lower, others)])


def _short(value: Any) -> str:
    return f"a tensor {tuple(value.shape)}" if isinstance(value, Tensor) else reprlib.repr(value)
