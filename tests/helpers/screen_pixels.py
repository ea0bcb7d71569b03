"""A picture of a page, its dots asked for by the places of elements, and the colours of the style.

Attributes say what a page means to draw. Here the picture itself is asked. Colours come from the
style sheet alone, so that a test can say which one has to stand where.
"""

import io
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from attention import widgets

STYLE = (Path(widgets.__file__).parent / "js" / "widget.css").read_text(encoding="utf-8")
HEADS = (Path(widgets.__file__).parent / "head_split" / "style.css").read_text(encoding="utf-8")
LIGHT_DARK = r"--afm-([\w-]+): light-dark\((#\w{6}), (#\w{6})\)"
NEAR = 5  # of 255: what two colours that are called the same may differ by; a weight by 0.015


class Box(NamedTuple):
    """A rectangle on the page, in CSS pixels."""

    x: float
    y: float
    width: float
    height: float

    def part(self, left: float, top: float, right: float, bottom: float) -> "Box":
        """What lies so far inside of each edge."""
        width, height = self.width - left - right, self.height - top - bottom
        return Box(self.x + left, self.y + top, width, height)

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A place in it, given in hundredths of its width and height."""
        return self.x + x / 100 * self.width, self.y + y / 100 * self.height


class Palette:
    """The colours of a theme, as the style sheet has them."""

    def __init__(self, *, dark: bool) -> None:
        found = re.findall(LIGHT_DARK, STYLE + HEADS)
        assert len(found) >= 10
        self.colours = {name: _colour(pair[dark]) for name, *pair in found}

    def __getitem__(self, name: str) -> np.ndarray:
        return self.colours[name]

    def mixed(self, share: float, one: str = "accent", other: str = "surface") -> np.ndarray:
        """So much of one colour, and the rest of the other."""
        return share * self[one] + (1 - share) * self[other]

    def head(self, head: int) -> np.ndarray:
        """A head's colour; the seventh has the first one's."""
        return self[f"head-{head % 6}"]

    def ink(self, share: float) -> np.ndarray:
        """The ramp's colour of a weight from 0 to 1."""
        if share <= 0.5:
            return self.mixed(2 * share, "middle", "pale")
        return self.mixed(2 * share - 1, "ramp", "middle")

    def is_hatched(self, pixels: np.ndarray) -> bool:
        """Whether there are lines on the surface, and nothing else, (..., 3)."""
        ground, line = self["surface"], self["hatch"]
        along = ((pixels - ground) @ (line - ground)) / ((line - ground) @ (line - ground))
        beside = np.abs(pixels - ground - along[..., None] * (line - ground)).max()
        lines = (along > 0.5).mean()
        return bool(beside <= NEAR and 0.1 < lines < 0.45 and (along < 0.1).mean() > 0.35)


def _colour(text: str) -> np.ndarray:
    return np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)


class Screen(Palette):
    """A picture of a page, and where on it the parts of a view are.

    Args:
        page: The page as it stands.
        view: The view, as a CSS selector.
    """

    def __init__(self, page: Page, view: str) -> None:
        # GPTExplorer draws its small maps 40 ms after the large one.
        page.evaluate(
            """() => new Promise(done =>
              setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 60))"""
        )
        super().__init__(dark=page.evaluate("document.documentElement.dataset.theme") == "dark")
        self.page, self.view = page, view
        self.dots: float = page.evaluate("devicePixelRatio")
        png = page.screenshot(full_page=True)
        self.image = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))

    def boxes(self, selector: str, count: int) -> list[Box]:
        """Where the visible elements are, in the page's order; there must be so many of them."""
        found = self.page.evaluate(
            """([view, selector]) => [...document.querySelectorAll(`${view} ${selector}`)]
              .filter(node => node.checkVisibility({ visibilityProperty: true }))
              .map(node => node.getBoundingClientRect())
              .map(({x, y, width, height}) => [x + scrollX, y + scrollY, width, height])""",
            [self.view, selector],
        )
        assert len(found) == count, f"{selector}: there are {len(found)}, not {count}"
        return [Box(*box) for box in found]

    def box(self, selector: str) -> Box:
        return self.boxes(selector, 1)[0]

    def pixels(self, box: Box) -> np.ndarray:
        """The dots of a box, (height, width, 3), from 0 to 255."""
        x, y = round(box.x * self.dots), round(box.y * self.dots)
        right, bottom = (box.x + box.width) * self.dots, (box.y + box.height) * self.dots
        found = self.image[y : round(bottom), x : round(right)]
        assert found.size, f"nothing of the picture lies in {box}"
        return found.astype(float)

    def near(self, box: Box, colour: np.ndarray, most: float = NEAR) -> np.ndarray:
        """Which dots of a box have this colour, (height, width)."""
        return np.abs(self.pixels(box) - colour).max(axis=-1) <= most
