"""Scores and their softmax as a picture: bars beside bars."""

from attention.widgets.base.picture import INK, LINE, SOFT, WEIGHT, Shown, bare, card


def draw_png(shown: Shown) -> str:
    """Draw a bar for each score and for each weight.

    Returns:
        A PNG, as base64.
    """
    n = len(shown.names)
    with card(7.2, 0.9 + 0.45 * n) as (figure, finish):
        scores, weights = figure.subplots(1, 2)
        scores.barh(range(n), [s + shown.shift for s in shown.scores], color=SOFT, height=0.5)
        weights.barh(range(n), shown.weights.tolist(), color=WEIGHT, height=0.5)
        for axes, title in ((scores, _scores_title(shown)), (weights, "weights")):
            bare(axes).set(ylim=(n - 0.4, -0.6), title=title)
        scores.axvline(0, color=LINE, linewidth=1)
        scores.set_xlim(-11, 11)
        weights.set_xlim(0, 1.2)
        for j, (name, score, weight) in enumerate(
            zip(shown.names, shown.scores, shown.weights.tolist(), strict=True)
        ):
            scores.text(-10.8, j, f"{name}   {_n(score + shown.shift)}", va="center", color=INK)
            weights.text(weight + 0.02, j, f"{weight:.2f}", va="center", color=INK)
        return finish()


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    shares = [
        f"{name} has the score {_n(score + shown.shift)} and the weight {weight:.2f}"
        for name, score, weight in zip(
            shown.names, shown.scores, shown.weights.tolist(), strict=True
        )
    ]
    return f"{shown.label}: temperature {shown.temperature:g}. {'; '.join(shares)}."


def _scores_title(shown: Shown) -> str:
    added = f", {_n(shown.shift)} added to each" if shown.shift else ""
    return f"scores, temperature {shown.temperature:g}{added}"


def _n(number: float) -> str:
    return f"{number:.1f}".replace("-", "\u2212")
