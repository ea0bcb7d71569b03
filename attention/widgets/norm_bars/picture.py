"""A vector and its norm as a picture: a column of bars for each step."""

from attention.widgets.base.picture import CHOSEN, INK, SOFT, WEIGHT, Shown, bare, card

TITLES = {
    "layer": ("x", "− mean", "÷ deviation", "× gain + bias"),  # noqa: RUF001
    "rms": ("x", "as it is", "÷ root mean square", "× gain"),  # noqa: RUF001
}


def draw_png(bars: Shown) -> str:
    """Draw each step's numbers as bars, to the right above 0 and to the left below.

    Returns:
        A PNG, as base64.
    """
    steps = [bars.input, bars.centred, bars.normal, bars.output]
    with card(7.2, 0.3 * len(bars.values) + 1.0) as (figure, finish):
        every = figure.subplots(1, 4, sharey=True)
        for axes, numbers, title in zip(every, steps, TITLES[bars.norm], strict=True):
            most = max(numbers.abs().max().item(), 3.0)
            colour = CHOSEN if axes is every[-1] else WEIGHT
            axes.barh(range(len(numbers)), numbers.numpy(), height=0.6, color=colour)
            axes.axvline(0, color=SOFT, linewidth=0.8)
            for i, number in enumerate(numbers.tolist()):
                side = "right" if number > 0 else "left"
                x = -0.05 * most if number > 0 else 0.05 * most
                axes.text(x, i, f"{number:.2f}", ha=side, va="center", fontsize=7.5, color=INK)
            bare(axes).set(xlim=(-1.1 * most, 1.1 * most), ylim=(len(numbers) - 0.4, -0.6))
            axes.set_title(title, fontsize=9)
        return finish()


def alt_text(bars: Shown) -> str:
    """Say in words what the picture shows."""

    def listed(numbers: object) -> str:
        return ", ".join(f"{number:.2f}" for number in numbers.tolist())  # type: ignore[attr-defined]

    name = "LayerNorm" if bars.norm == "layer" else "RMSNorm"
    divisor = "deviation" if bars.norm == "layer" else "root mean square"
    return (
        f"{bars.label}, {name}: the vector {listed(bars.input)} has mean {bars.input.mean():.2f} "
        f"and {divisor} {bars.deviation:.2f}. Divided by that it is {listed(bars.normal)}; "
        f"what comes out is {listed(bars.output)}."
    )
