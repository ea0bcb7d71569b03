"""What a page says of its length, and of what the reader has done with it.

Under the title of a chapter stand its minutes and its questions, from `measure.py`. On another page
the role `minutes` adds up the core paths of the chapters whose files it names; where `exercises`
stands first their exercises, too, without those that go further. The role `progress` says how many
of the book's questions are done, with the button that forgets it all; the first page ends with
that, unless it says so itself.
Pages are read in any order, so all of this is written when the last one has been read.
"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from extension.deeper import deeper
from extension.measure import Page, measure
from extension.numbering import CHAPTER

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

LOG = logging.getLogger(__name__)
FORGET = '<button type="button" class="book-forget">Forget what I did</button>'


class minutes(nodes.Inline, nodes.TextElement):  # type: ignore[misc]  # noqa: N801
    """Minutes of the chapters that it names, not yet known."""


class progress(nodes.Inline, nodes.Element):  # type: ignore[misc]  # noqa: N801
    """How many questions are done, of those that it lists by page."""


class chapter_line(nodes.General, nodes.Element):  # type: ignore[misc]  # noqa: N801
    """What stands under a chapter's title: `said`, and how many `boxes` it has."""


class MinutesRole(SphinxRole):  # type: ignore[misc]
    """The minutes of the chapters whose files are named."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave a place for them."""
        node = minutes(self.rawtext, self.text, asked=self.text.split())
        self.set_source_info(node)
        _asking(self.env).add(self.env.docname)
        return [node], []


class ProgressRole(SphinxRole):  # type: ignore[misc]
    """How many of the book's questions are done."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave a place for it."""
        node = progress(self.rawtext)
        self.set_source_info(node)
        _asking(self.env).add(self.env.docname)
        return [node], []


def _pages(env: BuildEnvironment) -> dict[str, Page]:
    """What was measured of each page."""
    if not hasattr(env, "book_measured"):
        env.book_measured = {}
    pages: dict[str, Page] = env.book_measured
    return pages


def _asking(env: BuildEnvironment) -> set[str]:
    """The pages that say something of others."""
    if not hasattr(env, "book_asking"):
        env.book_asking = set()
    asking: set[str] = env.book_asking
    return asking


def note(app: Sphinx, document: nodes.document) -> None:
    """Measure a page that was read, and each of its deeper sections."""
    page = measure(document)
    _pages(app.env)[app.env.docname] = page
    for section in document.findall(deeper):
        for name in section["names"]:
            section["minutes"] = whole(page.deeper[name].minutes)


def forget(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget a page that will be read again, or is gone."""
    _pages(env).pop(docname, None)
    _asking(env).discard(docname)


def renew(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages to write again since another one was read: those that say something of others."""
    return sorted((_asking(env) | {app.config.root_doc}) & set(env.found_docs))


def whole(number: float) -> int:
    """Minutes as they are said: whole, and never none."""
    return max(1, round(number))


def in_words(number: float) -> str:
    """Minutes, from an hour and a half on with hours and in steps of five."""
    total = whole(number)
    if total < 90:
        return f"{total} minute{'s' * (total > 1)}"
    hours, rest = divmod(5 * round(total / 5), 60)
    return f"{hours} hour{'s' * (hours > 1)}" + (f" {rest} minutes" if rest else "")


def _in_fives(number: float) -> int:
    """Minutes of exercises, which nobody knows to the minute."""
    return max(5, 5 * round(number / 5))


def line_of(page: Page) -> str:
    """What is said under a chapter's title: its minutes, and those of what stands apart."""
    said = [f"About {in_words(page.core.minutes)}"]
    if page.deeper:
        more = sum(whole(part.minutes) for part in page.deeper.values())
        count = len(page.deeper)
        said.append(f"{more} more in {count} deeper section{'s' * (count > 1)}")
    ordinary, further = (_in_fives(part.minutes) for part in (page.exercises, page.further))
    if page.exercises.count and page.further.count:
        said.append(f"exercises about {ordinary}, and {further} more that go further")
    elif page.exercises.count:
        said.append(f"exercises about {ordinary}")
    elif page.further.count:
        said.append(f"exercises that go further about {further}")
    return "; ".join(said)


def write(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Say it, now that every page has been read."""
    pages = _pages(app.env)
    for node in list(document.findall(minutes)):
        node.replace_self(nodes.Text(_sum(pages, node)))
    boxes = {name: len(page.boxes) for name, page in sorted(pages.items()) if page.boxes}
    for node in document.findall(progress):
        node["boxes"] = boxes
    title = document.next_node(nodes.title)
    if docname == app.config.root_doc and boxes and not document.next_node(progress):
        document[-1].append(nodes.paragraph("", "", progress(boxes=boxes)))
    if CHAPTER.match(docname) and title is not None:
        page = pages[docname]
        line = chapter_line(said=line_of(page), boxes=len(page.boxes), page=docname)
        title.parent.insert(title.parent.index(title) + 1, line)


def _sum(pages: dict[str, Page], node: minutes) -> str:
    names = list(node["asked"])
    with_exercises = names[:1] == ["exercises"]
    total = 0.0
    for name in names[with_exercises:]:
        page = pages.get(f"chapters/{name}")
        if page is None:
            LOG.warning("minutes of %r: there is no such chapter", name, location=node)
            continue
        total += page.core.minutes + with_exercises * page.exercises.minutes
    return in_words(total)


def visit_line(translator: Any, node: chapter_line) -> None:
    """Write the line; the script completes what the reader has done."""
    count = node["boxes"]
    said = f'<p class="book-minutes">{escape(node["said"])}.</p>\n'
    if count:
        asks = f"{count} question{'s' * (count > 1)} to answer in the page"
        said += (
            f'<p class="book-progress" data-page="{escape(node["page"])}" data-count="{count}">'
            f'<span class="book-done-count">{asks}</span> {FORGET}</p>\n'
        )
    translator.body.append(said)


def visit_progress(translator: Any, node: progress) -> None:
    """Write how many questions there are."""
    boxes = node["boxes"]
    total = sum(boxes.values())
    asks = f"{total} questions to answer in the pages"
    translator.body.append(
        f'<span class="book-progress" data-pages="{escape(json.dumps(boxes))}">'
        f'<span class="book-done-count">{asks}</span> {FORGET}</span>'
    )


def _nothing(_translator: Any, _node: nodes.Element) -> None:
    """There is nothing to close."""


def setup(app: Sphinx) -> None:
    """Measure what is read, after all else that is done then; say it when it is written."""
    app.add_node(chapter_line, html=(visit_line, _nothing))
    app.add_node(progress, html=(visit_progress, _nothing))
    app.add_role("minutes", MinutesRole())
    app.add_role("progress", ProgressRole())
    app.connect("doctree-read", note, priority=600)
    app.connect("env-purge-doc", forget)
    app.connect("env-updated", renew)
    app.connect("doctree-resolved", write)
