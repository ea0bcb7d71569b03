r"""Which letters stand in each chapter's formulas: `python book/symbols.py`, after `make book`.

A symbol is a letter with its accent and with a subscript that belongs to the name: d_k and W_Q are
names, the i of x_i counts. `tests/site/test_symbols.py` holds the page `chapters/notation.md` to
what is found here: each letter has its line there, and each line its chapters.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from docutils import nodes
from extension.inks import GROUP
from lengths import ROOT
from terms import chapters, document

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTATION = ROOT / "chapters" / "notation.md"
GREEK = (
    "alpha|beta|gamma|delta|Delta|varepsilon|epsilon|eta|theta|lambda|mu|nu|Pi|pi|rho|sigma|tau|"
    "phi|psi|omega|ell"
)
ACCENT = r"\\(?:hat|bar|tilde|vec|overrightarrow|overleftarrow|overline|dot|mathbb|mathcal)"
WORDS = rf"\\(?:text\w*|operatorname\*?|math(?:rm|bf|sf|tt)|begin|end|label|tag)\s*{GROUP}"
LETTER = rf"(?:\\(?:{GREEK})(?![A-Za-z])|[A-Za-z])"
PIECES = re.compile(
    rf"""(?P<words>{WORDS})
       | (?P<accent>{ACCENT})\s*(?:\{{\s*(?P<under>{LETTER})\s*(?P<inner>_{GROUP}|_.)?\s*\}}
           |\s(?P<bare>{LETTER}))(?P<below_accent>_(?:{GROUP}|{LETTER}|[0-9]))?
       | (?P<letter>{LETTER})(?P<below>_(?:\s*{GROUP}|{WORDS}|{LETTER}|[0-9]))?
       | (?P<command>\\(?:[A-Za-z]+|.))""",
    re.VERBOSE,
)
COUNTING = re.compile(r"(?:[ijtslnhmLNST0-9+\-,<>=':()\s]|\\(?:le|ge|ldots|dots|ell|prime)|\\,)*")
TITLE = "## Letters of single chapters"
ROW = re.compile(
    r"^\| (?P<letters>[^|]+?) \| (?P<chapters>[\d, ]+) \| (?P<meaning>[^|]+) \|$", re.MULTILINE
)
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$]+)\$", re.DOTALL)


def names(latex: str) -> Iterator[str]:
    r"""The symbols of a formula in their order, written as in TeX: ``d_{k}``, ``\hat y``."""
    for piece in PIECES.finditer(latex):
        letter = piece["letter"] or piece["under"] or piece["bare"]
        if letter is None:
            continue
        accent = f"{piece['accent']} " if piece["accent"] else ""
        below = piece["below"] or piece["below_accent"] or piece["inner"] or ""
        parts = below[1:].replace(r"\,", " ").strip().removeprefix("{").removesuffix("}").split(",")
        name = ",".join(part for part in parts if not COUNTING.fullmatch(part))
        yield accent + letter + (f"_{{{name}}}" if name else "")
        for part in filter(COUNTING.fullmatch, parts):
            yield from names(part)


def in_text(text: str) -> set[str]:
    """The symbols of all formulas of a Markdown text."""
    return {name for one, two in FORMULA.findall(text) for name in names(one or two)}


def of_chapter(chapter: str) -> dict[str, list[str]]:
    """By each symbol of a chapter's formulas the formulas that it stands in."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for node in document(chapter).findall(lambda n: isinstance(n, nodes.math | nodes.math_block)):
        for name in dict.fromkeys(names(node.astext())):
            found[name].append(node.astext())
    return dict(found)


def on_the_page() -> tuple[set[str], list[tuple[set[str], set[int]]]]:
    """The symbols that mean one thing in all chapters, and each line of those that do not."""
    everywhere, title, local = NOTATION.read_text(encoding="utf-8").partition(TITLE)
    if not title:
        raise ValueError(f"{NOTATION} should have the title {TITLE!r}")
    local, _, after = local.partition("\n## ")
    after, _, _ = after.partition("## Names in other places")
    lines = [
        (in_text(row["letters"]), {int(number) for number in row["chapters"].split(",")})
        for row in ROW.finditer(local)
    ]
    return in_text(everywhere + after), lines


def main() -> None:
    """Print each symbol with its chapters and the shortest formula of each."""
    by_symbol: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for chapter in chapters():
        for name, formulas in of_chapter(chapter).items():
            by_symbol[name][int(chapter[:2])] = min(formulas, key=len).replace("\n", " ")
    for name, where in sorted(by_symbol.items(), key=lambda pair: pair[0].lower()):
        print(f"{name:16}", "; ".join(f"{number}: {one[:60]}" for number, one in where.items()))


if __name__ == "__main__":
    main()
