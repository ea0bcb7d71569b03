"""HeadExplorer: its scores against the package's, its arguments, its text."""

import json

import numpy as np
import pytest
import torch
from widget_arguments import refuses
from widget_examples import HEADS_TOKENS, head_weights, heads, stored_heads

from attention.functional.head_scores import (
    first_token_score,
    induction_score,
    previous_token_score,
)
from attention.trained.smollm2 import smollm2_example
from attention.widgets import HeadExplorer
from attention.widgets.base.levels import LEVELS

N = len(HEADS_TOKENS)  # 5


class TestScores:
    @pytest.mark.parametrize("pattern", ["previous", "first", "induction"])
    def test_each_is_the_package_s_score_of_that_head(self, pattern: str) -> None:
        shown = heads(pattern=pattern)
        ids = torch.tensor([[7, 3, 7, 3, 5]])
        for layer in range(3):
            weights = shown.weights[layer][None].double()  # (1, H, T, T)
            expected = {
                "previous": lambda w: previous_token_score(w),
                "first": lambda w: first_token_score(w),
                "induction": lambda w: induction_score(w, ids),
            }[pattern](weights)
            torch.testing.assert_close(shown.scores[layer], expected)

    def test_by_hand(self) -> None:
        """Tokens a b a: the last one's induction key is 1, its previous token too."""
        weights = torch.tensor([[1.0, 0, 0], [0.4, 0.6, 0], [0.2, 0.6, 0.2]])[None, None]
        found = {}
        for pattern in ("previous", "first", "induction", "current"):
            shown = HeadExplorer(["a", "b", "a"], weights, pattern=pattern)
            found[pattern] = shown.scores.item()
        assert found == pytest.approx(
            {"previous": 0.5, "first": 0.3, "induction": 0.6, "current": 0.4}
        )

    def test_of_the_stored_model(self) -> None:
        """Each of four patterns has a head that clearly follows it."""
        shown = stored_heads()
        assert (shown.layer, shown.head, shown.pattern) == (17, 4, "induction")
        assert shown.scores.shape == (30, 9)
        for pattern, place, least in [
            ("induction", (17, 4), 0.6), ("previous", (16, 0), 0.8),
            ("first", (18, 8), 0.99), ("current", (11, 6), 0.8),
        ]:  # fmt: skip
            shown.pattern = pattern
            assert divmod(int(shown.scores.argmax()), 9) == place
            assert shown.scores.max() > least

    def test_weights_are_rounded_once(self) -> None:
        given = head_weights()
        shown = heads()
        assert (shown.weights - given).abs().max() <= 0.5 / LEVELS + 1e-6
        levels = shown.weights * LEVELS
        torch.testing.assert_close(levels, levels.round())
        assert torch.equal(heads(weights=shown.weights).weights, shown.weights)

    def test_the_page_gets_a_byte_a_weight_of_the_lower_triangle(self) -> None:
        shown = stored_heads()
        packed = shown.get_state()["weights"]
        assert packed["shape"] == [30, 9, 17]
        assert len(packed["data"]) == 270 * 17 * 18 // 2
        read = HeadExplorer.weights.metadata["from_json"](packed, None)
        assert torch.equal(read, shown.weights)
        assert torch.equal(shown.weights, smollm2_example()["weights"])
        state = HeadExplorer.get_manager_state(widgets=[shown])["state"][shown.model_id]
        assert sum(len(buffer["data"]) for buffer in state["buffers"]) < 60_000
        assert len(json.dumps(state)) < 110_000, "with its code and its style"


class TestArguments:
    def test_without_layer_and_head_the_one_that_follows_the_pattern_most(self) -> None:
        shown = heads(layer=None, head=None, pattern="first")
        best = divmod(int(shown.scores.argmax()), 2)
        assert (shown.layer, shown.head) == best
        other = 1 - best[0] if best[0] < 2 else 0
        within = heads(layer=other, head=None, pattern="first")
        assert within.head == int(within.scores[other].argmax())

    def test_without_repetition_there_is_no_induction(self) -> None:
        shown = heads(tokens=list("abcde"), pattern=None)
        assert shown.pattern == "previous"
        with pytest.raises(ValueError, match="not be 'induction' where no token occurs twice"):
            shown.pattern = "induction"

    def test_defaults_and_repr(self) -> None:
        shown = stored_heads()
        assert repr(shown) == "HeadExplorer(layer=17, head=4, pattern='induction')"
        assert shown.query_index == 16
        assert "SmolLM2-135M" in shown.caption
        assert heads().caption == ""

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("tokens", "abcde", "tokens should be a list of at least one string, but was 'abcde'"),
            ("tokens", ["a"], "tokens should be from 2 to 32, but were 1"),
            ("tokens", ["a"] * 33, "tokens should be from 2 to 32, but were 33"),
            ("tokens", list("aba"), r"one row per token, T = 3, but had shape \(3, 2, 5, 5\)"),
            ("tokens", None, "tokens should be a list of at least one string, but was None"),
            ("weights", None, r"weights should be a tensor \(n_layers, .* but was None"),
            ("weights", "abc", r"weights should be a tensor \(n_layers, .* but was 'abc'"),
            ("weights", torch.ones(2, 5, 5), r"but had shape \(2, 5, 5\)"),
            ("weights", torch.ones(1, 1, 5, 4), r"but had shape \(1, 1, 5, 4\)"),
            ("weights", torch.full((1, 1, 5, 5), torch.nan), "but were not all finite"),
            ("weights", torch.full((1, 1, 5, 5), 0.2), "but looked at later positions"),
            ("weights", torch.zeros(1, 1, 5, 5), "had a row that is not positive with sum 1"),
            (
                "weights",
                torch.tensor([[1.0, 0.0], [1.5, -0.5]])[None, None],
                "had a row that is not positive with sum 1",
            ),
            ("layer", 3, "layer should be from 0 to 2, but was 3"),
            ("layer", -1, "layer should be from 0 to 2, but was -1"),
            ("head", 2, "head should be from 0 to 1, but was 2"),
            ("head", 0.5, "head should be a whole number, but was 0.5"),
            ("pattern", "sink", "pattern should be one of 'previous', .* but was 'sink'"),
            ("query_index", 5, "query_index should be from 0 to 4, but was 5"),
            ("label", 3, "label should be a string, but was 3"),
        ],
    )  # fmt: skip
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(heads, argument, value, message)

    def test_a_message_from_the_page_moves_several_at_once(self) -> None:
        shown = heads()
        shown.set_state({"layer": 2, "head": 1, "pattern": "current", "query_index": 1})
        assert repr(shown) == "HeadExplorer(layer=2, head=1, pattern='current')"
        assert heads(layer=np.int64(2)).layer == 2

    def test_alt_text_says_what_the_picture_shows(self) -> None:
        shown = stored_heads()
        alt = shown._describe()
        assert alt.startswith("Head explorer: 270 heads in 30 layers over the tokens Anna ·K ov")
        score = shown.scores[17, 4]
        assert f"has the induction score {score:.2f}, the highest of all." in alt
        row = shown.weights[17, 4, 16]
        assert f"“acs” (token 17 of 17) puts its weight on Anna {row[0]:.2f}, ·met" in alt
        shown.layer = 0
        below = 1 + int((shown.scores > shown.scores[0, 4]).sum())
        told = f"rank {below}; the highest is {score:.2f}, of layer 17, head 4."
        assert told in shown._describe()
        data, metadata = shown._repr_mimebundle_()
        assert len(data["image/png"]) < 130_000
        assert metadata["image/png"]["alt"] == shown._describe()
