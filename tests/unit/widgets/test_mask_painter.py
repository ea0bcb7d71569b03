"""MaskPainter: its weights against torch, its counts, its arguments, its text."""

import math

import pytest
import torch
from widget_arguments import refuses, refuses_later
from widget_examples import painted_mask, painter

from attention.widgets import MaskPainter


class TestNumbers:
    def test_by_hand(self) -> None:
        """Scores 0 and log 3: 1/4 and 3/4; what is hidden leaves its share to the other."""
        shown = MaskPainter(["a", "b"], [[0.0, math.log(3)], [0.0, math.log(3)]])
        shown.mask = [[True, True], [True, False]]
        expected = torch.tensor([[0.25, 0.75], [1.0, 0.0]], dtype=torch.float64)
        torch.testing.assert_close(shown.weights, expected, atol=1e-4, rtol=0)
        assert (shown.future, shown.lost, shown.blind) == (1, 1, [])

    def test_hidden_keys_get_exactly_nothing_and_rows_sum_to_one_or_zero(self) -> None:
        shown = painter(mask=painted_mask((0, 4), (2, 0), *((3, s) for s in range(5))))
        assert torch.equal(shown.weights == 0, ~shown.mask_table)
        sums = shown.weights.sum(dim=-1)
        expected = torch.tensor([1, 1, 1, 0, 1], dtype=torch.float64)
        torch.testing.assert_close(sums, expected)
        assert (shown.future, shown.lost, shown.blind) == (8, 5, ["down"])

    def test_nothing_is_hidden_unless_it_is_said(self) -> None:
        shown = painter()
        assert shown.mask_table.all()
        expected = shown.scores.double().softmax(dim=-1)
        torch.testing.assert_close(shown.weights, expected)


class TestArguments:
    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("tokens", ["a"], "tokens should have from 2 to 6 entries, but had 1"),
            ("tokens", ["a"] * 7, "tokens should have from 2 to 6 entries, but had 7"),
            ("scores", torch.zeros(5, 4), r"scores should have shape \(5, 5\), but had \(5, 4\)"),
            ("mask", [[True] * 5] * 4, "mask should have 5 rows of 5 entries, but was"),
            ("mask", [[True] * 5] * 4 + [[True]], "mask should have 5 rows of 5 entries, but was"),
            ("mask", [[1] * 5] * 5, r"mask should be a table .*, but mask\[0\]\[0\] was 1"),
            ("query", 5, "query should be from 0 to 4, but was 5"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(painter, argument, value, message)

    def test_other_tokens_need_other_scores(self) -> None:
        refuses_later(painter(), "tokens", ["a", "b"], r"then scores should have shape \(2, 2\)")

    def test_a_mask_of_torch_is_taken(self) -> None:
        shown = painter(mask=torch.ones(5, 5).tril().bool())
        assert shown.mask[0] == [True, False, False, False, False]

    def test_alt_text_says_what_the_picture_shows(self) -> None:
        rows = [(t, s) for t in range(5) for s in range(t + 1, 5)]
        shown = painter(mask=painted_mask(*rows))
        alt = shown._describe()
        assert "The: The 1.00; cat: The 0." in alt
        assert alt.endswith("This is the causal mask: no cell sees the future.")
        shown.mask = painted_mask(*rows[1:], (2, 0), (2, 1), (2, 2))
        alt = shown._describe()
        assert "sat: nothing, so all its weights are 0;" in alt
        assert alt.endswith("1 cell still sees the future, and 3 cells of the past are hidden.")
