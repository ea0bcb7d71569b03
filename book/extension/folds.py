"""Folded code: one slim line, named after what the code does, and never two in a row.

A cell with the tag `hide-input` is folded. Its first line, if that is a comment, is the fold's
title and not repeated inside: `# Checked: the loop is a product`, `# Figure: the shares`,
`# Set-up`. Without one the fold is called "Show the code". Folded cells that follow each other
with nothing to be seen between them are one fold, under the first title that there is; the other
titles stay in the code, as comments.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

UNTITLED = "Show the code"
TITLE = re.compile(r"#+ *(?=\w)(?P<title>.*?)\.?[ \t]*(?:\n+|\Z)")


class fold(nodes.General, nodes.Element):  # type: ignore[misc]  # noqa: N801
    """What opens and closes, with its title."""


class Folds(SphinxPostTransform):  # type: ignore[misc]
    """Fold the code of the cells that ask for it, and join neighbours."""

    default_priority = 198  # after the outputs are chosen, before myst-nb folds each cell
    builders = ("html",)

    def run(self, **_kwargs: Any) -> None:
        """Visit every folded cell of the page, in order."""
        for cell in list(self.document.findall(_is_folded)):
            if (following := _neighbour(cell)) is not None and not _shows(cell):
                following[:0] = [part for part in cell.children if _is(part, "cell_code_source")]
                cell.parent.remove(cell)
                continue
            code = [part for part in cell.children if _is(part, "cell_code_source")]
            rest = [part for part in cell.children if part not in code]
            del cell["hide_mode"]
            cell.children = []
            cell += [fold("", *code, title=title(code)), *rest]
            if not _shows(cell):
                cell["classes"].append("book-only-code")


def title(code: list[nodes.Element]) -> str:
    """The first title that a fold's cells have; it is taken out of its cell."""
    for part in code:
        (listing,) = part.findall(nodes.literal_block)
        found = TITLE.match(listing.astext())
        if found:
            rest = listing.astext()[found.end() :]
            if not rest:
                return found["title"]
            listing.rawsource = rest
            listing.children = []
            listing += nodes.Text(rest)
            return found["title"]
    return UNTITLED


def _is(node: nodes.Node, element: str) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == element


def _is_folded(node: nodes.Node) -> bool:
    return _is(node, "cell_code") and node.get("hide_mode") == "input"


def _shows(cell: nodes.Element) -> bool:
    """Whether anything is seen of the cell while it is folded."""
    outputs = (part for part in cell.children if _is(part, "cell_code_output"))
    return any(_visible(output) for output in outputs)


def _visible(output: nodes.Element) -> bool:
    return any(not isinstance(part, nodes.container) for part in _inside(output))


def _inside(node: nodes.Element) -> Iterator[nodes.Node]:
    for part in node.children:
        yield part
        if isinstance(part, nodes.container):
            yield from _inside(part)


def _neighbour(cell: nodes.Element) -> nodes.Element | None:
    """The folded cell that follows at once."""
    after = cell.next_node(descend=False, siblings=True)
    while isinstance(after, nodes.comment):
        after = after.next_node(descend=False, siblings=True)
    return after if after is not None and _is_folded(after) else None


def visit_fold(translator: Any, node: fold) -> None:
    """Open the fold; its name is what it shows."""
    name = escape(node["title"])
    translator.body.append(f'<details class="hide book-fold">\n<summary>{name}</summary>\n')


def depart_fold(translator: Any, _node: fold) -> None:
    """Close it."""
    translator.body.append("</details>\n")


def setup(app: Sphinx) -> None:
    """Register the node and the transform."""
    app.add_node(fold, html=(visit_fold, depart_fold))
    app.add_post_transform(Folds)
