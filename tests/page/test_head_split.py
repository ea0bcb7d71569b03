"""HeadSplit on a page without a kernel: each step's numbers, the number that is followed, words."""

import numpy as np
import pytest
import torch
from screen_pixels import Screen
from widget_examples import split
from widget_pages import facts, press
from widgets_drawn import drawn_split

from attention.widgets import HeadSplit

CELLS = "cells => cells.map(cell => Number(cell.dataset.value))"


def panel(view, side: str) -> torch.Tensor:
    found = view.locator(f"[data-panel={side}] td[data-cell]").evaluate_all(CELLS)
    return torch.tensor(found, dtype=torch.float64)


def same_as_torch(view, shown: HeadSplit) -> None:
    torch.testing.assert_close(panel(view, "after"), shown.after.flatten(), atol=1e-6, rtol=0)
    sources = {"split": shown.query, "rejoin": shown.context, "mix": shown.joined}
    before = sources.get(shown.step, torch.zeros(0)).double().flatten()
    torch.testing.assert_close(panel(view, "before"), before, atol=1e-6, rtol=0)
    shapes = view.locator(".afm-split-path li[data-now] b").all_text_contents()
    assert shapes[-1] == str(tuple(shown.after.shape))


def test_every_step_shows_what_torch_computes(open_page) -> None:
    shown = split(n_heads=3)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-split")
    for transposed in (True, False):
        shown.transposed = transposed
        for step in ("split", "attend", "rejoin", "mix"):
            view.locator(f"[data-control=step][value={step}]").dispatch_event("click")
            for key, heads in [("Home", 1), ("ArrowRight", 2), ("ArrowRight", 3), ("End", 12)]:
                press(view, "n_heads", key)
                shown.step, shown.n_heads = step, heads
                same_as_torch(view, shown)
        press(view, "transposed", "Space")
    assert facts(view) == {"n_heads": "12", "step": "mix", "transposed": "true"}


def followed(view) -> dict[str, list[str]]:
    marked = view.locator("td[data-marked]").evaluate_all(
        "cells => cells.map(c => [c.closest('[data-panel]').dataset.panel, c.dataset.at])"
    )
    return {side: [at for where, at in marked if where == side] for side in ("before", "after")}


def test_a_number_is_followed_from_its_vector_to_its_head(open_page) -> None:
    shown = split(n_heads=3)
    page = open_page(shown.model_id, models=[shown])
    view, told = page.locator(".afm-split"), page.locator(".afm-readout")
    view.locator("[data-panel=before] td[data-at='1,6']").click()
    assert followed(view) == {"before": ["1,6"], "after": ["1,6"]}
    assert told.inner_text() == (
        "q[1, 6] of “·elk”\nview: [1, 1, 2], transpose: [1, 1, 2]: head 1, row 1, number 2"
    )
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert followed(view) == {"before": ["2,8"], "after": ["2,8"]}
    assert page.evaluate("document.activeElement.dataset.at") == "2,8"
    assert "view: [2, 2, 0], transpose: [2, 2, 0]" in told.inner_text()
    assert page.locator("[data-panel=before] [tabindex='0']").count() == 1
    press(view, "transposed", "Space")
    view.locator("[data-panel=before] td[data-at='1,6']").click()
    shown.transposed = False
    at = (shown.after == shown.query[1, 6].double()).nonzero()[0].tolist()
    head, row, number = at
    assert followed(view) == {"before": ["1,6"], "after": [f"{row},{4 * head + number}"]}
    assert told.inner_text().endswith(f"view: {at}, and not [1, 1, 2], as with the transpose")
    view.locator("[data-panel=after] td").last.hover()
    assert told.inner_text().startswith("q[4, 11] of “·owl”\nview: [2, 4, 3], the same as")
    page.locator("h1").hover()
    assert told.inner_text().startswith("q[1, 6]")


def test_the_sums_are_written_out(open_page) -> None:
    shown = split(n_heads=3, step="attend")
    page = open_page(shown.model_id, models=[shown])
    view, told = page.locator(".afm-split"), page.locator(".afm-readout")
    view.locator("td[data-at='1,6']").click()
    terms, result = (
        told.inner_text().partition("Σ weight \u00d7 v = ")[2].replace("\u2212", "-").split(" = ")
    )
    value = shown.split(shown.value.double())[1, :2, 2]
    expected = [x for pair in zip(shown.weights[1, 1, :2], value, strict=True) for x in pair]
    numbers = [float(x) for term in terms.split(" + ") for x in term.split(" \u00d7 ")]
    assert numbers == pytest.approx([x.item() for x in expected], abs=5e-3)
    assert float(result) == pytest.approx(shown.context[1, 1, 2].item(), abs=5e-3)
    view.locator("[data-control=step][value=mix]").dispatch_event("click")
    assert followed(view)["before"] == [f"1,{column}" for column in range(12)], "the whole row"
    parts = [
        float(x.split(": ")[1])
        for x in told.inner_text().replace("\u2212", "-").split("\n")[1].split(", ")
    ]
    rows = shown.w_o.double().view(3, 4, 12)[:, :, 6]
    expected = (shown.joined[1].view(3, 4) * rows).sum(dim=1)
    assert parts == pytest.approx(expected.tolist(), abs=5e-3)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_head_s_map_is_drawn_in_its_colour_and_hatched_where_it_is_masked(
    open_page, theme: str
) -> None:
    query = 3 * torch.randn(5, 12)
    shown = split(n_heads=3, step="attend", query=query)
    page = open_page(shown.model_id, models=[shown], dots=3, theme=theme)
    screen = Screen(page, ".afm-split")
    boxes = iter(screen.boxes("i[data-weight]", 3 * 5 * 5))
    for head, t, s in np.ndindex(3, 5, 5):
        pixels = screen.pixels(next(boxes).part(2, 2, 2, 2))
        if s > t:
            assert screen.is_hatched(pixels), (head, t, s)
            continue
        share = shown.weights[head, t, s].item()
        colour = share * screen.head(head) + (1 - share) * screen["surface"]
        assert np.abs(pixels - colour).max() <= 5, (head, t, s)


def test_the_view_alone_is_drawn_as_what_it_mixes(open_page) -> None:
    shown = split(n_heads=3, transposed=False)
    page = open_page(shown.model_id, models=[shown], dots=3)
    drawn_split(Screen(page, ".afm-split"), shown)


def test_a_hostile_token_is_text(open_page) -> None:
    odd = "<img src=x onerror=alert(1)>"
    shown = split(tokens=[odd] * 5)
    page = open_page(shown.model_id, models=[shown], width=320)
    assert page.locator(".afm-split img").count() == 0
    assert page.locator(".afm-split th").first.text_content() == odd
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
