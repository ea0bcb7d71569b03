"""The histogram of the scores as a picture, beside the largest weights of one query."""

from attention.widgets.base.picture import INK, SOFT, WEIGHT, Shown, bare, card

MOST = 8  # of the largest weights


def draw_png(shown: Shown) -> str:
    """Draw a bar for each bin, and a bar for each of the largest weights.

    Returns:
        A PNG, as base64.
    """
    with card(7.2, 3.0) as (figure, finish):
        histogram, weights = figure.subplots(1, 2)
        bins = [4 * (i - 15) for i in range(31)]
        histogram.bar(bins, shown.counts.tolist(), width=3, color=WEIGHT)
        histogram.set(yticks=[], xlim=(-68, 68), xticks=range(-60, 61, 20))
        histogram.spines["left"].set_visible(False)
        histogram.tick_params(labelsize=8)
        histogram.set_title(f"scores, {_setting(shown)}", fontsize=9)
        rows = _rows(shown)
        bare(weights).set(xlim=(-0.3, 1.2), ylim=(len(rows) - 0.4, -0.6))
        for i, (name, weight) in enumerate(rows):
            weights.barh(i, weight, height=0.6, color=WEIGHT if name.startswith("key") else SOFT)
            weights.text(-0.02, i, name, ha="right", va="center", fontsize=8, color=INK)
            weights.text(weight + 0.02, i, f"{weight:.2f}", va="center", fontsize=8, color=INK)
        weights.set_title(f"weights of one query over {shown.n_keys:,} keys", fontsize=9)
        return finish()


def _rows(shown: Shown) -> list[tuple[str, float]]:
    """The largest weights with their keys' names, then all others together."""
    weights = shown.weights
    order = weights.argsort(descending=True, stable=True).tolist()
    rows = [(f"key {key + 1}", weights[key].item()) for key in order[:MOST]]
    others = [(f"{len(order) - MOST:,} others", weights[order[MOST:]].sum().item())]
    return rows + others * (len(order) > MOST)


def _setting(shown: Shown) -> str:
    return f"d_k = {shown.d_k}, {'divided by √d_k' if shown.scaled else 'not scaled'}"


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    rows = ", ".join(f"{name} {weight:.2f}" for name, weight in _rows(shown))
    return (
        f"{shown.label}: {_setting(shown)}. The scores of 2,048 random pairs have the standard "
        f"deviation {shown.deviation:.1f}. The weights of one query over {shown.n_keys:,} keys, "
        f"the largest first: {rows}."
    )
