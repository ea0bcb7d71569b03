"""A widget's picture as a reader sees it: the pixels of its PNG, read where its axes stand.

Only the places come from matplotlib: where in the PNG an axes has its box, its tick labels and its
texts. What stands there is read from the pixels.
"""

import base64
import io
from unittest import mock

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.image import imread

from attention.widgets.base import picture
from attention.widgets.base.widget import BookWidget

HATCH = "#b9c1c9"
WHITE = "#ffffff"
NEAR = 6  # of 255: what rounding, and a ramp of 256 steps, may change of a colour


class Part:
    """One axes of a picture; x and y are pixels of the PNG, y from its top."""

    def __init__(self, pixels: np.ndarray, axes: Axes) -> None:
        self.pixels, self.axes = pixels.copy(), axes
        self.left, self.right, self.top, self.bottom = self._box(axes)
        if axes.get_legend() is not None:  # its samples are no curves
            left, right, top, bottom = map(round, self._box(axes.get_legend()))
            self.pixels[top:bottom, left:right] = 255

    # Where things stand.

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the data stands."""
        across, up = self.axes.transData.transform((x, y))
        return across, len(self.pixels) - up

    def labels(self, name: str) -> list[tuple[str, float]]:
        """The labels of the axis "x" or "y", each with the pixel that it belongs to."""
        axis = getattr(self.axes, f"{name}axis")
        end = "xy".index(name)
        return [
            (tick.label1.get_text(), self.place(*(tick.get_loc(),) * 2)[end])
            for tick in axis.get_major_ticks()
        ]

    def words(self) -> list[tuple[str, float, float]]:
        """The texts with the middle of each, from the top down, and in a line from the left."""
        found = []
        for text in self.axes.texts:
            left, right, top, bottom = self._box(text)
            found.append((text.get_text(), (left + right) / 2, (top + bottom) / 2))
        return sorted(found, key=lambda word: (round(word[2]), word[1]))

    def _box(self, artist: Artist) -> tuple[float, float, float, float]:
        """Left, right, top and bottom of what matplotlib has drawn."""
        box, height = artist.get_window_extent(), len(self.pixels)
        return box.x0, box.x1, height - box.y1, height - box.y0

    # What stands there.

    def inked(self, colour: str) -> np.ndarray:
        """Which pixels of the axes' box have a colour, (height, width)."""
        box = self._inside(self.left, self.right, self.top, self.bottom)
        return _near(box, colour)

    def heights(self, places: list[float], colour: str) -> np.ndarray:
        """How far from top to bottom a colour reaches, at each x."""
        ink = self.inked(colour)
        return np.array([_reach(ink[:, round(x - self.left)]) for x in places])

    def lengths(self, places: list[float], colour: str) -> np.ndarray:
        """How far from left to right a colour reaches, at each y."""
        ink = self.inked(colour)
        return np.array([_reach(ink[round(y - self.top)]) for y in places])

    def dot(self, colour: str) -> tuple[float, float]:
        """The middle of all that has a colour, in the axes or over their edge."""
        left, top = round(self.left) - 8, round(self.top) - 8
        around = self._inside(left, self.right + 8, top, self.bottom + 8)
        rows, columns = np.nonzero(_near(around, colour))
        return left + columns.mean(), top + rows.mean()

    def trace(self, colour: str) -> tuple[np.ndarray, np.ndarray]:
        """A curve: each x where the colour is, and the middle of the highest ink there."""
        ink = self.inked(colour)
        across = np.flatnonzero(ink.any(axis=0))
        return self.left + across, self.top + np.array(
            [np.flatnonzero(ink[:, x]).mean() for x in across]
        )

    # A map of T rows and S columns that fills the box.

    def cells(self, shape: tuple[int, int]) -> np.ndarray:
        """The colour in the middle of each cell, (T, S, 3)."""
        return np.array(
            [[np.median(cell, axis=(0, 1)) for cell in row] for row in self._map(shape, 0.2)]
        )

    def hatched(self, shape: tuple[int, int]) -> np.ndarray:
        """Which cells are white with lines of the hatching's grey across them, (T, S)."""

        def has(cell: np.ndarray, colour: str) -> bool:
            return bool(_near(cell, colour, 3).sum() >= 4)

        return np.array(
            [
                [has(cell, HATCH) and has(cell, WHITE) for cell in row]
                for row in self._map(shape, 0.8)
            ]
        )

    def frame(self, shape: tuple[int, int], colour: str) -> list[float]:
        """What a frame of a colour stands around: first row and end, first column and end."""
        top, left = round(self.top) - 3, round(self.left) - 3
        around = self.pixels[top : round(self.bottom) + 3, left : round(self.right) + 3]
        rows, columns = np.nonzero(_near(around, colour))
        high, wide = (self.bottom - self.top) / shape[0], (self.right - self.left) / shape[1]
        down = [(y + top - self.top) / high for y in (rows.min() + 1, rows.max())]
        across = [(x + left - self.left) / wide for x in (columns.min() + 1, columns.max())]
        return [*down, *across]

    def _map(self, shape: tuple[int, int], share: float) -> list[list[np.ndarray]]:
        """The middle part of each cell, so large a share of its width and height."""
        high, wide = (self.bottom - self.top) / shape[0], (self.right - self.left) / shape[1]
        near, far = 0.5 - share / 2, 0.5 + share / 2
        return [
            [
                self._inside(
                    self.left + (j + near) * wide, self.left + (j + far) * wide,
                    self.top + (i + near) * high, self.top + (i + far) * high,
                )
                for j in range(shape[1])
            ]
            for i in range(shape[0])
        ]  # fmt: skip

    def _inside(self, left: float, right: float, top: float, bottom: float) -> np.ndarray:
        return self.pixels[round(top) : round(bottom), round(left) : round(right)]


