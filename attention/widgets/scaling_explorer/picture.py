"""The scaling explorer as a picture: the scores, their softmax, and its Jacobian."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from attention.teaching.plots import heat_map
from attention.widgets.base.picture import CHOSEN, INK, SOFT, WEIGHT, Shown, bare, card

MOST = 0.25  # of an entry of the Jacobian: where a weight is one half


def draw_png(explorer: Shown) -> str:
    """Draw scores and weights as bars, the Jacobian's sizes as a heat map, and the figures.

    Returns:
        A PNG, as base64.
    """
    with card(7.2, 3.9) as (figure, finish):
        parts: Any = figure.subfigures(1, 2, width_ratios=[1.0, 1.0])
        scores, weights, figures = parts[0].subplots(3, 1, height_ratios=[3, 3, 1.6])
        _draw_scores(explorer, scores)
        _draw_weights(explorer, weights)
        _write_figures(explorer, figures)
        names = [str(key) for key in range(len(explorer.weights))]
        sizes = explorer.jacobian.abs()
        axes = heat_map(sizes, names, names, ax=parts[1].subplots(), limit=MOST)
        axes.tick_params(labelsize=7)
        for label in axes.get_xticklabels():
            label.set(rotation=0, horizontalalignment="center")
        axes.set_xlabel("score", fontsize=8)
        axes.set_ylabel("weight", fontsize=8)
        axes.set_title("The Jacobian; darkest: ±0.25", fontsize=9)
        return finish()


def _draw_scores(explorer: Shown, axes: Axes) -> None:
    scores = explorer.scores.numpy()
    expected = explorer.d_k**0.5 * explorer.scale
    axes.bar(range(len(scores)), scores, color=WEIGHT, width=0.7)
    for level in (-expected, expected):
        axes.axhline(level, color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.axhline(0, color=INK, linewidth=0.6)
    top = 30.0
    while top < np.abs(scores).max():
        top *= 10
    axes.set_yscale("function", functions=(_signed_root, _signed_square))
    axes.set(ylim=(-top, top), yticks=[-top, -top / 3, 0, top / 3, top])
    axes.set_xticks([])
    axes.tick_params(labelsize=7)
    axes.set_title(f"{_setting(explorer)}: scores", fontsize=9)


def _signed_root(x: np.ndarray) -> np.ndarray:
    return np.sign(x) * np.abs(x) ** 0.5


def _signed_square(x: np.ndarray) -> np.ndarray:
    return np.sign(x) * x**2


def _draw_weights(explorer: Shown, axes: Axes) -> None:
    weights = explorer.weights
    best = int(weights.argmax())
    axes.bar(range(len(weights)), weights.numpy(), color=WEIGHT, width=0.7)
    axes.axhline(1 / len(weights), color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.text(
        best, weights[best].item() + 0.03, f"{weights[best]:.2f}",
        ha="center", fontsize=7.5, color=CHOSEN,
    )  # fmt: skip
    axes.set_xticks(range(len(weights)))
    axes.set(ylim=(0, 1.2), yticks=[0, 0.5, 1])
    axes.tick_params(labelsize=7)
    axes.tick_params(axis="x", length=0)
    axes.set_title("weights", fontsize=9)


def _write_figures(explorer: Shown, axes: Axes) -> None:
    bare(axes)
    text = (
        f"deviation of the scores {_spread(explorer):.2f}\n"
        f"entropy {explorer.entropy:.2f} of {_all_bits(explorer)} bits\n"
        f"norm of the Jacobian {_norm(explorer)}"
    )
    axes.text(0, 1, text, transform=axes.transAxes, va="top", fontsize=8, color=INK)


def alt_text(explorer: Shown) -> str:
    """Say in words what the picture shows."""
    weights = explorer.weights
    best = int(weights.argmax())
    return (
        f"{explorer.label}: {len(weights)} keys, {_setting(explorer)}. The scores have a standard "
        f"deviation of {_spread(explorer):.2f}. The largest weight is {weights[best]:.2f}, on key "
        f"{best}; the entropy of the weights is {explorer.entropy:.2f} of {_all_bits(explorer)} "
        f"bits. The norm of the softmax's Jacobian is {_norm(explorer)}; were all weights equal, "
        f"it would be {(len(weights) - 1) ** 0.5 / len(weights):.3f}."
    )


def _setting(explorer: Shown) -> str:
    scale = "divided by √d_k" if explorer.scaled else "not scaled"
    heat = "" if explorer.temperature == 1.0 else f", temperature {explorer.temperature:g}"
    return f"d_k = {explorer.d_k}, {scale}{heat}"


def _spread(explorer: Shown) -> float:
    return explorer.scores.std(correction=0).item()


def _all_bits(explorer: Shown) -> str:
    return f"{np.log2(len(explorer.weights)):.2f}".rstrip("0").rstrip(".")


def _norm(explorer: Shown) -> str:
    norm = explorer.jacobian.norm().item()
    return f"{norm:.3f}" if norm >= 0.0005 else f"{norm:.0e}"
