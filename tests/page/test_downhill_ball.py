"""DownhillBall on a page without a kernel: dragged, stepped, in words."""

import pytest
from javascript import violations
from playwright.sync_api import Locator, expect
from widget_pages import facts, numbers, press

from attention.widgets import DownhillBall


def same_ball(view: Locator, shown: DownhillBall) -> None:
    """What the page shows now is what autograd says of the state that the page names."""
    at = facts(view)
    shown.curve, shown.steps = at["curve"], int(at["steps"])
    shown.start, shown.rate = float(at["start"]), float(at["rate"])
    figures = {
        "loss": shown.loss,
        "gradient": shown.gradient,
        "move": -shown.rate * shown.gradient,
        "steps": len(shown.path) - 1,
    }
    for name, expected in figures.items():
        found = numbers(view.locator(f"[data-figure={name}]")).item()
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-6), name
    assert float(at["w"]) == pytest.approx(shown.path[-1])


def test_the_ball_is_dragged_to_a_start_and_stepped(open_page) -> None:
    shown = DownhillBall()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-downhill")
    same_ball(view, shown)
    for name in ("step", "10 steps", "step"):
        page.get_by_role("button", name=name, exact=True).click()
        same_ball(view, shown)
    assert shown.steps == 12
    box = page.locator(".afm-handle").bounding_box()
    unit = page.locator(".afm-plane > svg").bounding_box()["width"] / 6.8
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + unit * (2.03 - shown.path[-1]), y - 80, steps=6)
    page.mouse.up()
    same_ball(view, shown)
    assert (shown.start, shown.steps) == (2.0, 0), "a new start, and no step from it yet"
    page.get_by_role("button", name="step", exact=True).click()
    page.get_by_role("button", name="back to the start").click()
    same_ball(view, shown)
    assert (shown.start, shown.steps) == (2.0, 0)


def test_a_rate_that_is_too_large_is_said_to_be(open_page) -> None:
    shown = DownhillBall(steps=10)
    page = open_page(shown.model_id, models=[shown])
    view, said = page.locator(".afm-downhill"), page.locator(".afm-verdict")
    assert said.inner_text() == "Downhill: the loss fell."
    press(view, "rate", "End")
    same_ball(view, shown)
    assert "has left the picture. The rate is too large." in said.inner_text()
    expect(page.locator("p[role=status]")).to_contain_text("The rate is too large.")
    page.get_by_label("two valleys").dispatch_event("click")
    same_ball(view, shown)
    assert (shown.curve, shown.steps) == ("valleys", 0)
    for _ in range(7):
        page.get_by_role("button", name="10 steps").click()
    assert facts(view)["steps"] == "60", "as many as Python takes"
    same_ball(view, shown)
    assert page.locator(".afm-handle").bounding_box()["x"] > -30


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_targets_are_large_and_nothing_is_wrong_for_a_screen_reader(open_page, theme: str) -> None:
    shown = DownhillBall(label="<b>ball</b>", steps=2)
    page = open_page(shown.model_id, models=[shown], theme=theme, width=320)
    assert violations(page) == []
    for target in page.locator(".afm-handle, .afm-button").all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 44
    name = page.locator(".afm-plane > svg").get_attribute("aria-label")
    assert "a bowl. The ball is at w \u22121.60, where the loss is 1.28 and the slope" in name
    assert page.evaluate("document.documentElement.scrollWidth") == 320
