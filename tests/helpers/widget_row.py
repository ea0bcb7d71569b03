"""What the tests of all hosts know of a widget: a row of ``widget_table.py``."""

from collections.abc import Callable
from typing import NamedTuple

from widgets_drawn import Drawn

from attention import widgets
from attention.widgets.base.widget import BookWidget


class Row(NamedTuple):
    """A widget, where it stands, and a question by which page and Python can be compared.

    Attributes:
        name: The class's name in ``attention.widgets``.
        make: Builds a small example; it takes the class's arguments. A class or a function that
            another module can import from where it stands: JupyterLab's kernel does.
        chapters: The chapters that show it, by file name without ending; none of a widget that no
            chapter shows yet.
        view: The view on the page, as a CSS selector.
        controls: The ``data-control`` of all that can be moved in the example.
        slider: A slider that moves the widget: its ``data-control``, which is also the trait's name
            and the view's data attribute. It can move down from where the example stands.
        spoken: What that slider says, as a pattern; {0} stands for the value, {1} for the next one.
        announces: What the live region says after a move, as a pattern.
        also: Another trait with a value that differs from the example's, as Python writes it; the
            trait is a data attribute of the view, too. The slider's own where it is the only one.
        place: Where the page shows a number: a CSS selector within the view, and the attribute.
        number: The same number in Python, as an expression in the widget ``w``.
        drawn: An example whose numbers would look different transposed, shifted or of another
            query, and a check that its screen shows them, from pixels.
    """

    name: str
    make: Callable[..., BookWidget]
    chapters: tuple[str, ...]
    view: str
    controls: frozenset[str]
    slider: str
    spoken: str
    announces: str
    also: tuple[str, str]
    place: tuple[str, str]
    number: str
    drawn: Drawn

    @property
    def kind(self) -> type[BookWidget]:
        """The class itself."""
        return getattr(widgets, self.name)

    def said(self, value: float) -> str:
        """The pattern of what the slider says at a value."""
        return self.spoken.format(written(value), written(value + 1))


def written(value: float) -> str:
    """A slider's value as a page writes it: 1 for 1.0."""
    return str(int(value)) if value == int(value) else str(value)


def read(text: str) -> float:
    """A slider's value that a page wrote; of a whole number an ``int``, as its trait wants it."""
    value = float(text)
    return int(value) if value == int(value) else value


def names(text: str) -> frozenset[str]:
    """Some names, written with spaces between them."""
    return frozenset(text.split())
