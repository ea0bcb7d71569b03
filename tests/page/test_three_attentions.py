"""ThreeAttentions on a page without a kernel: its maps, what it lights, its words."""

import pytest
import torch
from accessibility import violations
from order_examples import three
from widget_pages import facts, numbers, press

from attention.trained.small_transformer import USES, three_attentions_example
from attention.widgets import ThreeAttentions

CELLS = ".afm-grid td[data-key]:visible"


def test_at_every_attention_the_page_shows_what_torch_computes(open_page) -> None:
    shown = three()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-three")
    for use in (*USES, *reversed(USES)):
        view.locator(f"input[value={use}]").check()
        shown.use = use
        found = numbers(view.locator(CELLS), "weight").view(shown.weights.shape)
        torch.testing.assert_close(found, shown.weights, atol=1e-6, rtol=0, check_dtype=False)
        lit = view.locator(".afm-qkv[data-chosen]").evaluate_all(
            "all => all.map(({dataset: {use, ink}}) => [use, ink])"
        )
        assert sorted(lit) == [[use, ink] for ink in "kqv"]
        rows, columns = shown.sides
        assert view.locator(".afm-grid th[scope=row]:visible").all_inner_texts() == rows
        assert view.locator(".afm-grid th[scope=col]:visible").all_inner_texts() == columns


def test_a_click_on_a_box_chooses_its_attention_and_the_row_stays_within_the_map(
    open_page,
) -> None:
    shown = three(use="masked", query=4)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-three")
    view.locator(".afm-stack-box[data-use=encoder]").click()
    assert facts(view) == {"use": "encoder", "query": "3"}
    view.locator(".afm-stack-box[data-use=cross]").click()
    assert facts(view)["use"] == "cross"
    view.locator(".afm-stack-box").nth(1).click()  # a feed-forward network is none
    assert facts(view)["use"] == "cross"


def test_where_the_decoder_looks_is_told_with_what_it_writes(open_page) -> None:
    shown = ThreeAttentions(**three_attentions_example(), use="cross", query=1)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-three")
    press(view, "query", "ArrowRight")
    told = view.locator("p[role=status]")
    page.wait_for_function("document.querySelector('p[role=status]').textContent !== ''")
    assert told.text_content() == "cross-attention, chat, writing vert: most weight on green, 1.00."
    assert "“chat” → “green”" in view.locator(".afm-readout").inner_text()
    assert "here the decoder writes “vert”" in view.locator(".afm-readout").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 900])
def test_hostile_words_are_text_and_everyone_can_read_it(open_page, theme: str, width: int) -> None:
    odd = "<img src=x onerror=alert(1)>"
    shown = three(source=[odd] * 4, target=[odd] * 5, label="<b>three</b>", caption="<i>x</i>")
    page = open_page(shown.model_id, models=[shown], theme=theme, width=width)
    assert page.locator(".afm-three :is(img, b, i)").count() == 0
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
