"""The fit as a picture: the points with the line, and the loss after each step."""

import numpy as np

from attention.widgets.base.picture import CHOSEN, INK, LINE, SOFT, WEIGHT, Shown, card


def draw_png(shown: Shown) -> str:
    """Draw the points, the line, what lies between them, and the curve of the loss.

    Returns:
        A PNG, as base64.
    """
    x, y = shown.points.double().T.numpy()
    slope, intercept = shown.lines[-1].tolist()
    with card(7.2, 3.4) as (figure, finish):
        left, right = figure.subplots(1, 2, width_ratios=[1.5, 1])
        ends = np.array([min(0, x.min()) - 0.2, x.max() + 0.3])
        left.plot(ends, slope * ends + intercept, color=WEIGHT)
        left.vlines(x, y, slope * x + intercept, color=CHOSEN, linewidth=1.2)
        left.plot(x, y, "o", color=INK, markersize=5)
        left.set(xlim=ends, ylim=(min(0, y.min()) - 0.5, y.max() + 1))
        left.set(xticks=_whole(*left.get_xlim()), yticks=_whole(*left.get_ylim()))
        left.grid(color=LINE, linewidth=0.5)
        left.set_title(f"slope {_n(slope)}, intercept {_n(intercept)}", fontsize=9)
        losses = shown.losses
        right.plot(losses, color=WEIGHT, linewidth=1.2)
        right.plot(len(losses) - 1, losses[-1], "o", color=WEIGHT, markersize=6)
        last, most = max(20, len(losses) - 1), max(losses)
        right.set(xlim=(-0.5, last + 1), ylim=(0, 1.1 * most), xticks=[0, last // 2, last])
        right.set_yticks([0, most], ["0", _n(most)])
        right.set_title(f"loss {_n(losses[-1])} after {_steps(shown)}", fontsize=9)
        for axes in (left, right):
            axes.tick_params(length=0, labelsize=8, labelcolor=SOFT)
        return finish()


def _whole(low: float, high: float) -> list[int]:
    return [unit for unit in range(-7, 8) if low < unit < high]


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    slope, intercept = shown.lines[-1].tolist()
    first, now = shown.losses[0], shown.losses[-1]
    change = f"{_n(now)}; it was {_n(first)} at the start" if shown.steps else _n(now)
    return (
        f"{shown.label}: {len(shown.points)} points and a line with slope {_n(slope)} and "
        f"intercept {_n(intercept)}, after {_steps(shown)} at rate {shown.rate:g}. "
        f"The mean squared loss is {change}; the least of any line is {_n(shown.least)}."
    )


def _steps(shown: Shown) -> str:
    count = len(shown.losses) - 1
    return f"{count} step{'s' * (count != 1)}"


def _n(number: float) -> str:
    text = f"{number:.2f}"
    return (text.replace("-", "") if float(text) == 0 else text).replace("-", "\u2212")
