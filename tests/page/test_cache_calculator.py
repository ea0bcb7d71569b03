"""CacheCalculator on a page without a kernel: keyboard, mouse, numbers, words."""

import pytest
from cost_cases import TABLE
from javascript import violations
from widget_pages import facts, press, slider_words
from widget_pages_costs import same_cache

from attention.functional.costs import MODELS
from attention.widgets import CacheCalculator


def test_every_control_draws_what_python_says(open_page) -> None:
    shown = CacheCalculator()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-calculator")
    same_cache(view, shown)
    for control, key in [
        ("context", "ArrowRight"), ("n_kv_heads", "ArrowLeft"), ("window", "ArrowLeft"),
        ("window", "Home"), ("n_kv_heads", "Home"), ("bytes_per_number", "ArrowRight"),
        ("kind", "ArrowRight"), ("d_latent", "ArrowRight"), ("d_latent", "End"),
        ("window", "End"), ("bytes_per_number", "ArrowRight"), ("context", "End"),
        ("kind", "ArrowLeft"), ("n_kv_heads", "End"), ("context", "Home"),
    ]:  # fmt: skip
        before, text = facts(view), view.inner_text()
        press(view, control, key)
        assert facts(view) != before, (control, key)
        assert view.inner_text() != text
        same_cache(view, shown)
    assert slider_words(view, "n_kv_heads") == "32 of 32 heads (MHA)"
    assert facts(view) == {
        "model": "Llama-3 8B", "context": "256", "n_kv_heads": "32", "window": "0",
        "d_latent": "0", "bytes_per_number": "1",
    }  # fmt: skip


def test_a_model_sets_all_and_has_the_paper_s_numbers(open_page) -> None:
    shown = CacheCalculator(n_kv_heads=1, window=256)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-calculator")
    choice = view.get_by_label("Model")
    for name, kib, context, whole in TABLE[::-1]:
        choice.select_option(name)
        assert facts(view)["context"] == str(context)
        token = view.locator("[data-figure=token]")
        assert float(token.get_attribute("data-value")) == 1024 * kib
        total = view.locator("[data-figure=total]").inner_text()
        assert total.replace("\u00a0", " ") == whole
        remark = view.locator("tr[data-row=setting] small").inner_text()
        assert remark.endswith("the same as published")
        same_cache(view, shown)
        assert shown.config == MODELS[name]
    assert choice.locator("option").count() == len(TABLE)


def test_as_published_takes_back_what_was_changed(open_page) -> None:
    shown = CacheCalculator(model="Mistral 7B v0.1")
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-calculator")
    before = facts(view)
    for control, key in [("n_kv_heads", "Home"), ("window", "End"), ("context", "ArrowRight")]:
        press(view, control, key)
    press(view, "kind", "ArrowRight")
    assert facts(view) != before
    button = page.get_by_role("button", name="as published")
    button.press("Enter")
    assert facts(view) == before
    assert button.evaluate("b => b === document.activeElement")
    same_cache(view, shown)


def test_a_latent_takes_the_place_of_the_heads_and_back(open_page) -> None:
    shown = CacheCalculator(n_kv_heads=2)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-calculator")
    press(view, "kind", "ArrowRight")
    assert slider_words(view, "d_latent") == "512 numbers and 64 rotary"
    assert view.locator("input[data-control=n_kv_heads]").count() == 0
    assert view.locator("[data-figure=layer]").inner_text() == "576"
    same_cache(view, shown)
    press(view, "kind", "ArrowLeft")
    assert slider_words(view, "n_kv_heads") == "2 of 32 heads", "as it was before"
    page.locator("select").select_option("DeepSeek-V2")
    assert page.get_by_label("latent (MLA)").is_checked()
    press(view, "kind", "ArrowLeft")
    assert slider_words(view, "n_kv_heads") == "128 of 128 heads (MHA)"
    same_cache(view, shown)


