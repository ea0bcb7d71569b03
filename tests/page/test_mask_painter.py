"""MaskPainter on a page without a kernel: press, keyboard, drag, a finger, words."""

import pytest
import torch
from finger import Finger
from javascript import violations
from playwright.sync_api import Locator, expect
from widget_examples import painted_mask, painter
from widget_pages import facts, numbers

from attention.widgets import MaskPainter
from attention.widgets.mask_painter.picture import verdict


def same_painter(view: Locator, shown: MaskPainter) -> None:
    """What the page shows now is what torch computes for the mask that the page names."""
    at = facts(view)
    shown.mask = [[cell == "1" for cell in row] for row in at["mask"].split(" ")]
    shown.query, n = int(at["query"]), len(shown.tokens)
    cells = view.locator(".afm-painted td[data-weight]")
    drawn = numbers(cells, "weight").reshape(n, n).double()
    torch.testing.assert_close(drawn, shown.weights, atol=1e-6, rtol=0)
    masked = cells.evaluate_all("all => all.map(cell => 'masked' in cell.dataset)")
    assert masked == (~shown.mask_table).flatten().tolist()
    pressed = view.locator(".afm-cell").evaluate_all("all => all.map(c => c.ariaPressed)")
    assert pressed == [str(hidden).lower() for hidden in masked]
    sums = view.locator(".afm-painted td[data-sum]").all_inner_texts()
    assert sums == [str(int(any(row))) for row in shown.mask]
    assert view.locator(".afm-verdict").inner_text().startswith(verdict(shown))
    assert int(at["future"]) == shown.future
    found = numbers(view.locator(".afm-steps td[data-step=weight]")).double()
    torch.testing.assert_close(found, shown.weights[shown.query], atol=1e-6, rtol=0)


def cell(view: Locator, query: int, key: int) -> Locator:
    return view.locator(f".afm-cell[data-query='{query}'][data-key='{key}']")


def middle(found: Locator) -> tuple[float, float]:
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_cells_are_pressed_and_walked_by_keyboard(open_page) -> None:
    shown = painter()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-painter")
    same_painter(view, shown)
    assert view.locator(".afm-cell[tabindex='0']").count() == 1
    cell(view, 0, 0).focus()
    for key in ("ArrowRight", "Space", "ArrowDown", "Enter", "End", "Space", "PageDown", "Space"):
        page.keyboard.press(key)
        same_painter(view, shown)
    assert shown.mask == painted_mask((0, 1), (1, 1), (1, 4), (4, 4))
    assert facts(view)["query"] == "4", "the row in numbers is the one that was walked to"
    assert view.locator(".afm-cell[tabindex='0']").count() == 1
    page.keyboard.press("Space")
    same_painter(view, shown)
    assert shown.mask[4][4], "a second press shows it again"


def test_buttons_paint_the_whole_and_words_count_what_differs(open_page) -> None:
    shown = painter()
    page = open_page(shown.model_id, models=[shown])
    view, said = page.locator(".afm-painter"), page.locator(".afm-verdict")
    assert said.inner_text() == "10 cells still see the future."
    page.get_by_role("button", name="causal triangle").click()
    same_painter(view, shown)
    assert torch.equal(shown.mask_table, torch.ones(5, 5).tril().bool())
    assert said.inner_text() == "This is the causal mask: no cell sees the future."
    for key in range(3):
        cell(view, 2, key).click()
    same_painter(view, shown)
    assert (
        "3 cells of the past are hidden. Nothing is left for \u201csat\u201d" in said.inner_text()
    )
    heard = "\u201csat\u201d sees: The hidden, cat hidden, sat hidden, down hidden, . hidden."
    expect(page.locator("p[role=status]")).to_contain_text(heard)
    page.get_by_role("button", name="nothing hidden").click()
    same_painter(view, shown)
    assert shown.mask_table.all()


def test_a_pointer_that_is_dragged_paints_and_does_not_erase_on_its_way(open_page) -> None:
    shown = painter(mask=painted_mask((1, 2)))
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-painter")
    page.mouse.move(*middle(cell(view, 1, 1)))
    page.mouse.down()
    for key in (2, 3, 4, 3):
        page.mouse.move(*middle(cell(view, 1, key)), steps=4)
    page.mouse.up()
    same_painter(view, shown)
    assert shown.mask == painted_mask((1, 1), (1, 2), (1, 3), (1, 4)), "it hides, as its first cell"
    page.mouse.move(*middle(cell(view, 1, 4)))
    page.mouse.down()
    page.mouse.move(*middle(cell(view, 1, 3)), steps=4)
    page.mouse.move(*middle(cell(view, 1, 4)), steps=4)
    page.mouse.up()
    same_painter(view, shown)
    assert shown.mask == painted_mask((1, 1), (1, 2)), "and shows, back at its first cell, too"
    page.mouse.move(*middle(cell(view, 3, 3)))
    same_painter(view, shown)
    assert shown.mask == painted_mask((1, 1), (1, 2)), "a pointer that is up paints nothing"


def test_a_finger_taps_paints_to_the_side_and_scrolls(open_page) -> None:
    shown = painter()
    page = open_page(shown.model_id, models=[shown], width=390, touch=True)
    page.add_style_tag(content="body { padding: 1200px 0 }")
    view, finger = page.locator(".afm-painter"), Finger(page)
    cell(view, 2, 2).evaluate("c => c.scrollIntoView({ block: 'center', behavior: 'instant' })")
    finger.tap(middle(cell(view, 0, 3)))
    expect(cell(view, 0, 3)).to_have_attribute("aria-pressed", "true")
    start, end = middle(cell(view, 2, 1)), middle(cell(view, 2, 3))
    finger.swipe(start, (end[0] - start[0], 0))
    finger.leave()
    same_painter(view, shown)
    assert shown.mask == painted_mask((0, 3), (2, 1), (2, 2), (2, 3))
    top = page.evaluate("scrollY")
    finger.swipe(middle(cell(view, 3, 3)), (0, -250))
    finger.leave()
    page.wait_for_function("top => scrollY - top > 100", arg=top)
    same_painter(view, shown)
    assert shown.mask == painted_mask((0, 3), (2, 1), (2, 2), (2, 3)), "it only scrolled"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_screen_reader_hears_what_a_press_does_and_targets_are_large(open_page, theme) -> None:
    tokens = ["<b>The</b>", "\n", " cat", "$x$", "averylongwordthatneverends", "."]
    shown = MaskPainter(tokens, torch.randn(6, 6), mask=[[True] * 6] * 5 + [[False] * 6])
    page = open_page(shown.model_id, models=[shown], theme=theme, width=320)
    assert violations(page) == []
    view = page.locator(".afm-painter")
    name = cell(view, 2, 0).get_attribute("aria-label")
    assert name.endswith(": hide \u201c<b>The</b>\u201d from \u201c\u00b7cat\u201d")
    sizes = view.locator("button").evaluate_all(
        "all => all.map(c => c.getBoundingClientRect()).map(({ width, height }) => [width, height])"
    )
    assert min(map(min, sizes)) >= 24
    assert page.evaluate("document.documentElement.scrollWidth") == 320
