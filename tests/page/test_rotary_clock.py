"""RotaryClock on a page without a kernel: its hands, its numbers, its words."""

import pytest
import torch
from accessibility import violations
from order_examples import clock
from widget_pages import facts, numbers, press

from attention.widgets import RotaryClock

CLOSE = {"atol": 1e-6, "rtol": 0, "check_dtype": False}


def same(view, shown: RotaryClock) -> None:
    """What the page shows is what Python says of the state that the page names."""
    at = facts(view)
    shown.query_place, shown.key_place = int(at["query_place"]), int(at["key_place"])
    shown.base, shown.hands = int(at["base"]), at["hands"]
    found = numbers(view.locator(".afm-dial [data-figure=product]"))
    torch.testing.assert_close(found, shown.products, **CLOSE)
    total = numbers(view.locator(".afm-figures [data-figure=product]"))
    torch.testing.assert_close(total, torch.tensor([shown.product]), **CLOSE)
    far = numbers(view.locator("[data-figure=distance]")).item()
    assert far == shown.key_place - shown.query_place


def test_at_every_setting_the_page_shows_what_torch_computes(open_page) -> None:
    shown = clock()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-clock")
    same(view, shown)
    for name, key in (("query_place", "End"), ("key_place", "Home"), ("key_place", "ArrowRight")):
        press(view, name, key)
        same(view, shown)
    for value in ("fastest", "slowest", "100000", "1000000", "all"):
        view.locator(f"input[value='{value}']").check()
        same(view, shown)
    assert view.locator(".afm-dial[data-off]").count() == 0


def test_going_on_together_changes_the_hands_and_not_the_dot_product(open_page) -> None:
    shown = clock(query_place=61, key_place=50)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-clock")
    hands = view.locator(".afm-hand")
    before = hands.evaluate_all("all => all.map(hand => hand.getAttribute('d'))")
    for places in ((62, 51), (63, 52), (11, 0), (12, 1)):
        view.locator("[data-control=both]").click()
        at = facts(view)
        assert (int(at["query_place"]), int(at["key_place"])) == places
        total = numbers(view.locator(".afm-figures [data-figure=product]")).item()
        assert total == pytest.approx(shown.product, abs=1e-5)
    after = hands.evaluate_all("all => all.map(hand => hand.getAttribute('d'))")
    assert all(one != other for one, other in zip(before, after, strict=True))


def test_what_does_not_count_is_pale(open_page) -> None:
    shown = clock(hands="slowest")
    page = open_page(shown.model_id, models=[shown])
    off = page.locator(".afm-dial").evaluate_all("all => all.map(d => 'off' in d.dataset)")
    assert off == [True, True, False]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 900])
def test_everyone_can_read_it(open_page, theme: str, width: int) -> None:
    shown = RotaryClock(hands="fastest", label="<b>clock</b>", caption="</script><i>under</i>")
    page = open_page(shown.model_id, models=[shown], theme=theme, width=width)
    assert page.locator(".afm-clock i").count() == 0
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
