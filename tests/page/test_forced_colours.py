"""Where the system forces its colours on the page, one still sees what is chosen."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page
from widget_table import TABLE

GROUPS = "all => [...new Set(all.map(input => input.dataset.control))]"
# What else changes with the choice: the type's weight, and the numbers and maps that are computed.
ALIKE = """.afm * { font-weight: 400 !important }
.afm :is(.afm-number, .afm-bar, canvas, .afm-row-frame) { visibility: hidden !important }"""
LEAST = 40  # pixels that differ


@pytest.fixture
def forced(open_page):
    def build(row) -> Locator:
        shown = row.make()
        page: Page = open_page(shown.model_id, models=[shown])
        page.emulate_media(forced_colors="active")
        page.add_style_tag(content=ALIKE)
        return page.locator(row.view)

    return build


def picture(option: Locator) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(option.screenshot())).convert("RGB"))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_chosen_option_is_seen_by_more_than_the_weight_of_its_type(forced, row) -> None:
    view = forced(row)
    for name in view.locator("[type=radio]").evaluate_all(GROUPS):
        options = view.locator(f"label:has([data-control={name}]:enabled):visible")
        pictures = []
        for chosen in (0, 1, 0):
            options.nth(chosen).locator("input").dispatch_event("click")
            pictures.append(picture(options.first))
        first, other, again = pictures
        assert np.array_equal(first, again), f"{name}: nothing else moved"
        assert (first != other).any(axis=-1).sum() >= LEAST, name
