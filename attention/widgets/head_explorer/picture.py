"""The head explorer as a picture: every head's score, and the chosen head's map."""

from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from attention.functional.masks import causal_mask
from attention.teaching.plots import heat_map, visible
from attention.widgets.base.picture import CHOSEN, Shown, card, row_frame
from attention.widgets.head_explorer.patterns import PATTERNS


def draw_png(explorer: Shown) -> str:
    """Draw the scores of all heads, layers across, and under them the chosen head's weights.

    Returns:
        A PNG, as base64.
    """
    n = len(explorer.tokens)
    with card(7.2, 7.4) as (figure, finish):
        parts: Any = figure.subfigures(2, 1, height_ratios=[2.4, 5.0])
        _draw_overview(explorer, parts[0].subplots())
        names = [visible(token) for token in explorer.tokens]
        weights = explorer.weights[explorer.layer, explorer.head]
        axes = heat_map(
            weights, names, names, ax=parts[1].subplots(), mask=causal_mask(n), limit=1.0
        )
        axes.tick_params(labelsize=8 if n <= 20 else 6)
        for label in axes.get_xticklabels():
            label.set(rotation=90, horizontalalignment="center")
        axes.get_yticklabels()[explorer.query_index].set(color=CHOSEN, fontweight="bold")
        axes.add_patch(row_frame(explorer.query_index, n))
        axes.set_title(f"Layer {explorer.layer}, head {explorer.head}", fontsize=9)
        return finish()


def _draw_overview(explorer: Shown, axes: Axes) -> None:
    scores = explorer.scores.T  # (H, L)
    rows, columns = ([str(i) for i in range(size)] for size in scores.shape)
    heat_map(scores, rows, columns, ax=axes, limit=1.0)
    for label in axes.get_xticklabels():
        label.set(rotation=0, horizontalalignment="center")
    axes.add_patch(
        Rectangle(
            (explorer.layer - 0.5, explorer.head - 0.5), 1, 1,
            fill=False, edgecolor=CHOSEN, linewidth=1.5,
        )
    )  # fmt: skip
    axes.tick_params(labelsize=7)
    axes.set_xlabel("layer", fontsize=8)
    axes.set_ylabel("head", fontsize=8)
    axes.set_title(f"The score of every head: {PATTERNS[explorer.pattern]}", fontsize=9)


def alt_text(explorer: Shown) -> str:
    """Say in words what the picture shows."""
    scores, tokens = explorer.scores, [visible(token) for token in explorer.tokens]
    pattern = PATTERNS[explorer.pattern]
    own = scores[explorer.layer, explorer.head]
    rank = 1 + int((scores > own).sum())
    layer, head = divmod(int(scores.argmax()), scores.shape[1])
    place = "the highest of all"
    if rank > 1:
        place = f"rank {rank}; the highest is {scores.max():.2f}, of layer {layer}, head {head}"
    row = explorer.weights[explorer.layer, explorer.head, explorer.query_index]
    largest = torch.topk(row, min(3, explorer.query_index + 1)).indices.tolist()
    shares = ", ".join(f"{tokens[i]} {row[i]:.2f}" for i in sorted(largest) if row[i] >= 0.005)
    return (
        f"{explorer.label}: {scores.numel()} heads in {len(scores)} layers over the tokens "
        f"{' '.join(tokens)}. Layer {explorer.layer}, head {explorer.head} has the {pattern} "
        f"score {own:.2f}, {place}. In the chosen head “{tokens[explorer.query_index]}” (token "
        f"{explorer.query_index + 1} of {len(tokens)}) puts its weight on {shares}."
    )
