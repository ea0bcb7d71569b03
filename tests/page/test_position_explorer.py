"""PositionExplorer on a page without a kernel: keyboard, buttons, numbers, words."""

import pytest
from playwright.sync_api import Page
from widget_examples import position, stored_position
from widget_pages import facts, press, same_position, slider_words

from attention.functional.positions import POSITION_SCHEMES


def button(page: Page, name: str) -> None:
    page.locator(f"button[data-control={name}]").press("Enter")


@pytest.mark.parametrize("make", [position, stored_position])
def test_every_control_by_keyboard_draws_what_torch_computes(open_page, make) -> None:
    shown = make()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-position")
    same_position(view, shown)
    for control, key in [
        ("place", "ArrowRight"), ("scheme", "ArrowRight"), ("place", "End"), ("place", "Home"),
        ("scheme", "ArrowRight"), ("word", "ArrowRight"), ("place", "End"), ("causal", "Space"),
        ("scheme", "ArrowRight"), ("scheme", "ArrowRight"), ("place", "ArrowLeft"),
    ]:  # fmt: skip
        before = view.evaluate("v => v.innerText")
        press(view, control, key)
        same_position(view, shown)
        assert view.evaluate("v => v.innerText") != before, (control, key)
    assert facts(view)["scheme"] == "alibi"


@pytest.mark.parametrize("scheme", POSITION_SCHEMES)
def test_the_buttons_under_every_scheme(open_page, scheme: str) -> None:
    shown = position(scheme=scheme)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-position")
    verdict = page.locator(".afm-verdict")
    assert verdict.inner_text() == "The original order: move a word."
    for name, order in [
        ("swap", "0,4,2,3,1"), ("reverse", "1,3,2,4,0"), ("swap", "4,3,2,1,0"),
        ("restore", "0,1,2,3,4"), ("reverse", "4,3,2,1,0"),
    ]:  # fmt: skip
        button(page, name)
        assert facts(view)["order"] == order
        same_position(view, shown)
        if name == "restore":
            continue
        still = scheme == "none" or (scheme == "alibi" and order == "4,3,2,1,0")
        assert verdict.inner_text().startswith("No context" if still else "5 of 5")
        assert (verdict.get_attribute("data-still") == "") == still
    assert page.evaluate("document.activeElement.dataset.control") == "reverse", "focus stays"


def test_the_slider_moves_the_chosen_word_and_the_choice_goes_along(open_page) -> None:
    shown = position()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-position")
    assert slider_words(view, "place") == "place 2 of 5: elk"
    press(view, "place", "End")
    words = page.locator(".afm-sentence .afm-word")
    assert words.all_inner_texts() == ["an", "an", "owl", "sees", "elk"]
    chosen = page.locator(".afm-sentence [data-chosen]")
    assert chosen.get_attribute("data-position") == "4"
    assert page.locator("input[data-control=word]:checked").get_attribute("value") == "4"
    page.locator(".afm-sentence label[data-position='0']").click()
    assert facts(view)["word"] == "0"
    assert page.locator("input[data-control=place]").input_value() == "0"
    moved = page.locator(".afm-moved tr[data-word='1'] td")
    assert moved.all_inner_texts()[0] == "2 → 5"


def test_a_dragged_slider_moves_the_word(open_page) -> None:
    shown = position(scheme="rotary")
    page = open_page(shown.model_id, models=[shown])
    box = page.locator("input[data-control=place]").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.26, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2, steps=7)
    page.mouse.up()
    view = page.locator(".afm-position")
    assert facts(view)["order"] == "0,2,3,4,1"
    same_position(view, shown)


def test_cells_choose_a_word_and_speak(open_page) -> None:
    shown = position(scheme="alibi", order=[3, 1, 0, 4, 2])
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-position")
    readout = page.locator(".afm-map .afm-readout")
    page.locator("td[data-query='0'][data-key='3']").click()
    assert facts(view)["word"] == "3"
    said, arithmetic = readout.inner_text().split("\n")
    assert said == "“owl” → “sees”"
    assert "q·k / √4 = " in arithmetic
    assert ", less 1.5 = " in arithmetic
    assert f"weight {shown.weights[0, 3]:.3f}" in arithmetic
    page.keyboard.press("ArrowDown")
    assert facts(view)["word"] == "1"
    assert page.locator(".afm-grid [tabindex='0']").count() == 1
    press(view, "causal", "Space")
    assert "masked to \u2212∞, weight 0" in readout.inner_text()
    page.locator("td[data-query='4'][data-key='0']").hover()
    assert readout.inner_text().startswith("“an” → “owl”")


def test_roles_that_changed_are_named(open_page) -> None:
    """The point of the chapter: who bites whom changes with the order, but not without it."""
    shown = stored_position()
    page = open_page(shown.model_id, models=[shown])
    dog = page.locator(".afm-moved tr[data-word='1']")
    first = dog.get_attribute("data-role")
    button(page, "swap")
    assert dog.get_attribute("data-role") == first
    assert dog.get_attribute("data-changed") is None
    assert dog.locator("td").all_inner_texts() == ["2 → 6", first, "0"]
    for scheme in ("sinusoidal", "learned", "rotary"):
        page.locator(f"input[value={scheme}]").check()
        assert dog.locator("td").nth(1).inner_text() == "subject → object", scheme
        assert dog.get_attribute("data-changed") == ""


def test_position_in_words(open_page) -> None:
    shown = position(caption="<b>bold</b>", label="The <i>label</i>")
    page = open_page(shown.model_id, models=[shown])
    assert page.locator(".afm-position :is(b, i)").count() == 0
    assert page.get_by_role("group", name="The <i>label</i>").count() == 1
    button(page, "swap")
    status = page.locator("p[role=status]")
    assert status.text_content() == "", "it waits until the reader pauses"
    page.wait_for_function("document.querySelector('p[role=status]').textContent !== ''")
    assert status.text_content() == (
        "none, an sees an owl elk: No context moved: nothing here knows the order."
    )
    assert page.get_by_role("button").all_inner_texts() == [
        "swap “elk” and “sees”", "reverse", "restore",
    ]  # fmt: skip
