"""EncoderDecoderMachine on a page without a kernel: every step of every length, in words."""

import pytest
from widget_examples import machine
from widget_pages import facts, press, slider_words
from widget_pages_machine import same_machine


def test_every_step_of_every_sentence_and_length(open_page) -> None:
    shown = machine(length=1, step=0)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-encdec")
    for example in (0, 1):
        view.locator(f"[data-control=example][value='{example}']").check()
        press(view, "length", "Home")
        for length in (1, 2):
            shown.example, shown.length, shown.step = example, length, 0
            view.locator("[data-control=again]").press("Enter")
            for step in range(shown.n_steps + 1):
                shown.step = step
                wanted = {"example": str(example), "length": str(length), "step": str(step)}
                assert facts(view) == wanted
                assert slider_words(view, "step") == f"step {step} of {shown.n_steps}"
                same_machine(view, shown)
                view.locator("[data-control=next]").press("Enter")
            assert facts(view)["step"] == str(shown.n_steps), "after the last step there is none"
            press(view, "length", "ArrowRight")


def test_what_was_written_to_its_end_is_so_at_another_length_too(open_page) -> None:
    shown = machine(length=1, step=0)
    shown.step = shown.n_steps
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-encdec")
    press(view, "length", "ArrowRight")
    assert facts(view)["step"] == str(machine(length=2).n_steps)
    press(view, "step", "ArrowLeft")
    press(view, "length", "ArrowLeft")
    assert facts(view)["step"] == str(shown.n_steps), "a shorter one has fewer steps"


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_the_boxes_stand_one_below_the_other(open_page, width: int) -> None:
    shown = machine()
    page = open_page(shown.model_id, models=[shown], width=width)
    boxes = [box.bounding_box() for box in page.locator(".afm-encdec-box").all()]
    assert len({round(box["x"]) for box in boxes}) == 1
    assert [box["y"] for box in boxes] == sorted(box["y"] for box in boxes)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
