"""On a phone, control and result on one screen: the sliders stay while what they change is seen."""

import pytest
from browsing import NEXT_FRAME
from screens import PHONE, RESULT_IN_THE_MIDDLE
from widget_table import TABLE

ROOM = "body { padding: 900px 0 !important }"


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_last_result_and_the_slider_share_a_screen(open_page, row) -> None:
    shown = row.make()
    page = open_page(shown.model_id, models=[shown], width=390, touch=True)
    page.set_viewport_size(PHONE)
    page.add_style_tag(content=ROOM)
    page.evaluate(NEXT_FRAME)
    seen = page.locator(row.view).evaluate(RESULT_IN_THE_MIDDLE, row.slider)
    assert seen["top"] >= 0
    assert seen["bottom"] <= PHONE["height"]
    assert seen["covered"] == []


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_held_controls_leave_room_let_nothing_through_and_move_nothing(open_page, row) -> None:
    shown = row.make()
    page = open_page(shown.model_id, models=[shown], width=390, touch=True)
    page.set_viewport_size(PHONE)
    page.add_style_tag(content=ROOM)
    view = page.locator(row.view)
    held_ones = view.locator(".afm-held").element_handles()
    boxes = """view => [...view.querySelectorAll("*")].filter(e => !e.dataset.held).map(e => {
        const {x, y, width, height} = e.getBoundingClientRect();
        return [x, y, width, height].map(Math.round).join(); })"""
    for held in held_ones:
        held.evaluate("e => (e.dataset.held = 'held')")
    places = view.evaluate(boxes)
    for held in held_ones:
        style = held.evaluate(
            "e => (({position, backgroundColor}) => [position, backgroundColor,"
            " getComputedStyle(e.closest('.afm')).backgroundColor])(getComputedStyle(e))"
        )
        assert style[0] == "sticky"
        assert style[1] == style[2], "as opaque as the widget's own ground"
        assert held.bounding_box()["height"] <= PHONE["height"] / 3.5
    for held in held_ones:
        held.evaluate("e => e.classList.remove('afm-held')")
    assert view.evaluate(boxes) == places


def test_on_a_low_screen_and_beside_a_desk_nothing_is_held(open_page) -> None:
    shown = TABLE[0].make()
    page = open_page(shown.model_id, models=[shown], width=390, touch=True)
    held = page.locator(".afm-held")
    for size, position in (
        (PHONE, "sticky"),
        ({"width": 390, "height": 500}, "static"),
        ({"width": 1280, "height": 844}, "static"),
    ):
        page.set_viewport_size(size)
        page.evaluate(NEXT_FRAME)
        assert held.evaluate("e => getComputedStyle(e).position") == position, size


def test_in_a_notebook_s_cell_the_controls_stay_in_their_place(open_page) -> None:
    """JupyterLab has no `.afm-widget` around a view, and its cells scroll."""
    shown = TABLE[0].make()
    page = open_page(shown.model_id, models=[shown], width=390, touch=True)
    page.set_viewport_size(PHONE)
    style = """e => [getComputedStyle(e).position, getComputedStyle(e, "::after").content]"""
    assert page.locator(".afm-held").evaluate(style) == ["sticky", '""']
    page.evaluate("document.querySelector('.afm-widget').className = 'cell'")
    assert page.locator(".afm-held").evaluate(style) == ["static", "none"]
