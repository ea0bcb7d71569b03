"""A view that is taken away leaves nothing: no listener, no observer, no timer, no node."""

from pathlib import Path

import pytest
from widget_examples import gpt
from widget_table import TABLE

COUNTING = Path(__file__).with_name("counting.js")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_view_gives_back_all_that_it_took(open_page, row) -> None:
    shown = row.make()
    page = open_page(shown.model_id, models=[shown])
    page.add_script_tag(path=COUNTING)
    found = page.evaluate("id => renderAndStop(id)", shown.model_id)
    listeners, lasting, observers, timers = found["during"]
    moved = row.controls & row.kind.class_traits().keys()
    assert listeners >= len(moved | {row.slider, "label", "caption"})
    assert listeners > 3 or len(row.controls) == 1
    assert timers > 0, "an announcement waits"
    if page.locator(f"{row.view} canvas").count():
        assert lasting > 0, "it hears of a change of colours"
        assert observers > 1, "and of a change of width"
    assert found["after"] == found["before"] == [0, 0, 0, 0]
    assert found["left"] == 0


def test_a_view_that_is_gone_does_not_hear_of_a_model_that_arrives(start) -> None:
    page = start(shown := gpt())
    page.add_script_tag(path=COUNTING)
    states = page.evaluate("id => stopOneOfTwo(id)", shown.model_id)
    assert states == ["asleep", "ready"]
