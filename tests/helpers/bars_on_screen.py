"""Bars, strips, and words with their weights, measured on a picture of the page."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
import pytest
import torch
from ink_on_canvas import short
from screen_pixels import Box, Screen

EDGE = 0.8  # CSS pixels by which an end may lie beside its place


def row_bars(
    screen: Screen,
    selector: str,
    shares: Sequence[float],
    colour: np.ndarray | Sequence[np.ndarray],
    *,
    start: Literal["left", "right"] = "left",
    top: float = 2,
    height: float = 2,
    border: float = 0,
) -> None:
    """Each box is filled from its start with the share of its width, and no further.

    ``top`` and ``height`` say where in the box the colour is looked for; counted from the bottom
    when ``top`` is negative. One colour for all, or one for each.
    """
    boxes = screen.boxes(selector, len(shares))
    colours = colour if isinstance(colour, Sequence) else [colour] * len(boxes)
    assert len(set(shares)) > 1 or len(shares) == 1, "bars of one length can be exchanged unseen"
    ends = []
    for i, (box, share, own) in enumerate(zip(boxes, shares, colours, strict=True)):
        at = box.y + (top if top >= 0 else box.height + top)
        band = Box(box.x + border, at, box.width - 2 * border, height)
        filled = screen.near(band, own).any(axis=0)
        filled = filled if start == "left" else filled[::-1]
        ends.append(_run_from(filled, i) / screen.dots - share * band.width)
    assert ends == pytest.approx([0] * len(ends), abs=EDGE), f"{selector} too long by {ends}"
    lines = [box.y + box.height for box in boxes]
    assert all(a <= b + 0.5 for a, b in pairwise(lines)), "not in their order"


def _run_from(filled: np.ndarray, which: int) -> int:
    """How many of the first are filled; there must be none after them."""
    places = np.flatnonzero(filled)
    if not places.size:
        return 0
    assert places[0] <= 6, (
        f"bar {which} does not begin at its start: {places}"
    )  # but for its corner
    assert len(places) == places[-1] - places[0] + 1, f"bar {which} has holes"
    return int(places[-1]) + 1


def sentence(
    screen: Screen,
    weights: torch.Tensor,
    mask: torch.Tensor | None = None,
    *,
    beyond: int = 0,
    least: float = 0.0,
    masked_text: bool = True,
) -> None:
    """Over each word stands a bar as high as its weight, and on the bar the number.

    Args:
        screen: The picture.
        weights: Those of the chosen query, (S,).
        mask: Where they count; everywhere when not given.
        beyond: How many words stand after those that have a weight.
        least: The smallest weight that is written.
        masked_text: Whether a masked word says so.
    """
    n = len(weights)
    labels = screen.boxes(".afm-sentence label", n + beyond)
    words = screen.boxes(".afm-sentence label .afm-word", n + beyond)
    bars = screen.boxes(".afm-sentence label:not([hidden]) .afm-bar", n)
    order = [(round(label.y), label.x) for label in labels]
    assert order == sorted(order), "the words do not stand in their order"
    expected, foots = [], []
    for i, (weight, bar, word, label) in enumerate(
        zip(weights.tolist(), bars, words, labels, strict=False)
    ):
        assert bar.middle[0] == pytest.approx(label.middle[0], abs=0.6), f"bar {i} is aside"
        assert word.y == pytest.approx(bar.y + bar.height, abs=0.6), f"bar {i} is not on its word"
        inner = bar.part(0, 0, 0, 1)  # a line at its foot
        if mask is not None and not mask[i]:
            assert screen.is_hatched(screen.pixels(inner)), f"word {i} is masked"
            expected += ["masked"] * masked_text
            foots += [bar.y] * masked_text
            continue
        shade = screen.mixed(0.45 + 0.55 * round(weight, 2))
        filled = screen.near(inner.part(6, 0, 6, 0), shade).all(axis=1)[::-1]
        height = _run_from(filled, i) / screen.dots
        assert height == pytest.approx(weight * inner.height, abs=EDGE), f"bar {i}: {height}"
        if weight >= least:
            expected.append(short(weight))
            foots.append(bar.y + (1 - weight) * bar.height)
    selector = ".afm-sentence .afm-number:not(:empty)"
    numbers = screen.boxes(selector, len(expected))
    told = screen.page.locator(f"{screen.view} {selector}").filter(visible=True).all_inner_texts()
    assert told == expected, f"{told}, not {expected}"
    found = [number.y + number.height for number in numbers]
    assert found == pytest.approx(foots, abs=EDGE), "the numbers do not stand on their bars"


def vector_list(screen: Screen, selector: str, vector: torch.Tensor) -> None:
    """Each number has a bar at its foot: to the right of the middle, or to the left below 0."""
    assert vector.min() < 0 < vector.max(), "an example of one sign"
    largest = vector.abs().max().item()
    for box, number in zip(screen.boxes(selector, len(vector)), vector.tolist(), strict=True):
        band = box.part(0, box.height - 2.4, 0, 1)
        places = np.flatnonzero(screen.near(band, screen["accent"]).any(axis=0))
        half, far = box.width / 2, number / largest * box.width / 2
        ends = (places[0], places[-1] + 1) if places.size else (half * screen.dots,) * 2
        found = [end / screen.dots for end in ends]
        wanted = sorted([half, half + far])
        assert found == pytest.approx(wanted, abs=EDGE), f"{number:.3f}: {found}, not {wanted}"


def columns(
    screen: Screen,
    box: Box,
    spans: Sequence[tuple[float, float]],
    colours: np.ndarray | Sequence[np.ndarray],
    *,
    edge: float = EDGE,
) -> None:
    """Upright bars side by side fill the box's width; each reaches from top to bottom of its span,
    in CSS pixels from the top of the box."""
    width = box.width / len(spans)
    own = colours if isinstance(colours, Sequence) else [colours] * len(spans)
    for i, ((top, bottom), colour) in enumerate(zip(spans, own, strict=True)):
        line = Box(box.x + (i + 0.5) * width - 0.5, box.y, 1, box.height)
        places = np.flatnonzero(screen.near(line, colour).all(axis=1))
        if bottom - top < 1 and not places.size:
            continue  # too small to be seen
        assert places.size, f"bar {i} is not there"
        found = [places[0] / screen.dots, (places[-1] + 1) / screen.dots]
        wanted = [top, bottom]
        assert found == pytest.approx(wanted, abs=edge), f"bar {i}: {found}, not {wanted}"
        between = Box(box.x + i * width - 0.4, line.y, 0.8, line.height)
        assert screen.near(between, colour).sum() <= 4, f"bar {i} is not alone in its place"


def strip(screen: Screen, selector: str, vector: torch.Tensor) -> None:
    """A vector as bars up and down from the middle, the largest one as high as there is room."""
    assert vector.min() < 0 < vector.max(), "an example of one sign"
    box = screen.box(selector)
    unit, middle = box.height / 2.08, box.height / 2
    ends = [middle - unit * x / vector.abs().max().item() for x in vector.tolist()]
    spans = [(min(end, middle), max(end, middle)) for end in ends]
    columns(screen, box, spans, screen["accent"], edge=1)


def cell_bars(
    screen: Screen, selector: str, numbers: Sequence[float], colours: Sequence[np.ndarray]
) -> None:
    """In each cell a bar stands on its middle line, or hangs from it below 0: the largest number's
    bar is 0.46 of the cell's height."""
    assert min(numbers) < 0 < max(numbers), "an example of one sign"
    largest = max(map(abs, numbers))
    for i, (box, number, colour) in enumerate(
        zip(screen.boxes(selector, len(numbers)), numbers, colours, strict=True)
    ):
        inner = box.part(1, 1, 1, 1)  # its border
        line = Box(inner.x + inner.width / 2 - 0.5, inner.y, 1, inner.height)
        places = np.flatnonzero(screen.near(line, colour).all(axis=1))
        middle, far = inner.height / 2, 0.46 * number / largest * inner.height
        if abs(far) < 1.5:
            continue  # as thick as a line, for all that one sees
        assert places.size, f"cell {i} has no bar of its colour"
        found = [places[0] / screen.dots, (places[-1] + 1) / screen.dots]
        wanted = sorted([middle, middle - far])
        assert found == pytest.approx(wanted, abs=EDGE), f"cell {i}: {found}, not {wanted}"
