"""ThreeAttentions: its weights against the package's layers, its arguments, text and picture."""

import numpy as np
import pytest
import torch
from drawn import Drawn, Part, ramp
from order_examples import SOURCE, TARGET, three
from widget_arguments import refuses, refuses_later

from attention.teaching.plots import KEY, QUERY, VALUE
from attention.trained.small_transformer import USES, three_attentions_example
from attention.widgets import ThreeAttentions
from attention.widgets.base.picture import CHOSEN
from attention.widgets.three_attentions.picture import LINES


class TestNumbers:
    @pytest.mark.parametrize("use", USES)
    def test_the_weights_are_softmax_of_the_scaled_scores(self, use: str) -> None:
        shown = three(use=use)
        i = USES.index(use)
        queries, keys = shown.queries[i].double(), shown.key_vectors[i].double()
        scores = queries @ keys.T / queries.shape[1] ** 0.5
        if use == "masked":
            scores = scores.masked_fill(torch.ones_like(scores).triu(1).bool(), -torch.inf)
        torch.testing.assert_close(shown.weights, scores.softmax(-1))
        assert shown.weights.shape == tuple(map(len, shown.sides))

    def test_each_attention_has_its_own_sides(self) -> None:
        found = [three(use=use).sides for use in USES]
        assert found == [(SOURCE, SOURCE), (TARGET, TARGET), (TARGET, SOURCE)]

    def test_the_row_stays_within_the_map_when_another_attention_is_chosen(self) -> None:
        shown = three(use="masked", query=4)
        shown.use = "encoder"
        assert shown.query == 3


class TestArguments:
    def test_defaults(self) -> None:
        shown = ThreeAttentions(**three_attentions_example())
        assert repr(shown) == "ThreeAttentions(use='encoder', query=0)"
        assert shown.written == ["le", "chat", "vert", "dort", "⟨end⟩"]

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("use", "self", "use should be one of 'encoder', 'masked', 'cross', but was 'self'"),
            ("query", 4, "query should be from 0 to 3, but was 4"),
            ("written", ["a"], "written should have one entry per word of target, but had 1"),
            ("queries", [torch.ones(4, 3)], "queries should have one entry per attention, 3"),
            (
                "keys",
                [torch.ones(4, 3), torch.ones(5, 5), torch.ones(4, 3)],
                r"keys\[2\] should have shape \(4, 2\), but had \(4, 3\)",
            ),
            (
                "queries",
                [torch.ones(4, 3), torch.ones(4, 5), torch.ones(5, 2)],
                r"queries\[1\] should have shape \(5, d_k\), but had \(4, 5\)",
            ),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(three, argument, value, message)

    def test_more_words_than_the_map_has_room_for_are_refused(self) -> None:
        refuses_later(three(), "source", ["a"] * 11, "source should be from 1 to 10, but was 11")


class TestPicture:
    def test_alt_text_says_what_the_picture_shows(self) -> None:
        alt = ThreeAttentions(**three_attentions_example(), use="cross")._describe()
        assert "cross-attention. Q comes from the decoder, K and V from what the encoder" in alt
        assert "chat looks most at green (1.00)" in alt

    @pytest.mark.parametrize("use", USES)
    def test_the_map_holds_the_weights_and_the_ways_of_q_k_and_v_are_lit(self, use: str) -> None:
        shown = three(use=use)
        drawn = Drawn(shown)
        stacks, grid = (Part(drawn.pixels, axes) for axes in drawn.figure.get_axes())
        shape, mask = tuple(shown.weights.shape), shown.mask.numpy()
        found = np.abs(grid.cells(shape) - ramp(shown.weights)).max(axis=-1)
        assert found[mask].max() <= 6
        np.testing.assert_array_equal(grid.hatched(shape), ~mask)
        frame = grid.frame(shape, CHOSEN)
        assert frame == pytest.approx([2, 3, 0, shape[1]], abs=0.1)
        for name, ways in LINES.items():
            for way, ink in zip(ways, (QUERY, KEY, VALUE), strict=True):
                (x0, y0), (x1, y1) = way[-2:]
                x, y = stacks.place((x0 + x1) / 2, (y0 + y1) / 2)
                near = stacks.inked(ink)[
                    round(y - stacks.top) - 2 : round(y - stacks.top) + 3,
                    round(x - stacks.left) - 2 : round(x - stacks.left) + 3,
                ]
                assert near.any() == (name == use), (name, ink)