def test_sliders_follow_the_mouse(open_page) -> None:
    shown = CacheCalculator()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-calculator")
    for control in ("context", "n_kv_heads", "window"):
        slider = page.locator(f"input[data-control={control}]")
        box = slider.bounding_box()
        assert box["height"] >= 24
        page.mouse.click(box["x"] + 8, box["y"] + box["height"] / 2)
        assert slider.input_value() == "0"
    assert slider_words(view, "n_kv_heads") == "1 of 32 heads (MQA)"
    same_cache(view, shown)


def test_window_stops_lie_within_the_context(open_page) -> None:
    shown = CacheCalculator(context=1024)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-calculator")
    window = page.locator("input[data-control=window]")
    assert (slider_words(view, "window"), window.get_attribute("max")) == ("no window", "4")
    press(view, "window", "ArrowLeft")
    assert slider_words(view, "window") == "768 tokens"
    press(view, "context", "Home")
    assert (facts(view)["context"], facts(view)["window"]) == ("256", "768"), "it is kept"
    assert "256 tokens =" in view.locator(".afm-formula").nth(1).inner_text()
    same_cache(view, shown)


def test_a_context_longer_than_the_model_s_is_named(open_page) -> None:
    shown = CacheCalculator(model="Llama-2 7B")
    page = open_page(shown.model_id, models=[shown])
    note = page.get_by_text("was made for 4,096 tokens at most")
    assert not note.is_visible()
    press(page.locator(".afm"), "context", "ArrowRight")
    assert note.is_visible()
    page.get_by_role("button", name="as published").click()
    assert not note.is_visible()


def test_caches_in_words(open_page) -> None:
    shown = CacheCalculator()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-calculator")
    status = page.locator("p[role=status]")
    press(view, "n_kv_heads", "Home")
    press(view, "context", "ArrowRight")
    assert status.text_content() == "", "it waits until the reader pauses"
    page.wait_for_function("document.querySelector('p[role=status]').textContent !== ''")
    assert page.locator("[aria-live]:not([aria-live=off])").count() == 1
    assert status.text_content().replace("\u00a0", " ") == (
        "Llama-3 8B, multi-query, 12288 tokens: 16 KiB a token, 192 MiB in all; "
        "32 times smaller than multi-head, 8 times smaller than published."
    )
    table = page.get_by_role("table", name="The whole cache")
    row = table.get_by_role("row", name="your setting").inner_text().replace("\u00a0", " ")
    assert row.split("\t")[1:] == ["16 KiB", "192 MiB"]


def test_any_setting_from_python_has_a_stop(open_page) -> None:
    shown = CacheCalculator(model="DeepSeek-V3", context=5000, window=1111, d_latent=500)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-calculator")
    same_cache(view, shown)
    for control, words, key, after in [
        ("context", "5000 tokens", "ArrowLeft", "4096"),
        ("window", "1111 tokens", "ArrowRight", "1536"),
        ("d_latent", "500 numbers and 64 rotary", "ArrowRight", "512"),
    ]:
        assert slider_words(view, control) == words
        press(view, control, key)
        assert facts(view)[control] == after
    same_cache(view, shown)


@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 700)])
def test_at_its_largest_it_fits_and_is_accessible(open_page, width: int, theme: str) -> None:
    shown = CacheCalculator(
        model="Llama-3.1 405B", window=98_304, d_latent=16_384, bytes_per_number=4,
        caption="<b>bold</b>",
    )  # fmt: skip
    page = open_page(shown.model_id, models=[shown], width=width, theme=theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    inside = """view => [...view.querySelectorAll(":scope > *, dd, td, select, button")].every(p =>
      p.getBoundingClientRect().right <= view.getBoundingClientRect().right)"""
    assert page.locator(".afm-calculator").evaluate(inside)
    assert page.locator(".afm-caption").inner_text() == "<b>bold</b>"
    same_cache(page.locator(".afm-calculator"), shown)


def test_targets_are_large_enough(open_page) -> None:
    shown = CacheCalculator()
    page = open_page(shown.model_id, models=[shown], width=320)
    for target in page.locator("select, button, .afm-option, input[type=range]").all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 24
