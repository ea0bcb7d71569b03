"""The mask painter as a picture: the scores that are left, and their softmax."""

import torch

from attention.teaching.plots import heat_map, visible
from attention.widgets.base.picture import INK, SOFT, Shown, card


def draw_png(painter: Shown) -> str:
    """Draw the scores as numbers and the weights as a heat map; hidden cells are hatched.

    Returns:
        A PNG, as base64.
    """
    names, mask = [visible(token) for token in painter.tokens], painter.mask_table
    with card(7.2, 3.3) as (figure, finish):
        left, right = figure.subplots(1, 2)
        heat_map(torch.zeros_like(painter.scores), names, names, ax=left, mask=mask)
        for query, row in enumerate(painter.scores.tolist()):
            for key, score in enumerate(row):
                if mask[query, key]:
                    text = f"{score:.1f}".replace("-", "\u2212")
                    left.text(key, query, text, ha="center", va="center", fontsize=8, color=INK)
        heat_map(painter.weights, names, names, ax=right, mask=mask, numbers=True, limit=1.0)
        for axes, title in [
            (left, "Scores; hatched: \u2212∞"),
            (right, "Weights: softmax of each row"),
        ]:
            axes.tick_params(labelsize=8, labelcolor=SOFT)
            axes.set_title(title, fontsize=9)
        return finish()


def alt_text(painter: Shown) -> str:
    """Say in words what the picture shows."""
    rows = [
        f"{visible(token)}: "
        + (", ".join(_entries(painter, t)) or "nothing, so all its weights are 0")
        for t, token in enumerate(painter.tokens)
    ]
    return f"{painter.label}: what each token sees. {'; '.join(rows)}. {verdict(painter)}"


def _entries(painter: Shown, query: int) -> list[str]:
    row = zip(painter.tokens, painter.mask[query], painter.weights[query].tolist(), strict=True)
    return [f"{visible(key)} {weight:.2f}" for key, seen, weight in row if seen]


def verdict(painter: Shown) -> str:
    """How far the mask is from the causal one."""
    future, lost = painter.future, painter.lost
    if future == lost == 0:
        return "This is the causal mask: no cell sees the future."
    ahead = (
        f"{_cells(future)} still see{'s' * (future == 1)} the future"
        if future
        else "No cell sees the future"
    )
    behind = (
        f", and {_cells(lost)} of the past {'is' if lost == 1 else 'are'} hidden" if lost else ""
    )
    return f"{ahead}{behind}."


def _cells(n: int) -> str:
    return f"{n} cell{'s' * (n != 1)}"
