"""BlockDiagram on a page without a kernel: keyboard, numbers, words."""

import pytest
from javascript import violations
from widget_examples import diagram
from widget_pages import facts, press, same_block, slider_words

SMALL = {"d_model": 12, "n_heads": 3, "n_layers": 2, "n_tokens": 13, "max_len": 16, "length": 5}


def test_every_control_draws_what_python_says(open_page) -> None:
    shown = diagram()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-block-diagram")
    same_block(view, shown)
    for control, key in [
        ("length", "ArrowRight"), ("length", "End"), ("n_heads", "ArrowLeft"),
        ("n_heads", "Home"), ("n_heads", "End"), ("n_layers", "ArrowRight"), ("n_layers", "End"),
        ("n_layers", "Home"), ("length", "Home"), ("norm_order", "ArrowRight"),
    ]:  # fmt: skip
        before = facts(view)
        press(view, control, key)
        assert facts(view) != before, (control, key)
        same_block(view, shown)
    for width in ("1600", "64", "2048"):
        page.locator("select[data-control=d_model]").select_option(width)
        assert facts(view)["d_model"] == width
        same_block(view, shown)
    assert slider_words(view, "n_layers") == "1 block"


def test_a_known_model_sets_all_sizes(open_page) -> None:
    shown = diagram(length=512)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-block-diagram")
    preset = page.locator("select[data-control=preset]")
    total = page.locator("[data-figure=parameters]")
    assert total.inner_text() == "124,439,808"
    preset.select_option("the book\u2019s small GPT")
    assert facts(view) == {
        "length": "64", "d_model": "128", "n_heads": "4", "n_layers": "3", "norm_order": "pre"
    }  # fmt: skip
    assert slider_words(view, "length") == "64 tokens"
    assert slider_words(view, "n_heads") == "4 heads of width 32"
    assert page.locator("input[data-control=length]").get_attribute("max") == "6"
    press(view, "n_layers", "ArrowRight")
    assert preset.locator("option:checked").inner_text() == "none of these"
    preset.select_option("GPT-2 124M")
    assert total.inner_text() == "124,439,808"
    same_block(view, diagram())
    press(view, "norm_order", "ArrowRight")
    assert preset.locator("option:checked").inner_text() == "none of these", "GPT-2 is pre-norm"
    assert total.inner_text() == "124,438,272"


def test_the_switch_moves_the_norms(open_page) -> None:
    shown = diagram(**SMALL)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-block-diagram")
    block = page.locator(".afm-repeated .afm-stage")
    stages = "all => all.map(({dataset: {stage, place}}) => [stage, place])"
    assert block.evaluate_all(stages)[0] == ["norm_attention", "branch"]
    assert page.locator("[data-stage=norm]").count() == 1
    left = page.locator("[data-stage=norm_attention] .afm-op").bounding_box()["x"]
    press(view, "norm_order", "ArrowRight")
    found = block.evaluate_all(stages)
    assert found[0] == ["w_qkv", "branch"]
    assert found[-1] == ["norm_feed_forward", "stream"]
    assert page.locator("[data-stage=norm]").count() == 0
    on_stream = page.locator("[data-stage=norm_attention] .afm-op").bounding_box()
    assert on_stream["x"] < left, "it stands on the stream now"
    above = page.locator("[data-stage=add_attention]").bounding_box()
    assert on_stream["y"] > above["y"]
    assert "Post-norm" in view.inner_text()
    same_block(view, shown)


def test_it_is_an_ordered_list_with_text(open_page) -> None:
    shown = diagram(**SMALL)
    page = open_page(shown.model_id, models=[shown])
    assert page.locator("ol > li[data-stage]").count() == 17
    assert page.locator("ol ol > li[data-stage]").count() == 13
    scores = page.locator("[data-stage=scores]")
    assert " ".join(scores.inner_text().split()) == (
        "scores Q Kᵀ / √d_head scores (B, H, T, T) (1, 3, 5, 5)"
    )
    numbers = page.locator("[data-stage=w_qkv] .afm-count")
    assert numbers.inner_text() == f"{3 * (12 * 12 + 12)}"
    assert page.locator(".afm-figures").get_attribute("data-largest") == "hidden"


def test_in_words(open_page) -> None:
    shown = diagram(**SMALL)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-block-diagram")
    press(view, "length", "ArrowLeft")
    assert slider_words(view, "length") == "4 tokens"
    status = page.locator("p[role=status]")
    assert status.text_content() == "", "it waits until the reader pauses"
    page.wait_for_function("document.querySelector('p[role=status]').textContent !== ''")
    shown.length = 4
    assert status.text_content() == (
        f"2 blocks of width 12, 3 heads, pre-norm: {shown.parameters:,} parameters. For 1 × 4 "  # noqa: RUF001
        "tokens the scores of one block are 48 numbers; largest: hidden, one block, 192."
    )


def test_any_size_from_python_has_a_stop(open_page) -> None:
    shown = diagram(d_model=130, n_heads=65, n_layers=60, max_len=100, length=77)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-block-diagram")
    same_block(view, shown)
    for control, words, key, after in [
        ("length", "77 tokens", "ArrowRight", "100"),
        ("n_layers", "60 blocks", "ArrowLeft", "48"),
        ("n_heads", "65 heads of width 2", "ArrowLeft", "26"),
    ]:
        assert slider_words(view, control) == words
        press(view, control, key)
        assert facts(view)[control] == after
    assert page.locator("select[data-control=d_model]").input_value() == "130"


def test_a_width_that_python_sets_later_is_on_the_list(open_page) -> None:
    shown = diagram(**SMALL)
    then = """export default { render({ model, el }) {
      widget.render({ model, el });
      for (const width of [36, 48]) model.set("d_model", width);
    } };"""
    module = shown._esm.replace("export default viewOf(", "const widget = viewOf(") + then
    page = open_page(shown.model_id, models=[shown], edit={"_esm": module})
    view = page.locator(".afm-block-diagram")
    width = page.locator("select[data-control=d_model]")
    assert (facts(view)["d_model"], width.input_value()) == ("48", "48")
    width.select_option("64")
    assert (facts(view)["d_model"], facts(view)["n_heads"]) == ("64", "2")
    same_block(view, shown)


@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 700)])
def test_at_its_largest_it_fits_and_is_accessible(open_page, width: int, theme: str) -> None:
    shown = diagram(
        batch=256, length=2**17, max_len=2**17, d_model=65536, n_heads=1024, n_layers=512,
        n_tokens=1_000_000, norm_order="post", caption="<b>bold</b>",
    )  # fmt: skip
    page = open_page(shown.model_id, models=[shown], width=width, theme=theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    inside = """view => [...view.querySelectorAll(".afm-stage *")].every(part =>
      part.getBoundingClientRect().right <= view.getBoundingClientRect().right)"""
    assert page.locator(".afm-block-diagram").evaluate(inside)
    assert page.locator(".afm-caption").inner_text() == "<b>bold</b>"
    same_block(page.locator(".afm-block-diagram"), shown)
