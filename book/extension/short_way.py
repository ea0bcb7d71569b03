"""The short way through the book: marked in the contents, and said at the end of a chapter.

`_config.yml` lists its chapters (`book_short_way`). The mark is a dot beside the title and words
for who does not see it; a line above the contents says what the dot means (the template of the
side). It stands in the page itself, so that it needs no script. Where the next chapter is not on
the short way, a line above the link to it leads to the one that is (`components/prev-next.html`).
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from extension.numbering import CHAPTER

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LINK = re.compile(r'(<a class="[^"]*\binternal\b[^"]*" href="([^"]*)">)(.*?)</a>', re.DOTALL)
DOT = '<span class="book-short" aria-hidden="true">\u25cf</span>'
WORDS = '<span class="book-unseen"> (on the short way)</span>'


def marked(contents: str, addresses: set[str]) -> str:
    """The contents with a mark in each link to one of the addresses."""

    def link(found: re.Match[str]) -> str:
        start, address, title = found.groups()
        return f"{start}{DOT}{title}{WORDS}</a>" if address in addresses else found[0]

    return LINK.sub(link, contents)


def goes_on(chapters: list[str], page: str) -> str | None:
    """The chapter after this one on the short way, if there is one."""
    place = chapters.index(page) + 1 if page in chapters else len(chapters)
    return chapters[place] if place < len(chapters) else None


def mark(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Mark the chapters that are there, and let the template know whether there are any."""
    chapters = [name for name in app.config.book_short_way if name in app.env.found_docs]
    context["short_way"] = chapters
    if not chapters:
        return
    uri = app.builder.get_relative_uri
    addresses = {"#" if name == pagename else uri(pagename, name) for name in chapters}
    generate = context["generate_toctree_html"]  # the theme's

    @cache
    def generate_toctree_html(kind: str, **options: Any) -> Any:
        return marked(str(generate(kind, **options)), addresses)

    context["generate_toctree_html"] = generate_toctree_html
    following = goes_on(chapters, pagename)
    number = CHAPTER.match(following or "")
    if following and number and (context["next"] or {}).get("link") != uri(pagename, following):
        title = app.env.titles[following].deepcopy()
        title.attributes.pop("secnumber", None)  # it is said in words
        said = f"chapter {int(number[1])}, {app.builder.render_partial(title)['title']}"
        context["short_way_next"] = {"link": uri(pagename, following), "title": said}


def setup(app: Sphinx) -> None:
    """Come after the theme, which makes the contents."""
    app.add_config_value("book_short_way", [], "html", list)
    app.connect("html-page-context", mark, priority=600)
