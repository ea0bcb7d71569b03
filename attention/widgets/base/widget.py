"""What the book's widgets share: arguments checked in order, and a form for every place."""

from types import SimpleNamespace
from typing import Any

import anywidget
from anywidget._util import repr_mimebundle

from attention.widgets.base.traits import InvalidValue


class BookWidget(anywidget.AnyWidget):  # type: ignore[misc]
    """A widget that says what is wrong with its arguments, and that carries a picture of itself.

    A subclass has traits; says in ``_default`` what an argument is when it is not given, in
    ``_check`` how the arguments fit one another; and draws and describes itself. Its own
    ``@validate`` hands later changes to ``_check``, too.
    """

    @classmethod
    def _checked(cls, given: dict[str, Any]) -> dict[str, Any]:
        """The arguments as the traits take them.

        One by one and in this order, so that what is wrong first is what the error names. (The
        checks of a trait run again when it is set, but then in no particular order.)
        """
        state = SimpleNamespace()
        for name, value in given.items():
            trait = getattr(cls, name)
            argument = cls._default(name, state) if value is None else value
            if argument is not None or not trait.allow_none:
                argument = trait.validate(None, argument)
            setattr(state, name, cls._check(name, argument, state))
        return vars(state)

    @classmethod
    def _default(cls, name: str, state: Any) -> Any:
        """What an argument is when it is not given; the ones before it are in ``state``."""
        return None

    @classmethod
    def _check(cls, name: str, value: Any, state: Any) -> Any:
        """Return the value if it fits the others, which are attributes of ``state``."""
        return value

    def _draw(self) -> str:
        """The picture of the present state: a PNG as base64."""
        raise NotImplementedError

    def _describe(self) -> str:
        """What the picture shows, in words."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live view, and for places without one a picture with its text."""
        data, metadata = repr_mimebundle(model_id=self.model_id, repr_text=repr(self))
        data["image/png"] = self._draw()
        return data, {**metadata, "image/png": {"alt": self._describe()}}


def check_range(name: str, number: float, low: float, high: float) -> None:
    """Raise unless the number is from ``low`` to ``high``."""
    if not low <= number <= high:
        raise InvalidValue(f"{name} should be from {low} to {high}, but was {number}")


def check_count(name: str, items: Any, count: int, meaning: str) -> None:
    """Raise unless there are so many of them."""
    if len(items) != count:
        raise InvalidValue(f"{name} should have one entry per {meaning}, but had {len(items)}")
