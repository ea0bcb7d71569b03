"""What has to be seen of the passes that read and write."""

import math

from screen_pixels import Box, Screen

from attention.widgets import PrefillDecode
from attention.widgets.prefill_decode.picture import HIGHEST, LOWEST


def drawn_passes(screen: Screen, shown: PrefillDecode) -> None:
    """A column for each token in the ink of its kind, and a mark where each intensity lies."""
    columns = screen.boxes(".afm-passes-cache li", shown.written + 1)
    for k, box in enumerate(columns):
        ink = "query" if k == shown.step else "accent" if k < shown.step else "surface"
        inside = Box(box.x + 3, box.y + 4, box.width - 6, 10)
        assert screen.near(inside, screen[ink]).all(), f"column {k}"
    axis = screen.box(".afm-passes-axis")
    marks = screen.boxes(".afm-passes-mark", shown.written + 1)
    for k, mark in enumerate(marks):
        wanted = axis.x + axis.width * _place(shown.pass_at(k).intensity)
        assert abs(mark.middle[0] - wanted) < 1, f"mark {k}"
    x, y = marks[shown.step].middle
    assert screen.near(Box(x - 3, y - 3, 6, 6), screen["query"]).all(), "the pass that is shown"
    low, high = (axis.x + axis.width * _place(value) for value in shown.balance)
    grey = screen.mixed(0.3, "soft")
    row = screen.near(Box(axis.x, axis.y + 22, axis.width, 1), grey)[0]
    found = row.nonzero()[0] / screen.dots + axis.x
    assert abs(found.min() - low) < 2, "where the band begins"
    assert abs(found.max() + 1 - high) < 2, "where it ends"


def _place(intensity: float) -> float:
    return math.log(intensity / LOWEST) / math.log(HIGHEST / LOWEST)
