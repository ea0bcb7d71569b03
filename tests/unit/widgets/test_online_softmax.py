"""OnlineSoftmax: its numbers against torch, its arguments, its text, its picture."""

import math

import numpy as np
import pytest
import torch
from drawn import Drawn
from widget_arguments import refuses, refuses_later
from widget_examples import online

from attention.widgets import OnlineSoftmax
from attention.widgets.base.picture import CHOSEN, WEIGHT


class TestNumbers:
    @pytest.mark.parametrize("size", range(1, 8))
    @pytest.mark.parametrize("shift", [0.0, 1000.0, -1000.0])
    def test_every_step_is_the_softmax_of_what_was_read(self, size: int, shift: float) -> None:
        shown = online(size=size, step=1, scores=[s + shift for s in online().scores])
        scores = torch.tensor(shown.scores, dtype=torch.float64)
        values = torch.tensor(shown.values, dtype=torch.float64)
        for step in range(1, shown.tiles + 1):
            shown.step = step
            n = min(len(scores), step * size)
            torch.testing.assert_close(
                torch.tensor(shown.context).double(), scores[:n].softmax(0) @ values[:n]
            )
            assert shown.parts.maximum.item() == scores[:n].max()
            total = (scores[:n] - scores[:n].max()).exp().sum()
            torch.testing.assert_close(shown.parts.total.squeeze(), total)
            torch.testing.assert_close(shown.exponentials().sum(), total)
        assert n == len(scores)

    def test_by_hand(self) -> None:
        scores = [math.log(x) for x in (1, 3, 6)]
        shown = OnlineSoftmax(scores=scores, values=[4, 0, 1], size=2, step=2)
        assert [part.exp().item() for part in (shown.before.maximum, shown.parts.maximum)] == (
            pytest.approx([3, 6])
        )
        assert shown.before.total.item() == pytest.approx(4 / 3)
        assert shown.factor == pytest.approx(1 / 2)
        assert shown.parts.total.item() == pytest.approx(5 / 3)
        assert shown.parts.context.item() == pytest.approx(5 / 3)
        assert shown.context == pytest.approx(1)
        assert shown.exponentials().tolist() == pytest.approx([1 / 6, 1 / 2, 1])
        assert shown.exponentials(now=False).tolist() == pytest.approx([1 / 3, 1, 0])

    def test_nothing_read(self) -> None:
        shown = online(step=0)
        assert [part.item() for part in shown.parts] == [-math.inf, 0, 0]
        assert (shown.context, shown.factor) == (0, 0)
        assert shown.exponentials().tolist() == [0] * 7

    def test_a_maximum_that_stays_changes_nothing_that_was_there(self) -> None:
        shown = online(scores=[3, 1, 0, 2, 1, 0, 2.5])
        assert shown.factor == 1
        torch.testing.assert_close(shown.exponentials()[:3], shown.exponentials(now=False)[:3])


class TestArguments:
    def test_defaults(self) -> None:
        shown = OnlineSoftmax()
        assert len(shown.scores) == len(shown.values) == 8
        assert repr(shown) == "OnlineSoftmax(size=2, step=1)"

    def test_larger_tiles_are_fewer(self) -> None:
        shown = online(size=1, step=7)
        shown.size = 4
        assert (shown.tiles, shown.step) == (2, 2)

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("scores", [1.0], "scores should have from 2 to 12 numbers, but had 1"),
            ("scores", [0.0] * 13, "scores should have from 2 to 12 numbers, but had 13"),
            ("scores", [0, math.inf], r"scores should be .* but scores\[1\] was inf"),
            ("values", [0.0] * 6, "values should have one entry per score, but had 6"),
            ("values", [True] * 7, r"values should be .* but values\[0\] was True"),
            ("size", 0, "size should be from 1 to 7, but was 0"),
            ("size", 8, "size should be from 1 to 7, but was 8"),
            ("step", -1, "step should be from 0 to 3, but was -1"),
            ("step", 4, "step should be from 0 to 3, but was 4"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(online, argument, value, message)

    def test_more_scores_need_more_values(self) -> None:
        refuses_later(online(), "scores", [0.0] * 6, "values should have one entry per score")


class TestPicture:
    def test_alt_text_says_what_the_picture_shows(self) -> None:
        alt = OnlineSoftmax(scores=[0, 1, 2], values=[1, 2, 3], size=2, step=2, label="A row")
        text = alt._describe()
        assert text.startswith("A row: scores 0, 1, 2 in tiles of 2, 2 of 2 read: maximum 2.00")
        # e^-2 + e^-1 + 1, the same with the values 1, 2 and 3, and their ratio
        assert "sum 1.50, output 3.87; output / sum = 2.58" in text
        assert text.endswith("The last tile multiplied the older sums by 0.37.")
        alt.step = 0
        assert alt._describe().endswith("in tiles of 2, 0 of 2 read.")

    def test_the_bars_are_the_numbers(self) -> None:
        shown = online()
        part = Drawn(shown).part("tiles of 3, 2 of 3 read")
        unit = part.place(1, 0)[0] - part.place(0, 0)[0]
        for now, colour, up in ((True, WEIGHT, -0.1), (False, CHOSEN, 0.25)):
            numbers = shown.exponentials(now=now).numpy()
            places = [part.place(0, i + up)[1] for i in range(7)]
            np.testing.assert_allclose(part.lengths(places, colour), unit * numbers, atol=3)
