"""One style sheet out of many."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from extension import sheets

OWN = ["book.css", ("kit.css", {})]


def application(folder: Path) -> Any:
    config = SimpleNamespace(html_css_files=OWN)
    return SimpleNamespace(outdir=folder, config=config, builder=SimpleNamespace(name="html"))


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A built folder with a sheet of the theme, a sheet of KaTeX's and two of the book's."""
    static = tmp_path / "_static"
    for name, text in {
        "basic.css": ".used{color:red}.unused{color:blue}",
        "katex/katex.min.css": "@font-face{src:url(fonts/a.woff2)}.used{top:1px}",
        "book.css": '@import "x.css";.used{src:url("icons/icons-solid.woff2")}',
        "kit.css": '.used{background:url("data:x")}',
        "styles/theme.css": '@import "../basic.css";',
        "fonts/source-serif-4.woff2": "serif",
        "fonts/source-serif-4-italic.woff2": "italic",
        "icons/icons-solid.woff2": "signs",
    }.items():
        (static / name).parent.mkdir(parents=True, exist_ok=True)
        (static / name).write_text(text, encoding="utf8")
    page = '<link rel="stylesheet" href="_static/site.css?v="><p class="used">'
    (tmp_path / "index.html").write_text(page, encoding="utf8")
    return tmp_path


def test_the_sheets_stand_in_the_order_of_a_page(built: Path) -> None:
    sheets.write(application(built), None)
    css = (built / "_static/site.css").read_text(encoding="utf8")
    marks = ["color:red", "katex/fonts/a.woff2", "data:font/woff2;base64,c2lnbnM=", "data:x"]
    places = [css.find(mark) for mark in marks]
    assert places == sorted(places)
    assert places[0] >= 0
    assert "unused" not in css
    assert "@import" not in css


def test_what_went_into_the_sheet_is_gone(built: Path) -> None:
    sheets.write(application(built), None)
    left = {path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()}
    fonts = {f"_static/{name}" for name in sheets.TEXT}
    assert left == {"index.html", "_static/site.css", "_static/faces.js"} | fonts


def test_the_typeface_is_a_script(built: Path) -> None:
    sheets.write(application(built), None)
    script = (built / "_static/faces.js").read_text(encoding="utf8")
    assert '[["c2VyaWY=", {"weight": "400 700"}], ["aXRhbGlj", {"style": "italic"}]]' in script


def test_the_address_changes_with_the_sheet(built: Path) -> None:
    addresses = []
    for colour in ("red", "green"):
        (built / "_static/basic.css").write_text(f".used{{color:{colour}}}", encoding="utf8")
        (built / "_static" / sheets.SIGNS).write_text("signs", encoding="utf8")
        sheets.write(application(built), None)
        addresses.append((built / "index.html").read_text(encoding="utf8"))
    assert addresses[0] != addresses[1]
    assert all('?v="' not in text for text in addresses)


@pytest.mark.parametrize(
    ("name", "placed"), [("_static/katex/katex.min.css?v=1", True), ("_static/new.css", False)]
)
def test_a_sheet_without_a_place_is_named(
    tmp_path: Path, name: str, placed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(sheets.LOGGER, "warning", lambda text, *values: said.append(text % values))
    context = {"css_files": [name]}
    sheets.one_sheet(application(tmp_path), "p", "t", context, None)
    assert context["css_files"] == []
    assert [text for text in said if "new.css" in text] == said
    assert bool(said) is not placed
