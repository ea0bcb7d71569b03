"""How boxes that ask are written: all that a page with script needs is there from the start.

The head of a page sets the class `kit` before the first paint (`book/templates/layout.html`).
With it a reader sees fields and buttons, and what is to be predicted is covered; without it the
same elements are the question, its options as a list, and a closed answer. So nothing moves when
`book/assets/kit.js` wakes them. What is right stands in `data-key`, in base 64: not a secret, only
nothing that the eye or a search would meet.
"""

from __future__ import annotations

import base64
import json
from html import escape
from typing import TYPE_CHECKING, Any

from extension.boxes import (
    box,
    box_answer,
    box_cover,
    box_instead,
    box_option,
    box_options,
    box_question,
)

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

SEND = {"predict": "Predict", "check": "Check"}
LEGEND = {"predict": "Your prediction", "check": "Your answer"}
NUMBER = (
    '<div class="box-form"><label class="box-label" for="{0}-field">{1}</label>'
    '<input type="text" id="{0}-field" class="box-field" inputmode="{2}" autocomplete="off"'
    ' spellcheck="false" maxlength="24"/>'
)
MOVES = (
    '<span class="box-moves"><button type="button" data-move="-1" aria-label="Move up">'
    '<span aria-hidden="true">\u2191</span></button><button type="button" data-move="1" '
    'aria-label="Move down"><span aria-hidden="true">\u2193</span></button></span></li>\n'
)


def encoded(key: dict[str, Any]) -> str:
    """What the script reads and nobody else would."""
    return base64.b64encode(json.dumps(key, separators=(",", ":")).encode()).decode()


def visit_box(translator: Any, node: box) -> None:
    """Open a box."""
    attributes = {
        f"data-{node['asks']}": node["box"],
        "data-kind": node["kind"],
        "data-key": encoded(node["key"]),
    }
    name = f"admonition box {node['asks']}"
    translator.body.append(translator.starttag(node, "div", CLASS=name, **attributes))
    translator.body.append(f'<p class="admonition-title">{escape(node["title"])}</p>\n')


def visit_options(translator: Any, node: box_options) -> None:
    """Begin what is answered with."""
    asked, body = node.parent, translator.body
    name, legend = asked["box"], LEGEND[asked["asks"]]
    if asked["kind"] == "number":
        numbers = [asked["key"]["right"], *asked["key"]["instead"]]
        # A phone's keys for numbers have no minus.
        keys = "decimal" if min(numbers) >= 0 else "text"
        body.append(NUMBER.format(name, legend, keys))
        return
    body.append(
        f'<fieldset class="box-form" aria-describedby="{name}-question">'
        f"<legend>{legend}</legend>\n"
        + (
            '<ul class="box-options">\n'
            if asked["kind"] == "choice"
            else '<ol class="box-lines">\n'
        )
    )


def depart_options(translator: Any, node: box_options) -> None:
    """Write the button, and where the verdict will stand."""
    asked = node.parent
    lists = {"choice": "</ul>\n", "order": "</ol>\n"}
    send = f'<button type="button" class="box-send">{SEND[asked["asks"]]}</button>'
    close = "</div>\n" if asked["kind"] == "number" else "</fieldset>\n"
    translator.body.append(
        lists.get(asked["kind"], "")
        + send
        + close
        + '<div class="box-verdict" role="status"></div>'
    )


def visit_option(translator: Any, node: box_option) -> None:
    """Begin an option, or a line."""
    asked = node.parent.parent
    place = node.parent.index(node)
    if asked["kind"] == "choice":
        translator.body.append(
            f'<li><label><input type="radio" name="{asked["box"]}" value="{place}"/> '
            '<span class="box-text">'
        )
    else:
        translator.body.append(f'<li data-line="{place}"><span class="box-text">')


def depart_option(translator: Any, node: box_option) -> None:
    """End it."""
    choice = node.parent.parent["kind"] == "choice"
    translator.body.append("</span></label></li>\n" if choice else "</span>" + MOVES)


def visit_cover(translator: Any, node: box_cover) -> None:
    """What stands over an output; over a widget, first of all the way back to the question."""
    covers = node["covers"]
    says = "Move it without predicting" if node["widget"] else "Show without predicting"
    choices = f'<button type="button" class="box-uncover">{says}</button>'
    if node["widget"]:
        back = f'<a class="box-first" href="#{covers[0]}">Answer first</a>'
        choices = f'<div class="box-choices">{back}{choices}</div>'
    translator.body.append(
        f'<div class="box-cover" data-covers="{" ".join(covers)}">{choices}</div>\n'
    )


def _tags(before: str, after: str) -> tuple[Any, Any]:
    def visit(translator: Any, _node: nodes.Element) -> None:
        translator.body.append(before)

    def depart(translator: Any, _node: nodes.Element) -> None:
        translator.body.append(after)

    return visit, depart


def _question(translator: Any, node: box_question) -> None:
    translator.body.append(f'<div class="box-question" id="{node.parent["box"]}-question">\n')


def setup(app: Sphinx) -> None:
    """Register how each part is written."""
    answer = (
        '\n<details class="box-answer"><summary>'
        '<span class="box-show">Show the answer</span><span class="box-shown">Answer</span>'
        '</summary><div class="box-why">\n'
    )
    app.add_node(box, html=(visit_box, _tags("", "</div>\n")[1]))
    app.add_node(box_question, html=(_question, _tags("", "</div>\n")[1]))
    app.add_node(box_options, html=(visit_options, depart_options))
    app.add_node(box_option, html=(visit_option, depart_option))
    app.add_node(box_answer, html=_tags(answer, "</div></details>\n"))
    app.add_node(box_instead, html=_tags('<li class="box-instead">', "</li>\n"))
    app.add_node(box_cover, html=(visit_cover, _tags("", "")[1]))
