"""The ball as a picture: the curve of the loss, the places where the ball has been, the slope."""

import numpy as np
import torch

from attention.widgets.base.picture import CHOSEN, INK, LINE, SOFT, WEIGHT, Shown, card
from attention.widgets.downhill_ball.curves import CURVES, REACH

HIGH = 6.4
NAMES = {"bowl": "a bowl", "valleys": "two valleys"}


def draw_png(shown: Shown) -> str:
    """Draw the curve with the ball, its path and the tangent under it.

    Returns:
        A PNG, as base64.
    """
    with card(7.2, 3.6) as (figure, finish):
        axes = figure.subplots()
        w = torch.linspace(-3.4, 3.4, 200, dtype=torch.float64)
        axes.plot(w, CURVES[shown.curve](w), color=SOFT, linewidth=1.5)
        path = np.clip(shown.path, -3.4, 3.4)
        losses = np.minimum(shown.losses, HIGH)
        axes.plot(path, losses, color=WEIGHT, linewidth=0.8, marker="o", markersize=4)
        now, height = path[-1], losses[-1]
        if abs(now) <= REACH:
            reach = 0.9 / np.hypot(1, shown.gradient)
            ends = np.array([-reach, reach])
            axes.plot(now + ends, height + ends * shown.gradient, "--", color=CHOSEN, linewidth=1.5)
        axes.plot(now, height, "o", color=WEIGHT, markersize=11)
        axes.set(xlim=(-3.4, 3.4), ylim=(-0.6, HIGH), xlabel="w", ylabel="loss")
        axes.set(xticks=range(-3, 4), yticks=range(7))
        axes.grid(color=LINE, linewidth=0.5)
        axes.tick_params(length=0, labelsize=8)
        axes.set_title(_told(shown), fontsize=9, color=INK)
        return finish()


def _told(shown: Shown) -> str:
    count = len(shown.path) - 1
    steps = f"{count} step{'s' * (count != 1)}"
    return (
        f"After {steps} at rate {shown.rate:g}: w = {_n(shown.path[-1])}, loss {_n(shown.loss)}, "
        f"gradient {_n(shown.gradient)}"
    )


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    gone = " The ball has left the picture: the rate is too large." if shown.gone else ""
    return (
        f"{shown.label}: a loss over one parameter w, {NAMES[shown.curve]}, and a ball that "
        f"started at w = {_n(shown.start)}. {_told(shown)}.{gone}"
    )


def _n(number: float) -> str:
    text = f"{number:.2f}"
    return (text.replace("-", "") if float(text) == 0 else text).replace("-", "\u2212")
