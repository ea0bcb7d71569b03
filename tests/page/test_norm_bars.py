"""NormBars on a page without a kernel: every slider, both norms, what does not change."""

import torch
from widget_examples import norm
from widget_pages import facts, press, slider_words

from attention.widgets import NormBars

VALUES = "cells => cells.map(cell => Number(cell.dataset.value))"


def step(view, name: str) -> torch.Tensor:
    return torch.tensor(view.locator(f"[data-step={name}]").evaluate_all(VALUES)).double()


def same_as_torch(view, shown: NormBars) -> None:
    steps = {
        "input": shown.input, "centred": shown.centred, "normal": shown.normal,
        "output": shown.output,
    }  # fmt: skip
    for name, numbers in steps.items():
        torch.testing.assert_close(step(view, name), numbers, atol=1e-6, rtol=0)
    for name, number in {"mean": shown.input.mean().item(), "deviation": shown.deviation}.items():
        told = float(view.locator(f"[data-figure={name}]").get_attribute("data-value"))
        assert abs(told - number) < 1e-6, name


def test_every_slider_moves_its_number_alone(open_page) -> None:
    shown = norm()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-norm")
    same_as_torch(view, shown)
    values = list(shown.values)
    for i, key, value in [(0, "End", 3.0), (3, "ArrowRight", -2.75), (4, "Home", -3.0)]:
        press(view, f"x{i}", key)
        values[i] = value
        shown.values = values
        assert slider_words(view, f"x{i}") == f"number {i}: {value:g}"
        same_as_torch(view, shown)
    press(view, "plus", "Home")
    view.locator("[data-control=norm][value=rms]").dispatch_event("click")
    shown.plus, shown.norm = -3.0, "rms"
    same_as_torch(view, shown)
    assert view.locator(".afm-norm-heads").inner_text().split("\n")[-2:] == [
        "÷ root mean square", "\u00d7 gain",
    ]  # fmt: skip
    assert facts(view) == {"norm": "rms", "times": "1", "plus": "-3"}


def test_a_factor_moves_the_vector_and_not_what_comes_out(open_page) -> None:
    shown = NormBars()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-norm")
    before, told = step(view, "input"), view.locator("[data-step=output]").all_text_contents()
    press(view, "times", "End")
    press(view, "plus", "End")
    torch.testing.assert_close(step(view, "input"), 10 * before + 3)
    assert view.locator("[data-step=output]").all_text_contents() == told
    view.locator("[data-control=norm][value=rms]").dispatch_event("click")
    assert view.locator("[data-step=output]").all_text_contents() != told


def test_a_slider_is_as_high_as_a_finger(open_page) -> None:
    for width in (900, 320):
        page = open_page((shown := norm()).model_id, models=[shown], width=width)
        for slider in page.locator("input[type=range]").all():
            assert slider.bounding_box()["height"] >= 44
        assert page.evaluate("document.documentElement.scrollWidth") <= width
