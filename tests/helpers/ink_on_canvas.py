"""Heat maps on the screen: each cell's ink, its hatch, its number, and how well that is read."""

import base64
import io
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
import pytest
import torch
from PIL import Image
from screen_pixels import NEAR, Box, Screen

LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
FRAMES = 5  # CSS pixels at a cell's edges in which frames may stand
TEXTS = [f".{n:02d}" for n in range(100)] + ["1.0"]


def contrast(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """WCAG's ratio of the lighter to the darker, from 1 to 21, of colours (..., 3)."""

    def luminance(colour: np.ndarray) -> np.ndarray:
        part = colour / 255
        linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
        return linear @ np.array([0.2126, 0.7152, 0.0722]) + 0.05

    a, b = luminance(one), luminance(other)
    return np.maximum(a, b) / np.minimum(a, b)


def short(weight: float) -> str:
    """As a small cell shows a weight: .43, 1.0."""
    return "1.0" if weight >= 0.995 else f"{weight:.2f}"[1:]


class Map(NamedTuple):
    """A heat map that should be there.

    Attributes:
        cells: The cells, as a CSS selector within the view.
        weights: What they show, (T, S).
        mask: Where they show it; everywhere when not given.
        place: The chosen row and column.
        least: The smallest weight whose number is drawn.
        shade: What makes a place on the ramp of a weight.
        empty: How a cell looks that shows nothing: "hatched", or the name of a colour.
        framed: What has a frame: the chosen "row and cell", or the "cell" alone.
    """

    cells: str
    weights: torch.Tensor
    place: tuple[int, int]
    mask: torch.Tensor | None = None
    least: float = 0.0
    shade: Callable[[float], float] = float
    empty: Literal["hatched"] | str = "hatched"
    framed: Literal["row and cell", "cell"] = "row and cell"


def assert_map_drawn(screen: Screen, shown: Map) -> int:
    """Every cell has the ink of its weight, its number, and a hatch where it is masked.

    Returns:
        How many numbers were read.
    """
    height, width = shown.weights.shape
    boxes = screen.boxes(shown.cells, height * width)
    table = [boxes[i * width : (i + 1) * width] for i in range(height)]
    assert_in_rows(table)
    sharp = "all => all.every(c => Math.abs(c.width / c.clientWidth - devicePixelRatio) < 0.1)"
    assert screen.page.locator(f"{screen.view} .afm-ink canvas").evaluate_all(sharp), "blurred"
    mask = torch.ones_like(shown.weights, dtype=torch.bool) if shown.mask is None else shown.mask
    side = table[0][0].width
    templates = _templates(screen, side)
    wrong, read = [], 0
    for i, j in np.ndindex(height, width):
        weight, inside = shown.weights[i, j].item(), table[i][j].part(*[FRAMES] * 4)
        found = screen.pixels(inside)
        if not mask[i, j]:
            if shown.empty == "hatched":
                fine = screen.is_hatched(found)
            else:
                fine = screen.near(inside, screen[shown.empty]).all()
            wrong += [] if fine else [f"{i}, {j}: is masked, but not {shown.empty}"]
            continue
        ink = screen.ink(shown.shade(weight))
        rim = round(2 * screen.dots)  # above and below the number
        edges = np.concatenate([found[:rim], found[-rim:]])
        if (off := np.abs(edges - ink).max()) > NEAR:
            wrong.append(f"{i}, {j}: not the ink of {weight:.3f}, by {off:.0f}")
            continue
        told = _read(found, ink, templates)
        size = abs(weight)
        slack = 1e-4  # where rounding alone decides
        wanted = {short(size - slack) if size > slack else short(0), short(size + slack)}
        if size < shown.least:
            wanted = {""}
        if told not in wanted:
            wrong.append(f"{i}, {j}: reads {told!r}, not {wanted}")
        read += bool(told)
        ratio = contrast(found, ink).max()
        if told and ratio < LEAST_CONTRAST:
            wrong.append(f"{i}, {j}: the number of {weight:.3f} has a contrast of {ratio:.2f}")
    assert not wrong, "\n".join(wrong)
    _assert_framed(screen, table, shown)
    return read


def assert_in_rows(table: list[list[Box]]) -> None:
    """Cells stand below one another and beside one another, none over another."""
    for row in table:
        assert len({box.y for box in row}) == 1
        assert all(a.x + a.width <= b.x + 0.1 for a, b in pairwise(row))
    for upper, lower in pairwise(table):
        assert upper[0].y + upper[0].height <= lower[0].y + 0.1
        assert [box.x for box in upper] == [box.x for box in lower]


def _templates(screen: Screen, side: float) -> np.ndarray:
    """How much of each dot is covered by each of the texts in a cell, (texts, height, width)."""
    url = screen.page.evaluate(
        """([view, side, dots, texts]) => {
          const canvas = document.createElement('canvas');
          Object.assign(canvas, {width: side * dots, height: side * dots * texts.length});
          const pen = canvas.getContext('2d');
          pen.fillStyle = '#fff';
          pen.fillRect(0, 0, canvas.width, canvas.height);
          pen.scale(dots, dots);
          const {fontFamily} = getComputedStyle(document.querySelector(view));
          pen.font = `${Math.max(10, Math.min(12.5, side * 0.36))}px ${fontFamily}`;
          Object.assign(pen, {textAlign: 'center', textBaseline: 'middle', fillStyle: '#000'});
          texts.forEach((text, i) => pen.fillText(text, side / 2, side * (i + 0.54)));
          return canvas.toDataURL();
        }""",
        [screen.view, side, screen.dots, TEXTS],
    )
    png = base64.b64decode(url.partition(",")[2])
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("L")).astype(float)
    covered = 1 - picture / 255
    size = side * screen.dots
    starts = [round(i * size) for i in range(len(TEXTS))]
    whole = np.stack([covered[at : at + int(size)] for at in starts])
    edge = round(FRAMES * screen.dots)
    return whole[:, edge:-edge, edge:-edge]


