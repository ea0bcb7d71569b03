"""AlignmentExplorer on a page without a kernel: keyboard, numbers, words."""

import pytest
from widget_examples import alignment
from widget_pages import facts, open_lists, press, same_alignment, slider_words

from attention.widgets import AlignmentExplorer


@pytest.fixture
def steps() -> AlignmentExplorer:
    return alignment()


def test_alignment_by_keyboard(open_page, steps: AlignmentExplorer) -> None:
    page = open_page(steps.model_id, models=[steps])
    view = page.locator(".afm-alignment")
    open_lists(view)
    same_alignment(view, steps)
    for control, key in [
        ("step", "ArrowRight"), ("step", "ArrowRight"), ("position", "ArrowRight"),
        ("step", "End"), ("example", "ArrowRight"),
    ]:  # fmt: skip
        press(view, control, key)
        if page.locator("details:not([open])").count():
            open_lists(view)  # another sentence has its own list
        same_alignment(view, steps)
    at = facts(view)
    assert (at["example"], at["step"]) == ("1", "1")
    assert page.locator("input[data-control=step]").get_attribute("max") == "1"
    press(view, "example", "ArrowLeft")
    same_alignment(view, steps)


def test_the_position_follows_the_largest_weight_until_one_is_chosen(
    open_page, steps: AlignmentExplorer
) -> None:
    page = open_page(steps.model_id, models=[steps])
    view = page.locator(".afm-alignment")
    weights = steps.weights
    for step in range(5):
        assert facts(view)["position"] == str(weights[step].argmax().item())
        press(view, "step", "ArrowRight")
    other = (weights[4].argmax().item() + 1) % 7
    page.locator(f".afm-sentence label[data-position='{other}']").click()
    assert facts(view)["position"] == str(other)
    chosen = page.locator("td[aria-selected]")
    assert chosen.get_attribute("data-key") == str(other)
    assert f"“t4” → “s{other}”" in page.locator(".afm-map .afm-readout").inner_text()
    press(view, "step", "Home")
    assert facts(view)["position"] == str(weights[0].argmax().item())


def test_the_matrix_fills_up_and_a_cell_sets_step_and_position(
    open_page, steps: AlignmentExplorer
) -> None:
    page = open_page(steps.model_id, models=[steps])
    view = page.locator(".afm-alignment")
    readout = page.locator(".afm-map .afm-readout")
    cell = page.locator("td[data-query='3'][data-key='2']")
    assert cell.get_attribute("aria-label") == "not written yet"
    assert cell.get_attribute("data-weight") is None
    heads = page.locator(".afm-grid th[scope=row]")
    assert heads.all_inner_texts() == ["t0", "…", "…", "…", "…"]
    cell.hover()
    assert "not written yet" in readout.inner_text()
    cell.click()
    assert (facts(view)["step"], facts(view)["position"]) == ("3", "2")
    assert heads.all_inner_texts() == ["t0", "t1", "t2", "t3", "…"]
    assert cell.get_attribute("aria-label") == f"{steps.weights[3, 2]:.2f}"
    assert page.locator("input[data-control=step]").input_value() == "3"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    assert (facts(view)["step"], facts(view)["position"]) == ("2", "3")
    focused = page.evaluate("({...document.activeElement.dataset})")
    assert (focused["query"], focused["key"]) == ("2", "3")
    assert page.locator(".afm-grid [tabindex='0']").count() == 1
    shade = """() => [...document.querySelector('.afm-ink canvas').getContext('2d')
        .getImageData(2, document.querySelector('.afm-ink canvas').height - 3, 1, 1).data]"""
    assert page.evaluate(shade)[3] == 0, "a row that is not written yet is empty"
    press(view, "step", "End")
    assert page.evaluate(shade)[3] == 255


def test_alignment_in_words(open_page, steps: AlignmentExplorer) -> None:
    page = open_page(steps.model_id, models=[steps])
    view = page.locator(".afm-alignment")
    press(view, "step", "ArrowRight")
    assert slider_words(view, "step") == "step 2 of 5: t1"
    status = page.locator("p[role=status]")
    assert status.text_content() == "", "it waits until the reader pauses"
    page.wait_for_function("document.querySelector('p[role=status]').textContent !== ''")
    weights = steps.weights[1]
    best = weights.argmax().item()
    told = f"Step 2 of 5, t1: most weight on s{best}, {weights[best]:.2f}."
    assert status.text_content() == f"{told} The most probable word is t1, 0.90."
    assert page.locator(".afm-writing li[aria-current=step]").inner_text() == "t1"
    assert page.locator(".afm-writing li[aria-hidden]").count() == 3
    assert page.locator(".afm-context .afm-title").inner_text().count("h(s") >= 1
