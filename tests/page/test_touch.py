"""A finger on a slider: it slides to the side, taps, or scrolls the page and leaves the slider."""

import pytest
from finger import Finger
from playwright.sync_api import Locator, Page
from widget_table import TABLE

LONG_PAGE = "body { padding: 1200px 0 }"


def state(slider: Locator) -> list[str]:
    """What the slider and its widget show and say, but for what waits for a pause."""
    return slider.evaluate(
        """s => [s.value, s.ariaValueText, ...[...s.closest(".afm").children]
          .filter(part => part.role !== "status").map(part => part.innerText)]"""
    )


def place_on(slider: Locator, part: float) -> tuple[float, float]:
    box = slider.bounding_box()
    assert box is not None
    return box["x"] + part * box["width"], box["y"] + box["height"] / 2


@pytest.fixture
def touched(open_page):
    """A page that scrolls, and the slider of the row's widget in its middle, away from its ends."""

    def build(row) -> tuple[Page, Locator, Finger]:
        shown = row.make()
        page = open_page(shown.model_id, models=[shown], width=400, touch=True)
        page.add_style_tag(content=LONG_PAGE)
        slider = page.locator(f"{row.view} input[data-control={row.slider}]")
        slider.press("End")
        slider.evaluate("s => s.scrollIntoView({ block: 'center', behavior: 'instant' })")
        return page, slider, Finger(page)

    return build


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_swipe_up_or_down_scrolls_and_leaves_the_slider(touched, row) -> None:
    page, slider, finger = touched(row)
    before = state(slider)
    for down in (-250, 250):
        top = page.evaluate("scrollY")
        finger.swipe(place_on(slider, 0.1), (0, down))
        finger.leave()
        page.wait_for_function(
            "([top, down]) => (top - scrollY) * Math.sign(down) > 100", arg=[top, down]
        )
        assert state(slider) == before


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_finger_that_taps_or_goes_to_the_side_moves_the_slider(touched, row) -> None:
    page, slider, finger = touched(row)
    top = page.evaluate("scrollY")
    slider.press("Home")
    first = state(slider)
    slider.press("End")
    last = state(slider)
    assert first != last
    low, high = (place_on(slider, part) for part in (0.03, 0.97))
    finger.tap(low)
    assert state(slider) == first
    finger.tap(high)
    assert state(slider) == last
    finger.swipe(high, (low[0] - high[0], 4))
    assert state(slider) == first, "it follows while the finger is down"
    finger.leave()
    assert state(slider) == first
    assert page.evaluate("scrollY") == top
