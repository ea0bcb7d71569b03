"""Which terms of the glossary each core path uses, and where: `python book/terms.py`.

After `make book`. For each chapter of the second edition, in the order of reading, every term that
its core path uses, and the chapter and section in which a reader first meets it: as a link to the
glossary, whose definition opens beside it, or emphasised where the text says what it means. A term
that stands there bare before is a fault (`tests/site/test_terms.py`). Titles, code, formulas and
what is closed are not held to this.

The short way is read on its own, and all chapters are read in order: two readers, two lists.
"""

from __future__ import annotations

import pickle
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from extension.measure import leaves
from lengths import DOCTREES, ROOT, short_way

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GLOSSARY = ROOT / "chapters" / "glossary.md"
ENTRY = re.compile(r"^((?:\S.*\n)+)((?:  .*\n)+)", re.MULTILINE)
ASKS = re.compile(r":class: (?:predict|check)\b")
CHAPTER = re.compile(r"\(chapter (\d+)\)")
# Other forms of a term than its plural, and what one says for short.
FORMS = {
    "ablation": ("ablate", "ablated"),
    "attention": ("attend", "attends", "attended", "attending"),
    "attention weight": ("weighted",),
    "axis": ("axes",),
    "causal mask": ("causal attention", "causal layer"),
    "context vector": ("context",),
    "detach": ("detached", "detach()"),
    "dropout": ("dropped out",),
    "feed-forward network": ("feed-forward",),
    "GPT": ("GPT-2",),
    "gradient clipping": ("clipping", "clipped"),
    "held-out data": ("held-out", "held out"),
    "KV cache": ("cache",),
    "mask": ("masked", "masking"),
    "optimiser": ("SGD",),
    "projection": ("project", "projected"),
    "residual stream": ("stream",),
    "tied embeddings": ("tied",),
    "top-k sampling": ("top-k",),
}
# Where the letters of a term are another word.
ORDINARY = (
    r"(?<!the )(?<!to a )\bmeans?\b(?! of| and| squared| cosine|,| fare| along)",  # the verb
    r"a block with any number",
    r"the temperature in °C",
)


@dataclass(frozen=True)
class Use:
    """A term where it stands on a core path."""

    term: str  # the first name of its entry
    chapter: str
    section: str
    defined: bool  # a link to the glossary, or emphasised
    around: str


@cache
def glossary() -> dict[str, tuple[str, int]]:
    """By its names in lower case each entry of the glossary: its first name, and its chapter."""
    found = {}
    text = GLOSSARY.read_text(encoding="utf-8").partition("{glossary}\n")[2]
    for names, said in ENTRY.findall(text):
        chapter = CHAPTER.search(said)
        if chapter is None:
            raise ValueError(f"{names!r} should name its chapter: (chapter N)")
        first = names.splitlines()[0]
        found.update({name.lower(): (first, int(chapter[1])) for name in names.splitlines()})
    return found


@cache
def _pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    """What finds a term in a text, the longest first; and by its form in lower case the entry."""
    forms: dict[str, str] = {}
    for name, (first, _) in glossary().items():
        plurals = (f"{name}s", f"{name}es", f"{name[:-1]}ies" if name.endswith("y") else name)
        forms.update(dict.fromkeys((name, *plurals), first))
    for first, others in FORMS.items():
        forms.update({other.lower(): first for other in others})
    longest = sorted(forms, key=len, reverse=True)
    ordinary = "|".join(f"(?:{words})" for words in ORDINARY)
    words = "|".join(map(re.escape, longest))
    return re.compile(rf"{ordinary}|(?<![\w-])(?P<term>{words})(?![\w-])", re.IGNORECASE), forms


def document(chapter: str) -> nodes.document:
    """A chapter as it was read."""
    path = DOCTREES / "chapters" / f"{chapter}.doctree"
    page: nodes.document = pickle.loads(path.read_bytes())
    return page


def uses(chapter: str, page: nodes.document) -> Iterator[Use]:
    """The terms of a core path, each time that one stands there, in the order of reading."""
    for place, node in leaves(page, "core"):
        if place == "exercises":
            return
        if place == "core" and isinstance(node, nodes.Text):
            yield from in_text(chapter, node)


def in_text(chapter: str, node: nodes.Text) -> Iterator[Use]:
    """The terms of one piece of text: in a link, emphasised, or bare."""
    above = list(_above(node))
    if any(isinstance(one, nodes.literal | nodes.literal_block | nodes.title) for one in above):
        return
    titles = (one.next_node(nodes.title) for one in above if isinstance(one, nodes.section))
    section = next((title.astext() for title in titles if title is not None), "")
    text = node.astext().replace("\n", " ")
    link = next((one for one in above if one.get("reftype") == "term"), None)
    if link is not None:
        yield Use(glossary()[link["reftarget"].lower()][0], chapter, section, True, text)
        return
    pattern, forms = _pattern()
    emphasised = isinstance(node.parent, nodes.emphasis | nodes.strong)
    for found in pattern.finditer(text):
        if found["term"]:
            around = text[max(0, found.start() - 40) : found.end() + 30]
            defined = emphasised and found["term"] == text.strip()
            yield Use(forms[found["term"].lower()], chapter, section, defined, around)


def _above(node: nodes.Node) -> Iterator[nodes.Element]:
    while node.parent is not None:
        node = node.parent
        yield node


def first_uses(chapters: Iterable[str], held: Iterable[str]) -> Iterator[Use]:
    """Each term once: where a reader of the chapters, in this order, first meets it.

    Args:
        chapters: Their files, without the ending, in the order of reading.
        held: Those of them in which a term may not stand bare before it is defined; what others
            define counts as known.
    """
    known, kept = set(), set(held)
    for chapter in chapters:
        for use in uses(chapter, document(chapter)):
            if use.term not in known and (use.defined or chapter in kept):
                known.add(use.term)
                yield use


def chapters() -> list[str]:
    """The chapters of the book in their order."""
    return sorted(path.stem for path in DOCTREES.glob("chapters/[0-9]*.doctree"))


def second_edition() -> list[str]:
    """Those that ask their reader something, by their notebooks: they need no built book."""
    notebooks = sorted((ROOT / "chapters").glob("[0-9]*.ipynb"))
    return [path.stem for path in notebooks if ASKS.search(path.read_text(encoding="utf-8"))]


def listed(reader: str, order: list[str]) -> list[Use]:
    """Print what a reader meets, chapter by chapter, and return what stood bare."""
    held = second_edition()
    first = {use.term: use for use in first_uses(order, held)}
    for chapter in [name for name in order if name in held]:
        print(f"\n{chapter}, read by {reader}")
        for term in sorted({use.term for use in uses(chapter, document(chapter))}, key=str.lower):
            use = first[term]
            where = f"chapter {int(use.chapter[:2])}, {use.section}"
            print(f"  {term:28}{where if use.defined else f'BARE: {where}: ... {use.around} ...'}")
    return [use for use in first.values() if not use.defined]


def main() -> int:
    """Print both lists; 1 if a term stands bare before it is defined."""
    way = [Path(name).name for name in short_way()]
    bare = listed("one who takes the short way", way) + listed("one who reads all", chapters())
    return 1 if bare else 0


if __name__ == "__main__":
    sys.exit(main())
