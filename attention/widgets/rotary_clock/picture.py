"""The clocks as a picture, and under them the dot product at every distance."""

import math

from attention.teaching.plots import KEY, QUERY
from attention.widgets.base.picture import INK, LINE, SOFT, WEIGHT, Shown, card

NAMES = {"all": "all hands", "fastest": "the fastest hand", "slowest": "the slowest hand"}


def draw_png(shown: Shown) -> str:
    """Draw a clock for each pair with its two hands, and the curve with the present distance.

    Returns:
        A PNG, as base64.
    """
    products, turns = shown.products.tolist(), shown.turns.tolist()
    n = len(products)
    with card(7.2, 2.4 + 1.7 * math.ceil(n / 4)) as (figure, finish):
        rows = math.ceil(n / 4)
        grid = figure.add_gridspec(rows + 1, 4, height_ratios=[1.0] * rows + [1.2])
        pairs = [x.unflatten(0, (-1, 2)) for x in shown.turned]
        reach = max(x.norm(dim=-1).max().item() for x in pairs) or 1.0
        for i in range(n):
            clock = figure.add_subplot(grid[i // 4, i % 4])
            clock.set(xlim=(-1.15, 1.15), ylim=(-1.15, 1.15), aspect="equal", xticks=[], yticks=[])
            clock.spines[:].set_visible(False)
            angles = [2 * math.pi * step / 90 for step in range(91)]
            clock.plot([math.sin(a) for a in angles], [math.cos(a) for a in angles], color=LINE)
            for hand, colour, width in ((pairs[1][i], KEY, 5.0), (pairs[0][i], QUERY, 2.0)):
                up, right = (hand / reach).tolist()
                clock.plot([0, right], [0, up], color=colour, lw=width, solid_capstyle="round")
            turn = f"{turns[i]:,.{1 if turns[i] < 100 else 0}f}"
            title = f"{_n(products[i])}\none turn in {turn} places"
            clock.set_title(title, fontsize=8, color=INK, loc="center")
        axes = figure.add_subplot(grid[rows, :])
        axes.plot(range(-63, 64), shown.curve.tolist(), color=WEIGHT)
        axes.plot([distance(shown)], [shown.product], "o", color=QUERY)
        axes.axhline(0, color=LINE, lw=0.8)
        axes.set(xlim=(-64, 64), xticks=range(-48, 49, 16))
        axes.margins(y=0.1)
        axes.tick_params(labelsize=8)
        axes.set_title(f"dot product of {NAMES[shown.hands]}, by s - t", fontsize=9, color=SOFT)
        return finish()


def distance(shown: Shown) -> int:
    """How far behind the query the key stands, s - t."""
    return int(shown.key_place - shown.query_place)


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    far = str(distance(shown)).replace("-", "\u2212")
    clocks = ", ".join(_n(product) for product in shown.products.tolist())
    return (
        f"{shown.label}: the query stands at place {shown.query_place} and the key at "
        f"{shown.key_place}, with base {shown.base:,}. The dot products of the pairs of hands, the "
        f"fastest first: {clocks}. Of {NAMES[shown.hands]} together: {_n(shown.product)}, which "
        f"depends on the distance {far} alone."
    )


def _n(number: float) -> str:
    text = f"{number:.2f}"
    return (text[1:] if float(text) == 0 and text[0] == "-" else text).replace("-", "\u2212")
