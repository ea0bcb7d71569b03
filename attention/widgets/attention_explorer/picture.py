"""The attention explorer as a picture: bars over the words, and every head's map."""

from typing import Any

from matplotlib.axes import Axes

from attention.functional.masks import MASKS
from attention.teaching.plots import heat_map, visible
from attention.widgets.base.picture import CHOSEN, INK, WEIGHT, Shown, card, row_frame


def draw_png(explorer: Shown) -> str:
    """Draw the current state: the chosen query's weights over the words, and every head's map.

    Returns:
        A PNG, as base64.
    """
    n_heads, n = explorer.n_heads, explorer.length
    columns = min(n_heads, 4)
    rows = -(-n_heads // columns)
    height = 1.5 + rows * (7.2 / columns if columns > 2 else 3.0)
    with card(7.2, height) as (figure, finish):
        parts: Any = figure.subfigures(2, 1, height_ratios=[1.4, figure.get_figheight() - 1.4])
        top, bottom = parts
        _draw_words(explorer, top.subplots())
        words = [visible(token) for token in explorer.tokens[:n]]
        weights, mask = explorer.weights, explorer.mask_table
        for head, axes in enumerate(bottom.subplots(rows, columns, squeeze=False).flat):
            if head >= n_heads:
                axes.set_visible(False)
                continue
            heat_map(weights[head], words, words, ax=axes, mask=mask, limit=1.0)
            weight = "bold" if head == explorer.head else "normal"
            axes.set_title(f"head {head}" if n_heads > 1 else "", fontsize=9, fontweight=weight)
            axes.tick_params(labelsize=7 if n <= 10 else 6)
            for label in axes.get_xticklabels():
                label.set(rotation=90, horizontalalignment="center")
            if head % columns:
                axes.set_yticks([])
            if head + columns < n_heads:
                axes.set_xticks([])
            axes.add_patch(row_frame(explorer.query_index, n))
        return finish()


def _draw_words(explorer: Shown, axes: Axes) -> None:
    """Bars over the words: how the chosen query and head spread their attention."""
    query, n = explorer.query_index, explorer.length
    weights = explorer.weights[explorer.head, query].tolist()
    allowed = explorer.mask_table[query].tolist()
    axes.bar(range(n), weights, color=WEIGHT, width=0.6)
    for key in range(n):
        text = f"{weights[key]:.2f}" if allowed[key] else "masked"
        axes.text(key, weights[key] + 0.04, text, ha="center", fontsize=min(8, 110 / n), color=INK)
    axes.set_xticks(range(n), [visible(token) for token in explorer.tokens[:n]])
    if n > 12:  # no room for words beside one another
        for label in axes.get_xticklabels():
            label.set(rotation=60, ha="right", rotation_mode="anchor")
    axes.get_xticklabels()[query].set(color=CHOSEN, fontweight="bold")
    axes.set(ylim=(0, 1.15), yticks=[])
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="x", labelsize=9 if n <= 12 else 7)
    start = f"Head {explorer.head}: where" if explorer.n_heads > 1 else "Where"
    axes.set_title(f"{start} “{visible(explorer.tokens[query])}” looks", fontsize=9)


def alt_text(explorer: Shown) -> str:
    """Say in words what the picture shows, the chosen query's weights in full."""
    query, n = explorer.query_index, explorer.length
    weights = explorer.weights[explorer.head, query].tolist()
    allowed = explorer.mask_table[query].tolist()
    shares = ", ".join(
        f"{visible(explorer.tokens[key])} {weights[key]:.2f}" for key in range(n) if allowed[key]
    )
    mask = MASKS[explorer.mask].words.format(window=explorer.window)
    heads = "one head" if explorer.n_heads == 1 else f"{explorer.n_heads} heads"
    start = "The" if explorer.n_heads == 1 else f"In head {explorer.head} the"
    hidden = n - sum(allowed)
    rest = f"; {hidden} {'key is' if hidden == 1 else 'keys are'} masked" if hidden else ""
    return (
        f"{explorer.label}: {heads} over {n} tokens with {mask}. "
        f"{start} query “{visible(explorer.tokens[query])}” puts its weight on "
        f"{shares}{rest}."
    )
