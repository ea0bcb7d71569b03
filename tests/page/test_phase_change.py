"""PhaseChange on a page without a kernel: every step of every run, the maps, the steepest fall."""

import pytest
import torch
from widget_examples import phase
from widget_pages import facts, press, slider_words

from attention.trained.induction_growth import phase_change_example
from attention.widgets import PhaseChange

WEIGHTS = "all => all.map(cell => Number(cell.dataset.weight))"


def test_every_step_of_every_run_equals_python(open_page) -> None:
    shown = phase(step=0)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-phase")
    for run in (0, 1):
        shown.run = run
        view.locator(f"[data-control=run][value='{run}']").check()
        press(view, "step", "Home")
        for step in shown.steps:
            shown.step = step
            assert facts(view) == {
                "run": str(run), "step": str(step), "query": "6", "fall": str(shown.fall),
            }  # fmt: skip
            assert slider_words(view, "step") == f"step {step}"
            names = ("loss", "previous", "induction")
            for name, number in zip(names, shown.now.tolist(), strict=True):
                told = view.locator(f"[data-figure={name}]").get_attribute("data-value")
                assert abs(float(told) - number) < 1e-6, name
            for name, weights in zip(names[1:], shown.weights, strict=True):
                cells = view.locator(f"[data-map={name}] td[data-key]")
                found = torch.tensor(cells.evaluate_all(WEIGHTS)).view(7, 7)
                torch.testing.assert_close(found, weights, atol=1e-6, rtol=0)
            press(view, "step", "ArrowRight")


def test_the_button_goes_to_the_steepest_fall_of_the_run_that_is_shown(open_page) -> None:
    shown = phase(step=0)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-phase")
    view.locator("[data-control=fall]").press("Enter")
    assert facts(view)["step"] == "30"
    remark = view.locator("[data-figure=loss] + .afm-figure-remark").text_content()
    assert remark == "−2.50 since step 10"  # noqa: RUF001
    view.locator("[data-control=run][value='1']").check()
    view.locator("[data-control=fall]").press("Enter")
    assert facts(view)["step"] == "10"


def test_both_maps_follow_one_query_and_frame_where_each_head_would_look(open_page) -> None:
    shown = phase()
    page = open_page(shown.model_id, models=[shown])
    places = {
        "previous": [[t, t - 1] for t in range(1, 7)],
        "induction": [[4, 1], [5, 2], [6, 3]],  # a b c d a b c
    }
    marked = "all => all.map(cell => [Number(cell.dataset.query), Number(cell.dataset.key)])"
    for name, wanted in places.items():
        framed = page.locator(f"[data-map={name}] td[data-wanted]")
        assert framed.evaluate_all(marked) == wanted
    page.locator("[data-map=previous] td[data-query='4'][data-key='2']").click()
    assert facts(page.locator(".afm-phase"))["query"] == "4"
    told = page.locator("[data-map=previous] .afm-readout").text_content()
    weight = shown.weights[0, 4, 2]
    assert told == f"“a” (4) → “c” (2)\nweight {weight:.3f}"
    other = page.locator("[data-map=induction] td[data-query='4'][tabindex='0']")
    assert other.get_attribute("data-key") == str(int(shown.weights[1, 4].argmax()))


@pytest.mark.parametrize("width", [390, 320])
def test_all_sixteen_columns_of_a_map_fit_a_phone(open_page, width: int) -> None:
    shown = PhaseChange(**phase_change_example())
    page = open_page(shown.model_id, models=[shown], width=width)
    for name in ("previous", "induction"):
        box = page.locator(f"[data-map={name}] .afm-scroll")
        wide, seen = box.evaluate("box => [box.scrollWidth, box.clientWidth]")
        assert wide == seen > 200
        cell = page.locator(f"[data-map={name}] td[data-query='15'][data-key='15']")
        right = cell.evaluate("cell => cell.getBoundingClientRect().right")
        assert right <= width
