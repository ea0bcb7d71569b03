"""How long a page is: its words, lines of code, figures, widgets, boxes, and the minutes of each.

What is measured is what a reader meets. The core path is the open text of a page before the section
"Exercises": not what a closed box holds, nor code, formulas, outputs and widgets. A deeper section
is measured in the same way, as if it were open. An exercise begins with its level: those that
extend the chapter are measured apart.
"""

from __future__ import annotations

import pickle
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes

from extension.boxes import WIDGET_VIEW, box, box_answer
from extension.deeper import deeper

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS, LINES, FIGURES, WIDGETS = 200, 12, 2, 0.5  # a minute
EXERCISE = 3  # minutes of thought for each, beside what it says and half of what solves it
WORD = re.compile(r"\w[\w'\u2019.,-]*")
NO_CONTROLS = ("AttentionPicture(",)  # widgets that are looked at
CLOSED = {"hide-input", "remove-input", "hide-cell", "remove-cell"}
EXERCISES = "exercises"
LEVELS = ("recall", "apply", "extend")  # in the order in which a chapter has them


@dataclass
class Measure:
    """What stands in a part of a page: in its open text, and to be looked at."""

    words: int = 0
    code: int = 0
    asserts: int = 0
    figures: int = 0
    widgets: int = 0
    boxes: int = 0

    @property
    def minutes(self) -> float:
        """Reading, looking and trying; not rounded."""
        return (
            self.words / WORDS + self.code / LINES + self.figures / FIGURES + self.widgets / WIDGETS
        )

    def __add__(self, other: Measure) -> Measure:
        return Measure(**{key: n + getattr(other, key) for key, n in asdict(self).items()})


@dataclass
class Exercises:
    """Some of a page's exercises: how many, what they say, and what solves them."""

    count: int = 0
    said: Measure = field(default_factory=Measure)
    solved: Measure = field(default_factory=Measure)

    @property
    def minutes(self) -> float:
        """Three minutes each, what they say, and half of what solves them."""
        reading = self.said.minutes + self.solved.minutes / 2
        return EXERCISE * self.count + reading if self.count else 0.0


@dataclass
class Page:
    """A page, part by part."""

    core: Measure = field(default_factory=Measure)
    deeper: dict[str, Measure] = field(default_factory=dict)
    exercises: Exercises = field(default_factory=Exercises)
    further: Exercises = field(default_factory=Exercises)  # those that extend the chapter
    levels: tuple[str, ...] = ()  # of each exercise, in their order; "" where it has none
    boxes: tuple[str, ...] = ()


def measure(document: nodes.document) -> Page:
    """Measure a page as it was read, before anything is made for a kind of output.

    Args:
        document: Its doctree, as `_build/.doctrees` keeps it.
    """
    page, after = Page(), False  # the exercises end the core path
    now = page.exercises
    for place, node in leaves(document, "core"):
        kind, _, name = place.partition(":")
        after |= kind == "exercises"
        if _is_exercise(node):
            page.levels += (level_of(node),)
            now = page.further if page.levels[-1] == LEVELS[-1] else page.exercises
            now.count += 1
            continue
        part = _measured(node)
        if kind == "core" and not after:
            page.core += part
        elif kind == "deeper":
            page.deeper[name] = page.deeper.get(name, Measure()) + part
        elif kind == "exercises":
            now.said += part
        elif kind == "solutions":
            now.solved += part
    page.boxes = tuple(node["box"] for node in document.findall(box))
    return page


def level_of(exercise: nodes.Node) -> str:
    """The level that an exercise begins with: "Apply, in Python."; nothing where it has none."""
    text = exercise.next_node(nodes.paragraph)
    first = text.children[0] if text is not None and text.children else None
    if not isinstance(first, nodes.emphasis):
        return ""
    word = re.match(r"\w*", first.astext())[0].lower()  # type: ignore[index]  # may be empty
    return word if word in LEVELS else ""


def leaves(node: nodes.Node, place: str) -> Iterator[tuple[str, nodes.Node]]:
    """What counts for itself, and the part of the page that it belongs to."""
    if isinstance(node, nodes.section):
        heading = node.next_node(nodes.title)
        if heading is not None and heading.astext().strip().lower() == EXERCISES:
            place = "exercises"
    elif isinstance(node, deeper):
        place = f"deeper:{node['names'][0] if node['names'] else ''}"
    elif place == "exercises" and type(node).__name__.startswith("solution"):
        place = "solutions"
    elif isinstance(node, box_answer) or _is_dropdown(node):
        place = place if place == "solutions" else "closed"
    if _counts(node) or isinstance(node, box) or _is_exercise(node):
        yield place, node
    if not isinstance(node, nodes.Text | nodes.literal_block | nodes.math | nodes.math_block):
        for child in node.children:
            if not _is_hidden(child):
                yield from leaves(child, place)


def _counts(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Text | nodes.literal_block | nodes.image) or _is_bundle(node)


def _is_exercise(node: nodes.Node) -> bool:
    return type(node).__name__ in {"exercise_node", "exercise_enumerable_node"}


def _is_dropdown(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Admonition) and "dropdown" in node.get("classes", ())


def _is_bundle(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "mime_bundle"


def _is_hidden(node: nodes.Node) -> bool:
    """What no reader reads as text: remarks, outputs apart from pictures, and folded code."""
    if isinstance(node, nodes.comment | nodes.substitution_definition | nodes.raw):
        return True
    if not isinstance(node, nodes.container):
        return False
    kind, cell = node.get("nb_element"), node.parent
    if kind == "cell_code_source":
        return bool(CLOSED & {name.removeprefix("tag_") for name in cell["classes"]})
    return "mime_type" in node or (
        kind == "cell_code_output" and not any(_is_bundle(one) for one in node.findall())
    )


def _measured(node: nodes.Node) -> Measure:
    if isinstance(node, box):
        return Measure(boxes=1)
    if isinstance(node, nodes.image):
        return Measure(figures=1)
    if isinstance(node, nodes.literal_block):
        if "output" in " ".join(node["classes"]) or _is_output(node):
            return Measure()
        lines = [line for line in node.astext().splitlines() if line.strip()]
        asserts = sum(line.lstrip().startswith("assert ") for line in lines)
        return Measure(code=len(lines), asserts=asserts)
    if isinstance(node, nodes.Text):
        return Measure(words=len(WORD.findall(node.astext())))
    kinds = {part.get("mime_type", ""): part.astext() for part in node.children}
    if WIDGET_VIEW in kinds:
        passive = kinds.get("text/plain", "").startswith(NO_CONTROLS)
        return Measure(figures=1) if passive else Measure(widgets=1)
    return Measure(figures=int(any(kind.startswith("image/") for kind in kinds)))


def _is_output(node: nodes.Node) -> bool:
    while node.parent is not None:
        node = node.parent
        if node.get("nb_element") == "cell_code_output":
            return True
    return False


def page_of(doctrees: Path, docname: str) -> Page:
    """Measure a page of a book that was built, from the folder `.doctrees` of the build."""
    return measure(pickle.loads((doctrees / f"{docname}.doctree").read_bytes()))
