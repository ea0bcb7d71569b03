"""What is drawn is what Python computes: each widget's screen, read from its pixels.

Other tests of pages read attributes: what a page means to draw. These read the picture, so that a
map which is drawn transposed, a bar of another query or a curve upside down is seen.
"""

import numpy as np
import pytest
import torch
from ink_on_canvas import Map, assert_map_drawn, contrast
from screen_pixels import Box, Screen
from widget_examples import heads
from widget_pages import press
from widget_table import TABLE, Row, read
from widgets_drawn import CAUSAL

from attention.widgets import AlignmentExplorer, GPTExplorer


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_screen_shows_what_python_computes(start, open_page, row: Row) -> None:
    """As it opens, on a light page; and after a slider was moved, on a dark one."""
    case = row.drawn
    shown = case.make()
    opened = (
        start
        if isinstance(shown, GPTExplorer)
        else lambda w, **options: open_page(w.model_id, models=[w], **options)
    )
    page = opened(shown, dots=3)
    case.before(page)
    case.check(Screen(page, row.view), shown)
    view = page.locator(row.view)
    before = view.get_attribute(f"data-{row.slider}")
    press(view, row.slider, "ArrowLeft")
    now = view.get_attribute(f"data-{row.slider}")
    assert now != before
    setattr(shown, row.slider, read(now))
    if isinstance(shown, AlignmentExplorer):
        shown.position = None  # it looks where the new step looks
    view.locator(f"input[data-control={row.slider}]").evaluate("input => input.blur()")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    case.check(Screen(page, row.view), shown)


def test_every_number_can_be_read_on_its_ink_and_a_weight_of_zero_is_not_hatched(open_page) -> None:
    """From the palest cell to the darkest, closest where the numbers turn from black to white."""
    shares = torch.cat([torch.linspace(0.02, 0.98, 14), torch.linspace(0.615, 0.7, 9)])
    n = len(shares) + 1
    weights = torch.zeros(1, 1, n, n)
    weights[0, 0, 0, 0] = 1
    for t, share in enumerate(shares, start=1):
        weights[0, 0, t, [t - 1, t]] = torch.stack([share, 1 - share])
    shown = heads(tokens=[f"{t}" for t in range(n)], weights=weights, query_index=5, layer=0)
    page = open_page(shown.model_id, models=[shown], dots=3)
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        one, mask = shown.weights[0, 0], CAUSAL[:n, :n]
        assert ((one == 0) & mask).sum() > 200
        place = 5, int(one[5].argmax())
        screen = Screen(page, ".afm-head-explorer")
        cells = ".afm-map td[data-key]"
        assert assert_map_drawn(screen, Map(cells, one, place, mask, least=0.005)) == 2 * n - 1
        assert_zero_is_seen(screen, screen.boxes(cells, n * n)[20 * n], theme)


def assert_zero_is_seen(screen: Screen, cell: Box, theme: str) -> None:
    """A weight of zero is a cell with lines around it, and by night paler than the page."""
    inside = screen.pixels(cell.part(3, 3, 3, 3)).reshape(-1, 3)
    ground = np.median(inside, axis=0)
    if theme == "dark":
        assert contrast(ground, screen["surface"]) >= 1.15
    across = screen.pixels(cell.part(-1, 8, cell.width - 2, 8)).mean(axis=0)
    assert contrast(across, screen["surface"]).max() >= 1.4
