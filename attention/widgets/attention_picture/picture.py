"""The recurring picture as a picture: all parts in their order, the lit one with its numbers."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from attention.teaching.plots import KEY, QUERY, VALUE
from attention.widgets.attention_picture.parts import NAMES, PARTS, TOKENS
from attention.widgets.base.picture import CHOSEN, INK, LINE, SOFT, WEIGHT, Shown, bare, card

INKS = {"q": QUERY, "k": KEY, "v": VALUE, "weight": WEIGHT, "ink": SOFT}
PLACES = dict(
    zip(
        NAMES,
        [(0, 1), (1, 0), (1, 1), (1, 2), (2, 0.5), (3, 0.5), (4, 0.5), (5, 0.5)]
        + [(6 + i, 1) for i in range(4)],
        strict=True,
    )
)
ARROWS = [("tokens", "query"), ("tokens", "key"), ("tokens", "value")]
ARROWS += [("query", "scores"), ("key", "scores"), ("value", "context")]
ARROWS += list(pairwise(NAMES[4:]))
WITHOUT_ROW = ("key", "value")  # every row of these is looked at, whoever asks


def draw_png(shown: Shown) -> str:
    """Draw the boxes, what is in them, and the lit one's numbers.

    Returns:
        A PNG, as base64.
    """
    with card(7.6, 3.9) as (figure, finish):
        flow, numbers = figure.subplots(2, 1, height_ratios=[1.75, 1])
        _draw_flow(shown, bare(flow))
        _write_numbers(shown, bare(numbers))
        return finish()


def _draw_flow(shown: Shown, axes: Axes) -> None:
    axes.set(xlim=(-0.5, 9.5), ylim=(2.62, -0.62))
    for start, end in ARROWS:
        (x, y), (right, down) = PLACES[start], PLACES[end]
        axes.add_patch(
            FancyArrowPatch(
                (x + 0.4, y), (right - 0.42, down), arrowstyle="-|>", mutation_scale=8, lw=1,
                color=SOFT, shrinkA=0, shrinkB=0,
            )
        )  # fmt: skip
    for part in PARTS:
        x, y = PLACES[part.name]
        lit = part.name == shown.part
        edge, width = (WEIGHT, 2.2) if lit else (LINE, 1)
        axes.add_patch(
            Rectangle((x - 0.4, y - 0.36), 0.8, 0.72, facecolor="white", edgecolor=edge, lw=width)
        )
        for column, row, share in _cells(shown, part.name):
            place = x + 0.11 * column, y - 0.29 + 0.1 * row
            ink: dict[str, Any] = {"facecolor": INKS[part.ink], "alpha": share}
            if share is None:
                ink = {"facecolor": "white", "edgecolor": SOFT, "hatch": "//////", "lw": 0}
            axes.add_patch(Rectangle(place, 0.1, 0.09, **ink))
        axes.text(
            x, y + 0.3, part.label, ha="center", fontsize=7.5, color=INK,
            weight="bold" if lit else "normal",
        )  # fmt: skip
        if part.name == shown.here:
            axes.text(x, y - 0.4, "▼ you are here", ha="center", fontsize=7, color=CHOSEN)


def _cells(shown: Shown, name: str) -> Iterator[tuple[float, int, float | None]]:
    """Column (from the middle), row and share of each number; no share where it is hidden."""
    values = shown.steps[name].numpy()
    shares = shading(values)
    for (row, column), share in np.ndenumerate(shares):
        hidden = name == "mask" and not np.isfinite(values[row, column])
        yield column - values.shape[1] / 2, row, None if hidden else float(share)


def shading(values: np.ndarray) -> np.ndarray:
    """The smallest number is palest, the largest darkest; what is minus infinity has no ink."""
    finite = values[np.isfinite(values)]
    low = min(0.0, finite.min())
    span = finite.max() - low or 1.0
    return np.where(np.isfinite(values), (np.where(np.isfinite(values), values, 0) - low) / span, 0)


def _write_numbers(shown: Shown, axes: Axes) -> None:
    part = PARTS[NAMES.index(shown.part)]
    values = shown.steps[part.name]
    axes.set(xlim=(0, 10), ylim=(5.2, 0))
    axes.text(0.1, 0.9, f"{part.title}: {part.formula}", fontsize=9, weight="bold", color=INK)
    says = part.says.format(token=TOKENS[shown.query])
    axes.text(0.1, 1.6, _wrapped(says, 46), fontsize=8.5, color=INK, va="top", linespacing=1.4)
    for row, numbers in enumerate(values.tolist()):
        asks = row == shown.query and part.name not in WITHOUT_ROW
        color = CHOSEN if asks else INK
        weight = "bold" if asks else "normal"
        for column, text in enumerate([TOKENS[row], *map(_number, numbers)]):
            axes.text(
                5.9 + 0.95 * column, 1.6 + row * 0.95, text, ha="right", fontsize=8.5,
                color=color, weight=weight,
            )  # fmt: skip
    if part.columns == "keys":
        for column, token in enumerate(TOKENS):
            axes.text(6.85 + 0.95 * column, 0.7, token, ha="right", fontsize=8, color=SOFT)


def _wrapped(text: str, width: int) -> str:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def _number(number: float) -> str:
    if number == -np.inf:
        return "\u2212∞"
    text = f"{number:.0f}" if number == int(number) else f"{number:.2f}"
    return text.replace("-", "\u2212")


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    part = PARTS[NAMES.index(shown.part)]
    way = "tokens, then queries, keys and values, then scores, mask, softmax and weights, then "
    way += "context, heads, output and block"
    here = f" You are here: {shown.here}." if shown.here else ""
    says = part.says.format(token=TOKENS[shown.query])
    row = shown.steps[part.name][shown.query].tolist()
    numbers = ", ".join(map(_number, row))
    return (
        f"{shown.label}: {way}.{here} {part.title}, {part.formula}: {says} "
        f"The row of “{TOKENS[shown.query]}”: {numbers}."
    )
