"""The scores read so far as bars under the present maximum, and what is carried along."""

from attention.widgets.base.picture import CHOSEN, INK, LINE, SOFT, WEIGHT, Shown, bare, card


def draw_png(shown: Shown) -> str:
    """Draw each exponential as a thick bar, and what it was before the last tile as a thin one.

    Returns:
        A PNG, as base64.
    """
    now, old = shown.exponentials(), shown.exponentials(now=False)
    read = shown.step * shown.size
    with card(7.2, 0.3 * len(shown.scores) + 1.0) as (figure, finish):
        axes = bare(figure.subplots())
        for i, score in enumerate(shown.scores):
            axes.barh(i - 0.1, now[i].item(), height=0.4, color=WEIGHT)
            axes.barh(i + 0.25, old[i].item(), height=0.16, color=CHOSEN)
            colour = INK if i < read else SOFT
            axes.text(-0.02, i, f"s = {score:g}", ha="right", va="center", fontsize=8, color=colour)
            told = f"{now[i].item():.2f} \u00d7 {shown.values[i]:g}" if i < read else "not read"
            axes.text(1.02, i, told, va="center", fontsize=8, color=SOFT)
            if i % shown.size == 0:
                axes.axhline(i - 0.5, color=LINE, linewidth=0.8, zorder=0)
        axes.set(xlim=(-0.2, 1.3), ylim=(len(shown.scores) - 0.4, -0.6))
        axes.set_title(_carried(shown), fontsize=9, loc="left")
        return finish()


def _carried(shown: Shown) -> str:
    maximum, total, output = (part.item() for part in shown.parts)
    if shown.step == 0:
        return f"tiles of {shown.size}, 0 of {shown.tiles} read"
    return (
        f"tiles of {shown.size}, {shown.step} of {shown.tiles} read: maximum {maximum:.2f}, "
        f"sum {total:.2f}, output {output:.2f}; output / sum = {shown.context:.2f}"
    )


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    scores = ", ".join(f"{score:g}" for score in shown.scores)
    rescaled = (
        f" The last tile multiplied the older sums by {shown.factor:.2f}." if shown.step > 1 else ""
    )
    return f"{shown.label}: scores {scores} in {_carried(shown)}.{rescaled}"
