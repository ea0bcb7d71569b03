"""The reader's kit in a browser, on a small book of its own: what is asked, answered and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browsing import PHONE, visit
from javascript import violations
from kit_page import ASK, OSTRICH, check, kept, predict
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from browsing import Visit
    from playwright.sync_api import Browser, Page


pytestmark = pytest.mark.xdist_group("kit")


@pytest.fixture(scope="module")
def lasting(browser: Browser, kit: dict[str, str]) -> Iterator[Visit]:
    """One tab for all who need none of their own."""
    context, opened = visit(browser, kit["http"])
    yield opened
    context.close()


@pytest.fixture
def page(lasting: Visit) -> Iterator[Page]:
    """The page with the boxes as a reader finds it who has done nothing yet."""
    opened = lasting.open(ASK)
    assert kept(opened) == {}
    yield opened
    opened.emulate_media(media="null")
    opened.evaluate("localStorage.clear(); sessionStorage.clear()")


@pytest.mark.parametrize("way", ["http", "file"])
def test_a_prediction_uncovers_what_it_was_about(reader: Callable[..., Visit], way: str) -> None:
    opened = reader(way)
    page = opened.open(ASK)
    expect(page.locator(OSTRICH)).to_be_hidden()
    expect(page.locator(".box-uncover")).to_be_visible()
    expect(page.locator("#ask-fog .box-why")).to_be_hidden()
    predict(page, 0)
    expect(page.locator("#ask-fog .box-verdict")).to_contain_text("✓ Right.")
    expect(page.locator("#ask-fog .box-why")).to_be_visible()
    expect(page.locator(OSTRICH)).to_be_visible()
    expect(page.locator(".book-done-count")).to_have_text("1 of 3 questions done")
    page.reload()
    expect(page.locator(OSTRICH)).to_be_visible()
    expect(page.locator("#ask-fog input").nth(0)).to_be_checked()
    assert opened.problems == []
    assert opened.foreign == []


def test_a_prediction_that_fails_says_so_and_shows_what_is_right(
    page: Page,
) -> None:
    page.locator("#ask-fog .box-send").click()
    expect(page.locator("#ask-fog .box-verdict")).to_have_text("Choose one of them first.")
    expect(page.locator(OSTRICH)).to_be_hidden()
    predict(page, 1)
    expect(page.locator("#ask-fog .box-verdict")).to_contain_text("✗ Not this time.")
    expect(page.locator("#ask-fog .box-why")).to_be_visible()
    expect(page.locator(OSTRICH)).to_be_visible()
    assert kept(page)["chapters/03_ask"]["did"]["ask-fog"] == {
        "how": "wrong",
        "said": ['<img src=x onerror="alert(1)">'],
    }


def test_without_predicting_the_output_is_shown_and_the_question_stays(
    page: Page,
) -> None:
    page.locator(".box-uncover").click()
    expect(page.locator(OSTRICH)).to_be_visible()
    expect(page.locator("#ask-fog .box-why")).to_be_hidden()
    expect(page.locator(".book-done-count")).to_have_text("0 of 3 questions done")
    assert page.evaluate("document.activeElement.matches('.cell_output')")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("-9.0", "✓ Right. Why is said below."),
        ("\u22129,04", "✓ Right. Why is said below."),
        (" - 18 / 2 ", "✓ Right. Why is said below."),
        ("-900%", "✓ Right. Why is said below."),
        ("-9.06", "✗ Not yet. Try again, or look."),
        ("9", "✗ Not yet. Try again, or look."),
        ("14,02", "✗ Not yet: you took the largest weight alone."),
        ("10.5", "✗ Not yet: you took the plain mean."),
        ("nine", "Type a number first, such as 0.5 or 3/4."),
        ("", "Type a number first, such as 0.5 or 3/4."),
    ],
)
def test_a_number_is_read_as_people_write_it(page: Page, typed: str, said: str) -> None:
    assert check(page, typed) == said
    expect(page.locator("#ask-paper .box-why")).to_be_visible(visible=said.startswith("✓"))


def test_the_answer_can_always_be_asked_for(page: Page) -> None:
    check(page, "14")
    page.locator("#ask-paper .box-answer summary").click()
    expect(page.locator("#ask-paper .box-why")).to_be_visible()
    assert kept(page)["chapters/03_ask"]["did"]["ask-paper"]["how"] == "shown"
    expect(page.locator(".book-done-count")).to_have_text("1 of 3 questions done")


def test_everything_is_done_by_keyboard(page: Page) -> None:
    page.locator("#ask-fog input").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#ask-fog .box-verdict")).to_contain_text("✓")
    page.locator("#ask-paper .box-field").focus()
    page.keyboard.type("-9")
    page.keyboard.press("Enter")
    expect(page.locator("#ask-paper .box-verdict")).to_contain_text("✓")
    lines = page.locator("#ask-lines [data-line]")
    page.locator("#ask-lines [data-line='2'] button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#ask-lines .box-verdict")).to_have_text("Line 2 of 3.")
    page.locator("#ask-lines .box-send").press("Enter")
    expect(page.locator("#ask-lines .box-verdict")).to_have_text(
        "✗ Not yet: 1 of the 3 lines stands in the right place."
    )
    page.locator("#ask-lines [data-line='2'] button").first.focus()
    page.keyboard.press("ArrowUp")
    focused = "document.activeElement.closest('[data-line]').dataset.line"
    assert page.evaluate(focused) == "2"
    assert lines.evaluate_all("all => all.map(one => one.dataset.line)") == ["2", "0", "1"]
    page.locator("#ask-lines .box-send").press("Enter")
    expect(page.locator("#ask-lines .box-verdict")).to_contain_text("✓ Right.")
    expect(page.locator(".book-done-count")).to_have_text("3 of 3 questions done")
    mark = page.locator("nav.bd-links a[aria-current], nav.bd-links .current > a").first
    expect(mark).to_contain_text("✓ (all questions done)")


def test_what_was_done_is_shown_on_other_pages_and_forgotten_at_a_click(
    reader: Callable[..., Visit],
) -> None:
    opened = reader()
    page = opened.open(ASK)
    forget = page.locator(".book-forget")
    expect(forget).to_be_hidden()
    predict(page, 0)
    check(page, "-9")
    page.locator("#ask-lines .box-answer summary").click()
    expect(forget).to_be_visible()
    page = opened.open("index.html")
    expect(page.locator(".book-done-count")).to_have_text("3 of 3 questions done")
    link = page.locator("nav.bd-links a[href*='03_ask']").first
    expect(link).to_contain_text("✓")
    page.locator(".book-forget").click()
    expect(page.locator(".book-done-count")).to_have_text("0 of 3 questions done")
    expect(link).not_to_contain_text("✓")
    assert kept(page) == {}
    page = opened.open(ASK)
    expect(page.locator(OSTRICH)).to_be_hidden()
    predict(page, 0)
    page.locator(".book-forget").click()
    expect(page.locator(OSTRICH)).to_be_hidden()
    expect(page.locator("#ask-fog input:checked")).to_have_count(0)
    expect(page.locator("#ask-fog .box-verdict")).to_be_empty()
    expect(page.locator("#ask-fog .box-why")).to_be_hidden()


def test_uncovering_moves_nothing(page: Page) -> None:
    where = "() => document.querySelector('#ask-paper').getBoundingClientRect().y + scrollY"
    before = page.evaluate(where)
    page.locator(".box-uncover").click()
    expect(page.locator(OSTRICH)).to_be_visible()
    assert page.evaluate(where) == before


def test_a_link_into_a_deeper_section_opens_it(reader: Callable[..., Visit]) -> None:
    opened = reader()
    page = opened.open("chapters/04_more.html")
    page.locator("article a", has_text="alone will do").click()
    page.wait_for_url("**/03_ask.html#ask-proof")
    expect(page.locator("#ask-proof")).to_have_attribute("open", "")
    expect(page.locator("#ask-proof summary")).to_be_in_viewport()


@pytest.mark.parametrize("way", ["http", "file"])
def test_search_opens_what_it_found(reader: Callable[..., Visit], way: str) -> None:
    opened = reader(way)
    page = opened.page
    page.goto(opened.base + "search.html?q=platypus")
    page.wait_for_selector("#search-results li a")
    page.locator("#search-results li a").first.click()
    page.wait_for_url("**/03_ask.html#ask-proof")
    expect(page.locator("#ask-proof .highlighted").first).to_be_visible()
    page.goto(opened.base + "search.html?q=ostrich")
    page.wait_for_selector("#search-results li a")
    page.locator("#search-results li a").first.click()
    expect(page.locator(OSTRICH)).to_be_visible()
    page.goto(opened.base + "search.html?q=zebrafish")
    expect(page.locator("#search-results")).to_contain_text("Nothing in the book")


def test_paper_has_it_all_and_no_buttons(page: Page) -> None:
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for shown in (OSTRICH, "#ask-proof .deeper-body", "#ask-fog .box-why"):
        expect(page.locator(shown).first).to_be_visible()
    for control in (".box-send", ".box-field", ".box-uncover", ".book-forget"):
        expect(page.locator(control).first).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert kept(page) == {}, "printing is no asking for answers"


def test_what_is_touched_is_large_enough(reader: Callable[..., Visit]) -> None:
    page = reader(viewport=PHONE).open(ASK)
    sizes = page.locator(
        ".box-options label, .box-send, .box-field, .box-moves button, .box-uncover,"
        " .box-answer summary, details.deeper > summary"
    ).evaluate_all(
        "all => all.map(n => { const b = n.getBoundingClientRect(); return [b.width, b.height]; })"
    )
    assert len(sizes) == 3 + 3 + 1 + 6 + 1 + 3 + 1
    assert min(min(size) for size in sizes) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("forced", ["none", "active"])
def test_boxes_are_accessible(reader: Callable[..., Visit], scheme: str, forced: str) -> None:
    page = reader(color_scheme=scheme, forced_colors=forced, viewport=PHONE).open(ASK)
    assert violations(page, "article") == []
    predict(page, 1)
    check(page, "14")
    page.locator("#ask-lines .box-send").click()
    page.locator("#ask-proof summary").click()
    assert violations(page, "article") == []
