"""QueryArrow and SoftmaxBars on a page without a kernel: dragged, touched, by keyboard."""

import pytest
import torch
from finger import Finger
from javascript import violations
from playwright.sync_api import Locator, Page
from widget_examples import query_arrow, softmax_bars
from widget_pages import facts, numbers, press

from attention.widgets import QueryArrow


def same_answers(view: Locator, shown: QueryArrow) -> None:
    """What the page shows now is what torch computes for the query that the page names."""
    at = facts(view)
    shown.x, shown.y = float(at["x"]), float(at["y"])
    close = {"atol": 1e-6, "rtol": 1e-6, "check_dtype": False}
    for selector, expected in [
        ("td[data-step=score]", shown.scores),
        (".afm-slice", shown.weights),
        ("[data-figure]", shown.context),
    ]:
        torch.testing.assert_close(numbers(view.locator(selector)), expected, **close)


def middle(page: Page) -> tuple[float, float, float]:
    """Where the query's tip is, and how long a unit of the plane is."""
    box = page.locator(".afm-handle[data-movable]").bounding_box()
    assert box["width"] == box["height"] == 44
    unit = page.locator(".afm-plane > svg").bounding_box()["width"] / 4.4
    return box["x"] + 22, box["y"] + 22, unit


def test_the_query_is_dragged_and_every_number_follows(open_page) -> None:
    shown = query_arrow()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-query-arrow")
    same_answers(view, shown)
    x, y, unit = middle(page)
    page.mouse.move(x + 9, y - 7)
    page.mouse.down()
    page.mouse.move(x + 9 - 0.72 * unit, y - 7 - 1.31 * unit, steps=6)
    same_answers(view, shown)
    assert (shown.x, shown.y) == (-0.2, 0.8), "the grip is kept, and the nearest tenth taken"
    page.mouse.move(x - 9000, y + 9000)
    page.mouse.up()
    same_answers(view, shown)
    assert (shown.x, shown.y) == (-2.0, -2.0), "it stops at the edge"
    page.mouse.move(x, y)
    assert facts(view)["x"] == "-2", "it was let go"
    press(view, "y", "ArrowRight")
    same_answers(view, shown)
    assert shown.y == -1.9


def test_a_finger_drags_the_query_and_the_page_stays(open_page) -> None:
    shown = query_arrow()
    page = open_page(shown.model_id, models=[shown], width=390, touch=True)
    page.add_style_tag(content="body { padding: 0 0 1200px }")
    x, y, unit = middle(page)
    finger = Finger(page)
    finger.swipe((x, y), (0.5 * unit, -1.0 * unit))
    finger.leave()
    same_answers(page.locator(".afm-query-arrow"), shown)
    assert (shown.x, shown.y) == (1.0, 0.5)
    assert page.evaluate("scrollY") == 0


def test_what_is_added_to_every_score_changes_no_weight(open_page) -> None:
    shown = softmax_bars()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-softmax")
    before = numbers(view.locator(".afm-slice"))
    powers = numbers(view.locator("[data-step=exp]"))
    for _ in range(4):
        press(view, "shift", "ArrowRight")
    after = numbers(view.locator(".afm-slice"))
    torch.testing.assert_close(after, before, atol=1e-6, rtol=0)
    factor = torch.tensor(2.0).exp()
    torch.testing.assert_close(numbers(view.locator("[data-step=exp]")), powers * factor)
    assert "by the same 7.39: no weight changes" in view.locator(".afm-note-soft").inner_text()
    view.locator("[data-control=score]").first.press("End")
    shown.scores = [5.0, 2.0, -1.0, 1.0]
    torch.testing.assert_close(
        numbers(view.locator(".afm-slice")), shown.weights, atol=1e-6, rtol=0, check_dtype=False
    )
    assert facts(view)["scores"] == "5,2,-1,1"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("make", [query_arrow, softmax_bars])
def test_everyone_can_read_them(open_page, make, theme: str) -> None:
    names = ["<b>one</b>", "$two$", "three", "a word that is longer than its room"]
    shown = make(names=names, label="<b>arrow</b>", caption="</script><i>under</i>")
    page = open_page(shown.model_id, models=[shown], theme=theme, width=390)
    assert page.locator(".afm b, .afm i").count() == 0
    assert "<b>one</b>" in page.locator(".afm").inner_text()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
