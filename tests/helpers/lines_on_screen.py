"""Curves and spots on a plot, measured on a picture of the page."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from screen_pixels import Box, Screen

EDGE = 0.8  # CSS pixels by which a spot may lie beside its place


def spots(screen: Screen, selector: str, plot: Box, places: Sequence[tuple[float, float]]) -> None:
    """Round spots lie at these places, in hundredths of the plot's width and height."""
    found = [box.middle for box in screen.boxes(selector, len(places))]
    for at, (x, y) in zip(found, places, strict=True):
        wanted = plot.at(x, y)
        assert at == pytest.approx(wanted, abs=EDGE), f"{selector}: {at}, not {wanted}"


def colour_at(screen: Screen, plot: Box, x: float, y: float, colour: np.ndarray) -> bool:
    """Whether a place on the plot has a colour, in hundredths."""
    left, top = plot.at(x, y)
    return bool(screen.near(Box(left - 0.7, top - 0.7, 1.4, 1.4), colour).all())


def upright(screen: Screen, plot: Box, x: float, colour: np.ndarray) -> bool:
    """Whether a dashed line goes up there, and none beside it."""

    def share(at: float) -> float:
        line = Box(plot.at(at, 0)[0] - 0.5, plot.y, 1, plot.height)
        return screen.near(line, colour, 40).any(axis=1).mean()

    return 0.25 < share(x) < 0.8 and max(share(x - 2), share(x + 2)) < 0.15


def line(
    screen: Screen,
    plot: Box,
    curve: Callable[[np.ndarray], np.ndarray],
    colour: np.ndarray,
    *,
    between: tuple[float, float] = (0, 100),
    dashed: float = 1.0,
) -> None:
    """A line runs where the curve says, y of x in hundredths, and not a twelfth of the plot beside.

    ``dashed`` is how much of a dashed line is seen.
    """
    x = np.linspace(*between, 160)
    at = np.stack(plot.at(x, curve(x)))
    inside = (at[1] > plot.y + 2) & (at[1] < plot.y + plot.height - 2)
    assert inside.mean() > 0.5, "most of the line lies outside of the plot"

    def seen(offset: float) -> np.ndarray:
        around = [Box(px - 0.5, py + offset - 1, 1, 2) for px, py in at.T[inside]]
        return np.array([screen.near(box, colour, 40).any() for box in around])

    parts = [part.mean() for part in np.array_split(seen(0), 8)]
    assert np.mean(parts) > 0.8 * dashed, f"the line is not there: {parts}"
    assert min(parts) > 0.3 * dashed, f"a piece of the line is missing: {parts}"
    for offset in (-plot.height / 12, plot.height / 12):
        assert seen(offset).mean() < 0.35, "it is elsewhere, too"
