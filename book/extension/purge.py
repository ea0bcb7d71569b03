"""Take out of a style sheet the rules for classes that no page and no script of the site names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WORD = re.compile(r"[A-Za-z_][\w-]*")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
# What a selector says of other elements than its own must not cost it its place.
FUNCTION = re.compile(r":(?:not|is|where|has)\([^()]*(?:\([^()]*\)[^()]*)*\)")
NESTING = ("@media", "@supports", "@layer", "@container")


def words(texts: Iterator[str]) -> set[str]:
    """Every word that could be the name of a class."""
    return {word for text in texts for word in WORD.findall(text)}


def blocks(css: str) -> Iterator[tuple[str, str]]:
    """The rules of a style sheet: what stands before the braces and what between them."""
    start = depth = opened = 0
    quote = ""
    for i, sign in enumerate(css):
        if quote:
            quote = "" if sign == quote and css[i - 1] != "\\" else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "{":
            opened = i if depth == 0 else opened
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield css[start:opened], css[opened + 1 : i]
                start = i + 1
        elif sign == ";" and depth == 0:
            yield css[start : i + 1], ""
            start = i + 1


def split_selectors(prelude: str) -> list[str]:
    """The selectors of a list, without cutting inside parentheses."""
    return re.split(r",(?![^()]*\))", prelude)


def purged(css: str, known: set[str]) -> str:
    """The style sheet without selectors that need a class nobody has."""
    kept = []
    for prelude, body in blocks(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)):
        head = prelude.strip()
        if not body:
            kept.append(head)
        elif head.startswith(NESTING):
            inner = purged(body, known)
            kept.append(f"{head}{{{inner}}}" if inner else "")
        elif head.startswith("@"):
            kept.append(f"{head}{{{body}}}")
        else:
            selectors = [
                selector
                for selector in split_selectors(head)
                if set(CLASS.findall(FUNCTION.sub("", selector))) <= known
            ]
            kept.append(f"{','.join(selectors)}{{{body}}}" if selectors else "")
    return "".join(kept)
