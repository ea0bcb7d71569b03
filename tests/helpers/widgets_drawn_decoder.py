"""What has to be seen of a decoder's step."""

import numpy as np
import pytest
from bars_on_screen import EDGE, row_bars, strip
from screen_pixels import Box, Screen

from attention.widgets import DecoderStep

THICKEST = 14  # pixels, of the line of a weight of 1


def drawn_decoder(screen: Screen, shown: DecoderStep) -> None:
    """From each annotation a line as thick as its weight; the context; the likeliest words."""
    n, hidden, weights = len(shown.source), shown.hidden, shown.weights.tolist()
    assert max(weights) - min(weights) > 0.3, "lines of one thickness can be exchanged unseen"
    cells = screen.boxes(".afm-asked td[data-step=weight]", n)
    answers, asks = screen.box(".afm-answer"), screen.box(".afm-ask")
    for j, (cell, weight) in enumerate(zip(cells, weights, strict=True)):
        start = Box(answers.x + 2, cell.y + 1, 1, cell.height - 2)
        inked = screen.near(start, screen["accent"], 12).any(axis=1)
        thick = THICKEST * weight
        if thick > 1:
            rows = np.flatnonzero(inked)
            assert rows.size, f"annotation {j} has no line"
            middle = start.y + (rows[0] + rows[-1] + 1) / 2 / screen.dots
            assert middle == pytest.approx(cell.middle[1], abs=EDGE), f"line {j} is beside its row"
        assert inked.sum() / screen.dots == pytest.approx(thick, abs=EDGE), f"line {j}"
        end = Box(asks.x + asks.width - 7, cell.middle[1] - 2, 7, 4)
        is_asked = screen.near(end, screen["query"], 60).any()
        assert is_asked == (j != hidden), f"whether annotation {j} is asked"
    for j, button in enumerate(screen.boxes(".afm-asked button", n)):
        end = screen.pixels(Box(button.x + button.width - 14, button.y + 3, 10, button.height - 6))
        assert screen.is_hatched(end) == (j == hidden), f"whether annotation {j} is hatched"
    strip(screen, ".afm-strip", shown.context)
    chances = [chance for _, chance in shown.guesses]
    row_bars(screen, ".afm-share-bar", chances, screen["accent"])
