"""One style sheet for all pages, without the rules that none of them needs.

The theme, Sphinx and each extension bring sheets of their own: ten files that a page would wait
for before it draws a letter. After the build they are read in the order in which a page would
have read them, purged, and written as one; its address carries a digest, so that a browser keeps
it until it changes. The book's own sheets come last.

The text's typeface comes in a script, since a browser takes a face at once only from there: from a
sheet or a file it would set every page twice. Without script it comes from the sheet, by its file.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util import logging

from extension.purge import purged, words

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LOGGER = logging.getLogger(__name__)
NAME = "site.css"
FACES = "faces.js"
ADDRESS = re.compile(rf"(_static/(?:{re.escape(NAME)}|{re.escape(FACES)})\?v=)\w*")
# In the order of a page. What stands here and is not there is not needed by this book.
FOREIGN = (
    "basic.css", "styles/pydata-sphinx-theme.css", "pygments.css", "styles/sphinx-book-theme.css",
    "sphinx-design.min.css", "copybutton.css", "mystnb.*.css", "exercise.css",
    "katex/katex.min.css",
)  # fmt: skip
# The buttons' signs travel in the sheet.
SIGNS = "icons/icons-solid.woff2"
TEXT = {  # by their files: how the face is to be chosen
    "fonts/source-serif-4.woff2": {"weight": "400 700"},
    "fonts/source-serif-4-italic.woff2": {"style": "italic"},
}
SCRIPT = """// The text's typeface, before the first line is set; see book/extension/sheets.py.
(function (faces) {
  if (!window.FontFace) return;
  faces.forEach(function (face) {
    var bytes = Uint8Array.from(atob(face[0]), function (sign) { return sign.charCodeAt(0); });
    document.fonts.add(new FontFace("Book Serif", bytes, face[1]));
  });
})(%s);
"""
LEFT_OUT = {"katex-math.css", "styles/theme.css"}  # book.css places the numbers of equations
ICON_RULE = re.compile(r'(?:\.fa-[\w-]+:{1,2}before,?)+\{content:"[^"]*"\}')
ICON_FACE = re.compile(r"@font-face\{[^}]*fontawesome[^}]*\}")
IMPORT = re.compile(r"@import[^;]*;")
URL = re.compile(r"url\((['\"]?)(?!data:|#|https?:)([^)'\"]+)\1\)")


def in_order(app: Sphinx) -> list[str]:
    """The sheets of which the one is made: foreign ones, then those that `_config.yml` names."""
    own = app.config.html_css_files
    return [*FOREIGN, *(entry if isinstance(entry, str) else entry[0] for entry in own)]


def one_sheet(
    app: Sphinx, _pagename: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Take from a page the sheets that the one will hold, and warn of any other."""
    known = [*in_order(app), *LEFT_OUT]
    for sheet in context["css_files"]:
        name = str(getattr(sheet, "filename", sheet)).split("?")[0].removeprefix("_static/")
        if not any(Path(name).match(pattern) for pattern in known):
            LOGGER.warning("book/extension/sheets.py does not place the style sheet %s", name)
    context["css_files"] = []


def moved(css: str, folder: Path, static: Path) -> str:
    """The sheet as it reads from the folder `static`, its own addresses mended."""

    def mended(found: re.Match[str]) -> str:
        path = os.path.relpath(folder / found[2], static).replace(os.sep, "/")
        return f'url("{path}")'

    return URL.sub(mended, IMPORT.sub("", css))


def encoded(path: Path) -> str:
    """A file's bytes as text."""
    return base64.b64encode(path.read_bytes()).decode()


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the sheet, let every page name it by its digest, and remove what it was made of."""
    if exception or app.builder.name != "html":
        return
    static = Path(app.outdir) / "_static"
    pages = list(Path(app.outdir).rglob("*.html"))
    scripts = static.rglob("*.js")
    known = words(path.read_text(encoding="utf8") for path in [*pages, *scripts])
    parts = []
    for pattern in in_order(app):
        for path in sorted(static.glob(pattern)):
            css = ICON_FACE.sub("", ICON_RULE.sub("", path.read_text(encoding="utf8")))
            parts.append(purged(moved(css, path.parent, static), known))
            path.unlink()
    for name in LEFT_OUT:
        (static / name).unlink(missing_ok=True)
    sheet = "\n".join(parts)
    sheet = sheet.replace(f'"{SIGNS}"', f'"data:font/woff2;base64,{encoded(static / SIGNS)}"')
    (static / SIGNS).unlink()
    faces = SCRIPT % json.dumps([[encoded(static / name), how] for name, how in TEXT.items()])
    (static / FACES).write_text(faces, encoding="utf8")
    (static / NAME).write_text(sheet, encoding="utf8")
    digest = hashlib.sha256((sheet + faces).encode()).hexdigest()[:8]
    for page in pages:
        text = page.read_text(encoding="utf8")
        page.write_text(ADDRESS.sub(rf"\g<1>{digest}", text), encoding="utf8")


def setup(app: Sphinx) -> None:
    """Connect both hooks; the sheet is written after every extension has copied its files."""
    app.connect("html-page-context", one_sheet, priority=995)
    app.connect("build-finished", write, priority=995)