class Drawn:
    """The picture that a widget's bundle carries."""

    def __init__(self, shown: BookWidget) -> None:
        figures: list[Figure] = []

        class Kept(Figure):
            def __init__(self, *args: object, **options: object) -> None:
                super().__init__(*args, **options)
                figures.append(self)

        with mock.patch.object(picture, "Figure", Kept):
            png = base64.b64decode(shown._repr_mimebundle_()[0]["image/png"])
        (self.figure,) = figures
        self.pixels = np.rint(255 * imread(io.BytesIO(png))[..., :3]).astype(int)

    def part(self, title: str) -> Part:
        """The axes of which the title begins so; with "" the one that has none."""
        found = {axes.get_title(loc="left"): axes for axes in self.figure.get_axes()}
        (axes,) = [found[name] for name in found if (name.startswith(title) if title else not name)]
        return Part(self.pixels, axes)


def _reach(ink: np.ndarray) -> int:
    places = np.flatnonzero(ink)
    return int(places[-1] - places[0] + 1) if len(places) else 0


def _near(pixels: np.ndarray, colour: str, off: int = NEAR) -> np.ndarray:
    return np.abs(pixels - np.rint(255 * np.array(to_rgb(colour)))).max(axis=-1) <= off


def contrast(one: object, other: object) -> float:
    """The contrast ratio of two colours, from 1 to 21, as WCAG 2.2 defines it."""

    def luminance(colour: object) -> float:
        shares = [
            share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
            for share in to_rgb(colour)
        ]
        return 0.2126 * shares[0] + 0.7152 * shares[1] + 0.0722 * shares[2]

    dark, bright = sorted([luminance(one), luminance(other)])
    return (bright + 0.05) / (dark + 0.05)


def ramp(values: object) -> np.ndarray:
    """The colours of numbers from 0 to 1, as bytes: white to dark blue."""
    return np.rint(255 * matplotlib.colormaps["Blues"](np.asarray(values))[..., :3])
