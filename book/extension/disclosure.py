"""Dropdowns as native `<details>`: no script, opened by keyboard, found by a search in the page.

A solution's address follows from its exercise's label, so that a link to it lasts: the one to
`ex-name` is `#ex-name-solution`. (sphinx-exercise would number all solutions of the book.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.directive import SolutionDirective, SolutionStartDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class disclosure(nodes.General, nodes.Element):  # type: ignore[misc]  # noqa: N801
    """An admonition that opens and closes."""


class disclosure_title(nodes.TextElement):  # type: ignore[misc]  # noqa: N801
    """What is seen while it is closed."""


class Solution(SolutionDirective):  # type: ignore[misc]
    """A solution that is named after its exercise."""

    def run(self) -> list[nodes.Node]:
        """Give the label, where the author gave none."""
        self.options.setdefault("label", f"{self.arguments[0]}-solution")
        return super().run()


class SolutionStart(SolutionStartDirective):  # type: ignore[misc]
    """The same, around cells."""

    def run(self) -> list[nodes.Node]:
        """Give the label, where the author gave none."""
        self.options.setdefault("label", f"{self.arguments[0]}-solution")
        return super().run()


class Disclosures(SphinxPostTransform):  # type: ignore[misc]
    """Replace each admonition (exercise and solution included) that has the class `dropdown`."""

    default_priority = 500  # after sphinx-exercise has resolved its titles
    builders = ("html",)

    def run(self, **_kwargs: Any) -> None:
        """Visit every admonition of the page."""
        for section in self.document.findall(nodes.section):
            if section["ids"] in (["exercise-content"], ["solution-content"]):
                section["ids"] = []  # sphinx-exercise gives every one of them the same id
        for node in list(self.document.findall(nodes.Admonition)):
            if "dropdown" not in node.get("classes", ()):
                continue
            children = list(node.children)
            if children and isinstance(children[0], nodes.title):
                title = disclosure_title("", "", *children.pop(0).children)
            else:
                name = node.tagname.removesuffix("_node").replace("_", " ").capitalize()
                title = disclosure_title("", name)
            for link in list(title.findall(nodes.reference)):
                link.replace_self(link.children)  # a link inside a button cannot be reached
            classes = [c for c in node["classes"] if c != "dropdown"]
            kind = node.tagname.removesuffix("_node")
            if kind in {"hint", "tip", "note", "warning", "seealso", "important"}:
                classes.append(kind)
            node.replace_self(disclosure("", title, *children, ids=node["ids"], classes=classes))


def setup(app: Sphinx) -> None:
    """Register the nodes, the transform, and the directives in place of sphinx-exercise's."""
    app.add_node(
        disclosure,
        html=(
            lambda self, node: self.body.append(
                self.starttag(node, "details", CLASS="admonition dropdown")
            ),
            lambda self, node: self.body.append("</details>\n"),
        ),
    )
    app.add_node(
        disclosure_title,
        html=(
            lambda self, node: self.body.append('<summary class="admonition-title">'),
            lambda self, node: self.body.append("</summary>\n"),
        ),
    )
    app.add_post_transform(Disclosures)
    app.add_directive("solution", Solution, override=True)
    app.add_directive("solution-start", SolutionStart, override=True)
