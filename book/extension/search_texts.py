"""Let search results quote the section they found, from a folder on disk too.

Sphinx's search page fetches each page it found to quote from it, which a browser forbids under
`file://`. So the build also writes each page's words as a small script, section by section, and
`assets/search.js` finds and quotes sections from these.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# What is on the page and no part of its text.
NO_TAGS = {"script", "style", "nav", "annotation", "button", "legend"}
NO_CLASSES = {
    "headerlink", "katex-html", "afm-widget", "eqno",
    "book-minutes", "book-progress", "deeper-minutes", "box-answer", "box-cover", "box-label",
}  # fmt: skip
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6", "summary"}
VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
# A new line on the page is a space between words; within a line nothing is.
LINES = {
    "blockquote", "br", "caption", "dd", "details", "div", "dl", "dt", "figcaption", "figure",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li", "mtd", "mtr", "ol", "p", "pre",
    "section", "summary", "table", "td", "th", "tr", "ul",
}  # fmt: skip


@dataclass
class Part:
    """What has an address of its own, with the words that are not those of a part within it."""

    address: str
    heading: str = ""
    words: str = ""


@dataclass
class Element:
    """A tag that is open: which part its text belongs to, and how."""

    tag: str
    classes: frozenset[str] = frozenset()
    part: int = -1
    silent: bool = True
    heading: bool = False
    formula: list[str] | None = field(default=None)


class Reader(HTMLParser):
    """Reads a page and collects the parts of its article, in their order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[Part] = []
        self.open: list[Element] = [Element("")]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Open an element, and a part where it has an address."""
        if tag in LINES:
            self.handle_data(" ")
        if tag in VOID:
            return
        around = self.open[-1]
        given = dict(attributes)
        classes = frozenset((given.get("class") or "").split())
        silent = (
            (around.silent and tag != "article")
            or tag in NO_TAGS
            or bool(classes & NO_CLASSES)
            or (tag == "summary" and "hide" in around.classes)  # "Show the code"
        )
        element = Element(tag, classes, around.part, silent, around.heading)
        address = given.get("id")
        if address and not silent and self.is_part(element, around):
            self.parts.append(Part(address))
            element.part, element.heading = len(self.parts) - 1, False
        if element.part >= 0 and not self.parts[element.part].heading.strip():
            element.heading |= tag in HEADINGS or "admonition-title" in classes
            element.heading &= "deeper" not in around.classes  # its summary says more than its name
            element.heading |= "deeper-title" in classes
        if tag == "math" or around.formula is not None:
            element.formula = []
        if tag == "dt" and element.part != around.part:
            # What follows a term, up to the next one, is its definition; a name needs no arguments.
            around.part = element.part
            element.heading = "glossary" in around.classes
            if not element.heading:
                self.parts[element.part].heading = address or ""
        self.open.append(element)

    @staticmethod
    def is_part(element: Element, around: Element) -> bool:
        """Whether search results may lead to this element."""
        if element.tag == "dt":
            return bool({"glossary", "py"} & around.classes)
        return element.tag in {"section", "details"} or "exercise" in element.classes

    def handle_endtag(self, tag: str) -> None:
        """Close the element; a formula is written down when it is whole."""
        if tag in VOID or all(element.tag != tag for element in self.open):
            return
        while True:
            element = self.open.pop()
            if element.formula is not None and not element.silent:
                self.handle_data(formula(element.tag, element.formula))
            if element.tag == tag:
                break
        if tag in LINES:
            self.handle_data(" ")

    def handle_data(self, text: str) -> None:
        """Give text to the part that it stands in, or to the formula."""
        element = self.open[-1]
        if element.silent:
            return
        if element.formula is not None:
            element.formula.append(text)
        elif element.part >= 0:
            part = self.parts[element.part]
            part.words += text
            if element.heading:
                part.heading += text


def formula(tag: str, parts: list[str]) -> str:
    """An element of MathML as one would type it: `q_i`, `n^2`, `(a+b)/c`, `√d`."""
    if tag == "mfrac":
        return f"{_grouped(parts[0])}/{_grouped(parts[1])}"
    if tag in {"msub", "munder"}:
        return f"{parts[0]}_{_grouped(parts[1])}"
    if tag in {"msup", "mover"}:
        return f"{parts[0]}^{_grouped(parts[1])}"
    if tag in {"msubsup", "munderover"}:
        return f"{parts[0]}_{_grouped(parts[1])}^{_grouped(parts[2])}"
    if tag == "msqrt":
        return f"√{_grouped(''.join(parts))}"
    return " " if tag == "mspace" else "".join(parts)


def _grouped(text: str) -> str:
    return text if len(text.strip()) <= 1 or text.isalnum() else f"({text})"


def sections(page: str) -> list[list[str]]:
    """Address, heading and words of each part of a page."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    return [
        [part.address, " ".join(part.heading.split()), " ".join(part.words.split())]
        for part in reader.parts
    ]


def write_texts(app: Sphinx, exception: Exception | None) -> None:
    """Write one script for each page."""
    if exception or app.builder.name != "html":
        return
    for docname in sorted(app.env.found_docs):
        page = Path(app.builder.get_outfilename(docname))
        if not page.is_file():
            continue
        target = Path(app.outdir) / "_static" / "texts" / f"{docname}.js"
        target.parent.mkdir(parents=True, exist_ok=True)
        words = (docname, sections(page.read_text(encoding="utf8")))
        arguments = ",".join(json.dumps(part, ensure_ascii=False) for part in words)
        target.write_text(f"BookText({arguments})\n", encoding="utf8")


def setup(app: Sphinx) -> None:
    """Write when the pages are written."""
    app.connect("build-finished", write_texts)
