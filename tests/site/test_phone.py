"""On a phone, in the chapters: sliders stay under the page's bar while results are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browsing import REVEAL, on_pages, with_widgets
from screens import PHONE, RESULT_IN_THE_MIDDLE
from widget_table import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from browsing import Visit

BAR = "() => document.querySelector('.bd-header-article').getBoundingClientRect().bottom"


@pytest.mark.parametrize("where", on_pages(with_widgets()))
def test_the_slider_is_under_the_bar_while_the_last_result_is_read(
    tab: Callable[..., Visit], where: str
) -> None:
    page = tab("file", viewport=PHONE, has_touch=True).open(where)
    tried = 0
    for row in TABLE:
        for view in page.locator(row.view).all():
            view.evaluate(REVEAL)
            held = view.locator(".afm-held input[type=range]:enabled")
            own = view.locator(f"input[data-control={row.slider}]")
            slider = (held if held.count() else own).first
            if not slider.count():
                continue
            name = slider.get_attribute("data-control")
            seen = view.evaluate(RESULT_IN_THE_MIDDLE, name)
            assert seen["top"] >= page.evaluate(BAR) - 8, row.name  # a finger's room above its line
            assert seen["bottom"] <= PHONE["height"], row.name
            assert seen["covered"] == [], row.name
            tried += 1
    assert tried > 0
