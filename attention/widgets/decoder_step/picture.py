"""The decoder's step as a picture: a row for each annotation, lines to the context, the words."""

from attention.teaching.plots import visible
from attention.widgets.base.picture import CHOSEN, INK, SOFT, WEIGHT, Shown, bare, card

THICKEST = 9.0  # points, of the line of a weight of 1


def draw_png(shown: Shown) -> str:
    """Draw the state, the annotations with scores and weights, the context and the likeliest words.

    Returns:
        A PNG, as base64.
    """
    words, weights, scores = shown.source, shown.weights.tolist(), shown.scores.tolist()
    n, t = len(words), shown.step + 1
    middle = (n - 1) / 2
    with card(7.2, 0.3 * n + 0.9) as (figure, finish):
        axes = bare(figure.subplots())
        for j, (word, score, weight) in enumerate(zip(words, scores, weights, strict=True)):
            ink = SOFT if j == shown.hidden else INK
            axes.plot([0.5, 1.5], [middle, j], color=CHOSEN, lw=0.7, ls=(0, (3, 3)))
            axes.text(1.6, j, f"h{j + 1}  {visible(word)}", va="center", fontsize=8.5, color=ink)
            told = "hidden" if j == shown.hidden else f"{score:.2f}"
            axes.text(4.0, j, told, va="center", ha="right", fontsize=8, color=SOFT)
            axes.text(4.8, j, f"{weight:.2f}", va="center", ha="right", fontsize=8, color=ink)
            thick = THICKEST * weight
            axes.plot([5, 6.5], [j, middle], color=WEIGHT, lw=thick, solid_capstyle="butt")
        for x, text, ink in ((0.25, f"s{t - 1}", CHOSEN), (6.75, f"c{t}", WEIGHT)):
            style = {"boxstyle": "round,pad=0.4", "fc": "white", "ec": ink}
            axes.text(x, middle, text, fontsize=9, color=ink, bbox=style, ha="center", va="center")
        for row, (word, chance) in enumerate(shown.guesses):
            y = middle + 0.9 * (row - (len(shown.guesses) - 1) / 2)
            axes.text(8.1, y, visible(word), ha="right", va="center", fontsize=8.5, color=INK)
            axes.barh(y, 0.9 * chance, left=8.2, height=0.5, color=WEIGHT)
            axes.text(9.2, y, f"{chance:.2f}", va="center", fontsize=8, color=SOFT)
        axes.set(xlim=(-0.1, 9.7), ylim=(max(n - 0.4, middle + 1.6), min(-0.6, middle - 1.6)))
        axes.set_title(_written(shown), fontsize=9, loc="left")
        return finish()


def _written(shown: Shown) -> str:
    before = " ".join(map(visible, shown.output[: shown.step])) or "nothing yet"
    return f"Step {shown.step + 1} of {len(shown.output)}. Written so far: {before}"


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    shares = ", ".join(
        f"{visible(word)} {'hidden' if j == shown.hidden else f'{weight:.2f}'}"
        for j, (word, weight) in enumerate(zip(shown.source, shown.weights.tolist(), strict=True))
    )
    guesses = ", ".join(f"{visible(word)} {chance:.2f}" for word, chance in shown.guesses)
    return (
        f"{shown.label}. {_written(shown)}. The weights of the annotations: {shares}. "
        f"The likeliest next words: {guesses}."
    )
