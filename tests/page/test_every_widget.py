"""Each widget of the table on a page without a kernel: its controls, and a slider by keyboard."""

import re

import pytest
from widget_table import TABLE, read


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_slider_is_moved_by_keyboard_and_the_number_follows(open_page, row) -> None:
    shown = row.make()
    other, value = row.also
    setattr(shown, other, eval(value, {"w": shown}))
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(row.view)
    controls = view.locator("[data-control]").evaluate_all("all => all.map(e => e.dataset.control)")
    assert set(controls) == row.controls
    slider = view.locator(f"input[data-control={row.slider}]")
    place, attribute = row.place
    for key in ("End", "ArrowLeft", "ArrowLeft", "ArrowRight"):
        before = view.get_attribute(f"data-{row.slider}")
        slider.press(key)
        moved = view.get_attribute(f"data-{row.slider}") != before
        assert moved or key == "End", "it may stand there already"
        now = read(view.get_attribute(f"data-{row.slider}"))
        setattr(shown, row.slider, now)
        assert re.search(row.said(now), slider.get_attribute("aria-valuetext"))
        drawn = float(view.locator(place).first.get_attribute(attribute))
        assert drawn == pytest.approx(eval(row.number, {"w": shown}), abs=1e-6)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_letters_of_twice_the_size_do_not_make_a_phone_scroll_sideways(open_page, row) -> None:
    shown = row.make()
    page = open_page(shown.model_id, models=[shown], width=320)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    view = page.locator(row.view)
    for slider in view.locator("input[type=range]:enabled").all():
        for key in ("End", "Home"):
            slider.press(key)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, key


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_finger_finds_what_is_slid_and_what_is_tapped(open_page, row) -> None:
    shown = row.make()
    page = open_page(shown.model_id, models=[shown], width=390, touch=True)
    view = page.locator(row.view)
    kinds = {"input[type=range]": 44, ".afm-handle": 44, "label:has([type=radio])": 24}
    kinds |= {"button": 24, "select": 24, "td[tabindex], td[data-key]": 24}
    small = []
    for kind, least in kinds.items():
        boxes = view.locator(kind).evaluate_all(
            """all => all.filter(e => e.checkVisibility({visibilityProperty: true}))
                 .map(e => e.getBoundingClientRect()).filter(({width}) => width)
                 .map(({width, height}) => [width, height])"""
        )
        small += [(kind, width, height) for width, height in boxes if min(width, height) < least]
    assert view.locator("input[type=range]").count() >= 1
    assert small == []
