"""HeadSplit: its numbers against the package's layer and by hand, its arguments, its text."""

import numpy as np
import pytest
import torch
from drawn import Drawn
from widget_arguments import refuses, refuses_later
from widget_examples import split

from attention import MultiHeadAttention
from attention.widgets import HeadSplit


class TestNumbers:
    @pytest.mark.parametrize("n_heads", [1, 2, 3, 4, 6, 12])
    @pytest.mark.parametrize("causal", [False, True])
    def test_the_output_is_the_layer_s(self, n_heads: int, causal: bool) -> None:
        layer = MultiHeadAttention(12, n_heads, causal=causal)
        x = torch.randn(1, 5, 12)
        with torch.no_grad():
            projected = {name[0]: getattr(layer, f"w_{name[0]}")(x)[0] for name in ("q", "k", "v")}
            context, weights = layer(x, need_weights=True)
        names = {"query": "q", "key": "k", "value": "v"}
        given = {name: projected[letter] for name, letter in names.items()}
        shown = split(**given, w_o=layer.w_o.weight.T, n_heads=n_heads, causal=causal)
        close = {"atol": 1e-3, "rtol": 0, "check_dtype": False}
        torch.testing.assert_close(shown.weights, weights[0].detach(), **close)
        torch.testing.assert_close(shown.output, context[0].detach(), **close)

    def test_by_hand(self) -> None:
        """Two tokens of two numbers, two heads: with the view alone a head holds one token."""
        given = {name: torch.tensor([[1.0, 2], [3, 4]]) for name in ("query", "key", "value")}
        shown = HeadSplit(["a", "b"], **given, w_o=torch.eye(2), n_heads=2)
        assert shown.after.tolist() == [[[1], [3]], [[2], [4]]]
        assert shown.owners.tolist() == [[0, 1], [0, 1]]
        shown.transposed = False
        assert shown.after.tolist() == [[[1], [2]], [[3], [4]]]
        assert shown.owners.tolist() == [[0, 0], [1, 1]]

    def test_each_step_hands_on_what_the_next_one_takes(self) -> None:
        shown = split(n_heads=3)
        shapes = {}
        for step in ("split", "attend", "rejoin", "mix"):
            shown.step = step
            shapes[step] = tuple(shown.after.shape)
        assert shapes == {
            "split": (3, 5, 4), "attend": (3, 5, 4), "rejoin": (5, 12), "mix": (5, 12),
        }  # fmt: skip
        assert torch.equal(shown.joined[:, 4:8], shown.context[1])


class TestArguments:
    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("tokens", ["a"], "tokens should be from 2 to 8 tokens, but were 1"),
            ("tokens", ["a"] * 9, "tokens should be from 2 to 8 tokens, but were 9"),
            ("query", torch.zeros(4, 12), r"query should have shape .*T = 5.* but had \(4, 12\)"),
            ("query", torch.zeros(5, 17), r"query should .* up to 16, but had \(5, 17\)"),
            ("key", torch.zeros(5, 6), r"key should have the query's shape \(5, 12\), .*\(5, 6\)"),
            ("value", torch.zeros(4, 12), r"value should have the query's shape .* \(4, 12\)"),
            ("w_o", torch.zeros(12, 6), r"w_o should have shape \(12, 12\), but had .*\(12, 6\)"),
            ("n_heads", 5, "n_heads should be a divisor of d_model = 12, but was 5"),
            ("n_heads", 0, "n_heads should be a divisor of d_model = 12, but was 0"),
            ("step", "join", "step should be one of 'split', .* but was 'join'"),
            ("transposed", 1, "transposed should be True or False, but was 1"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(split, argument, value, message)

    def test_another_query_needs_other_keys(self) -> None:
        refuses_later(split(), "query", torch.zeros(5, 6), "then key should have the query's shape")

    @pytest.mark.parametrize(("width", "heads"), [(12, 3), (8, 2), (16, 2), (5, 1), (9, 3)])
    def test_by_default_there_are_about_three_heads(self, width: int, heads: int) -> None:
        given = {name: torch.zeros(2, width) for name in ("query", "key", "value")}
        assert HeadSplit(["a", "b"], **given, w_o=torch.eye(width)).n_heads == heads


class TestPicture:
    def test_alt_text_says_what_the_picture_shows(self) -> None:
        alt = split(n_heads=3)._describe()
        assert "5 tokens of 12 numbers, 3 heads of 4, split by view, then transpose" in alt
        assert "q, of shape (5, 12), is cut into heads, (3, 5, 4)" in alt
        alt = split(n_heads=6, transposed=False)._describe()
        assert "head 0 holds numbers of an; head 1 holds numbers of an, ·elk;" in alt

    @pytest.mark.parametrize("transposed", [False, True])
    def test_the_bars_are_the_numbers_in_their_places(self, transposed: bool) -> None:
        shown = split(n_heads=3, transposed=transposed)
        drawn = Drawn(shown)
        colours = ("#0b5c8a", "#a8460f", "#18714f")
        heads = torch.arange(3).repeat_interleave(4).expand(5, 12).contiguous()
        for title, numbers, owner in [
            ("q:", shown.query[None], heads[None]),
            ("q of each head:", shown.after, shown.split(heads)),
        ]:
            part = drawn.part(title)
            largest, step = numbers.abs().max().item(), 2.2 + numbers.shape[-1] + 0.8
            for h, row, column in np.ndindex(*numbers.shape):
                number = numbers[h, row, column].item()
                left = h * step + 2.2 + column + 0.5
                across, middle = part.place(left, row + 0.5)
                _, end = part.place(left, row + 0.5 - 0.46 * number / largest)
                ink = part.inked(colours[owner[h, row, column]])[:, round(across - part.left)]
                reach = np.flatnonzero(ink[round(part.place(0, row)[1] - part.top) :])[:1]
                if abs(end - middle) > 3:
                    top = part.top + round(part.place(0, row)[1] - part.top) + reach[0]
                    assert top == pytest.approx(min(middle, end), abs=2), (h, row, column)
