"""AlignmentExplorer: its numbers against the package's attention, its arguments, its text."""

import numpy as np
import pytest
import torch
from widget_arguments import refuses, refuses_later
from widget_examples import D_ATTN, D_KEY, S, T, alignment, alignment_arguments

from attention import AdditiveAttention
from attention.widgets import AlignmentExplorer


class TestAlignment:
    def test_weights_and_context_are_the_package_s_additive_attention(self) -> None:
        attention = AdditiveAttention(2, D_KEY, D_ATTN)
        given = alignment_arguments()
        annotations, states = given["annotations"][0], torch.randn(T, 2)
        with torch.no_grad():
            given["queries"][0] = attention.w_query(states)
            given["keys"] = [attention.w_key(h) for h in given["annotations"]]
            context, weights = attention(states[None], annotations[None])
            given["score_vector"] = attention.score_vector.weight[0]
        shown = AlignmentExplorer(**given)
        torch.testing.assert_close(shown.weights, weights[0], atol=1e-3, rtol=0)
        torch.testing.assert_close(shown.context, context[0], atol=2e-3, rtol=0)
        assert shown.weights.shape == (T, S)
        assert shown.context.shape == (T, D_KEY)

    def test_by_hand(self) -> None:
        """v·tanh(q + k) with v = 2 and tanh(±atanh(1/2)) = ±1/2: scores 1 and -1."""
        half = np.arctanh(0.5)
        shown = AlignmentExplorer(
            [["a", "b"]],
            [["x"]],
            queries=[[[0.0]]],
            keys=[[[half], [-half]]],
            score_vector=[2.0],
            annotations=[[[1.0, 0.0], [0.0, 1.0]]],
            candidates=[[[("x", 1.0)]]],
        )
        e = np.e
        torch.testing.assert_close(shown.scores, torch.tensor([[1.0, -1.0]]), atol=1e-4, rtol=0)
        expected = torch.tensor([[e / (e + 1 / e), 1 / e / (e + 1 / e)]], dtype=torch.float32)
        torch.testing.assert_close(shown.weights, expected, atol=1e-4, rtol=0)
        torch.testing.assert_close(shown.context, shown.weights)

    def test_each_sentence_has_its_own_numbers(self) -> None:
        shown = alignment(example=1)
        assert shown.weights.shape == (2, 2)
        first, second = alignment_arguments(), alignment_arguments()
        both = {n: [first[n][0], second[n][1]] for n in ("queries", "keys", "annotations")}
        vector = first["score_vector"]
        shown = alignment(**both, score_vector=vector, example=1)
        hidden = torch.tanh(both["queries"][1][:, None] + both["keys"][1]) @ vector
        torch.testing.assert_close(shown.weights, hidden.softmax(-1), atol=2e-3, rtol=0)

    def test_the_followed_word_is_the_one_with_the_largest_weight(self) -> None:
        shown = alignment(step=3)
        assert shown.position is None
        assert shown.followed == shown.weights[3].argmax().item()
        shown.position = 2
        assert shown.followed == 2

    def test_another_sentence_takes_step_and_position_along(self) -> None:
        shown = alignment(step=4, position=6)
        shown.example = 1
        assert (shown.step, shown.position) == (1, None)
        shown = alignment(step=1, position=1)
        shown.example = 1
        assert (shown.step, shown.position) == (1, 1)

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("sources", [[]], r"sources should be lists of words, .* but sources\[0\] was \[\]"),
            ("sources", [["a"]], "outputs should have one entry per sentence of sources"),
            ("outputs", "abc", "outputs should be lists of words"),
            ("queries", 3, r"queries should be a list of tensors \(T, d_attn\) .* but was 3"),
            ("queries", [], "queries should be a list of tensors"),
            ("queries", [torch.zeros(T, D_ATTN)], "queries should have one entry per sentence"),
            (
                "queries",
                [torch.zeros(T + 1, D_ATTN), torch.zeros(2, D_ATTN)],
                r"queries\[0\] should have one row per word of outputs\[0\], T = 5, .* \(6, 3\)",
            ),
            (
                "queries",
                [torch.zeros(T, 4), torch.zeros(2, 4)],
                r"queries\[0\] should have the v's width, d_attn = 3, but had shape \(5, 4\)",
            ),
            (
                "keys",
                [torch.zeros(S, D_ATTN), torch.full((2, D_ATTN), torch.nan)],
                r"keys should be a list of tensors .* but keys\[1\] was not all finite",
            ),
            (
                "keys",
                [torch.zeros(T, D_ATTN), torch.zeros(2, D_ATTN)],
                r"keys\[0\] should have one row per word of sources\[0\], S = 7",
            ),
            ("keys", ["a", "b"], r"keys should be a list of tensors .* but was 'a'"),
            ("score_vector", torch.zeros(1, 3), r"a tensor \(d_attn,\) .* had shape \(1, 3\)"),
            (
                "annotations",
                [torch.zeros(S, 4), torch.zeros(2, 5)],
                r"annotations\[1\] should have the first one's width, d_key = 4",
            ),
            ("candidates", [[[("a", 1.0)]]], "candidates should have one entry per sentence"),
            (
                "candidates",
                [[[("a", 0.1), ("b", 0.9)]] * T, [[("a", 1.0)]] * 2],
                r"candidates\[0\]\[0\] should have the most probable first",
            ),
            ("candidates", [[["a"]]], r"lists of pairs .* but candidates\[0\]\[0\]\[0\] was 'a'"),
            ("example", 2, "example should be from 0 to 1, but was 2"),
            ("step", T, "step should be from 0 to 4, but was 5"),
            ("step", None, "step should be a whole number, but was None"),
            ("position", S, "position should be from 0 to 6, but was 7"),
            ("position", "cat", "position should be a whole number, but was 'cat'"),
            ("languages", "en", "languages should be two language tags, but was 'en'"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(alignment, argument, value, message)

    def test_a_wrong_score_vector_later_is_named(self) -> None:
        message = r"queries\[0\] should have the v's width, d_attn = 4, but had shape \(5, 3\)"
        refuses_later(alignment(), "score_vector", torch.zeros(4), message)

    def test_keys_of_ipywidgets_are_left_alone(self) -> None:
        shown = alignment()
        assert {"key_vectors", "step", "_esm"} <= set(shown.keys)
        assert shown.key_vectors[0].shape == (S, D_ATTN)

    def test_a_message_from_the_page_moves_several_at_once(self) -> None:
        shown = alignment(step=4, position=3)
        shown.set_state({"example": 1, "step": 1, "position": None})
        assert repr(shown) == "AlignmentExplorer(example=1, step=1)"

    def test_alt_text_says_what_the_picture_shows(self) -> None:
        shown = alignment(step=2)
        alt = shown._describe()
        weights = shown.weights[2]
        best = weights.argmax().item()
        assert "step 3 of 5. Written so far: t0 t1. To write “t2” the decoder looks at" in alt
        assert f"s{best} {weights[best]:.2f}" in alt
        assert "Candidates for the next word: t2 0.90, other 0.05." in alt
