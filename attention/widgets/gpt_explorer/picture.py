"""The GPT explorer as a picture: the chosen head's map, and the next token's candidates."""

import torch
from matplotlib.axes import Axes

from attention.functional.masks import causal_mask
from attention.teaching.plots import heat_map, visible
from attention.widgets.base.picture import CHOSEN, INK, SOFT, WEIGHT, Shown, bare, card, row_frame

NOTHING = "Nothing is written yet: a GPT needs at least one token to go on from."


def draw_png(explorer: Shown) -> str:
    """Draw the weights of the chosen head, and the ten likeliest next tokens.

    Returns:
        A PNG, as base64.
    """
    n = len(explorer.ids)
    if n == 0:
        with card(7.2, 1.0) as (figure, finish):
            bare(figure.subplots()).text(0.5, 0.5, NOTHING, ha="center", va="center", color=SOFT)
            return finish()
    with card(7.2, 4.2) as (figure, finish):
        across, beside = figure.subplots(1, 2, width_ratios=[2.2, 1])
        names = [visible(name) for name in explorer.names]
        mask = causal_mask(n) if explorer.mask == "causal" else None
        weights = explorer.weights[explorer.layer, explorer.head]
        axes = heat_map(weights, names, names, ax=across, mask=mask, limit=1.0)
        axes.tick_params(labelsize=min(8.0, 190 / n))
        for label in axes.get_xticklabels():
            label.set(rotation=90, horizontalalignment="center")
        axes.get_yticklabels()[-1].set(color=CHOSEN, fontweight="bold")
        axes.add_patch(row_frame(n - 1, n))
        axes.set_title(f"Layer {explorer.layer}, head {explorer.head}", fontsize=9)
        _draw_guesses(explorer, beside)
        return finish()


def _draw_guesses(explorer: Shown, axes: Axes) -> None:
    bare(axes)
    pairs = explorer.guesses
    for row, (name, p) in enumerate(pairs):
        axes.barh(row, p, left=0.0, color=WEIGHT, height=0.55)
        axes.text(-0.04, row, visible(name), ha="right", va="center", fontsize=8, color=INK)
        axes.text(p + 0.04, row, _share(p), va="center", fontsize=7.5, color=SOFT)
    axes.set(xlim=(-0.6, 1.25), ylim=(len(pairs) - 0.4, -0.6))
    axes.set_title(f"After “{visible(explorer.names[-1])}”: the next token", fontsize=9)


def _share(p: float) -> str:
    return f"{p:.2f}" if p >= 0.005 else "< 0.01"


def alt_text(explorer: Shown) -> str:
    """Say in words what the picture shows."""
    names = [visible(name) for name in explorer.names]
    if not names:
        return f"{explorer.label}. {NOTHING}"
    weights = explorer.weights[explorer.layer, explorer.head, -1]
    places = sorted(torch.topk(weights, min(4, len(names))).indices.tolist())
    shares = ", ".join(f"{names[i]} {weights[i]:.2f}" for i in places if weights[i] >= 0.005)
    guesses = ", ".join(f"{visible(name)} {_share(p)}" for name, p in explorer.guesses[:5])
    mask = {"causal": "a causal mask", "none": "no mask"}[explorer.mask]
    return (
        f"{explorer.label}: a small trained GPT has read {len(names)} tokens with {mask}: "
        f"{' '.join(names)}. In layer {explorer.layer}, head {explorer.head} the last token, "
        f"“{names[-1]}”, puts its weight on {shares}. Likeliest next tokens: {guesses}."
    )
