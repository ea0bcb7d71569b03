"""Which class each style sheet of a widget defines, and which scripts use it."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from attention import widgets

FOLDER = Path(widgets.__file__).parent
NAME = r"afm-[a-z0-9-]+"


class Rule(NamedTuple):
    """A selector of a sheet: the classes it names, and those of what it styles."""

    selector: str
    names: frozenset[str]
    styled: frozenset[str]


@cache
def sheets() -> dict[str, list[Rule]]:
    """Every style sheet by its path in ``attention/widgets``, with its rules."""
    found = sorted(FOLDER.rglob("*.css"))
    return {path.relative_to(FOLDER).as_posix(): rules(path.read_text("utf-8")) for path in found}


@cache
def roots() -> dict[str, str]:
    """The class of each widget's root, by its folder."""
    found = {}
    for view in FOLDER.glob("*/view.js"):
        named = re.search(rf'viewOf\(\{{\s*className: "({NAME})"', view.read_text("utf-8"))
        assert named, f"{view} should name the class of its root"
        found[view.parent.name] = named[1]
    return found


@cache
def used() -> dict[str, frozenset[str]]:
    """The classes that each script writes, by its path."""
    return {
        path.relative_to(FOLDER).as_posix(): frozenset(re.findall(NAME, code(path)))
        for path in sorted(FOLDER.rglob("*.js"))
    }


def code(path: Path) -> str:
    """A script without its comments."""
    return re.sub(r"^\s*(?://.*|/\*\*(?:.|\n)*?\*/)$", "", path.read_text("utf-8"), flags=re.M)


def rules(text: str) -> list[Rule]:
    """The rules of a sheet; what stands in brackets after ``:not`` or ``:has`` is not styled."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"@(?:media|container|supports)[^{]*\{", "", text)
    found = []
    for selectors in re.findall(r"([^{}]+)\{[^{}]*\}", text):
        for selector in split(selectors, ","):
            selector = selector.strip()
            last = split(selector, " >+~")[-1]
            styled = re.sub(r":(?:not|has)\((?:[^()]|\([^()]*\))*\)", "", last)
            names = frozenset(re.findall(rf"\.({NAME})", selector))
            found.append(Rule(selector, names, frozenset(re.findall(rf"\.({NAME})", styled))))
    return found


def split(text: str, marks: str) -> list[str]:
    """Cut a text at these marks, but not within brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if letter in marks and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part for part in parts if part.strip()]
