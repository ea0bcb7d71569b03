"""DownhillBall: its path by hand and against SGD, its text."""

import pytest
import torch

from attention.widgets import DownhillBall
from attention.widgets.downhill_ball.curves import CURVES


def test_by_hand() -> None:
    """On L = w² / 2 each step multiplies w by 1 - rate."""
    shown = DownhillBall(start=-2.0, rate=0.5, steps=3)
    assert shown.path == [-2.0, -1.0, -0.5, -0.25]
    assert (shown.loss, shown.gradient) == (0.03125, -0.25)
    shown.rate = 1.5
    assert shown.path == [-2.0, 1.0, -0.5, 0.25]


def test_the_gradient_is_the_slope_between_two_near_places() -> None:
    for curve, loss in CURVES.items():
        for start in (-3.0, -1.2, 0.0, 2.5):
            shown = DownhillBall(curve=curve, start=start)
            places = torch.tensor([start - 1e-5, start + 1e-5], dtype=torch.float64)
            low, high = loss(places).tolist()
            assert shown.gradient == pytest.approx((high - low) / 2e-5, abs=1e-6)


def test_a_small_rate_ends_in_the_valley_where_it_began_and_no_loss_is_below_0() -> None:
    left, right = (DownhillBall(curve="valleys", start=x, steps=60) for x in (-0.5, 1.0))
    assert left.path[-1] < -2 < 1.5 < right.path[-1]
    assert 0 <= left.loss < right.loss
    assert abs(left.gradient) + abs(right.gradient) < 1e-6


def test_a_ball_that_diverges_is_followed_until_it_is_out_of_sight() -> None:
    shown = DownhillBall(start=3.0, rate=2.5, steps=60)
    assert shown.path == [3.0, -4.5, 6.75, -10.125]
    assert shown.gone
    assert shown._describe().endswith("The ball has left the picture: the rate is too large.")


def test_alt_text_says_what_the_picture_shows() -> None:
    alt = DownhillBall(start=-2.0, rate=0.5, steps=1)._describe()
    assert "a bowl, and a ball that started at w = \u22122.00." in alt
    assert alt.endswith("After 1 step at rate 0.5: w = \u22121.00, loss 0.50, gradient \u22121.00.")
