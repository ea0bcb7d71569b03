"""The two arrows as a picture: the shadow of one on the other, and the sum beside it."""

from attention.teaching.plots import KEY, QUERY
from attention.widgets.base.picture import INK, LINE, SOFT, Shown, bare, card

TIMES = " \u00d7 "


def draw_png(shown: Shown) -> str:
    """Draw the arrows with the shadow of a on b, and write the sum and what follows from it.

    Returns:
        A PNG, as base64.
    """
    a, b = (vector.tolist() for vector in shown.vectors)
    with card(7.2, 3.6) as (figure, finish):
        plane, words = figure.subplots(1, 2, width_ratios=[1, 1.1])
        plane.set(xlim=(-3.3, 3.3), ylim=(-3.3, 3.3), aspect="equal", xticks=range(-3, 4))
        plane.set_yticks(range(-3, 4))
        plane.grid(color=LINE, linewidth=0.5)
        plane.tick_params(length=0, labelsize=8)
        if shown.shadow:
            length = sum(x * x for x in b) ** 0.5
            foot = [shown.shadow * x / length for x in b]
            plane.plot([0, foot[0]], [0, foot[1]], color=QUERY, alpha=0.35, linewidth=7)
            plane.plot(
                [a[0], foot[0]], [a[1], foot[1]], color=SOFT, linewidth=1, linestyle=(0, (3, 3))
            )
        for name, (x, y), colour in [("a", a, QUERY), ("b", b, KEY)]:
            arrow = {"arrowstyle": "-|>", "color": colour, "lw": 2, "shrinkA": 0, "shrinkB": 0}
            plane.annotate("", (x, y), (0, 0), arrowprops=arrow)
            size = max((x * x + y * y) ** 0.5, 1e-9)
            beside = (x + 0.28 * x / size, y + 0.28 * y / size + 0.28 * (size < 1e-6))
            plane.text(*beside, name, ha="center", va="center", color=colour, weight="bold")
        bare(words)
        lines = [
            f"a = ({_n(a[0])}, {_n(a[1])})      b = ({_n(b[0])}, {_n(b[1])})",
            "",
            *told(shown),
        ]
        words.text(
            0, 0.97, "\n".join(lines), transform=words.transAxes, va="top", fontsize=9.5, color=INK,
            linespacing=1.5,
        )  # fmt: skip
        return finish()


def told(shown: Shown) -> list[str]:
    """The sum, and what follows from it, a line each."""
    a, b = shown.vectors
    first = f"{_n(shown.a1)}{TIMES}{_in_brackets(shown.b1)}"
    second = f"{_in_brackets(shown.a2)}{TIMES}{_in_brackets(shown.b2)}"
    angle, shadow = shown.angle, shown.shadow
    return [
        f"a · b = {first} + {second} = {_n(shown.product)}",
        f"lengths: a {a.norm():.2f}, b {b.norm():.2f}",
        "no angle: an arrow of length 0" if angle is None else f"angle: {angle:.0f}°",
        "no shadow: b has length 0" if shadow is None else f"shadow of a on b: {_n(shadow)}",
        f"{verdict(shown)}.",
    ]


def verdict(shown: Shown) -> str:
    """The sign in words."""
    if shown.angle is None:
        return "An arrow of length 0 points nowhere"
    if shown.product == 0:
        return "At a right angle: the dot product is 0"
    way = "more or less the same way" if shown.product > 0 else "apart"
    return f"They point {way}: the dot product is {'positive' if shown.product > 0 else 'negative'}"


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    a, b = (_pair(vector.tolist()) for vector in shown.vectors)
    return f"{shown.label}: two arrows, a = {a} and b = {b}. {'; '.join(told(shown))}"


def _pair(vector: list[float]) -> str:
    return f"({_n(vector[0])}, {_n(vector[1])})"


def _in_brackets(number: float) -> str:
    return f"({_n(number)})" if number < 0 else _n(number)


def _n(number: float) -> str:
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "\u2212")
