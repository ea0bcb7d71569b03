"""Boxes that ask: `predict` before a result is shown, `check` afterwards.

An admonition with one of these classes and a name holds the question, a list of options (or of
lines to put in order) and, as a dropdown called "Answer", what is right and why. The right answer
itself was recorded by a cell of the chapter under the box's name (`attention/teaching/answers.py`);
its kind is the kind of the box. What is asked and what was recorded must fit, or the build fails
and names the box. `boxes_html.py` writes them.

A prediction covers a result. A widget is something to move, often what one predicts with, so it is
passed over, and the next result is covered; where the widget itself is the result, the box is of
the class `covers-widget`, too, and covers it wholly.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from extension.deeper import named, take_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

LOG = logging.getLogger(__name__)
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KINDS = ("predict", "check")
COVERS_WIDGET = "covers-widget"
# "If you got 14.0: ...", also "-14", "1,024" and "14%".
INSTEAD = re.compile(
    r"If you got (?P<number>[-\u2212+]?[\d.,\u2009\u202f ]*\d(?:e-?\d+)?)\s?%?:\s*"
)
SMART = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})
SMART |= str.maketrans({"\u2013": "--", "\u2014": "---", "\u2026": "...", "\u00a0": " "})
AROUND = {"literal": "`", "math": "$", "emphasis": "*", "strong": "**"}


class box(nodes.General, nodes.Element):  # type: ignore[misc]  # noqa: N801
    """A box: `box` is its name, `asks` its class, `kind` what is answered, `key` what is right."""


class box_question(nodes.Element):  # type: ignore[misc]  # noqa: N801
    """What is asked."""


class box_options(nodes.Element):  # type: ignore[misc]  # noqa: N801
    """The options, or the lines; nothing for a number."""


class box_option(nodes.Element):  # type: ignore[misc]  # noqa: N801
    """One of them."""


class box_answer(nodes.Element):  # type: ignore[misc]  # noqa: N801
    """What is right, and why; closed until it is asked for."""


class box_instead(nodes.Element):  # type: ignore[misc]  # noqa: N801
    """What is said to a typical wrong number."""


class box_cover(nodes.Element):  # type: ignore[misc]  # noqa: N801
    """What covers an output until the boxes that it names are done."""


class Refused(Exception):  # noqa: N818
    """A box whose parts do not fit; the message says what should be."""


def recorded(env: BuildEnvironment, docname: str) -> dict[str, dict[str, Any]]:
    """The answers that the cells of a page recorded, by name."""
    if not NbMetadataCollector.get_doc_data(env)[docname].get("glue"):
        return {}
    folder = Path(env.mystnb_config.output_folder)
    noted = json.loads((folder / f"{docname}.glue.json").read_text(encoding="utf-8"))
    answers = {}
    for name, output in noted.items():
        text = output["data"].get("text/plain", "")
        if text.startswith('{"name": '):
            answers[name] = json.loads(text)
    return answers


class Boxes(SphinxTransform):  # type: ignore[misc]
    """Make boxes of the admonitions, and cover what they ask to predict."""

    default_priority = 21  # after deeper sections have been gathered

    def apply(self, **_kwargs: Any) -> None:
        """Visit every box of the page."""
        found = [
            node
            for node in self.document.findall(nodes.Admonition)
            if set(node.get("classes", ())) & set(KINDS)
        ]
        answers = recorded(self.env, self.env.docname) if found else {}
        for node in found:
            try:
                take_place(node, made := _made(node, answers))
            except Refused as problem:
                asks = next(kind for kind in KINDS if kind in node["classes"])
                LOG.warning("%s box %r %s", asks, named(node), problem, location=node)
            else:
                if made["asks"] == "predict":
                    _cover(made, COVERS_WIDGET in node["classes"])


def _made(node: nodes.Admonition, answers: dict[str, Any]) -> box:
    """The box that an admonition describes."""
    if not node["names"]:
        raise Refused("should have a :name:")
    name = node["names"][0]
    if name not in answers:
        raise Refused(f"should have a cell of its page that calls answer({name!r}, ...)")
    answer = answers[name]
    title, *content = node.children
    if not (content and _is_answer(content[-1])):
        raise Refused("should end with an admonition 'Answer' of :class: dropdown")
    last = content.pop()
    given = []
    if answer["kind"] != "number":
        if not (content and isinstance(content[-1], nodes.bullet_list)):
            raise Refused("should list its options before the Answer")
        given = [item.children for item in content.pop().children]
    if not content:
        raise Refused("should ask something before its options")
    insteads = _insteads(last) if answer["kind"] == "number" else []
    made = box(
        "",
        box_question("", *content),
        box_options("", *(box_option("", *_inline(part)) for part in given)),
        box_answer("", *last.children[1:]),
        box=name,
        title=title.astext(),
        asks=next(kind for kind in KINDS if kind in node["classes"]),
        kind=answer["kind"],
        key=_key(answer, [_texts(part) for part in given], insteads),
    )
    for item, number in insteads:
        item.replace_self(box_instead("", *_without_number(item, number)))
    return made


def _inline(part: list[nodes.Node]) -> list[nodes.Node]:
    """An option without its paragraph: a label holds none."""
    if len(part) != 1 or not isinstance(part[0], nodes.paragraph):
        raise Refused("should have options of one line each")
    return list(part[0].children)


def _is_answer(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.Admonition)
        and "dropdown" in node["classes"]
        and node[0].astext() == "Answer"
    )


def _key(answer: dict[str, Any], given: list[set[str]], insteads: list[Any]) -> dict[str, Any]:
    """What the page needs to tell right from wrong."""
    if answer["kind"] == "number":
        return _number_key(answer, [number for _, number in insteads])
    wanted = [answer["value"]] if answer["kind"] == "choice" else answer["value"]
    places = [[i for i, texts in enumerate(given) if _plain(line) in texts] for line in wanted]
    for line, found in zip(wanted, places, strict=True):
        if len(found) != 1:
            raise Refused(
                f"should have the recorded answer {line!r} once among its options, "
                f"but has it {len(found)} times among {sorted(min(t) for t in given)}"
            )
    right = [found[0] for found in places]
    if answer["kind"] == "choice":
        if len(given) < 2:
            raise Refused("should have two options or more")
        return {"right": right[0]}
    if len(right) != len(given):
        raise Refused(f"should list the {len(right)} recorded lines, but lists {len(given)}")
    if right == sorted(right):
        raise Refused("should list its lines in another order than the right one")
    return {"right": right}


def _number_key(answer: dict[str, Any], printed: list[str]) -> dict[str, Any]:
    wrong = answer["instead"]
    if len(printed) != len(wrong):
        raise Refused(
            f"should have one 'If you got' line for each of the {len(wrong)} numbers recorded "
            f"as instead=, but has {len(printed)}"
        )
    rooms = []
    for text, number in zip(printed, wrong, strict=True):
        said, digits = _read(text)
        if abs(said - number) > 0.5 * 10**-digits * (1 + 1e-9):
            raise Refused(
                f"says 'If you got {text}', but the number recorded in this place is {number:g}"
            )
        rooms.append(max(answer["within"], 0.5 * 10**-digits))
    return {"right": answer["value"], "within": answer["within"], "instead": wrong, "rooms": rooms}


def _read(text: str) -> tuple[float, int]:
    """A printed number, and how many digits it has behind the point."""
    plain = re.sub(r"[,\s]", "", text.replace("\u2212", "-"))
    mantissa, _, power = plain.partition("e")
    return float(plain), len(mantissa.partition(".")[2]) - int(power or 0)


def _insteads(answer: nodes.Element) -> list[tuple[nodes.list_item, str]]:
    """The items of an Answer that begin with "If you got", and the number of each."""
    found = []
    for item in answer.findall(nodes.list_item):
        if item.astext().startswith("If you got"):
            match = INSTEAD.match(item.astext())
            if match is None:
                raise Refused(f"should say 'If you got NUMBER: ...', but says {item.astext()!r}")
            found.append((item, match["number"].strip()))
    return found


def _without_number(item: nodes.list_item, number: str) -> list[nodes.Node]:
    """An item, "If you got NUMBER:" in a part of its own, which the script leaves out."""
    first = item.children[0] if item.children else None
    text = first.next_node(nodes.Text) if first is not None else None
    if text is None or not (match := INSTEAD.match(text)):
        raise Refused(f"should say 'If you got {number}:' in plain text")
    lead = nodes.inline("", match[0].rstrip() + " ", classes=["box-if"])
    text.parent.replace(text, [lead, nodes.Text(text[match.end() :])])
    return list(item.children)


def _texts(parts: list[nodes.Node]) -> set[str]:
    """An option as it may have been recorded: as it is read, and as it is written."""
    read = "".join(part.astext() for part in parts)
    written = "".join("".join(_source(part)) for part in parts)
    return {_plain(read), _plain(written)}


def _source(node: nodes.Node) -> Iterator[str]:
    mark = AROUND.get(type(node).__name__, "")
    yield mark
    if isinstance(node, nodes.Text):
        yield node.astext()
    for child in node.children:
        yield from _source(child)
    yield mark


def _plain(text: str) -> str:
    """A text without what typography did to it."""
    return " ".join(text.translate(SMART).split())


def _cover(made: box, wants_widget: bool) -> None:
    """Cover the next result of the same section, unless another box asks for it first."""
    parent = made.parent
    for node in parent.children[parent.index(made) + 1 :]:
        outputs = node.children[-1:] if isinstance(node, nodes.container) else []
        if (
            outputs
            and node.get("nb_element") == "cell_code"
            and node.get("hide_mode") not in ("all", "output", "input+output")
            and outputs[0].get("nb_element") == "cell_code_output"
            and outputs[0].children  # not of a cell that only records answers
            and _has_widget(outputs[0]) == wants_widget
        ):
            output = outputs[0]
            if not isinstance(output[0], box_cover):
                output.insert(0, box_cover(covers=[], widget=wants_widget))
                output["classes"].append("box-covered")
            output[0]["covers"].append(made["box"])
            return
    if wants_widget:
        LOG.warning(
            "predict box %r should have a widget after it in its section: it is of the class %s",
            made["box"], COVERS_WIDGET, location=made,
        )  # fmt: skip


def _has_widget(output: nodes.Element) -> bool:
    """Whether one of an output's forms is a widget's view."""
    return any(form.get("mime_type") == WIDGET_VIEW for form in output.findall(nodes.container))


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_transform(Boxes)
