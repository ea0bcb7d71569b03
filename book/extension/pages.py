"""What a page loads, and what the built folder keeps.

The theme ships far more than these pages use: an icon library of half a megabyte, thousands of
icon rules, source maps. The templates of `book/templates` ask for less; this module then removes
what nothing asks for.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extension.purge import purged, words
from extension.titles import any_formula

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# Style sheets that a page needs only when its body has the mark.
SHEETS = {
    "katex": 'class="katex',
    "sphinx-design": 'class="sd-',
    "mystnb": 'class="cell',
    "copybutton": "highlight",
    "exercise": "exercise",
}
UNUSED_SCRIPTS = {"design-tabs.js"}
UNUSED_FILES = (
    "scripts/fontawesome.js", "scripts/bootstrap.js", "vendor", "webpack-macros.html",
    "sbt-webpack-macros.html", "images", "locales", "README.md", "katex-math.css",
)  # fmt: skip
ICON_RULE = re.compile(r'(?:\.fa-[\w-]+:{1,2}before,?)+\{content:"[^"]*"\}')
ICON_FACE = re.compile(r"@font-face\{[^}]*fontawesome[^}]*\}")
EMPTY_HEADER = re.compile(r'<th class="head[^"]*">(?:<p></p>)?</th>')


def trim_page(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Leave out scripts that no page of this book needs."""
    context["script_files"] = [
        script
        for script in context["script_files"]
        if Path(str(getattr(script, "filename", script) or "")).name.split("?")[0]
        not in UNUSED_SCRIPTS
    ]
    body = context.get("body", "")
    in_contents = {"katex"} if any_formula(app) else set()
    context["css_files"] = [
        sheet
        for sheet in context["css_files"]
        if Path(str(sheet.filename)).name != "katex-math.css"  # book.css places equation numbers
        and not any(
            name in str(sheet.filename) and mark not in body and name not in in_contents
            for name, mark in SHEETS.items()
        )
    ]
    # ARIA has retired the role that docutils gives a reference.
    body = body.replace('role="doc-biblioentry"', 'role="listitem"')
    # The name of what opens a cell is what it shows, "Show the code".
    body = body.replace('<summary aria-label="Toggle hidden content">', "<summary>")
    # The empty corner of a table heads nothing.
    context["body"] = EMPTY_HEADER.sub("<td></td>", body)


def trim_folder(app: Sphinx, exception: Exception | None) -> None:
    """Remove unused theme files and the unused icon rules of the theme's style sheet."""
    if exception or app.builder.name != "html":
        return
    static = Path(app.outdir) / "_static"
    for name in UNUSED_FILES:
        path = static / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for leftover in [*static.rglob("*.map"), *static.rglob("*.LICENSE.txt")]:
        if (
            "fontawesome" in leftover.name
            or "bootstrap" in leftover.name
            or leftover.suffix == ".map"
        ):
            leftover.unlink()
    texts = [*Path(app.outdir).rglob("*.html"), *static.rglob("*.js")]
    known = words(path.read_text(encoding="utf8") for path in texts)
    for name in ("styles/pydata-sphinx-theme.css", "styles/sphinx-book-theme.css"):
        sheet = static / name
        css = ICON_FACE.sub("", ICON_RULE.sub("", sheet.read_text(encoding="utf8")))
        sheet.write_text(purged(css, known), encoding="utf8")
    for script in (static / "scripts").glob("*.js"):
        text = script.read_text(encoding="utf8")
        script.write_text(re.sub(r"//# sourceMappingURL=\S+", "", text), encoding="utf8")


def setup(app: Sphinx) -> None:
    """Connect both hooks; the folder's last, after every extension has copied its files."""
    app.connect("html-page-context", trim_page, priority=990)
    app.connect("build-finished", trim_folder, priority=990)
