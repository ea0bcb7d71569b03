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
