"""Code is never cut off: a line that is too long goes on beneath itself, further in.

Each line of a listing is an element of its own that knows how far it is indented; the style sheet
does the rest. On a phone a line that is longer than the screen goes on beneath itself after a space
or one of `( [ . , =`, and never after the hyphen of `-torch` or `GPT-2`; what a reader copies holds
nothing of this. What a cell prints keeps its lines, since columns stand under each other there.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

LISTING = re.compile(
    r'(<div class="(?P<kind>[^"]*)"><div class="highlight"><pre>(?:<span></span>)?)'
    r"(?P<code>.*?)(?P<end></pre>)",
    re.DOTALL,
)
LINE = re.compile(r"[^\n]*\n|[^\n]+")
TAG = re.compile(r"<[^>]*>")
PHONE = 32  # letters that fit on a phone's screen, in a box
WORD = re.compile(r"\S+")
SHORT = 18  # letters of a word that goes to the next line as a whole
OPENS = re.compile(r"[(\[](?=[^)\]])|(?<=[\w)\]])\.(?=[^\W\d])|,(?=.)|(?<![=<>!])=(?=[^=])")
HYPHEN = re.compile(r"-\w")
UNIT = re.compile(rf"{TAG.pattern}|&[^;\s]+;|{HYPHEN.pattern}|.", re.DOTALL)


def line(text: str) -> str:
    """One line of a listing with its end; Pygments closes each of its elements in its line."""
    shown = html.unescape(TAG.sub("", text))
    indent = len(shown) - len(shown.lstrip(" "))
    step = f' style="--in:{indent}"' if indent else ""
    if len(shown.rstrip()) > PHONE:
        text = breakable(text, {end for word in WORD.finditer(shown) for end in ends(word)})
    return f'<span class="code-line"{step}>{text}</span>'


def ends(word: re.Match[str]) -> Iterator[int]:
    """How many letters of its line stand before each place where a long word may be broken."""
    if len(word[0]) > SHORT:
        yield from (word.start() + found.end() for found in OPENS.finditer(word[0]))


def breakable(text: str, places: set[int]) -> str:
    """The line with these places, and with each hyphen bound to what follows it."""
    letters, parts = 0, []
    for unit in UNIT.findall(text):
        parts.append(f'<span class="code-whole">{unit}</span>' if HYPHEN.fullmatch(unit) else unit)
        if not unit.startswith("<"):
            letters += len(html.unescape(unit))
            if letters in places:
                parts.append("<wbr>")
    return "".join(parts)


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
    """Work on the text of a page, once names and signs are plain text in it (`pages`)."""
    app.connect("html-page-context", mark_lines, priority=992)
