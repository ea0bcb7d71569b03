"""The first page: its paths and their minutes, the timeline, the short way, and what was done."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from browsing import NEXT_FRAME, PHONE, ROOT, SITE, page_names
from bs4 import BeautifulSoup
from extension.measure import page_of
from extension.minutes import in_words
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from browsing import Visit

pytestmark = pytest.mark.xdist_group("index.html")
KEY = "attention-mechanism"
EVERY_CHAPTER = "A teacher"
EVENING = 180  # minutes


@cache
def soup(name: str) -> BeautifulSoup:
    return BeautifulSoup((SITE / name).read_text(encoding="utf8"), "html.parser")


@cache
def chapters() -> list[str]:
    return sorted(path.stem for path in (ROOT / "chapters").glob("*.ipynb"))


def paths() -> dict[str, Any]:
    """The paths of the first page by their names."""
    cards = soup("index.html").select(".book-paths > ul > li")
    return {card.p.get_text(): card for card in cards}


def stops(card: Any) -> list[str]:
    """The chapters that a path links to, in its order."""
    links = [link["href"].partition("#")[0] for link in card.select("li a")]
    return [re.sub(r"chapters/(.*)\.html", r"\1", link) for link in links]


def short_way() -> list[str]:
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf8"))
    return config["sphinx"]["config"]["book_short_way"]


def test_a_path_says_the_minutes_that_were_measured(site: object) -> None:
    assert len(paths()) == 4
    for name, card in paths().items():
        along = chapters() if name == EVERY_CHAPTER else stops(card)
        assert len(along) >= 5
        pages = [page_of(SITE.parent / ".doctrees", f"chapters/{stop}") for stop in along]
        core = sum(page.core.minutes for page in pages)
        everything = core + sum(page.exercises.minutes for page in pages)
        said = card.find_all("p", recursive=False)[1].get_text()
        assert said == f"{in_words(core)}, with exercises {in_words(everything)}", name


def test_the_short_way_is_the_first_path(site: object) -> None:
    assert [f"chapters/{stop}" for stop in stops(paths()["One evening"])] == short_way()
    assert [name[:2] for name in stops(paths()["One evening"])] == ["00", "03", "06", "07", "08"]


def test_the_short_way_is_an_evening(site: object) -> None:
    """Three hours, with the exercises that do not go further."""
    pages = [page_of(SITE.parent / ".doctrees", name) for name in short_way()]
    assert sum(page.core.minutes + page.exercises.minutes for page in pages) <= EVENING


@pytest.mark.parametrize("where", page_names())
def test_the_contents_of_every_page_mark_the_short_way(site: object, where: str) -> None:
    marks = soup(where).select("nav.bd-links a > .book-short[aria-hidden]")
    said = [mark.parent.select_one(".book-unseen").get_text() for mark in marks]
    assert said == [" (on the short way)"] * len(short_way())
    leads = [mark.parent["href"].partition("#")[0] for mark in marks]
    found = [((SITE / where).parent / to).resolve() if to else SITE / where for to in leads]
    assert found == [SITE / f"{name}.html" for name in short_way()]
    meaning = soup(where).select_one(".bd-sidebar-primary .book-short-meaning a")
    page, _, place = meaning["href"].partition("#")
    target = ((SITE / where).parent / page).resolve() if page else SITE / where
    assert (target, place) == (SITE / "index.html", "paths")


@pytest.mark.parametrize("where", page_names())
def test_the_end_of_a_chapter_says_where_the_short_way_goes_on(site: object, where: str) -> None:
    """Where the next page is another one, and nowhere else."""
    way = [f"{name}.html" for name in short_way()]
    following = dict(pairwise(way)).get(where)
    page = soup(where)
    said = [line.get_text() for line in page.select(".book-short-next")]
    after = page.select_one("a.right-next")
    if following is None or (SITE / where).parent / after["href"] == SITE / following:
        assert said == []
        return
    title = soup(following).select_one("article h1").find_all(string=True)[-2].strip()
    link = page.select_one(".book-short-next a")
    assert (SITE / where).parent / link["href"] == SITE / following
    chapter = int(following.removeprefix("chapters/")[:2])
    assert said == [f"\u25cf The short way goes on with chapter {chapter}, {title}."]


def test_the_timeline_leads_from_each_year_to_its_chapter(site: object) -> None:
    rows = soup("index.html").select(".book-timeline li")
    years = []
    for row in rows:
        link = row.select_one("a:has(strong)")
        years.append(int(link.strong.get_text()))
        assert (SITE / link["href"]).is_file()
        assert re.match(r"chapters/\d\d_", link["href"])
        cited = [int(source.get_text()[-4:]) for source in row.select(".bibtex-citation a")]
        assert set(cited) == {years[-1]}, "a year is that of its sources"
    assert years == sorted(years)
    assert (years[0], years[-1]) == (2014, 2026)
    seen = {row.select_one("a")["href"][9:11] for row in rows}
    assert len(seen) >= 8, "it leads all over the book"


def test_the_lanes_are_drawn_from_their_first_year_to_their_last(tab: Callable[..., Visit]) -> None:
    page = tab().open("index.html")
    for lane, place in {"mechanism": 0, "model": 1, "cost": 2}.items():
        drawn = page.locator(".book-timeline li").evaluate_all(
            """(rows, [lane, place]) => rows.map(row => {
              const picture = getComputedStyle(row).backgroundImage;
              const layers = picture.split("linear-gradient(").slice(1);
              const colours = layers[place].match(/rgba?\\([^)]*\\)|transparent/g);
              const seen = colours.map(one => !/, 0\\)|transparent/.test(one));
              return [Boolean(row.querySelector(".lane-" + lane)), ...seen];
            })""",
            [lane, place],
        )
        stands = [i for i, row in enumerate(drawn) if row[0]]
        first, last = stands[0], stands[-1]
        for i, (_, above, below) in enumerate(drawn):
            assert above == (first < i <= last), (lane, i)
            assert below == (first <= i < last), (lane, i)


@pytest.mark.parametrize("way", ["http", "file"])
def test_one_click_leads_to_the_start_and_one_to_a_sentence(
    tab: Callable[..., Visit], way: str
) -> None:
    opened = tab(way)
    page = opened.open("index.html")
    page.locator(".book-start a", has_text="Start").click()
    assert page.url.endswith("chapters/00_before_you_start.html")
    page.go_back()
    page.locator(".book-start a", has_text="sentence").click()
    place = page.url.partition("#")[2]
    expect(page.locator(f"[id='{place}'] h2").first).to_be_in_viewport()
    assert page.locator(f"[id='{place}'] .afm-widget").count() > 0
    assert opened.problems == []


def test_what_was_done_is_counted_and_can_be_forgotten(tab: Callable[..., Visit]) -> None:
    page = tab().open("index.html")
    line = page.locator("article .book-progress")
    expect(line).to_have_count(1)
    asked = json.loads(line.get_attribute("data-pages") or "{}")
    total = sum(asked.values())
    assert total > 0
    expect(line.locator(".book-forget")).to_be_hidden()
    where = next(iter(asked))
    state = {where: {"of": asked[where], "did": {"one": {"how": "right", "said": []}}}}
    page.evaluate(f"state => localStorage.setItem('{KEY}', JSON.stringify(state))", state)
    page.reload()
    expect(line.locator(".book-done-count")).to_have_text(f"1 of {total} questions done")
    line.locator(".book-forget").click()
    expect(line.locator(".book-done-count")).to_have_text(f"0 of {total} questions done")
    expect(line.locator(".book-forget")).to_be_hidden()


def test_the_dots_stand_beside_the_titles(tab: Callable[..., Visit]) -> None:
    """Within the contents, and left of what they mark, also in the drawer of a phone."""
    opened = tab()
    page = opened.open("index.html")
    page.evaluate(NEXT_FRAME)
    places = """dots => dots.map(dot => {
      const own = dot.getBoundingClientRect();
      const range = document.createRange();
      range.selectNodeContents(dot.nextSibling);
      const side = dot.closest(".bd-sidebar-primary, dialog").getBoundingClientRect();
      return [own.left >= side.left, own.right <= range.getBoundingClientRect().left + 1];
    })"""
    assert page.locator("nav.bd-links .book-short").evaluate_all(places) == [[True, True]] * 5
    opened.resize(PHONE)
    page.locator("button.primary-toggle").click()
    dots = page.locator("dialog nav.bd-links .book-short")
    expect(dots.first).to_be_visible()
    assert dots.evaluate_all(places) == [[True, True]] * 5
