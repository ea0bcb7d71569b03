"""Small comforts of a page: terms that explain themselves, notes in the margin, code that fits."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from browsing import DESK, NEXT_FRAME, SITE
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from browsing import Visit
    from playwright.sync_api import Locator, Page

CHAPTER = "chapters/05_self_attention.html"
TERM = 'article p a[href*="#term-"]:not(.headerlink)'
NARROW = {"width": 390, "height": 844}
NOTE = """() => {
  const note = document.createElement("aside");
  note.className = "margin sidebar";
  note.innerHTML = '<p class="sidebar-title"></p><p>Some words, with <a href="#">a link</a>.</p>';
  document.querySelector("article section section p").before(note);
}"""
# What can be reached by the Tab key before the first widget.
STOPS = """() => {
  const first = document.querySelector(".afm-widget");
  const kinds = "a[href], button, input, select, textarea, summary, [tabindex]";
  return [...document.querySelectorAll(kinds)]
    .filter(node => node.tabIndex >= 0 && node.checkVisibility({visibilityProperty: true}))
    .filter(node => first.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING)
    .map(node => node.tagName + "." + node.className);
}"""


def definition(page: Page) -> Locator:
    return page.locator("#book-definition")


@pytest.mark.parametrize("way", ["http", "file"])
def test_a_term_is_explained_where_it_stands(tab: Callable[..., Visit], way: str) -> None:
    opened = tab(way)
    opened.page.clock.install()
    page = opened.open(CHAPTER)
    assert not [url for url in opened.requests if "popover" in url or "definitions" in url]
    link, height = page.locator(TERM).first, page.evaluate("document.body.scrollHeight")
    link.hover()
    expect(definition(page)).to_be_visible()
    name = link.get_attribute("href").split("#")[1]
    script = (SITE / "_static" / "definitions.js").read_text(encoding="utf-8")
    known = json.loads(re.fullmatch(r"BookDefinitions\((.*)\)\s*", script, re.DOTALL)[1])
    assert len(definition(page).inner_text()) > 30
    assert definition(page).inner_text()[:12] in re.sub(r"<[^>]*>", "", known[name])
    assert link.get_attribute("aria-describedby") == "book-definition"
    assert page.evaluate("document.body.scrollHeight") == height, "the page moved"
    definition(page).hover()  # it stays under the pointer
    page.clock.fast_forward(5000)  # all that the page would do later
    expect(definition(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(definition(page)).to_be_hidden()
    assert opened.problems == opened.foreign == []


def test_a_term_is_explained_by_keyboard_and_its_link_is_followed(
    tab: Callable[..., Visit],
) -> None:
    page = tab("http").open(CHAPTER)
    link = page.locator(TERM).first
    link.focus()
    expect(definition(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(definition(page)).to_be_hidden()
    expect(link).to_be_focused()
    page.locator(TERM).nth(1).focus()
    expect(definition(page)).to_be_visible()
    page.locator(".prev-next-area a").first.focus()
    expect(definition(page)).to_be_hidden()
    link.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "glossary.html#term-" in page.url


@pytest.mark.parametrize("which", [0, 1])
def test_the_first_tap_explains_and_the_second_follows(
    tab: Callable[..., Visit], which: int
) -> None:
    page = tab("file", viewport=NARROW, has_touch=True, is_mobile=True).open(CHAPTER)
    for n in range(which + 1):
        link = page.locator(TERM).nth(n)
        link.scroll_into_view_if_needed()
        link.tap()
        expect(definition(page)).to_be_visible()
        assert CHAPTER in page.url
    box = definition(page).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= NARROW["width"]
    with page.expect_navigation():
        link.tap()
    assert "glossary.html#term-" in page.url


@pytest.mark.parametrize("size", [DESK, {"width": 1440, "height": 900}])
def test_a_side_note_stands_in_the_margin_and_nothing_lies_on_it(
    tab: Callable[..., Visit], size: dict[str, int]
) -> None:
    opened = tab("http", viewport=size)
    page = opened.page
    page.add_init_script(f"document.addEventListener('DOMContentLoaded', {NOTE}, {{once: true}})")
    # The page's own script looks for notes as soon as it runs.
    page.route(
        "**/book.js*",
        lambda route: route.fulfill(
            body=f"({NOTE})();" + (SITE / "_static" / "book.js").read_text("utf-8"),
            content_type="text/javascript",
        ),
    )
    page.goto(opened.base + CHAPTER)
    note, text = (
        page.locator("aside.margin").first,
        page.locator("article section section > p").first,
    )
    # Into the lower third of the window, which the contents reach, too.
    note.evaluate(
        "note => scrollBy({top: note.getBoundingClientRect().top - 680, behavior: 'instant'})"
    )
    page.mouse.move(10, 10)
    page.locator(".bd-sidebar-secondary.book-beside").wait_for()
    page.evaluate("Promise.all(document.getAnimations().map(one => one.finished))")  # they fold
    at, beside = note.bounding_box(), text.bounding_box()
    assert at["x"] >= beside["x"] + beside["width"], "it is not in the margin"
    assert at["x"] + at["width"] <= size["width"]
    found = note.evaluate(
        "note => { const {x, y, width, height} = note.getBoundingClientRect();"
        "return [[1, 1], [width - 1, 1], [width / 2, height / 2], [1, height - 1]]"
        ".every(([a, b]) => note.contains(document.elementFromPoint(x + a, y + b))); }"
    )
    assert found, "something lies on it"
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_side_note_is_part_of_the_text_on_a_phone_and_on_paper(tab: Callable[..., Visit]) -> None:
    page = tab("http", viewport=NARROW).open(CHAPTER)
    page.evaluate(NOTE)
    note, text = page.locator("aside.margin"), page.locator("article section section > p").first

    def stands_above() -> bool:
        at, after = note.bounding_box(), text.bounding_box()
        return at["y"] + at["height"] <= after["y"] and at["x"] > after["x"]

    assert stands_above()
    page.set_viewport_size(DESK)
    page.emulate_media(media="print")
    page.evaluate(NEXT_FRAME)
    assert stands_above()


def test_few_stops_lie_before_the_first_control(tab: Callable[..., Visit]) -> None:
    page = tab("http").open(CHAPTER)
    expect(page.locator("button.copybtn").last).to_have_attribute("tabindex", "-1")
    stops = page.evaluate(STOPS)
    buttons = [stop for stop in stops if "copybtn" in stop]
    assert len(stops) < 70
    assert len(buttons) < 6
    assert not [stop for stop in stops if stop.startswith("PRE")], "code is no stop"
    button = page.locator("button.copybtn").nth(3)
    button.scroll_into_view_if_needed()
    expect(button).to_have_attribute("tabindex", "0")
    expect(page.locator("button.copybtn").last).to_have_attribute("tabindex", "-1")


def test_seventy_two_signs_fit_and_more_go_on_beneath(tab: Callable[..., Visit]) -> None:
    opened = tab("http")
    page = opened.open(CHAPTER)
    page.evaluate(
        """() => {
          const pre = document.querySelector(".cell_input .highlight pre");
          const line = text => Object.assign(document.createElement("span"),
            {className: "code-line", textContent: text + "\\n"});
          pre.replaceChildren(line("a".repeat(72)), line("a".repeat(72)), line("b ".repeat(60)));
        }"""
    )
    for size in (DESK, NARROW):
        heights = (
            opened.resize(size)
            .locator(".cell_input .code-line")
            .evaluate_all(
                "all => all.slice(0, 3).map(line => Math.round(line.getBoundingClientRect().height"
                " / parseFloat(getComputedStyle(line).lineHeight)))"
            )
        )
        assert heights == ([1, 1, 2] if size == DESK else [2, 2, 3])
        wide = page.locator(".cell_input pre").first.evaluate("p => p.scrollWidth - p.clientWidth")
        assert wide <= 0


def test_no_line_of_code_is_broken_in_a_word_on_a_phone(tab: Callable[..., Visit]) -> None:
    page = tab("http", viewport=NARROW).open("chapters/03_queries_keys_values.html")
    page.evaluate("document.querySelectorAll('details').forEach(box => box.open = true)")
    lines, broken = page.evaluate(
        """() => {
          const broken = [], range = document.createRange();
          const lines = [...document.querySelectorAll(".code-line")].filter(line => {
            const words = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
            const [above, said] = [line.getClientRects()[0].top, line.textContent];
            let [last, at, turns] = [null, 0, 0];
            for (; words.nextNode(); ) {
              for (let i = 0; i < words.currentNode.length; i += 1, at += 1) {
                range.setStart(words.currentNode, i);
                range.setEnd(words.currentNode, i + 1);
                const letter = range.getClientRects()[0];
                if (!letter?.width || !said[at].trim()) continue;
                if (last !== null && letter.top > last + 5) {
                  turns += 1;
                  if (/[\\w-]\\w/.test(said.slice(at - 1, at + 1)))
                    broken.push(said.slice(0, at) + "|" + said.slice(at));
                }
                last = letter.top;
              }
            }
            return turns;
          });
          return [lines.length, broken];
        }"""
    )
    assert lines > 50, "lines that go on beneath themselves"
    assert broken == []


def test_what_scrolls_sideways_is_a_stop_once_it_is_open(tab: Callable[..., Visit]) -> None:
    opened = tab("http", viewport=NARROW)
    page = opened.open(CHAPTER)
    printed = page.locator("details:not([open]) pre:not(:has(.code-line))").first
    printed.evaluate("box => { box.textContent = 'a'.repeat(200); box.id = 'printed'; }")
    box = page.locator("#printed")
    assert box.get_attribute("tabindex") is None
    box.evaluate("box => { for (let at = box; at; at = at.parentElement) at.open = true; }")
    expect(box).to_have_attribute("tabindex", "0")
    opened.resize({"width": 2600, "height": 900})
    box.evaluate("box => { box.textContent = 'a'; }")
    opened.resize(NARROW)
    expect(box).not_to_have_attribute("tabindex", "0")


def test_the_contents_mark_the_section_that_is_read(tab: Callable[..., Visit]) -> None:
    page = tab("http").open(CHAPTER)
    links, marked = page.locator("#pst-page-toc-nav a"), "#pst-page-toc-nav [aria-current]"
    assert links.count() > 5
    page.keyboard.press("End")
    expect(links.last).to_have_attribute("aria-current", "true")
    page.keyboard.press("Home")
    expect(page.locator(marked)).to_have_count(0)
    links.nth(3).click()
    expect(links.nth(3)).to_have_attribute("aria-current", "true")
    links.last.click()
    expect(links.last).to_have_attribute("aria-current", "true")
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    page.wait_for_function(
        """() => {
          const heads = [...document.querySelectorAll("#pst-page-toc-nav a")]
            .map(link => document.getElementById(link.hash.slice(1)));
          const passed = heads.filter(head => head.getBoundingClientRect().top < 0.3 * innerHeight);
          return document.querySelector("#pst-page-toc-nav [aria-current]").hash
            === "#" + passed.at(-1).id;
        }"""
    )
    expect(page.locator(marked)).to_have_count(1)


def test_the_title_and_the_search_stay_over_the_list_of_chapters(tab: Callable[..., Visit]) -> None:
    page = tab("http", viewport=DESK | {"height": 600}).open("chapters/11_efficient_attention.html")
    side = page.locator(".bd-sidebar-primary")
    side.evaluate("side => side.scrollTo({top: side.scrollHeight, behavior: 'instant'})")
    assert side.evaluate("side => side.scrollTop") > 100
    title, search = side.locator(".navbar-brand"), side.locator(".search-button-field")
    assert 0 <= title.bounding_box()["y"] < search.bounding_box()["y"] < 110
    side.locator("nav a").nth(3).focus()
    assert side.locator("nav a").nth(3).bounding_box()["y"] > search.bounding_box()["y"] + 40


def test_the_copy_button_covers_nothing(tab: Callable[..., Visit]) -> None:
    page = tab("http", viewport=NARROW, has_touch=True, is_mobile=True).open(CHAPTER)
    covered = page.evaluate(
        """() => [...document.querySelectorAll("div.cell .highlight:has(.copybtn)")].filter(box => {
          const button = box.querySelector("button.copybtn").getBoundingClientRect();
          const range = document.createRange();
          const words = document.createTreeWalker(box.querySelector("pre"), NodeFilter.SHOW_TEXT);
          while (words.nextNode()) {
            range.selectNodeContents(words.currentNode);
            for (const {left, right, top, bottom} of range.getClientRects()) {
              if (right > button.left && left < button.right
                && bottom > button.top && top < button.bottom) return true;
            }
          }
        }).length"""
    )
    assert covered == 0


def test_a_letter_with_an_index_is_set_wherever_the_title_is_shown(
    tab: Callable[..., Visit],
) -> None:
    page = tab("file").open("chapters/05_self_attention.html")
    for place in ("#pst-primary-sidebar a", ".prev-next-area a.left-prev", "article p a"):
        link = page.locator(place, has_text="Why divide").first
        assert link.locator(".katex").count() == 1, place
    assert page.locator("#pst-primary-sidebar .katex-mathml").first.bounding_box()["width"] < 2
    page = tab("file").open("chapters/04_scaling.html")
    assert page.locator("h1 .katex").count() == 1
    assert page.title().startswith("4. Why divide by the square root of d_k?")
