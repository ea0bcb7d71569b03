"""The query over its keys as a picture, and beside it scores, weights and context."""

from attention.teaching.plots import KEY, QUERY, VALUE
from attention.widgets.base.picture import INK, LINE, SOFT, WEIGHT, Shown, bare, card


def draw_png(shown: Shown) -> str:
    """Draw the arrows, a bar for each weight, and what comes of them.

    Returns:
        A PNG, as base64.
    """
    with card(7.2, 3.5) as (figure, finish):
        plane, bars = figure.subplots(1, 2, width_ratios=[1, 1.1])
        plane.set(xlim=(-2.2, 2.2), ylim=(-2.2, 2.2), aspect="equal")
        plane.set(xticks=range(-2, 3), yticks=range(-2, 3))
        plane.grid(color=LINE, linewidth=0.5)
        plane.tick_params(length=0, labelsize=8)
        arrows = [(n, k, KEY) for n, k in zip(shown.names, shown.key_vectors.tolist(), strict=True)]
        for name, (x, y), ink in [*arrows, ("query", (shown.x, shown.y), QUERY)]:
            arrow = {"arrowstyle": "-|>", "color": ink, "lw": 2, "shrinkA": 0, "shrinkB": 0}
            plane.annotate("", (x, y), (0, 0), arrowprops=arrow)
            size = max((x * x + y * y) ** 0.5, 0.1)
            plane.text(
                x + 0.25 * x / size, y + 0.22 * y / size, name, ha="center", va="center", color=ink,
                weight="bold", fontsize=9,
            )  # fmt: skip
        weights, n = shown.weights.tolist(), len(shown.names)
        bars.barh(range(n), weights, color=WEIGHT, height=0.5)
        for j, (score, weight) in enumerate(zip(shown.scores.tolist(), weights, strict=True)):
            bars.text(-0.04, j - 0.08, shown.names[j], ha="right", fontsize=9, color=INK)
            bars.text(-0.04, j + 0.28, f"q·k {_n(score)}", ha="right", fontsize=8, color=SOFT)
            bars.text(weight + 0.02, j, f"{weight:.2f}", va="center", fontsize=9, color=INK)
        bare(bars).set(xlim=(-0.45, 1.15), ylim=(n + 0.3, -0.7), title="weights")
        bars.text(-0.4, n + 0.1, f"context: {_context(shown)}", fontsize=9.5, color=VALUE)
        return finish()


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    shares = [
        f"{name} scores {_n(score)} and gets {weight:.2f}"
        for name, score, weight in zip(
            shown.names, shown.scores.tolist(), shown.weights.tolist(), strict=True
        )
    ]
    return (
        f"{shown.label}: the query is ({_n(shown.x)}, {_n(shown.y)}). {'; '.join(shares)}. "
        f"The context: {_context(shown)}."
    )


def _context(shown: Shown) -> str:
    pairs = zip(shown.value_names, shown.context.tolist(), strict=True)
    return ", ".join(f"{name} {_n(number)}" for name, number in pairs)


def _n(number: float) -> str:
    return f"{number:.2f}".replace("-", "\u2212")
