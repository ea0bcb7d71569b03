"""DotProduct on a page without a kernel: dragged, by keyboard, in words."""

import math

import pytest
from javascript import violations
from playwright.sync_api import Locator, Page, expect
from widget_pages import facts, numbers, press

from attention.widgets import DotProduct
from attention.widgets.dot_product.picture import verdict


def same_arrows(view: Locator, shown: DotProduct) -> None:
    """What the page shows now is what Python computes for the arrows that the page names."""
    for name, value in facts(view).items():
        setattr(shown, name, float(value))
    a, b = shown.vectors
    figures = {
        "dot": shown.product, "length_a": a.norm().item(), "length_b": b.norm().item(),
        "angle": shown.angle, "shadow": shown.shadow,
    }  # fmt: skip
    for name, expected in figures.items():
        found = numbers(view.locator(f"[data-figure={name}]")).item()
        wanted = pytest.approx(expected, abs=1e-5) if expected is not None else math.nan
        assert found == wanted or (math.isnan(found) and expected is None), name
    assert view.locator(".afm-verdict").inner_text() == f"{verdict(shown)}."


def drag(page: Page, handle: Locator, across: float, up: float, grip: float = 0) -> None:
    """By so many units of the plane; taken `grip` pixels beside its middle."""
    box = handle.bounding_box()
    assert box is not None
    unit = page.locator(".afm-plane > svg").bounding_box()["width"] / 6.6
    x, y = box["x"] + box["width"] / 2 + grip, box["y"] + box["height"] / 2 + grip
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across * unit, y - up * unit, steps=8)
    page.mouse.up()


def test_arrows_are_dragged_to_the_nearest_half_and_stop_at_the_edge(open_page) -> None:
    shown = DotProduct()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-dot-product")
    same_arrows(view, shown)
    first, second = page.locator(".afm-handle").all()
    drag(page, first, 1.1, -2.9, grip=12)
    same_arrows(view, shown)
    assert (shown.a1, shown.a2, shown.b1, shown.b2) == (2.0, -1.0, 2.5, 1.0)
    drag(page, second, -9, 9)
    same_arrows(view, shown)
    assert (shown.a1, shown.a2, shown.b1, shown.b2) == (2.0, -1.0, -3.0, 3.0)
    assert view.locator(".afm-verdict").inner_text().startswith("They point apart")


def test_sliders_move_the_same_arrows_and_every_sign_has_its_words(open_page) -> None:
    shown = DotProduct(a1=2.0, a2=0.0, b1=0.5, b2=1.5)
    page = open_page(shown.model_id, models=[shown])
    view, said = page.locator(".afm-dot-product"), page.locator(".afm-verdict")
    same_arrows(view, shown)
    press(view, "b1", "ArrowLeft")
    same_arrows(view, shown)
    assert said.inner_text() == "At a right angle: the dot product is 0."
    assert view.locator("[data-figure=angle]").inner_text() == "90°"
    press(view, "b1", "ArrowLeft")
    same_arrows(view, shown)
    assert (
        "= 2 \u00d7 (\u22120.5) + 0 \u00d7 1.5 = \u22121" in view.locator(".afm-sum").inner_text()
    )
    heard = "a (2, 0), b (\u22120.5, 1.5): dot product \u22121. They point apart"
    expect(page.locator("p[role=status]")).to_contain_text(heard)
    for _ in range(4):
        press(view, "a1", "ArrowLeft")
    same_arrows(view, shown)
    assert said.inner_text() == "An arrow of length 0 points nowhere."
    assert view.locator("[data-figure=angle]").inner_text() == "\u2013"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_dragged_is_large_and_nothing_is_wrong_for_a_screen_reader(
    open_page, theme: str
) -> None:
    shown = DotProduct(label="<b>arrows</b>", caption="</script><i>caption</i>")
    page = open_page(shown.model_id, models=[shown], theme=theme, width=320)
    assert violations(page) == []
    for handle in page.locator(".afm-handle").all():
        box = handle.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
    name = page.locator(".afm-plane > svg").get_attribute("aria-label")
    assert name == "Two arrows from one point: a to (1, 2), b to (2.5, 1)"
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.locator(".afm-caption").inner_text() == "</script><i>caption</i>"
