"""Let search results quote the page they found, from a folder on disk too.

Sphinx's search page fetches each page it found to quote from it, which a browser forbids under
`file://`. So the build also writes each page's words as a small script, and `assets/search.js`
loads those of the pages found.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup

if TYPE_CHECKING:
    from sphinx.application import Sphinx

NOT_WORDS = ".headerlink, script, style, .katex-html, annotation, .copybtn, .afm-widget, nav"


def sections(article: Any) -> list[list[str]]:
    """The words of each section by its anchor, the section's own and not its subsections'."""
    found: list[list[str]] = []
    for section in article.find_all("section", id=True):
        own: Any = BeautifulSoup(str(section), "html.parser").find("section")
        for inner in own.find_all("section"):
            inner.decompose()
        found.append([section["id"], " ".join(own.get_text(" ").split())])
    for term in article.select("dl.glossary dt[id], dl.py dt[id]"):
        definition = term.find_next_sibling("dd")
        words = f"{term.get_text(' ')} {definition.get_text(' ') if definition else ''}"
        found.append([term["id"], " ".join(words.split())])
    return found


def write_texts(app: Sphinx, exception: Exception | None) -> None:
    """Write one script for each page."""
    if exception or app.builder.name != "html":
        return
    for docname in app.env.found_docs:
        page = Path(app.builder.get_outfilename(docname))
        if not page.is_file():
            continue
        soup = BeautifulSoup(page.read_text(encoding="utf8"), "html.parser")
        article: Any = soup.find("article")
        for node in article.select(NOT_WORDS):
            node.decompose()
        words: list[Any] = [docname, sections(article)]
        target = Path(app.outdir) / "_static" / "texts" / f"{docname}.js"
        target.parent.mkdir(parents=True, exist_ok=True)
        arguments = ",".join(json.dumps(part, ensure_ascii=False) for part in words)
        target.write_text(f"BookText({arguments})\n", encoding="utf8")


def setup(app: Sphinx) -> None:
    """Write when the pages are written."""
    app.connect("build-finished", write_texts)
