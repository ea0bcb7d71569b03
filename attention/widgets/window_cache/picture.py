"""The text, with what the newest query sees of it, above the places of its cache."""

from matplotlib.patches import Rectangle

from attention.teaching.plots import visible
from attention.widgets.base.picture import (
    CHOSEN,
    INK,
    LINE,
    MIDDLE,
    SOFT,
    WEIGHT,
    Shown,
    bare,
    card,
)

FILLS = {"query": CHOSEN, "seen": WEIGHT, "reach": MIDDLE, "gone": "white", "later": "white"}
TOLD = {"query": "query", "seen": "seen", "reach": "reach", "gone": "out", "later": "later"}


def draw_png(shown: Shown) -> str:
    """Draw a square for each position, in the colour of its kind, and one for each place.

    Returns:
        A PNG, as base64.
    """
    held = shown.places.tolist()
    with card(max(4.0, 0.62 * max(len(shown.tokens), len(held))), 2.9) as (figure, finish):
        above, below = figure.subplots(2, 1)
        for axes, count in ((above, len(shown.tokens)), (below, len(held))):
            bare(axes).set(xlim=(-0.6, max(len(shown.tokens), len(held)) - 0.4), ylim=(-1.3, 0.5))
            for i in range(count):
                axes.add_patch(Rectangle((i - 0.4, -0.25), 0.8, 0.5, fc="white", ec=LINE))
        for p, (token, kind) in enumerate(zip(shown.tokens, shown.kinds, strict=True)):
            above.add_patch(Rectangle((p - 0.4, -0.25), 0.8, 0.5, fc=FILLS[kind], ec="none"))
            words = {"ha": "center", "va": "center", "fontsize": 7}
            colour = SOFT if kind in ("gone", "later") else INK
            above.text(p, -0.6, visible(token)[:9], color=colour, **words)
            above.text(p, -1.05, TOLD[kind], color=SOFT, ha="center", va="center", fontsize=6)
        for place, p in enumerate(held):
            colour = CHOSEN if p == shown.step - 1 else WEIGHT
            if p >= 0:
                below.add_patch(Rectangle((place - 0.4, -0.25), 0.8, 0.5, fc=colour, ec="none"))
            name = f"{p}: {visible(shown.tokens[p])[:7]}" if p >= 0 else "empty"
            below.text(place, -0.6, name, color=INK if p >= 0 else SOFT, **words)
        above.set_title(
            f"the text, {shown.step} of {len(shown.tokens)} read", fontsize=9, loc="left"
        )
        below.set_title("the places of the cache", fontsize=9, loc="left")
        return finish()


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    tokens, held = shown.tokens, shown.places.tolist()
    seen = ", ".join(tokens[p] for p in range(len(tokens)) if shown.seen[p])
    places = ", ".join(f"{p} {tokens[p]}" if p >= 0 else "empty" for p in held)
    lost = shown.overwritten
    over = "" if lost is None else f" It was written over position {lost}, {tokens[lost]}."
    sinks = f" and {shown.n_sink} sink{'s' * (shown.n_sink > 1)}" if shown.n_sink else ""
    layers = f"{shown.n_layers} layer{'s' * (shown.n_layers > 1)}"
    return (
        f"{shown.label}: {shown.step} of {len(tokens)} tokens read, a window of {shown.window}"
        f"{sinks}. The newest, {tokens[shown.step - 1]}, sees: {seen}. "
        f"The places of the cache hold: {places}.{over} "
        f"Through {layers} it hears of {int(shown.reached.sum())} of {shown.step} positions."
    )
