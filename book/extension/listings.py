"""Code is never cut off: a line that is too long goes on beneath itself, further in.

Each line of a listing is an element of its own that knows how far it is indented; the style sheet
does the rest. What a cell prints keeps its lines, since columns stand under each other there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LISTING = re.compile(
    r'(<div class="(?P<kind>[^"]*)"><div class="highlight"><pre>(?:<span></span>)?)'
    r"(?P<code>.*?)(?P<end></pre>)",
    re.DOTALL,
)
LINE = re.compile(r"[^\n]*\n|[^\n]+")
TAG = re.compile(r"<[^>]*>")


def line(text: str) -> str:
    """One line of a listing with its end; Pygments closes each of its elements in its line."""
    shown = TAG.sub("", text)
    indent = len(shown) - len(shown.lstrip(" "))
    step = f' style="--in:{indent}"' if indent else ""
    return f'<span class="code-line"{step}>{text}</span>'


def in_lines(page: str) -> str:
    """The page with each line of its code as an element."""

    def wrapped(found: re.Match[str]) -> str:
        if "output" in found["kind"].split():
            return found[0]
        return found[1] + "".join(map(line, LINE.findall(found["code"]))) + found["end"]

    return LISTING.sub(wrapped, page)


def mark_lines(
    _app: Sphinx, _pagename: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Do so before the page is written."""
    if "body" in context:
        context["body"] = in_lines(context["body"])


def setup(app: Sphinx) -> None:
    """Work on the text of a page."""
    app.connect("html-page-context", mark_lines)
