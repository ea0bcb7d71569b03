"""The position explorer as a picture: the weights in the present order, and how far each moved."""

from typing import Any

from matplotlib.axes import Axes

from attention.functional.masks import causal_mask
from attention.teaching.plots import heat_map, visible
from attention.widgets.base.picture import CHOSEN, INK, SOFT, WEIGHT, Shown, card, row_frame

NAMES = {
    "none": "no positions",
    "sinusoidal": "sinusoidal positions",
    "learned": "learned positions",
    "rotary": "rotary positions",
    "alibi": "ALiBi",
}


def draw_png(explorer: Shown) -> str:
    """Draw the weights as a heat map, and a bar a word for how far its context moved.

    Returns:
        A PNG, as base64.
    """
    words = [visible(explorer.words[word]) for word in explorer.order]
    with card(7.2, 3.3) as (figure, finish):
        parts: Any = figure.subfigures(1, 2, width_ratios=[1.0, 1.1])
        mask = causal_mask(len(words)) if explorer.causal else None
        axes = heat_map(
            explorer.weights, words, words, ax=parts[0].subplots(), mask=mask, limit=1.0
        )
        axes.set_title(f"Weights, {NAMES[explorer.scheme]}", fontsize=9)
        axes.tick_params(labelsize=8)
        axes.get_yticklabels()[explorer.place].set_color(CHOSEN)
        axes.add_patch(row_frame(explorer.place, len(words)))
        _draw_moved(explorer, parts[1].subplots())
        return finish()


def _draw_moved(explorer: Shown, axes: Axes) -> None:
    moved, n = explorer.moved.tolist(), len(explorer.words)
    axes.barh(range(n), moved, color=WEIGHT, height=0.55)
    for word, (far, role) in enumerate(zip(moved, explorer.answers, strict=True)):
        axes.text(far + 0.03, word, f"{_far(far)}  ", va="center", fontsize=8, color=INK)
        axes.text(
            1.02,
            word,
            role,
            transform=axes.get_yaxis_transform(),
            va="center",
            fontsize=8,
            color=SOFT,
        )
    axes.set_yticks(range(n), [visible(word) for word in explorer.words])
    axes.set(xlim=(0, max(1.0, 1.15 * max(moved))), ylim=(n - 0.4, -0.6), xticks=[])
    axes.tick_params(length=0, labelsize=8)
    axes.spines["bottom"].set_visible(False)
    axes.set_title("How far each context moved, and its role", fontsize=9)


def _far(far: float) -> str:
    return "< 0.01" if 0 < far < 0.005 else f"{far:.2f}" if far > 0 else "0"


def alt_text(explorer: Shown) -> str:
    """Say in words what the picture shows."""
    now = " ".join(visible(explorer.words[word]) for word in explorer.order)
    first = " ".join(map(visible, explorer.words))
    moved = explorer.moved.tolist()
    order = f"“{now}”" if now == first else f"“{first}”, put into the order “{now}”"
    far = ", ".join(
        f"{visible(word)} {_far(distance)}"
        for word, distance in zip(explorer.words, moved, strict=True)
    )
    roles = ", ".join(
        f"{visible(word)} {role}"
        for word, role in zip(explorer.words, explorer.answers, strict=True)
    )
    mask = " and a causal mask" if explorer.causal else ""
    result = "No context vector moved" if not any(moved) else f"The context vectors moved by {far}"
    return (
        f"{explorer.label}: {order}, with {NAMES[explorer.scheme]}{mask}. {result}. "
        f"Roles read off the contexts: {roles}."
    )
