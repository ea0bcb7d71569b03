"""What a reader does on any page: switch the colours, search, copy, turn pages, open a dropdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browsing import PHONE, SITE

if TYPE_CHECKING:
    from collections.abc import Callable

    from browsing import Visit


def test_colours_change_by_keyboard_and_are_kept(tab: Callable[..., Visit]) -> None:
    opened = tab("http", color_scheme="light")
    page = opened.open("index.html")
    seen = set()
    button = page.locator(".article-header-buttons .theme-switch-button")
    for _ in range(3):
        button.focus()
        page.keyboard.press("Enter")
        state = page.evaluate("({...document.documentElement.dataset})")
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        seen.add((state["mode"], state["theme"], colour))
    assert {mode for mode, _, _ in seen} == {"light", "dark", "auto"}
    assert len({(theme, colour) for _, theme, colour in seen}) == 2
    kept = page.evaluate("localStorage.getItem('mode')")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.mode") == kept


@pytest.mark.parametrize("way", ["http", "file"])
def test_search_finds_a_term(tab: Callable[..., Visit], way: str) -> None:
    opened = tab(way)
    page = opened.open("index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("permutation equivariance")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    found = page.eval_on_selector_all("#search-results li a", "all => all.map(a => a.href)")
    assert any("chapters/glossary.html" in address for address in found)
    assert opened.foreign == []
    assert opened.problems == []


@pytest.mark.parametrize("way", ["http", "file"])
def test_a_search_result_quotes_the_page(tab: Callable[..., Visit], way: str) -> None:
    opened = tab(way)
    page = opened.open("search.html?q=broadcasting")
    quote = page.wait_for_selector("#search-results li p.context")
    assert "broadcasting" in quote.inner_text().lower()
    assert opened.problems == []


def test_pages_turn_in_order(tab: Callable[..., Visit]) -> None:
    page = tab("http").open("index.html")
    walked = [page.url]
    while page.locator(".prev-next-area a.right-next").count():
        with page.expect_navigation():
            page.locator(".prev-next-area a.right-next").click()
        walked.append(page.url)
        assert len(walked) < 60
    chapters = {p.relative_to(SITE).as_posix() for p in (SITE / "chapters").glob("*.html")}
    assert len(walked) == len(set(walked)) == len(chapters) + 1


def test_contents_open_on_a_phone(tab: Callable[..., Visit]) -> None:
    page = tab("http", viewport=PHONE).open("index.html")
    page.locator("button.primary-toggle").click()
    link = page.locator("#pst-primary-sidebar-modal a", has_text="Glossary")
    link.click()
    assert page.url.endswith("chapters/glossary.html")
