"""The reader's kit where storage fails, where script is off or late, and with hostile text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from browsing import DESK, NEXT_FRAME, PHONE
from kit_page import ASK, KEY, OSTRICH, check, predict
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from browsing import Visit


pytestmark = pytest.mark.xdist_group("kit")


BLOCKED = """Object.defineProperty(window, "localStorage", {get() { throw new Error("blocked"); }});
Object.defineProperty(window, "sessionStorage", {get() { throw new Error("blocked"); }});"""


FULL = f"""const set = Storage.prototype.setItem;
Storage.prototype.setItem = function (key, value) {{
  if (key === "{KEY}") throw new DOMException("full", "QuotaExceededError");
  set.call(this, key, value);
}};"""


BROKEN = f"""for (const text of [
  '{{"chapters/03_ask": 7', '[1, null]', '{{"chapters/03_ask": null}}',
  '{{"chapters/03_ask": {{"of": 3, "did": {{"ask-fog": {{"how": "<b>", "said": 3}}}}}}}}'])
  localStorage.setItem("{KEY}", text);"""


@pytest.mark.parametrize("fault", [FULL, BROKEN], ids=["full", "broken"])
def test_storage_may_fail(reader: Callable[..., Visit], fault: str) -> None:
    opened = reader()
    opened.page.add_init_script(fault)
    page = opened.open(ASK)
    expect(page.locator(".book-done-count")).to_have_text("0 of 3 questions done")
    predict(page, 0)
    expect(page.locator(".book-done-count")).to_have_text("1 of 3 questions done")
    check(page, "-9")
    expect(page.locator(".book-done-count")).to_have_text("2 of 3 questions done")
    page.locator(".book-forget").click()
    expect(page.locator(".book-done-count")).to_have_text("0 of 3 questions done")
    assert opened.problems == []


def test_where_storage_is_blocked_it_lasts_for_the_visit(reader: Callable[..., Visit]) -> None:
    opened = reader()
    opened.page.add_init_script(BLOCKED)
    page = opened.open(ASK)
    predict(page, 0)
    expect(page.locator(OSTRICH)).to_be_visible()
    expect(page.locator(".book-done-count")).to_have_text("1 of 3 questions done")


@pytest.mark.parametrize("way", ["http", "file"])
def test_without_script_there_are_questions_and_closed_answers(
    reader: Callable[..., Visit], way: str
) -> None:
    opened = reader(way, java_script_enabled=False)
    page = opened.page
    page.goto(opened.base + ASK)
    for control in (".box-send", ".box-field", ".box-moves", "#ask-fog input", ".box-uncover"):
        for one in page.locator(control).all():
            expect(one).to_be_hidden()
    expect(page.locator(OSTRICH)).to_be_visible()
    expect(page.locator("#ask-fog .box-options")).to_contain_text("it\u2019s clear")
    expect(page.locator("#ask-fog .box-why")).to_be_hidden()
    page.locator("#ask-fog .box-answer summary").click()
    expect(page.locator("#ask-fog .box-why")).to_be_visible()
    page.locator("#ask-proof summary").click()
    expect(page.locator("#ask-proof")).to_contain_text("platypus")
    expect(page.locator("p.book-progress")).to_contain_text("3 questions to answer in the page")


def test_where_the_script_is_lost_nothing_stays_covered(reader: Callable[..., Visit]) -> None:
    opened = reader()
    opened.page.route("**/kit.js*", lambda route: route.abort())
    opened.page.goto(opened.base + ASK, wait_until="load")
    expect(opened.page.locator(OSTRICH)).to_be_visible()
    expect(opened.page.locator(".box-send").first).to_be_hidden()


PLACES = """() => [...document.querySelectorAll(
  "article :is(p, section, details, fieldset, label, .box, .cell, .cell_output, nav a)")]
  .map(node => { const {x, y, width, height} = node.getBoundingClientRect();
    return [node.tagName, x, y, width, height].join(); })"""


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("done", [False, True], ids=["fresh", "done"])
def test_nothing_moves_when_the_boxes_wake(
    reader: Callable[..., Visit], size: dict[str, int], done: bool
) -> None:
    opened = reader(viewport=size)
    page = opened.page
    if done:
        opened.open(ASK)
        predict(page, 0)
        check(page, "-9")
    asleep = page.context.new_page()
    asleep.route("**/kit.js*", lambda route: route.abort())
    # As it is before the script comes.
    asleep.add_init_script("document.addEventListener('DOMContentLoaded', () => {"
                           " document.documentElement.dataset.kit = 'waits'; });")  # fmt: skip
    places = []
    for tab in (asleep, page):
        tab.goto(opened.base + ASK, wait_until="load")
        tab.evaluate("document.fonts.ready")
        tab.evaluate(NEXT_FRAME)
        places.append(tab.evaluate(PLACES))
    assert page.evaluate("document.documentElement.dataset.kit") == "awake"
    assert places[0] == places[1]


def test_an_option_is_text_whatever_it_says(reader: Callable[..., Visit]) -> None:
    opened = reader()
    page = opened.page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    opened.open(ASK)
    did = {"ask-paper": {"how": "right", "said": ["<img src=x onerror=alert(2)>"]}}
    state = json.dumps({"chapters/03_ask": {"of": 3, "did": did}})
    page.evaluate("([key, state]) => localStorage.setItem(key, state)", [KEY, state])
    page.reload()
    predict(page, 1)
    expect(page.locator("article .box img")).to_have_count(0)
    assert dialogs == []
