"""Deeper sections, as `<details>`: a proof or a control that the core path leaves out.

An admonition with the class `deeper` opens one, with its title, its name (the address) and its one
sentence; the block break `+++ deeper-end` closes it. Code cells stand between the two, so they are
gathered when a page has been read. Headings, exercises and other deeper sections do not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LOG = logging.getLogger(__name__)
END = "deeper-end"
PREFIX = re.compile(r"\s*Deeper:\s*")
MINUTE = "{} minute{}"


class deeper(nodes.General, nodes.Element):  # type: ignore[misc]  # noqa: N801
    """A section that is closed until it is asked for; `minutes` says how long it takes."""


class deeper_title(nodes.TextElement):  # type: ignore[misc]  # noqa: N801
    """What the section is called."""


class deeper_lead(nodes.TextElement):  # type: ignore[misc]  # noqa: N801
    """The one sentence on what the section shows."""


def is_start(node: nodes.Node) -> bool:
    """Whether a deeper section begins here."""
    return isinstance(node, nodes.Admonition) and "deeper" in node.get("classes", ())


def is_end(node: nodes.Node) -> bool:
    """Whether a deeper section ends here."""
    return (
        isinstance(node, nodes.comment)
        and "block_break" in node["classes"]
        and node.astext().strip() == END
    )


def named(node: nodes.Element) -> str:
    """The name that an author has given to a box, for messages."""
    return str((node["names"] or ["without a name"])[0])


def take_place(old: nodes.Element, new: nodes.Element) -> None:
    """Put ``new`` where ``old`` is, under the same address."""
    new["ids"], new["names"] = old["ids"], old["names"]
    new.source, new.line = old.source, old.line
    document = old.document
    for identity in old["ids"]:
        document.ids[identity] = new
    old.replace_self(new)


class GatherDeeper(SphinxTransform):  # type: ignore[misc]
    """Put what stands between the gates into the section."""

    default_priority = 20  # after sphinx-exercise has gathered its solutions

    def apply(self, **_kwargs: Any) -> None:
        """Visit every gate of the page, in its order."""
        whole = True
        for start in list(self.document.findall(is_start)):
            if start.parent is not None:
                whole &= self._gather(start)
        for end in list(self.document.findall(is_end)):
            if whole:
                LOG.warning("+++ %s stands here, but no deeper section is open", END, location=end)
            end.parent.remove(end)

    def _gather(self, start: nodes.Admonition) -> bool:
        """Gather one; whether its gates are as they should be."""
        name, parent = named(start), start.parent
        place = parent.index(start) + 1
        inside: list[nodes.Node] = []
        for node in parent.children[place:]:
            if is_end(node):
                break
            if isinstance(node, nodes.section):
                return self._without_end(start)
            if is_start(node):
                return self._refuse(
                    start, f"should end (+++ {END}) before the one called {named(node)!r} starts"
                )
            inside.append(node)
        else:
            return self._without_end(start)
        parent.remove(parent.children[place + len(inside)])
        for node in inside:
            parent.remove(node)
        for node in [found for part in inside for found in part.findall(nodes.Element)]:
            if re.match("exercise|solution", type(node).__name__):
                LOG.warning(
                    "deeper section %r should hold no exercise and no solution", name, location=node
                )
                break
        title, *content = start.children
        if not start["names"] or not PREFIX.match(title.astext()):
            self._refuse(start, "should have a :name: and a title that begins with 'Deeper: '")
        if not (content and isinstance(content[0], nodes.paragraph)):
            self._refuse(start, "should say in one sentence what it shows")
            content = [nodes.paragraph(), *content]
        lead, *rest = content
        heading = deeper_title("", "", *title.children)
        first = heading.next_node(nodes.Text)
        first.parent.replace(first, nodes.Text(PREFIX.sub("", first.astext(), count=1)))
        section = deeper("", heading, deeper_lead("", "", *lead.children), *rest, *inside)
        take_place(start, section)
        return True

    def _without_end(self, start: nodes.Admonition) -> bool:
        """Say whether a heading stands in the way of the end, or there is none."""
        everything = list(self.document.findall())
        heading = ""
        for node in everything[everything.index(start) + 1 :]:
            if isinstance(node, nodes.section) and not heading:
                heading = node.next_node(nodes.title).astext()
            if is_start(node):
                break
            if is_end(node) and heading:
                return self._refuse(start, f"should have no heading inside: {heading!r}")
        return self._refuse(start, f"should have a +++ {END}")

    @staticmethod
    def _refuse(start: nodes.Admonition, why: str) -> bool:
        LOG.warning("deeper section %r %s", named(start), why, location=start)
        return False


def title_labels(app: Sphinx, document: nodes.document) -> None:
    """Let `{ref}` say what a deeper section is called."""
    labels = app.env.get_domain("std").data["labels"]
    for section in document.findall(deeper):
        for name in section["names"]:
            labels[name] = (app.env.docname, section["ids"][0], section[0].astext())


def visit_deeper(translator: Any, node: deeper) -> None:
    """Open the section."""
    translator.body.append(translator.starttag(node, "details", CLASS="deeper") + "<summary>")


def depart_lead(translator: Any, node: deeper_lead) -> None:
    """End the summary, and begin what is closed."""
    minutes = node.parent.get("minutes", 1)
    said = MINUTE.format(minutes, "" if minutes == 1 else "s")
    translator.body.append(
        f'</span> <span class="deeper-minutes">{said}</span></summary>\n<div class="deeper-body">\n'
    )


def setup(app: Sphinx) -> None:
    """Register the nodes and the transform."""
    app.add_node(
        deeper, html=(visit_deeper, lambda self, _: self.body.append("</div></details>\n"))
    )
    app.add_node(
        deeper_title,
        html=(
            lambda self, _: self.body.append(
                '<span class="deeper-mark">Deeper</span> <span class="deeper-title">'
            ),
            lambda self, _: self.body.append("</span> "),
        ),
    )
    app.add_node(
        deeper_lead,
        html=(lambda self, _: self.body.append('<span class="deeper-lead">'), depart_lead),
    )
    app.add_transform(GatherDeeper)
    app.connect("doctree-read", title_labels)
