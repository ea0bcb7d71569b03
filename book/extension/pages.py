"""What a page loads, and what the built folder keeps.

The theme ships far more than these pages use: an icon library of half a megabyte, source maps. The
templates of `book/templates` ask for less; this module then removes what nothing asks for.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from sphinx.application import Sphinx

UNUSED_SCRIPTS = {"design-tabs.js"}
SETTINGS = "DOCUMENTATION_OPTIONS."  # for a choice of versions, and a search at each key
UNUSED_FILES = (
    "scripts/fontawesome.js", "scripts/bootstrap.js", "vendor", "webpack-macros.html",
    "sbt-webpack-macros.html", "images", "locales", "README.md",
)  # fmt: skip
# The theme measures what scrolls at every change of the page, marks one box before it measures the
# next, and so lays closed sections out again and again. book.js does this by itself: the theme's
# function finds nothing to measure.
THEME = "pydata-sphinx-theme.js"
MEASURED = (
    '["pre",".nboutput > .output_area",".cell_output > .output",".jp-RenderedHTMLCommon",'
    '".pst-scrollable-table-container"].join(", ")'
)
NOTHING = '":not(*)"'
PLAIN_CODE = re.compile(r'<span class="(?:n|o|p|w)">([^<]*)</span>')
EMPTY_HEADER = re.compile(r'<th class="head[^"]*">(?:<p></p>)?</th>')


def trim_page(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Leave out scripts that no page of this book needs; no other makes the page wait."""
    scripts = []
    for script in context["script_files"]:
        name = Path(str(script.filename or "")).name
        attributes, priority = dict(script.attributes), script.priority
        if name in UNUSED_SCRIPTS or attributes.get("body", "").startswith(SETTINGS):
            continue
        if name and pagename != "search":  # whose own lines call its scripts at once
            attributes["defer"] = "defer"
        if name == "sphinx_highlight.js":  # it forgets the words that book.js and kit.js ask for
            priority = 990
        scripts.append(type(script)(script.filename, priority=priority, **attributes))
    context["script_files"] = scripts
    body = context.get("body", "")
    # ARIA has retired the role that docutils gives a reference.
    body = body.replace('role="doc-biblioentry"', 'role="listitem"')
    # The name of what opens a cell is what it shows, "Show the code".
    body = body.replace('<summary aria-label="Toggle hidden content">', "<summary>")
    # Names, signs and spaces have the colour of the code itself.
    body = PLAIN_CODE.sub(r"\1", body)
    # The empty corner of a table heads nothing.
    context["body"] = EMPTY_HEADER.sub("<td></td>", body)


def trim_folder(app: Sphinx, exception: Exception | None) -> None:
    """Remove unused theme files."""
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
    for script in (static / "scripts").glob("*.js"):
        text = script.read_text(encoding="utf8")
        if script.name == THEME:
            text = measuring_nothing(text)
        script.write_text(re.sub(r"//# sourceMappingURL=\S+", "", text), encoding="utf8")


def measuring_nothing(script: str) -> str:
    """The theme's script without what it measures; of another version the build says so."""
    if MEASURED in script:
        return script.replace(MEASURED, NOTHING)
    if NOTHING in script:
        return script
    raise ExtensionError(
        f"{THEME} has changed: look for what it makes a tab stop (`scrollWidth`), "
        "and write it in MEASURED of book/extension/pages.py"
    )


def setup(app: Sphinx) -> None:
    """Connect both hooks; the folder's last, after every extension has copied its files."""
    app.connect("html-page-context", trim_page, priority=990)
    app.connect("build-finished", trim_folder, priority=990)
