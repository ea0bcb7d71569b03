"""TranslationExplorer on a page without a kernel: keyboard, numbers, words."""

import pytest
import torch
from widget_examples import translation
from widget_pages import (
    curve_words,
    facts,
    open_lists,
    press,
    same_translation,
    slider_words,
    verdict,
)

from attention.widgets import TranslationExplorer


@pytest.fixture
def sentence() -> TranslationExplorer:
    return translation(trained=2)


def test_translation_by_keyboard(open_page, sentence: TranslationExplorer) -> None:
    page = open_page(sentence.model_id, models=[sentence])
    view = page.locator(".afm-translation")
    open_lists(view)
    same_translation(view, sentence)
    said = {verdict(view)}
    for control, key in [
        ("length", "ArrowRight"), ("model", "ArrowRight"), ("length", "End"),
        ("example", "ArrowRight"), ("model", "ArrowLeft"), ("length", "Home"),
    ]:  # fmt: skip
        press(view, control, key)
        same_translation(view, sentence)
        said.add(verdict(view))
    assert len(said) == 5
    assert facts(view)["example"] == "1"


def test_translation_in_words(open_page, sentence: TranslationExplorer) -> None:
    page = open_page(sentence.model_id, models=[sentence])
    view = page.locator(".afm-translation")
    assert slider_words(view, "length") == "1 clause, as in training"
    press(view, "length", "End")
    assert slider_words(view, "length") == "3 clauses, longer than in training"
    assert "longer than any in training (2 clauses at most)" in curve_words(view)
    press(view, "model", "ArrowRight")
    last = page.locator(".afm-pairs li").last
    assert last.locator(".afm-spoken").text_content() == "brille: missing"
    assert last.locator(".afm-pair").inner_text().split("\n") == ["brille", "\u2212", "missing"]
    first = page.locator(".afm-pairs li .afm-spoken").first
    assert first.text_content() == "le: right, probability 0.50"
    strip = page.locator(".afm-strip").get_attribute("aria-label")
    assert strip.startswith("The one vector that the decoder is given: 5 numbers from ")
    curve = page.locator(".afm-plot svg").get_attribute("aria-label")
    assert "fixed vector: 100\u00a0% at 1, 75\u00a0% at 2, 0\u00a0% at 3." in curve
    assert curve.endswith("Seen in training: up to 2 clauses.")
    status = page.locator("p[role=status]")
    assert status.text_content() == "", "it waits until the reader pauses"
    page.wait_for_function("document.querySelector('p[role=status]').textContent !== ''")
    told = "reversed source, 3 clauses: 10 of 11 words right: not a perfect translation."
    assert status.text_content().startswith(told)
    assert page.locator(".afm-source").get_attribute("lang") == "en"
    assert page.locator(".afm-pairs [lang=fr]").count() == 11


def test_a_perfect_translation_says_so(open_page, sentence: TranslationExplorer) -> None:
    page = open_page(sentence.model_id, models=[sentence])
    view = page.locator(".afm-translation")
    mark = page.locator(".afm-mark")
    assert mark.inner_text() == "✓"
    assert verdict(view).endswith("3 of 3 words right: a perfect translation")
    press(view, "model", "ArrowRight")
    assert mark.inner_text() == "✗"
    assert page.locator(".afm-verdict[data-perfect]").count() == 0


def test_only_what_can_be_chosen_has_a_control(open_page) -> None:
    shown = TranslationExplorer(
        [[["a"], ["a", "b"]]],
        [[["x"], ["x", "y"]]],
        models=["one"],
        outputs=[[[["x"], []]]],
        chances=[[[[1.0], []]]],
        states=torch.zeros(1, 1, 2, 3),
        scores=[[1.0, 0.0]],
        lengths=[2, 4],
        unit="word",
    )
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-translation")
    assert page.locator("input").count() == 1
    press(view, "length", "End")
    assert slider_words(view, "length") == "4 words"
    assert page.locator(".afm-pairs li[data-kind=missing]").count() == 2
    assert page.locator(".afm-seen").count() == 0
