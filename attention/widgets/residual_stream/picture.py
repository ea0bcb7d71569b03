"""The residual stream as a picture: how long it is after each part, and what the model says."""

from attention.teaching.plots import visible
from attention.widgets.base.picture import CHOSEN, INK, SOFT, WEIGHT, Shown, bare, card

SHOWN = 5


def draw_png(stream: Shown) -> str:
    """Draw the lengths as bars, what each part adds below them, and the guesses as bars.

    Returns:
        A PNG, as base64.
    """
    names, layer = stream.names, stream.layer
    with card(7.2, max(2.6, 0.26 * len(names) + 0.8)) as (figure, finish):
        parts, guesses = figure.subplots(1, 2, width_ratios=[1.3, 1.0])
        lengths, added = stream.lengths.tolist(), stream.added.tolist()
        most = max(*lengths, *added)
        for y, (name, length, own) in enumerate(zip(names, lengths, added, strict=True)):
            alpha = 1.0 if y <= layer else 0.35
            parts.barh(y - 0.12, length, height=0.42, color=WEIGHT, alpha=alpha)
            parts.barh(y + 0.26, own, height=0.2, color=CHOSEN, alpha=alpha)
            parts.text(-0.02 * most, y, name, ha="right", va="center", fontsize=8, color=INK)
            told = f"{length:.1f}"
            parts.text(length + 0.02 * most, y - 0.12, told, va="center", fontsize=7.5, color=SOFT)
        bare(parts).set(xlim=(-0.45 * most, 1.15 * most), ylim=(len(names), -0.6))
        parts.set_title("Length after each part; thin: what it adds", fontsize=9)
        rows = _rows(stream)
        for y, n in enumerate(rows):
            p = stream.probabilities[layer, n].item()
            colour = CHOSEN if n == stream.right else INK
            guesses.barh(y, p, height=0.6, color=WEIGHT)
            name = visible(stream.candidates[n])[:12]
            guesses.text(-0.02, y, name, ha="right", va="center", fontsize=8, color=colour)
            guesses.text(p + 0.02, y, f"{p:.2f}", va="center", fontsize=7.5, color=SOFT)
        bare(guesses).set(xlim=(-0.4, 1.15), ylim=(max(len(rows), 5), -0.8))
        guesses.set_title(f"Says after {names[layer]}", fontsize=9)
        return finish()


def _rows(stream: Shown) -> list[int]:
    """The likeliest candidates, and the right one."""
    order = stream.probabilities[stream.layer].argsort(descending=True).tolist()[:SHOWN]
    return order if stream.right in order else [*order, stream.right]


def alt_text(stream: Shown) -> str:
    """Say in words what the picture shows."""
    layer, names = stream.layer, stream.names
    best = _rows(stream)[0]
    chances = stream.probabilities[layer]
    lengths = ", ".join(
        f"{name} {length:.1f}" for name, length in zip(names, stream.lengths.tolist(), strict=True)
    )
    return (
        f"{stream.label}: the vector's length after each part of the model: {lengths}. "
        f"{names[layer]} adds {stream.added[layer]:.1f}. After it the model's likeliest next token "
        f"is “{visible(stream.candidates[best])}”, {chances[best]:.2f}; the right one, "
        f"“{visible(stream.candidates[stream.right])}”, has {chances[stream.right]:.2f}."
    )
