"""The two stacks as a picture, with the chosen attention's Q, K and V, and its map beside them."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from attention.teaching.plots import KEY, QUERY, VALUE, heat_map, visible
from attention.widgets.base.picture import (
    CHOSEN,
    INK,
    LINE,
    SOFT,
    WEIGHT,
    Shown,
    bare,
    card,
    row_frame,
)

USES = {
    "encoder": (
        "encoder self-attention",
        "Q, K and V come from the source; every word sees every word",
    ),
    "masked": (
        "masked self-attention",
        "Q, K and V come from what is written so far; each word sees itself and those before it",
    ),
    "cross": (
        "cross-attention",
        "Q comes from the decoder, K and V from what the encoder made of the source",
    ),
}
BOXES = {  # left, top, height, what stands in it
    "encoder": (6, 176, 36, ("self-attention",)),
    "encoder feed-forward": (6, 112, 36, ("feed-forward",)),
    "masked": (190, 176, 36, ("masked", "self-attention")),
    "cross": (190, 112, 36, ("cross-attention",)),
    "decoder feed-forward": (190, 62, 26, ("feed-forward",)),
}
LINES = {
    use: [[(x, 228), (x - 30, 228), (x - 30, 212)], [(x, 228), (x, 212)],
          [(x, 228), (x + 30, 228), (x + 30, 212)]]
    for use, x in (("encoder", 70), ("masked", 254))
} | {
    "cross": [[(254, 176), (254, 148)],
              [(64, 112), (64, 88), (168, 88), (168, 122), (190, 122)],
              [(76, 112), (76, 98), (156, 98), (156, 138), (190, 138)]],
}  # fmt: skip
"""Of each attention the ways of Q, K and V, in the units of view.js."""


def draw_png(shown: Shown) -> str:
    """Draw encoder and decoder, and the map of the chosen attention.

    Returns:
        A PNG, as base64.
    """
    asks, answers = ([visible(word) for word in words] for words in shown.sides)
    with card(7.2, 3.4) as (figure, finish):
        parts: Any = figure.subfigures(1, 2, width_ratios=[1.25, 1])
        _draw_stacks(shown, bare(parts[0].subplots()))
        grid = parts[1].subplots()
        heat_map(shown.weights, asks, answers, ax=grid, mask=shown.mask, limit=1.0)
        grid.set_title(f"weights, {USES[shown.use][0]}", fontsize=9)
        grid.tick_params(labelsize=8)
        grid.get_yticklabels()[shown.query].set_color(CHOSEN)
        grid.add_patch(row_frame(shown.query, len(answers)))
        return finish()


def _draw_stacks(shown: Shown, axes: Axes) -> None:
    axes.set(xlim=(0, 324), ylim=(266, 0), aspect="equal")
    for use, ways in LINES.items():
        for way, colour in zip(ways, (QUERY, KEY, VALUE), strict=True):
            lit = use == shown.use
            across, down = zip(*way, strict=True)
            axes.plot(
                across, down, color=colour if lit else LINE, lw=2.2 if lit else 1, zorder=2 + lit
            )
    for x, y in (
        (70, (246, 228)),
        (254, (246, 228)),
        (70, (176, 148)),
        (254, (112, 88)),
        (254, (62, 48)),
    ):
        axes.plot([x, x], y, color=SOFT, lw=1)
    for use, (left, top, height, lines) in BOXES.items():
        edge = WEIGHT if use == shown.use else LINE
        axes.add_patch(Rectangle((left, top), 128, height, fc="white", ec=edge, lw=1.5, zorder=4))
        words, middle = "\n".join(lines), top + height / 2
        axes.text(left + 64, middle, words, ha="center", va="center", fontsize=7.5, zorder=5)
    for x, name, read in ((70, "Encoder", "source"), (254, "Decoder", "target so far")):
        axes.text(x, 14, f"{name}, N layers", ha="center", va="center", fontsize=8, color=INK)
        axes.text(x, 255, read, ha="center", va="center", fontsize=8, color=SOFT)
    axes.text(254, 40, "next word", ha="center", va="center", fontsize=8, color=SOFT)


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    name, words = USES[shown.use]
    asks, answers = shown.sides
    rows = ", ".join(
        f"{visible(word)} looks most at {visible(answers[int(row.argmax())])} ({row.max():.2f})"
        for word, row in zip(asks, shown.weights, strict=True)
    )
    return f"{shown.label}: {name}. {words}. {rows}."
