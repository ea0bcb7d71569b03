"""CostExplorer on a page without a kernel: keyboard, mouse, numbers, words."""

import pytest
from javascript import violations
from widget_pages import facts, press, slider_words
from widget_pages_costs import same_costs

from attention.widgets import CostExplorer


def test_every_slider_by_keyboard_draws_what_python_says(open_page) -> None:
    shown = CostExplorer()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-cost")
    same_costs(view, shown)
    for control, key in [
        ("length", "ArrowRight"), ("n_layers", "ArrowRight"), ("n_heads", "ArrowLeft"),
        ("length", "End"), ("n_heads", "End"), ("n_layers", "End"), ("length", "Home"),
        ("n_heads", "Home"), ("n_layers", "Home"), ("length", "ArrowRight"),
    ]:  # fmt: skip
        before, text = facts(view), view.inner_text()
        press(view, control, key)
        assert facts(view) != before, (control, key)
        assert view.inner_text() != text
        same_costs(view, shown)
    assert facts(view) == {"length": "96", "n_layers": "1", "n_heads": "1", "d_head": "64"}
    assert slider_words(view, "n_layers") == "1 layer"
    assert slider_words(view, "n_heads") == "1 head of width 64, model width 64"


def test_a_slider_follows_the_mouse(open_page) -> None:
    shown = CostExplorer()
    page = open_page(shown.model_id, models=[shown])
    for control in ("length", "n_layers", "n_heads"):
        slider = page.locator(f"input[data-control={control}]")
        box = slider.bounding_box()
        assert box["height"] >= 24
        page.mouse.click(box["x"] + box["width"] - 8, box["y"] + box["height"] / 2)
        assert slider.input_value() == slider.get_attribute("max")
    assert facts(page.locator(".afm-cost"))["length"] == "131072"
    same_costs(page.locator(".afm-cost"), shown)


def test_the_stacked_bar_is_as_wide_as_its_shares(open_page) -> None:
    shown = CostExplorer(length=4608)
    page = open_page(shown.model_id, models=[shown])
    parts = page.locator(".afm-stack > span")
    widths = [box["width"] for box in map(lambda part: part.bounding_box(), parts.all())]
    assert [round(6 * width / sum(widths), 1) for width in widths] == [1.0, 2.0, 3.0]
    page.locator("input[data-control=length]").press("Home")
    narrow = parts.evaluate_all("all => all.map(part => 'narrow' in part.dataset)")
    assert narrow == [False, False, True], "no room for its text; the table has it"


def test_the_bar_s_key_has_its_colours(open_page) -> None:
    shown = CostExplorer()
    page = open_page(shown.model_id, models=[shown])
    colour = "all => all.map(e => getComputedStyle(e).backgroundColor)"
    keys = page.locator(".afm-row-key").evaluate_all(colour)
    assert keys == page.locator(".afm-stack > span").evaluate_all(colour)
    assert len(set(keys)) == 3


def test_the_curve_names_where_half_is_reached(open_page) -> None:
    shown = CostExplorer()
    page = open_page(shown.model_id, models=[shown])
    now, half = page.locator(".afm-loglog-now"), page.locator(".afm-loglog-middle")
    assert (now.inner_text(), half.inner_text()) == ("n = 1,024", "6d = 4,608")
    assert half.bounding_box()["x"] > now.bounding_box()["x"]
    page.locator("input[data-control=n_heads]").press("End")
    assert half.inner_text() == "6d = 49,152"
    wide = CostExplorer(n_heads=128, d_head=256)
    page = open_page(wide.model_id, models=[wide])
    assert not page.locator(".afm-loglog-middle").is_visible(), "196,608 tokens: off the axis"
    assert page.locator(".afm-loglog-equal").get_attribute("d") == ""


def test_the_curve_in_words(open_page) -> None:
    shown = CostExplorer()
    page = open_page(shown.model_id, models=[shown])
    told = page.locator(".afm-loglog svg[role=img]").get_attribute("aria-label")
    told = told.replace("\u00a0", " ")
    assert "1,024 tokens: 213 GFLOPs in all, 38.7 GFLOPs for scores and context, 174 GFLOPs" in told
    assert told.endswith("Scores and context equal the rest at 6d = 4,608 tokens.")


def test_costs_in_words(open_page) -> None:
    shown = CostExplorer()
    page = open_page(shown.model_id, models=[shown])
    status = page.locator("p[role=status]")
    press(page.locator(".afm"), "n_heads", "Home")
    press(page.locator(".afm"), "length", "ArrowLeft")
    assert status.text_content() == "", "it waits until the reader pauses"
    page.wait_for_function("document.querySelector('p[role=status]').textContent !== ''")
    assert page.locator("[aria-live]:not([aria-live=off])").count() == 1
    assert status.text_content().replace("\u00a0", " ") == (
        "768 tokens, 12 layers of width 64: 2.72 GFLOPs, of which scores and context 66.7%. "
        "Scores of one layer 2.25 MiB, cache 2.25 MiB."
    )


def test_any_size_from_python_has_a_stop(open_page) -> None:
    shown = CostExplorer(length=777, n_layers=37, n_heads=11, d_head=50)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-cost")
    same_costs(view, shown)
    for control, words, key, after in [
        ("length", "777 tokens", "ArrowRight", "1024"),
        ("n_layers", "37 layers", "ArrowLeft", "32"),
        ("n_heads", "11 heads of width 50, model width 550", "ArrowRight", "12"),
    ]:
        assert slider_words(view, control) == words
        press(view, control, key)
        assert facts(view)[control] == after


@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 700)])
def test_at_its_largest_it_fits_and_is_accessible(open_page, width: int, theme: str) -> None:
    shown = CostExplorer(length=2**17, n_layers=128, n_heads=128, d_head=256, caption="<b>bold</b>")
    page = open_page(shown.model_id, models=[shown], width=width, theme=theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    inside = """view => [...view.querySelectorAll(":scope > *, dd, td, .afm-loglog *")].every(p =>
      p.getBoundingClientRect().right <= view.getBoundingClientRect().right)"""
    assert page.locator(".afm-cost").evaluate(inside)
    assert page.locator(".afm-caption").inner_text() == "<b>bold</b>"
    same_costs(page.locator(".afm-cost"), shown)


def test_forced_colours_leave_the_bars_their_ink(open_page) -> None:
    shown = CostExplorer()
    page = open_page(shown.model_id, models=[shown])
    page.emulate_media(forced_colors="active")
    colours = "all => all.map(e => getComputedStyle(e).backgroundColor)"
    keys = page.locator(".afm-row-key").evaluate_all(colours)
    assert keys == page.locator(".afm-stack > span").evaluate_all(colours)
    assert len(set(keys)) == 3
