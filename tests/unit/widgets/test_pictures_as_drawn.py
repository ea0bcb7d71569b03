"""What holds for the picture of every widget: all that is written can be read."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from drawn import Drawn, contrast
from matplotlib.text import Text
from widget_examples import (
    CUTS,
    N,
    alignment,
    attention,
    heads,
    position,
    stored_heads,
    stored_position,
    translation,
)
from widget_table import TABLE

from attention import widgets
from attention.trained.translator_examples import alignment_example, translation_example
from attention.widgets import (
    AlignmentExplorer,
    CostExplorer,
    ScalingExplorer,
    TranslationExplorer,
)
from attention.widgets.base import picture
from attention.widgets.base.widget import BookWidget

PAIRS = {name: torch.randn(20, 4) for name in ("query", "key", "value")}
EXAMPLES: dict[str, Callable[[], BookWidget]] = {row.name: row.make for row in TABLE} | {
    "a translation of eight clauses": lambda: TranslationExplorer(
        **translation_example(), length=8
    ),
    "a long alignment": lambda: AlignmentExplorer(**alignment_example(), example=2, step=9),
    "all heads of a trained model": stored_heads,
    "words of small models": lambda: stored_position(scheme="rotary", order=[0, 5, 2, 3, 4, 1]),
    "sixteen keys": lambda: ScalingExplorer(d_k=256),
    "twenty words": lambda: attention(tokens=["·captain"] * 20, query_index=9, n_heads=1, **PAIRS),
    "a short text": lambda: CostExplorer(length=64, n_layers=1, n_heads=1, d_head=8),
    "a long text": lambda: CostExplorer(length=131_072, n_layers=128, n_heads=128, d_head=256),
}


def texts(drawn: Drawn) -> list[Text]:
    """All that is written in the picture."""
    seen = [axes for axes in drawn.figure.get_axes() if axes.get_visible()]
    every = itertools.chain.from_iterable(axes.findobj(Text) for axes in seen)
    return [text for text in every if text.get_text() and text.get_visible()]


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_text_is_cut_or_pale_and_none_stands_on_another(name: str) -> None:
    drawn = Drawn(EXAMPLES[name]())
    height, width, _ = drawn.pixels.shape
    boxes = [(text, text.get_window_extent()) for text in texts(drawn)]
    assert len(boxes) > 5
    for text, box in boxes:
        (left, low), (right, high) = box.min, box.max
        assert min(left, low, width - right, height - high) >= -1, f"{text.get_text()} is cut"
        start, top = max(round(left), 0), max(round(height - high), 0)
        ground = drawn.pixels[top : round(height - low), start : round(right)]
        ratio = contrast(text.get_color(), np.median(ground, axis=(0, 1)) / 255)
        assert ratio >= 4.5, f"{text.get_text()} is pale"
    level = [(text, box.padded(-2)) for text, box in boxes if text.get_rotation() in (0, 90)]
    for (one, its), (other, box) in itertools.combinations(level, 2):
        assert not its.overlaps(box), f"{one.get_text()} stands on {other.get_text()}"


def test_dollar_signs_are_dollar_signs() -> None:
    r"""A formula would stand in their place, or, as of \no, an error."""
    odd = r"$\no$"
    sources = [[[odd] * cut for cut in CUTS]] * N
    made = [
        attention(tokens=[odd] * 7),
        translation(sources=sources, references=sources),
        alignment(sources=[[odd] * 7, ["a", "b"]], outputs=[[odd] * 5, ["x", "y"]]),
        position(words=[odd] * 5, roles=[odd, "deed"]),
        heads(tokens=[odd] * 5),
    ]
    for shown in made:
        drawn = texts(Drawn(shown))
        found = [text for text in drawn if odd in text.get_text()]
        assert len(found) > 2
        assert not any(text.get_parse_math() for text in drawn)


def test_the_colours_are_the_page_s_by_day() -> None:
    sheet = (Path(widgets.__file__).parent / "js/widget.css").read_text(encoding="utf-8")
    page = dict(re.findall(r"--afm-(\w+): light-dark\((#\w+),", sheet))
    names = {"query": "CHOSEN", "accent": "WEIGHT", "middle": "MIDDLE"}
    names |= {"ink": "INK", "soft": "SOFT", "line": "LINE"}
    assert {css: page[css] for css in names} == {
        css: getattr(picture, name) for css, name in names.items()
    }
