"""The glossary's definitions as a script of the site, for the popovers at the links to its terms.

A script, since a page that is opened from a folder may not fetch a file; and one for all pages,
since a page loads it only when a reader comes to a term (`book/assets/popover.js`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def definitions(page: str) -> dict[str, str]:
    """From the id of each term of a glossary's page to the HTML of what the page says of it.

    A definition is short-lived on the screen, so its own links are left out.
    """
    found = {}
    for term in BeautifulSoup(page, "html.parser").select("dl.glossary > dt[id]"):
        text = term.find_next_sibling("dd")
        if text is None:
            continue
        for link in text.select("a"):
            link.unwrap()
        for tag in text.select("[id]"):
            del tag["id"]
        found[str(term["id"])] = text.decode_contents().strip()
    return found


def write_definitions(app: Sphinx, exception: Exception | None) -> None:
    """Write those of every page that has a glossary into one script."""
    if exception or app.builder.name != "html":
        return
    found: dict[str, str] = {}
    for docname in {docname for *_, docname, _, _ in app.env.domains["std"].get_objects()}:
        page = Path(app.builder.get_outfilename(docname))
        text = page.read_text(encoding="utf-8") if page.is_file() else ""
        found |= definitions(text) if 'class="simple glossary"' in text else {}
    script = json.dumps(dict(sorted(found.items())), ensure_ascii=False)
    target = Path(app.outdir) / "_static" / "definitions.js"
    target.write_text(f"BookDefinitions({script})\n", encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Write when the pages are written."""
    app.connect("build-finished", write_definitions)
