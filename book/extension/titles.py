"""A letter with an index is set in titles, too: "d_k" and "W_Q", wherever a title is shown.

Titles are written without dollar signs, since a title is also the text of links (`links.py`), the
name of a bookmark and a line of search results, none of which sets formulas. On the page, in the
contents at both sides, in links to the previous and next page and in references it is a formula.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

LETTER = re.compile(r"(?<![\w$\\])([A-Za-z])_([A-Za-z]+|\d)(?![\w$])")


def with_formulas(text: str) -> Iterator[nodes.Node]:
    """The parts of a text: its words, and what has an index as formulas."""
    end = 0
    for found in LETTER.finditer(text):
        if end < found.start():
            yield nodes.Text(text[end : found.start()])
        letter, index = found.groups()
        tex = f"{letter}_{index}" if len(index) == 1 else rf"{letter}_{{\text{{{index}}}}}"
        yield nodes.math(found[0], tex)
        end = found.end()
    if end < len(text):
        yield nodes.Text(text[end:])


def set_letters(node: nodes.Element) -> None:
    """Set them in a title or a reference; code stays as it is."""
    for text in list(node.findall(nodes.Text)):
        if LETTER.search(text) and not isinstance(text.parent, nodes.literal | nodes.math):
            text.parent.replace(text, list(with_formulas(text.astext())))


class Titles(SphinxTransform):  # type: ignore[misc]
    """Set the titles of sections, before the contents are collected."""

    default_priority = 300  # after ids were made of the words

    def apply(self, **_kwargs: Any) -> None:
        """Visit every title."""
        for section in self.document.findall(nodes.section):
            for title in section.children[:1]:
                if isinstance(title, nodes.title):
                    set_letters(title)


class References(SphinxPostTransform):  # type: ignore[misc]
    """Set what refers to a section by its title."""

    default_priority = 20  # once references are resolved
    builders = ("html",)

    def run(self, **_kwargs: Any) -> None:
        """Visit every link within the book."""
        for link in self.document.findall(nodes.reference):
            if link.get("internal"):
                for words in list(link.findall(nodes.inline)):
                    if {"std-ref", "doc"} & set(words.get("classes", ())):
                        set_letters(words)


def plain(title: str) -> str:
    """A title's HTML with its formulas as they were written."""
    soup = BeautifulSoup(title, "html.parser")
    for formula in soup.select(".katex"):
        formula.replace_with(formula.select_one("annotation").get_text())  # type: ignore[union-attr]
    return str(soup)


def name_page(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Give the page a name of plain text."""
    if "katex" in context.get("title", ""):
        context["title"] = plain(context["title"])


def setup(app: Sphinx) -> None:
    """Register the transforms and the hook."""
    app.add_transform(Titles)
    app.add_post_transform(References)
    app.connect("html-page-context", name_page)
