"""Pictures that follow the theme: each PNG becomes one for the light page, one for the dark.

Both let the page show through where the picture has its paper, so that neither stands on a card:
on the page, in a box and on white paper. The light one keeps its colours. In the dark one,

- white becomes the dark page's background and the figures' ink its text colour, exactly;
- what stood out from white stands out as much from the dark background: the contrast (WCAG 2.2,
  relative luminance) is kept, up to one power for all colours, so a stronger colour still means
  more. What is all but white has a floor below it: eyes do not tell a cell of 1.04 from a dark
  page, so the palest cell of a heat map has 1.2;
- the hue stays, and the chroma as far as the screen has such a colour (OKLab, Ottosson 2020).

The pictures are kept in `_build/pictures` under a digest of what they are made from.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve()
THEMES = ("light", "dark")
FLOOR = 0.28, 0.03  # how much higher than its contrast a pale colour stands, and from where on
FLARE = 0.05  # of WCAG's contrast: (Y + 0.05) / (Y' + 0.05)

TO_CONE = np.array([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
])  # fmt: skip
TO_LAB = np.array([
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
])  # fmt: skip


def oklab(colours: np.ndarray) -> np.ndarray:
    """Lightness, a and b of sRGB colours (..., 3) from 0 to 1."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ TO_CONE.T) @ TO_LAB.T


def srgb(lab: np.ndarray) -> np.ndarray:
    """The sRGB colours (..., 3) of OKLab's, beyond 0 and 1 where no screen has them."""
    cones = (lab @ np.linalg.inv(TO_LAB).T) ** 3
    linear = cones @ np.linalg.inv(TO_CONE).T
    curve = 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, 12.92 * linear, curve)


def fitted(lab: np.ndarray) -> np.ndarray:
    """Colours of a screen: their lightness, their hue, and as much of the chroma as there is."""
    low, high = np.zeros(len(lab)), np.ones(len(lab))
    for _ in range(12):
        share = (low + high) / 2
        colours = srgb(lab * np.stack([np.ones_like(share), share, share], axis=-1))
        inside = np.all((colours > -1e-4) & (colours < 1 + 1e-4), axis=-1)
        low, high = np.where(inside, share, low), np.where(inside, high, share)
    whole = np.all((srgb(lab) > -1e-4) & (srgb(lab) < 1 + 1e-4), axis=-1)
    share = np.where(whole, 1.0, low)
    return np.clip(srgb(lab * np.stack([np.ones_like(share), share, share], axis=-1)), 0, 1)


def dark(colours: np.ndarray, *, ink: str, background: str, text: str) -> np.ndarray:
    """What colours of a light picture become on the dark page: both sRGB, (n, 3), from 0 to 1."""
    given = oklab(colours)
    black, ground, front = (oklab(rgb(colour)) for colour in (ink, background, text))

    def contrast(light: float, dark: np.ndarray | float) -> np.ndarray:
        """Of two greys of these lightnesses, whose luminances are their cubes."""
        return (light**3 + FLARE) / (np.asarray(dark) ** 3 + FLARE)

    def raised(by_day: np.ndarray) -> np.ndarray:
        return 1 - FLOOR[0] * np.expm1((1 - by_day) / FLOOR[1])

    most = contrast(1.0, black[0])
    power = np.log(contrast(front[0], ground[0]) / raised(most)) / np.log(most)
    by_day = contrast(1.0, given[:, 0])
    wanted = by_day**power * raised(by_day)
    lightness = np.cbrt(np.clip(wanted * (ground[0] ** 3 + FLARE) - FLARE, 0, 1))
    way = ((lightness - ground[0]) / (front[0] - ground[0])).clip(0, 1)[:, None]
    tint = ground[1:] + way * (front[1:] - black[1:] - ground[1:])
    shown = fitted(np.column_stack([lightness, given[:, 1:] + tint]))
    return np.round(shown * 255) / 255  # as a screen shows them


def see_through(colours: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """The most transparent RGBA colours (n, 4), of 255, that over the ground look like these."""
    away = np.where(colours > ground, (colours - ground) / np.maximum(1 - ground, 1e-9), 0)
    away = np.maximum(away, np.where(colours < ground, (ground - colours) / ground, 0))
    opacity = np.ceil(away.max(axis=-1, keepdims=True) * 255 - 1e-6) / 255
    own = ground + (colours - ground) / np.maximum(opacity, 1 / 255)
    return np.round(np.column_stack([own.clip(0, 1), opacity]) * 255).astype(np.uint8)


def rgb(colour: str) -> np.ndarray:
    """The shares of red, green and blue of `#rrggbb`."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


@cache
def page_colours() -> dict[str, str]:
    """The ink of the figures' style, and the dark page's background and text colour."""
    from attention.teaching.plots import STYLE

    css = (HERE.parents[1] / "assets" / "book.css").read_text(encoding="utf-8")
    style = STYLE.read_text(encoding="utf-8")
    dark_page = r'^html\[data-theme="dark"\] \{[^}]*--pst-color-'
    places = {
        "ink": (style, r'^text\.color: "'),
        "background": (css, dark_page + "background: "),
        "text": (css, dark_page + "text-base: "),
    }
    found = {
        name: re.findall(before + r"(#\w{6})", text, re.M)
        for name, (text, before) in places.items()
    }
    return {name: colour for name, (colour,) in found.items()}


def themed(picture: Image.Image) -> dict[str, Image.Image]:
    """The picture for each theme; what was transparent is taken for white."""
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture.convert("RGBA"))
    pixels = np.asarray(paper).astype(np.uint32)
    packed = pixels[..., 0] << 16 | pixels[..., 1] << 8 | pixels[..., 2]
    # A figure has a few thousand colours in a million places.
    kinds, places = np.unique(packed, return_inverse=True)
    colours = np.stack([kinds >> 16, kinds >> 8 & 255, kinds & 255], axis=-1) / 255
    known = page_colours()
    shown = {
        "light": see_through(colours, np.ones(3)),
        "dark": see_through(dark(colours, **known), rgb(known["background"])),
    }
    return {
        theme: Image.fromarray(table[places].reshape(*packed.shape, 4), "RGBA")
        for theme, table in shown.items()
    }


def digest(content: bytes) -> str:
    """A name for what is made of a picture with this module and these colours."""
    made_by = HERE.read_bytes() + repr(page_colours()).encode()
    return hashlib.sha256(content + made_by).hexdigest()[:24]


def twins(path: Path, kept: Path) -> dict[str, Path]:
    """The file for each theme of a PNG, made where it is not kept yet."""
    content = path.read_bytes()
    name = digest(content)
    files = {theme: kept / f"{name}-{theme}.png" for theme in THEMES}
    if not all(file.is_file() for file in files.values()):
        kept.mkdir(parents=True, exist_ok=True)
        with Image.open(path) as picture:
            for theme, made in themed(picture).items():
                half = files[theme].with_suffix(".part")
                made.save(half, format="png", compress_level=7)
                half.replace(files[theme])
    return files
