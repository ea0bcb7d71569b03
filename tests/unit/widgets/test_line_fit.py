"""LineFit: its steps by hand and against SGD, its arguments, its text."""

import pytest
import torch
from widget_arguments import refuses

from attention.widgets import LineFit

TWO = [[0.0, 1.0], [2.0, 3.0]]


def test_by_hand() -> None:
    """From y = 0: both points lie above, 1 and 3 away, so the loss is (1 + 9) / 2."""
    shown = LineFit(points=TWO, slope=0.0, intercept=0.0, rate=0.1, steps=0)
    assert shown.loss == 5.0
    assert shown.gradient.tolist() == [-6.0, -4.0]
    shown.steps = 1
    torch.testing.assert_close(shown.lines[1].tolist(), [0.6, 0.4])
    assert shown.least == pytest.approx(0, abs=1e-12)


def test_steps_are_those_of_sgd() -> None:
    shown = LineFit(rate=0.07, steps=25)
    x, y = shown.points.double().T
    line = torch.tensor([shown.slope, shown.intercept], dtype=torch.float64, requires_grad=True)
    descent = torch.optim.SGD([line], lr=0.07)
    for _ in range(25):
        descent.zero_grad()
        torch.nn.functional.mse_loss(line[0] * x + line[1], y).backward()
        descent.step()
    torch.testing.assert_close(shown.lines[-1], line.detach())
    assert all(a > b for a, b in zip(shown.losses, shown.losses[1:], strict=False))


def test_no_line_is_better_than_the_best_and_a_fit_that_diverges_is_not_followed() -> None:
    shown = LineFit(rate=0.12, steps=200)
    assert shown.least <= shown.loss == pytest.approx(shown.least, rel=1e-3)
    shown.rate = 1.0
    assert len(shown.losses) < 20
    assert shown.losses[-2] <= 1e4 < shown.loss


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([[1.0, 2.0]], r"points should have from 2 to 20 rows \(x, y\), but had shape \(1, 2\)"),
        (torch.zeros(3, 3), r"points should have from 2 to 20 rows .* shape \(3, 3\)"),
        ([[0.0, 0.0], [6.0, 1.0]], "points should lie from -5 to 5, but reached 6"),
        ([[1.0, 0.0], [1.0, 2.0]], "points should not all stand over one another"),
    ],
)
def test_wrong_points_are_named_at_once_and_later(value: object, message: str) -> None:
    refuses(LineFit, "points", value, message)


def test_alt_text_says_what_the_picture_shows() -> None:
    alt = LineFit(points=TWO, slope=0.0, intercept=0.0, rate=0.1, steps=1)._describe()
    assert "2 points and a line with slope 0.60 and intercept 0.40, after 1 step at rate 0.1" in alt
    assert alt.endswith("is 1.16; it was 5.00 at the start; the least of any line is 0.00.")
