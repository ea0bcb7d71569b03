"""The contents with the short way marked, and the end of a chapter that says where it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bs4 import BeautifulSoup
from extension.short_way import DOT, WORDS, goes_on, marked
from small_book import build

if TYPE_CHECKING:
    from pathlib import Path

ASK = '<a class="reference internal" href="03_ask.html">3. Ask</a>'
HERE = '<a class="current reference internal" href="#">6. <span class="math">x</span></a>'
OTHER = '<a class="reference internal" href="04_more.html">4. More</a>'


def test_what_is_on_the_way_is_marked_and_nothing_else() -> None:
    contents = f"<ul><li>{ASK}</li><li>{OTHER}</li><li>{HERE}</li></ul>"
    found = marked(contents, {"03_ask.html", "#"})
    assert f'href="03_ask.html">{DOT}3. Ask{WORDS}</a>' in found
    assert f'href="#">{DOT}6. <span class="math">x</span>{WORDS}</a>' in found
    assert OTHER in found
    assert found.replace(DOT, "").replace(WORDS, "") == contents


def test_without_a_way_nothing_changes() -> None:
    assert marked(ASK, set()) == ASK


def test_the_way_goes_on_to_its_next_chapter() -> None:
    way = ["chapters/00_a", "chapters/03_b", "chapters/06_c"]
    assert [goes_on(way, page) for page in way] == ["chapters/03_b", "chapters/06_c", None]
    assert goes_on(way, "chapters/01_x") is None
    assert goes_on([], "chapters/01_x") is None


CONTENTS = """
format: jb-book
root: index
parts:
  - caption: One
    numbered: true
    chapters:
      - file: chapters/00_before_you_start
      - file: chapters/01_aside
      - file: chapters/03_queries_keys_values
      - file: chapters/06_causal_attention
"""


def test_a_chapter_ends_with_where_the_way_goes_on_if_the_next_page_is_another(
    tmp_path: Path,
) -> None:
    titles = {"00_before_you_start": "A", "01_aside": "B", "03_queries_keys_values": "Keys & co"}
    pages = {f"chapters/{name}": f"# {title}" for name, title in titles.items()}
    pages |= {"index": "# I", "chapters/06_causal_attention": "# D"}
    site = build(tmp_path, CONTENTS, pages)
    ends = {}
    for name in pages:
        page = BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
        assert page.select_one(".prev-next-footer .book-licence"), "the book's own template"
        line = page.select_one(".prev-next-footer .book-short-next")
        ends[name.removeprefix("chapters/")] = line and (line.a["href"], line.get_text())
    said = "\u25cf The short way goes on with chapter 3, Keys & co."
    assert ends.pop("00_before_you_start") == ("03_queries_keys_values.html", said)
    assert set(ends.values()) == {None}
