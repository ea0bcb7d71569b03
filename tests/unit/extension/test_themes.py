"""Pictures for the dark page: what is paper stays paper, and what stands out still does."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from drawn import contrast
from extension import themes
from PIL import Image

from attention.teaching.plots import STYLE

PAPER = "#fbfaf7"
KNOWN = themes.page_colours()
CYCLE = re.findall(
    r"'(\w{6})'", re.search(r"prop_cycle: (.*)", STYLE.read_text(encoding="utf-8"))[1]
)


def turned(*colours: str) -> list[str]:
    shown = themes.dark(np.stack([themes.rgb(colour) for colour in colours]), **KNOWN)
    return ["#" + "".join(f"{round(255 * share):02x}" for share in one) for one in shown]


def ramp(name: str, n: int = 64) -> list[str]:
    return [mpl.colors.to_hex(mpl.colormaps[name](share)) for share in np.linspace(0, 1, n)]


def test_paper_becomes_the_page_and_ink_its_text() -> None:
    assert turned("#ffffff", KNOWN["ink"]) == [KNOWN["background"], KNOWN["text"]]
    assert KNOWN["background"] == "#14171b"
    assert KNOWN["text"] == "#d8dce1"


@pytest.mark.parametrize("name", ["Blues", "Greys"])
def test_a_stronger_colour_means_more_in_the_dark(name: str) -> None:
    stands_out = [contrast(colour, KNOWN["background"]) for colour in turned(*ramp(name))]
    assert np.diff(stands_out).min() > 0
    assert stands_out[-1] > 10


def test_what_stands_out_by_day_does_by_night() -> None:
    colours = [*ramp("Blues"), *ramp("PuOr"), *(f"#{c}" for c in CYCLE)]
    by_day = np.array([contrast(colour, "white") for colour in colours])
    by_night = np.array([contrast(colour, KNOWN["background"]) for colour in turned(*colours)])
    assert np.abs(by_night / by_day - 1).max() < 0.3


@pytest.mark.parametrize("name", ["Blues", "Greys", "PuOr"])
def test_the_palest_cell_of_a_map_is_seen_in_the_dark(name: str) -> None:
    (palest,) = turned(mpl.colors.to_hex(mpl.colormaps[name](0.5 if name == "PuOr" else 0.0)))
    assert contrast(palest, KNOWN["background"]) > (1.2 if name != "Greys" else 0.99)


def test_lines_and_their_labels_can_be_read_on_both_pages() -> None:
    """By the contrast that WCAG 2.2 asks of small text, 1.4.3."""
    assert len(CYCLE) == 6
    colours = [f"#{colour}" for colour in CYCLE]
    assert min(contrast(colour, PAPER) for colour in colours) >= 4.5
    assert min(contrast(colour, KNOWN["background"]) for colour in turned(*colours)) >= 4.5


def test_the_hue_stays() -> None:
    colours = [f"#{colour}" for colour in CYCLE if colour != "6b6b6b"]

    def hues(of: list[str]) -> np.ndarray:
        lab = themes.oklab(np.stack([themes.rgb(colour) for colour in of]))
        return np.angle(lab[:, 1] + 1j * lab[:, 2], deg=True)

    apart = (hues(turned(*colours)) - hues(colours) + 180) % 360 - 180
    assert np.abs(apart).max() < 12


def test_oklab_is_the_published_one() -> None:
    """Ottosson's values: white, and what is red alone."""
    np.testing.assert_allclose(themes.oklab(np.ones(3)), [1, 0, 0], atol=1e-6)
    red = themes.oklab(np.array([1.0, 0.0, 0.0]))
    np.testing.assert_allclose(red, [0.62796, 0.22486, 0.12585], atol=1e-4)
    colours = np.random.default_rng(0).random((50, 3))
    np.testing.assert_allclose(themes.srgb(themes.oklab(colours)), colours, atol=1e-5)


@pytest.mark.parametrize("ground", ["#ffffff", "#14171b"])
def test_over_its_ground_a_picture_looks_as_it_should(ground: str) -> None:
    colours = np.random.default_rng(0).random((500, 3))
    under = themes.rgb(ground)
    given = themes.see_through(np.vstack([colours, under]), under) / 255
    seen = given[:, :3] * given[:, 3:] + under * (1 - given[:, 3:])
    assert np.abs(seen - np.vstack([colours, under])).max() <= 1 / 255
    assert given[-1, 3] == 0, "the ground itself is a hole"


def test_a_picture_is_made_once(tmp_path: Path) -> None:
    path, kept = tmp_path / "figure.png", tmp_path / "kept"
    picture = Image.new("RGB", (3, 2), "white")
    picture.putpixel((1, 0), (8, 48, 107))
    picture.save(path)
    files = themes.twins(path, kept)
    with Image.open(files["light"]) as light, Image.open(files["dark"]) as dark:
        assert light.size == dark.size == (3, 2)
        assert light.getpixel((0, 0))[3] == dark.getpixel((0, 0))[3] == 0
        assert sum(light.getpixel((1, 0))[:3]) < 150
        assert sum(dark.getpixel((1, 0))[:3]) > 500
    for file in files.values():
        file.write_bytes(b"as it was")
    assert themes.twins(path, kept) == files
    assert {file.read_bytes() for file in files.values()} == {b"as it was"}
    picture.putpixel((2, 1), (0, 0, 0))
    picture.save(path)
    assert themes.twins(path, kept) != files