def _read(found: np.ndarray, ink: np.ndarray, templates: np.ndarray) -> str:
    """Which of the texts stands on the ink; none where all is ink."""
    difference = np.abs(found - ink).max(axis=-1)
    if difference.max() <= 2 * NEAR:
        return ""
    covered = difference / difference.max()
    height, width = (min(a, b) - 4 for a, b in zip(covered.shape, templates[0].shape, strict=True))
    wanted = templates[:, 2 : 2 + height, 2 : 2 + width]
    shifts = [covered[y : y + height, x : x + width] for y in range(5) for x in range(5)]
    far = [((wanted - shift) ** 2).sum(axis=(1, 2)) for shift in shifts]
    return TEXTS[int(np.min(far, axis=0).argmin())]


def _assert_framed(screen: Screen, table: list[list[Box]], shown: Map) -> None:
    """The query's colour stands above and below the chosen row, and beside the chosen cell."""
    (query, key), orange = shown.place, screen["query"]
    for j, box in enumerate(table[query]):
        beside = box.part(0.75, FRAMES, box.width - 1.5, FRAMES)
        assert bool(screen.near(beside, orange).all()) == (j == key), f"beside column {j}"
    column, last = table[0][(key + 2) % len(table[0])], table[-1][0]
    height = last.y + last.height - column.y
    edge = Box(column.x + 0.75, column.y, 1, height)
    places = np.flatnonzero(screen.near(edge, orange).all(axis=1)) / screen.dots + column.y
    if shown.framed == "cell":
        assert not places.size, "the row is framed"
        return
    top, bottom = table[query][0].y, table[query][0].y + table[query][0].height
    assert (places.min(), places.max()) == pytest.approx((top, bottom), abs=1.2), "not the row"
    assert ((places < top + 2) | (places > bottom - 2)).all(), "frames between"


def assert_thumbnail_drawn(
    screen: Screen, box: Box, weights: torch.Tensor, mask: torch.Tensor
) -> None:
    """A small map without numbers: each cell has its ink, and the masked ones are hatched."""
    height, width = weights.shape
    across, down = box.width / width, box.height / height
    wrong, bare = [], []
    for i, j in np.ndindex(height, width):
        cell = Box(box.x + j * across, box.y + i * down, across, down).part(2, 2, 2, 2)
        if not mask[i, j]:
            bare.append(screen.pixels(cell).reshape(-1, 3))
        elif not screen.near(cell, screen.ink(weights[i, j].item())).all():
            wrong.append((i, j))
    assert not wrong, f"not the ink of its weight in {wrong}"
    if bare:
        assert screen.is_hatched(np.concatenate(bare)), "what is masked is not hatched"


def all_different(tables: Iterable[torch.Tensor]) -> None:
    """No table is another one, or looks the same when it is turned or shifted: an example that
    would hide such a fault is none."""
    every = list(tables)
    for a, one in enumerate(every):
        others = [other for other in every[a + 1 :] if other.shape == one.shape]
        others += [one.T] if one.shape[0] == one.shape[1] else []
        others += [one.roll(1, 0), one.roll(1, 1)]
        for other in others:
            assert ((one - other).abs() > 0.05).double().mean() > 0.1
