"""A page that the browser translates: what the widgets write goes on to reach the reader."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page
from widget_pages import load, open_lists
from widget_table import TABLE

TRANSLATOR = Path(__file__).with_name("translator.js")
NAMED = """.afm-word, .afm-number, .afm-figure-number, .afm-vector li,
.afm-grid th:not(.afm-row-sum), .afm-steps td"""
STATUS = "p[role=status]"
PAUSE = 700  # ms, longer than that of mount.js
TEXTS = ("Good night! Parting is such sweet", "Who")


def move(views: list[Locator], name: str, end: int) -> None:
    """Move a control as far as it goes, to its last place (-1) or its first (0)."""
    controls = [view.locator(f"[data-control={name}]:enabled").nth(end) for view in views]
    kind = controls[0].evaluate("control => control.type")
    for control in controls:
        move_one(control, kind, end)


def move_one(control: Locator, kind: str, end: int) -> None:
    if kind == "range":
        control.press("Home" if end == 0 else "End")
    elif kind == "textarea":
        control.fill(TEXTS[end])
    elif kind == "select-one":
        control.select_option(control.locator("option:enabled").nth(end).get_attribute("value"))
    else:  # a button, a checkbox, or radio buttons, which may lie under what they show
        control.dispatch_event("click")


def free(views: list[Locator], name: str) -> bool:
    """Choose among radio buttons until a control can be moved, such as a window's slider."""
    wanted = views[0].locator(f"[data-control={name}]:enabled")
    if wanted.count():
        return True
    buttons = "[type=radio]:enabled"
    for option in range(views[0].locator(buttons).count()):
        for view in views:
            view.locator(buttons).nth(option).dispatch_event("click")
        if wanted.count():
            return True
    return False


def texts(view: Locator) -> list[str]:
    """What stands in a view and what it is in translation, once its map has followed."""
    return view.evaluate("view => translatedTexts(view)")


def assert_announced(translated: Locator, twin: Locator) -> None:
    """Once the pause is over after which a widget speaks, both have spoken, and said the same."""
    twin.page.wait_for_timeout(PAUSE)
    for _ in range(600):
        said = twin.locator(STATUS).text_content()
        if said and translated.locator(STATUS).text_content() == f"«{said}»":
            return
        twin.page.wait_for_timeout(50)
    pytest.fail(f"not said in the translation: {said!r}")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_translated_widget_says_what_its_untouched_twin_does(start, open_page, row) -> None:
    shown = row.make()
    types = "text" in row.controls

    def view_of(page: Page) -> Locator:
        page.add_script_tag(path=TRANSLATOR)
        view = page.locator(row.view)
        open_lists(view)
        return view

    views = [
        view_of(start(shown) if types else open_page(shown.model_id, models=[shown]))
        for _ in range(2)
    ]
    translated, twin = views
    said = texts(twin)
    translated.evaluate("keepTranslating()")
    assert texts(translated) == said
    if types:
        assert [load(view.page) for view in views]
    moved: set[str] = set()
    names = sorted(row.controls)
    back = [(name, 0) for name in reversed(names)]
    for steps in ([(name, -1) for name in names], back + back):
        for name, end in steps:
            if not free(views, name):
                continue
            said = texts(twin)
            move(views, name, end)
            before, said = said, texts(twin)
            assert texts(translated) == said, f"after {name}"
            moved |= {name} if said != before else set()
        assert_announced(translated, twin)
    assert moved == row.controls, "each changes what is said"
    assert translated.locator("font").count() > 0
    assert translated.locator(f":is({NAMED}) font").count() == 0, "tokens and numbers stay"
