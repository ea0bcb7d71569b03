"""The model in the page: asked for by a click, then it reads; from a server and from a folder."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from browsing import SITE, page_names
from widget_examples import gpt
from widget_pages import facts, load, press, same_gpt

from attention.trained.small_gpt import small_gpt_reader
from attention.widgets.gpt_explorer import reader as reading

READER = small_gpt_reader()

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from browsing import Visit

LIMIT_KB = 300
MARK = '"script":"gpt-'
HOSTILE = [
    '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>',
    "👩\u200d👩\u200d👧 😀 e\u0301 \u202eabc \x00\x1b\t",
    "<b>To be</b> & 😀 " * 600,
    "",
]


def with_gpt() -> list[str]:
    """Pages that show a GPTExplorer; when there is none, the pages, of which none has it."""
    names = page_names()
    if not (SITE / names[0]).is_file():
        return names
    return [n for n in names if MARK in (SITE / n).read_text(encoding="utf8")] or names[:1]


on_gpt_pages = pytest.mark.parametrize("where", with_gpt())


@pytest.fixture
def opened(tab: Callable[..., Visit], where: str, way: str) -> Iterator[Visit]:
    """The page, before the model is asked for; afterwards nothing may have gone wrong on it."""
    visit = tab(way)
    visit.page.on("dialog", lambda dialog: visit.problems.append(dialog.message))
    visit.open(where)
    assert visit.page.locator(".afm-gpt").count() > 0, "no page shows a GPTExplorer"
    yield visit
    assert visit.problems == []
    assert visit.foreign == []


@on_gpt_pages
@pytest.mark.parametrize("way", ["http", "file"])
def test_the_model_is_loaded_by_a_click_and_then_reads_what_is_typed(opened: Visit) -> None:
    page, shown = opened.page, gpt()
    view = page.locator(".afm-gpt").first
    same_gpt(view, shown)
    script = reading.script_name(READER)
    assert not any(script in request for request in opened.requests), "nobody has asked for it"
    load(page)
    assert sum(request.endswith(script) for request in opened.requests) == 1
    same_gpt(view, shown)
    page.keyboard.press("Control+End")
    for key in (" ", "t", "h", "e", "Backspace"):
        page.keyboard.press(key)
        same_gpt(view, shown)
    for control, key in [("head", "ArrowRight"), ("layer", "End"), ("mask", "ArrowRight")]:
        press(view, control, key)
        same_gpt(view, shown)
    press(view, "length", "ArrowLeft")
    same_gpt(view, shown)
    view.locator(".afm-guess:enabled").first.click()
    assert facts(view)["length"] == facts(view)["tokens"]
    same_gpt(view, shown)


@on_gpt_pages
@pytest.mark.parametrize("way", ["http", "file"])
def test_hostile_text_neither_breaks_it_nor_is_executed(opened: Visit) -> None:
    page, shown = opened.page, gpt()
    view = page.locator(".afm-gpt").first
    load(page)
    for text in HOSTILE:
        view.locator("textarea").fill(text)
        same_gpt(view, shown)
        assert view.locator(":is(b, img, script)").count() == 0
        assert page.evaluate("window.pwned") is None
    view.locator("textarea").fill("To be")
    same_gpt(view, shown)


@on_gpt_pages
def test_the_script_is_there_and_the_page_is_light_without_it(where: str) -> None:
    script = SITE / "_static" / reading.script_name(READER)
    assert script.read_text(encoding="utf8") == reading.script(READER)
    assert len(list(script.parent.glob("gpt-*.js"))) == 1
    page = (SITE / where).read_bytes()
    assert script.name.encode() in page
    assert len(gzip.compress(page, 6)) <= LIMIT_KB * 1000
