"""PrefillDecode on a page without a kernel: pass by pass, against the package's counts."""

import pytest
from widget_examples import passes
from widget_pages import facts, press, slider_words

from attention.widgets import PrefillDecode

KINDS = "all => all.filter(li => !li.hidden).map(li => li.dataset.kind)"


def same(view, shown: PrefillDecode) -> None:
    """What the page says of the pass is what the package counts."""
    now = shown.current
    figures = {
        "flops": now.flops, "moved": now.bytes_moved, "intensity": now.intensity,
        "cache": now.cache_bytes / shown.batch,
    }  # fmt: skip
    for name, number in figures.items():
        value = view.locator(f"[data-figure={name}]").get_attribute("data-value")
        assert float(value) == pytest.approx(number), name
    axis = view.locator(".afm-passes-axis")
    assert axis.get_attribute("data-waits") == shown.waits_for
    (mark,) = view.locator("[data-now]").all()
    assert mark.get_attribute("data-pass") == str(shown.step)
    assert float(mark.get_attribute("data-value")) == pytest.approx(now.intensity)
    kinds = view.locator(".afm-passes-cache li").evaluate_all(KINDS)
    later = ["later"] * (shown.written - shown.step)
    assert kinds == ["held"] * shown.step + ["new"] + later


@pytest.mark.parametrize(("prompt", "batch"), [(512, 1), (100, 300)])
def test_pass_by_pass(open_page, prompt: int, batch: int) -> None:
    shown = PrefillDecode(prompt=prompt, batch=batch, written=4)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-passes")
    for step in range(5):
        shown.step = step
        assert facts(view)["step"] == str(step)
        told = f"writes token {step}" if step else "reads the prompt"
        assert slider_words(view, "step") == told
        same(view, shown)
        view.locator("[data-control=next]").press("Enter")
    assert facts(view)["step"] == "4", "after the last token there is none"
    view.locator("[data-control=again]").press("Enter")
    assert facts(view)["step"] == "0"


def test_other_prompts_and_batches_and_less_written(open_page) -> None:
    shown = passes()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-passes")
    press(view, "prompt", "ArrowRight")
    press(view, "batch", "ArrowRight")
    shown.prompt, shown.batch = 2 * shown.prompt, 2 * shown.batch
    same(view, shown)
    press(view, "written", "Home")
    shown.step = shown.written = 1
    assert facts(view)["step"] == "1", "the pass that is shown is one of those that are left"
    same(view, shown)
