"""ScalingExplorer on a page without a kernel: keyboard, numbers, words."""

import pytest
import torch
from playwright.sync_api import expect
from widget_examples import scaling
from widget_pages import facts, numbers, open_lists, press, same_scaling, slider_words

from attention.widgets import ScalingExplorer


def test_every_control_by_keyboard_draws_what_torch_computes(open_page) -> None:
    shown = ScalingExplorer()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-scaling")
    open_lists(view)
    same_scaling(view, shown)
    assert facts(view) == {"d_k": "64", "temperature": "1", "scaled": "false"}
    before = view.evaluate("v => v.innerText")
    for control, key in [
        ("scaled", "Space"), ("d_k", "ArrowRight"), ("d_k", "End"), ("scaled", "Space"),
        ("temperature", "ArrowLeft"), ("temperature", "Home"), ("temperature", "End"),
        ("d_k", "Home"), ("d_k", "ArrowRight"),
    ]:  # fmt: skip
        press(view, control, key)
        same_scaling(view, shown)
        assert view.evaluate("v => v.innerText") != before
        before = view.evaluate("v => v.innerText")
    assert facts(view) == {"d_k": "2", "temperature": "10", "scaled": "false"}


def test_a_closed_list_costs_nothing_and_an_open_one_follows(open_page) -> None:
    shown = scaling()
    page = open_page(shown.model_id, models=[shown])
    cells = page.locator(".afm-steps td[data-step=score][data-value]")
    press(page.locator(".afm"), "d_k", "End")
    assert cells.count() == 0
    open_lists(page.locator(".afm"))
    expect(cells).to_have_count(5)
    same_scaling(page.locator(".afm"), shown)


def test_bars_and_map_show_the_pair_that_was_chosen(open_page) -> None:
    shown = scaling(temperature=4.0)
    page = open_page(shown.model_id, models=[shown])
    best = int(shown.weights.argmax())
    chosen = page.locator(".afm-bars-names [data-chosen]")
    assert chosen.all_text_contents() == [str(best)] * 2
    page.locator("td[data-query='1'][data-key='3']").click()
    assert chosen.all_text_contents() == ["3", "1"], "score 3 moves weight 1"
    readout = page.locator(".afm-readout")
    assert readout.inner_text().startswith("weight 1 by score 3: \u2212")
    page.keyboard.press("ArrowLeft")
    assert chosen.all_text_contents() == ["2", "1"]
    assert page.locator(".afm-grid [tabindex='0']").count() == 1
    page.locator("td[data-query='0'][data-key='0']").hover()
    said, arithmetic = readout.inner_text().split("\n")
    entry, p = shown.jacobian[0, 0].item(), shown.weights[0].item()
    assert float(said.removeprefix("weight 0 by score 0: +")) == pytest.approx(entry, abs=5e-3)
    factors = arithmetic.removeprefix("p (1 \u2212 p) = ").split(" \u00d7 ")
    assert [float(factor) for factor in factors] == pytest.approx([p, 1 - p], abs=5e-3)
    page.locator("h1").hover()
    assert readout.inner_text().startswith("weight 1 by score 2")


def test_the_map_is_darkest_where_an_entry_is_a_quarter(open_page) -> None:
    """Two keys with equal scores: weights of one half, entries of ±1/4."""
    shown = ScalingExplorer(query=[1.0], keys=[[1.0], [1.0]], d_k=1)
    page = open_page(shown.model_id, models=[shown])
    shade = """([x, y]) => [...document.querySelector('.afm-ink canvas').getContext('2d')
        .getImageData(x, y, 1, 1).data]"""
    side = page.locator("td[data-key]").first.bounding_box()["width"]
    ramp = [8, 48, 107, 255]
    assert page.evaluate(shade, [3, 3]) == ramp
    assert page.evaluate(shade, [side + 3, 3]) == ramp, "the sign is in words, not in the colour"
    assert page.locator("td[data-key='1']").first.get_attribute("aria-label") == "\u22120.2500"
    assert page.locator("td[data-key='0']").first.get_attribute("aria-label") == "0.2500"


def test_bars_are_as_high_as_their_numbers(open_page) -> None:
    shown = ScalingExplorer(query=[1.0, 0.0], keys=[[7.5, 0], [-30.0, 0], [0, 0]], d_k=2)
    page = open_page(shown.model_id, models=[shown])
    scores, weights = page.locator(".afm-bars svg").all()
    rest, one = (scores.locator(f".afm-bars-{name}").get_attribute("d") for name in ("all", "one"))
    assert one.startswith("M0.12 50.00V31.00"), "the chosen bar has a path of its own"
    assert "M1.12 50.00V88.00" in rest
    assert scores.get_attribute("aria-label") == "Scores: key 0 7.50, key 1 \u221230.0, key 2 0"
    dashed = scores.locator(".afm-bars-dashed").get_attribute("d")
    expected = 50 - 38 * (2**0.5 / 30) ** 0.5
    assert dashed.startswith(f"M0 {expected:.2f}H3"), "the deviation that d_k lets expect"
    best = shown.weights.max().item()
    assert f"V{96 - 88 * best:.2f}" in weights.locator(".afm-bars-one").get_attribute("d")


def test_scaling_in_words(open_page) -> None:
    shown = ScalingExplorer()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm")
    press(view, "d_k", "Home")
    assert slider_words(view, "d_k") == "1 dimension"
    press(view, "scaled", "Space")
    status = page.locator("p[role=status]")
    assert status.text_content() == "", "it waits until the reader pauses"
    page.wait_for_function("document.querySelector('p[role=status]').textContent !== ''")
    shown.d_k, shown.scaled = 1, True
    best = int(shown.weights.argmax())
    told = f"d_k 1, scaled, temperature 1: most weight on key {best}, {shown.weights[best]:.2f}; "
    bits, norm = shown.entropy, shown.jacobian.norm()
    assert status.text_content() == (
        told + f"entropy {bits:.2f} of 4.00 bits; norm of the Jacobian {norm:.2f}."
    )
    assert page.get_by_label("divide by √d_k").is_checked()


def test_any_temperature_from_python_has_a_stop(open_page) -> None:
    shown = scaling(temperature=2.75)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm")
    heat = page.locator("input[data-control=temperature]")
    assert slider_words(view, "temperature") == "temperature 2.75"
    assert int(heat.get_attribute("max")) == 21
    press(view, "temperature", "ArrowRight")
    assert facts(view)["temperature"] == "3.15"
    assert int(heat.get_attribute("max")) == 20


@pytest.mark.parametrize("d_k", [1, 2, 4, 8])
def test_the_slider_stands_where_python_set_it(open_page, d_k: int) -> None:
    shown = scaling(d_k=d_k, scaled=True)
    page = open_page(shown.model_id, models=[shown])
    slider = page.locator("input[data-control=d_k]")
    assert (slider.input_value(), slider.get_attribute("max")) == (str(d_k.bit_length() - 1), "3")
    figure = numbers(page.locator("[data-figure=square]"))
    torch.testing.assert_close(figure[0].double(), shown.products.square().mean())
