"""NormBars: its numbers against torch, its laws, its arguments, its text, its picture."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from drawn import Drawn
from widget_arguments import refuses, refuses_later
from widget_examples import norm

from attention.widgets import NormBars
from attention.widgets.base.picture import CHOSEN, WEIGHT


def tensor(values: object) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


class TestNumbers:
    @pytest.mark.parametrize("times", [0.1, 1.0, 7.0])
    @pytest.mark.parametrize("plus", [0.0, -2.5])
    def test_both_norms_are_torch_s(self, times: float, plus: float) -> None:
        shown = norm(times=times, plus=plus)
        x = tensor(shown.values) * times + plus
        gain, bias = tensor(shown.gain), tensor(shown.bias)
        torch.testing.assert_close(shown.output, F.layer_norm(x, (5,), gain, bias, 1e-5))
        shown.norm = "rms"
        torch.testing.assert_close(shown.output, F.rms_norm(x, (5,), gain, 1e-5))

    def test_by_hand(self) -> None:
        shown = NormBars(values=[1.0, 3.0], gain=[1.0, 2.0], bias=[0.0, 1.0])
        assert shown.centred.tolist() == [-1, 1]
        assert shown.deviation == pytest.approx(1, abs=1e-5)
        assert shown.output.tolist() == pytest.approx([-1, 3], abs=1e-4)

    def test_a_factor_changes_neither_norm_and_a_sum_only_rms_norm(self) -> None:
        close = {"atol": 1e-3, "rtol": 0}
        for kind in ("layer", "rms"):
            torch.testing.assert_close(
                norm(norm=kind, times=10.0).output, norm(norm=kind).output, **close
            )
        torch.testing.assert_close(norm(plus=3.0).output, norm().output, **close)
        moved = norm(norm="rms", plus=3.0).output - norm(norm="rms").output
        assert moved.abs().max() > 0.5


class TestArguments:
    def test_defaults(self) -> None:
        shown = NormBars()
        assert len(shown.values) == len(shown.gain) == len(shown.bias) == 8
        assert repr(shown) == "NormBars(norm='layer', times=1.0, plus=0.0)"

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("values", [1.0], "values should have from 2 to 10 numbers, but had 1"),
            ("values", [0.0] * 11, "values should have from 2 to 10 numbers, but had 11"),
            ("values", [0, 0, 4, 0, 0], "values should be numbers from -3.0 to 3.0, but had 4.0"),
            ("values", [0, 0, True, 0, 0], r"values should be .* but values\[2\] was True"),
            ("values", [0, float("nan")], r"values should be .* but values\[1\] was nan"),
            ("gain", [1.0] * 4, "gain should have one entry per value, but had 4"),
            ("bias", [1.0] * 6, "bias should have one entry per value, but had 6"),
            ("norm", "batch", "norm should be one of 'layer', 'rms', but was 'batch'"),
            ("times", 0.0, "times should be from 0.1 to 10.0, but was 0.0"),
            ("plus", 4.0, "plus should be from -3.0 to 3.0, but was 4.0"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(norm, argument, value, message)

    def test_more_values_need_more_gains(self) -> None:
        refuses_later(norm(), "values", [0.0] * 6, "gain should have one entry per value")


class TestPicture:
    def test_alt_text_says_what_the_picture_shows(self) -> None:
        alt = NormBars(values=[1.0, 3.0], gain=[1.0, 2.0], bias=[0.0, 1.0])._describe()
        assert "LayerNorm: the vector 1.00, 3.00 has mean 2.00 and deviation 1.00." in alt
        assert alt.endswith("Divided by that it is -1.00, 1.00; what comes out is -1.00, 3.00.")

    def test_the_bars_are_the_numbers(self) -> None:
        shown = norm(plus=0.5)
        drawn = Drawn(shown)
        steps = {
            "x": shown.input, "÷ deviation": shown.normal, "\u00d7 gain + bias": shown.output,
        }  # fmt: skip
        for title, numbers in steps.items():
            part = drawn.part(title)
            colour = CHOSEN if "gain" in title else WEIGHT
            places = [part.place(0, i)[1] for i in range(5)]
            unit = part.place(1, 0)[0] - part.place(0, 0)[0]
            found = part.lengths(places, colour)
            np.testing.assert_allclose(found, unit * numbers.abs().numpy(), atol=3)
            for y, number in zip(places, numbers.tolist(), strict=True):
                ink = np.flatnonzero(part.inked(colour)[round(y - part.top)])
                middle = part.place(0, 0)[0] - part.left
                assert (ink.mean() > middle) == (number > 0), (title, number)
