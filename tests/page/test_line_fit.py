"""LineFit on a page without a kernel: by hand, by steps, in words."""

import pytest
import torch
from javascript import violations
from playwright.sync_api import Locator, expect
from widget_pages import facts, numbers, press, slider_words

from attention.widgets import LineFit


def same_fit(view: Locator, shown: LineFit) -> None:
    """What the page shows now is what autograd says of the state that the page names."""
    at = facts(view)
    shown.slope, shown.intercept = float(at["slope"]), float(at["intercept"])
    shown.rate, shown.steps = float(at["rate"]), int(at["steps"])
    slope, intercept = shown.gradient.tolist()
    figures = {
        "loss": shown.loss, "slope": slope, "intercept": intercept, "steps": len(shown.losses) - 1
    }  # fmt: skip
    for name, expected in figures.items():
        found = numbers(view.locator(f"[data-figure={name}]")).item()
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-6), name
    for name, value in zip(("slope", "intercept"), shown.lines[-1].tolist(), strict=True):
        if abs(value) < 100:
            assert slider_words(view, name) == f"{name} {value:.2f}".replace("-", "\u2212")


def test_steps_move_the_sliders_and_a_hand_on_one_goes_on_from_there(open_page) -> None:
    shown = LineFit(slope=0.5, intercept=3.0)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-line-fit")
    same_fit(view, shown)
    for name in ("one step", "20 steps", "one step"):
        page.get_by_role("button", name=name).click()
        same_fit(view, shown)
    assert shown.steps == 22
    slope, intercept = shown.lines[-1].tolist()
    press(view, "slope", "ArrowRight")
    same_fit(view, shown)
    assert shown.steps == 0
    assert slope < shown.slope < slope + 0.1, "the next stop"
    assert shown.intercept == pytest.approx(intercept), "the other parameter stays where it was"
    for _ in range(11):
        page.get_by_role("button", name="20 steps").click()
    same_fit(view, shown)
    assert shown.steps == 200
    assert shown.loss == pytest.approx(shown.least, rel=0.01)
    assert view.locator(".afm-verdict").inner_text().startswith("This is almost the best line")
    page.get_by_role("button", name="back to the start").click()
    same_fit(view, shown)
    assert shown.steps == 0


def test_a_rate_that_is_too_large_is_said_to_be(open_page) -> None:
    shown = LineFit(rate=0.2)
    page = open_page(shown.model_id, models=[shown])
    view, said = page.locator(".afm-line-fit"), page.locator(".afm-verdict")
    press(view, "rate", "End")
    losses = LineFit(rate=0.3, steps=9).losses
    for _ in range(next(step for step in range(1, 9) if losses[step] > losses[step - 1])):
        page.get_by_role("button", name="one step").click()
    same_fit(view, shown)
    assert said.inner_text() == "The step went too far, and the loss grew: the rate is too large."
    for _ in range(3):
        page.get_by_role("button", name="20 steps").click()
    same_fit(view, shown)
    assert said.inner_text().startswith("The loss has grown beyond all bounds")
    expect(page.locator("p[role=status]")).to_contain_text("beyond all bounds")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_targets_are_large_and_nothing_is_wrong_for_a_screen_reader(open_page, theme: str) -> None:
    shown = LineFit(
        points=torch.tensor([[-1.0, -2.0], [3.5, 4.5], [1.0, 0.5]]), label="<b>", steps=2
    )
    page = open_page(shown.model_id, models=[shown], theme=theme, width=320)
    assert violations(page) == []
    for target in page.locator(".afm-button").all():
        assert target.bounding_box()["height"] >= 44
    name = page.locator(".afm-plane > svg").get_attribute("aria-label")
    slope, intercept = (f"{x:.2f}".replace("-", "\u2212") for x in shown.lines[-1].tolist())
    assert name == f"3 points, and a line with slope {slope} and intercept {intercept}"
    assert page.evaluate("document.documentElement.scrollWidth") == 320
