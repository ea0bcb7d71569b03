"""DotProduct: its numbers by hand and against torch, its arguments, its text."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from attention.widgets import DotProduct

NUMBER = st.integers(-30, 30).map(lambda n: n / 10)


def arrows(*numbers: float) -> DotProduct:
    return DotProduct(**dict(zip(("a1", "a2", "b1", "b2"), numbers, strict=True)))


class TestNumbers:
    @pytest.mark.parametrize(
        ("numbers", "product", "angle", "shadow"),
        [
            ((1, 2, 3, -1), 1, None, 1 / math.sqrt(10)),
            ((3, 0, 0, 2), 0, 90, 0),
            ((2, 2, 3, 0), 6, 45, 2),
            ((-1, 0, 3, 0), -3, 180, -1),
            ((1, 1, 2, 2), 4, 0, math.sqrt(2)),
        ],
    )
    def test_by_hand(self, numbers, product: float, angle: float | None, shadow: float) -> None:
        shown = arrows(*numbers)
        assert shown.product == pytest.approx(product)
        assert shown.shadow == pytest.approx(shadow)
        assert angle is None or shown.angle == pytest.approx(angle, abs=1e-5)

    @given(NUMBER, NUMBER, NUMBER, NUMBER)
    def test_lengths_times_the_cosine_are_the_sum(
        self, a1: float, a2: float, b1: float, b2: float
    ) -> None:
        shown = arrows(a1, a2, b1, b2)
        a, b = shown.vectors
        assert shown.product == pytest.approx(torch.dot(a, b).item(), abs=1e-8)
        if shown.angle is not None:
            cosine = math.cos(math.radians(shown.angle))
            assert (a.norm() * b.norm()).item() * cosine == pytest.approx(shown.product, abs=1e-6)
            assert shown.shadow * b.norm().item() == pytest.approx(shown.product)

    def test_what_rounding_leaves_of_nothing_is_nothing(self) -> None:
        shown = arrows(0.3, 0.1, -0.1, 0.3)
        assert shown.product == 0.0
        assert shown.angle == 90.0

    def test_an_arrow_of_length_0_has_no_angle_and_throws_no_shadow(self) -> None:
        assert (arrows(0, 0, 1, 2).angle, arrows(0, 0, 1, 2).shadow) == (None, 0.0)
        assert (arrows(1, 2, 0, 0).angle, arrows(1, 2, 0, 0).shadow) == (None, None)


def test_alt_text_says_what_the_picture_shows() -> None:
    alt = arrows(-2, 1.5, 2.5, -0.5)._describe()
    assert alt.startswith("Dot product: two arrows, a = (\u22122, 1.5) and b = (2.5, \u22120.5).")
    assert "a · b = \u22122 \u00d7 2.5 + 1.5 \u00d7 (\u22120.5) = \u22125.75" in alt
    assert "shadow of a on b: \u22122.26" in alt
    assert alt.endswith("They point apart: the dot product is negative.")
