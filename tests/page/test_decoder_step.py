"""DecoderStep on a page without a kernel: every step, each annotation hidden, words."""

import torch
from widget_examples import decoder_step
from widget_pages import facts, press

from attention.trained.translator_examples import decoder_step_example
from attention.widgets import DecoderStep

VALUES = "all => all.map(one => Number(one.dataset.value))"


def same_as_torch(view, shown: DecoderStep) -> None:
    cells = view.locator("[data-step=weight]")
    found = torch.tensor(cells.evaluate_all(VALUES)).double()
    torch.testing.assert_close(found, shown.weights, atol=1e-6, rtol=0)
    lines = torch.tensor(view.locator(".afm-answer path").evaluate_all(VALUES)).double()
    assert torch.equal(lines, found)
    word, chance = shown.guesses[0]
    assert view.locator(".afm-share-name").first.text_content() == word
    assert float(view.locator(".afm-share-bar").first.get_attribute("data-value")) == chance


def test_every_step_with_each_annotation_hidden(open_page) -> None:
    shown = DecoderStep(**decoder_step_example("the heavy door falls"))
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-decoder-step")
    buttons = view.locator("[data-control=hidden]")
    for step in range(len(shown.output)):
        shown.step, shown.hidden = step, None
        assert facts(view) == {"step": str(step), "hidden": ""}
        same_as_torch(view, shown)
        for hidden in range(len(shown.source)):
            buttons.nth(hidden).press("Enter")
            shown.hidden = hidden
            assert facts(view)["hidden"] == str(hidden)
            pressed = view.locator("[aria-pressed=true]").evaluate_all(
                "all => all.map(one => one.dataset.position)"
            )
            assert pressed == [str(hidden)]
            same_as_torch(view, shown)
        buttons.nth(hidden).press("Enter")  # pressed again it comes back
        press(view, "step", "ArrowRight")


def test_what_it_writes_without_the_adjective(open_page) -> None:
    shown = DecoderStep(**decoder_step_example("the heavy door falls"), step=2)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-decoder-step")
    assert view.locator(".afm-title").first.text_content() == "Written so far: la porte"
    assert view.locator(".afm-share-name").first.text_content() == "lourde"
    view.locator("[data-control=hidden]").filter(has_text="heavy").click()
    assert view.locator(".afm-share-name").first.text_content() == "tombe"
    assert view.locator("tr[data-hidden] [data-step=score]").text_content() == "−∞"  # noqa: RUF001
    spoken = view.locator("[role=status]")
    page.wait_for_function("document.querySelector('[role=status]').textContent")
    told = "Word 3 of 5. heavy is hidden. Most weight on "
    assert spoken.text_content().startswith(told)


def test_words_are_text(open_page) -> None:
    hostile = ["<b>le</b>", "</script>", "&amp;", "<img src=x onerror=alert(1)>", "a", "b", "c"]
    chances = [[[(word, 0.5)] for word in [*hostile, "x"]]] * 5
    shown = decoder_step(source=hostile, output=hostile[:5], candidates=chances, step=4)
    page = open_page(shown.model_id, models=[shown], width=320)
    assert page.locator(".afm :is(b, img, script)").count() == 0
    for word in hostile[:4]:
        assert word in page.locator(".afm").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
