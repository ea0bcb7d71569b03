"""PositionExplorer: its numbers against the package's attention, its arguments, its text."""

import itertools

import numpy as np
import pytest
import torch
from widget_arguments import refuses
from widget_examples import position, stored_position

from attention import scaled_dot_product_attention
from attention.functional.positions import POSITION_SCHEMES, alibi_bias, sinusoidal_positions
from attention.nn.positions import RotaryEmbedding
from attention.widgets import PositionExplorer

N = 5


def by_hand(shown: PositionExplorer, order: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Context and weights, each scheme put in where its paper puts it."""
    which = POSITION_SCHEMES.index(shown.scheme)
    x = shown.embeddings[which][order].double()
    if shown.scheme == "sinusoidal":
        x = x + sinusoidal_positions(N, x.shape[1])
    if shown.scheme == "learned":
        x = x + shown.learned[:N]
    query, key, value = (x @ w[which].double().T for w in (shown.w_q, shown.w_k, shown.w_v))
    if shown.scheme == "rotary":
        turn = RotaryEmbedding(query.shape[1])
        query, key = (turn(part[None, None])[0, 0] for part in (query, key))
    bias = alibi_bias(8, N)[0] if shown.scheme == "alibi" else None
    mask = torch.ones(N, N).tril().bool() if shown.causal else None
    return scaled_dot_product_attention(query, key, value, mask=mask, score_bias=bias)


class TestNumbers:
    @pytest.mark.parametrize("causal", [False, True])
    @pytest.mark.parametrize("scheme", POSITION_SCHEMES)
    def test_weights_contexts_and_distances(self, scheme: str, causal: bool) -> None:
        shown = position(scheme=scheme, causal=causal, order=[3, 0, 4, 2, 1])
        context, weights = by_hand(shown, shown.order)
        torch.testing.assert_close(shown.weights, weights)
        torch.testing.assert_close(shown.context, context)
        first = by_hand(shown, list(range(N)))[0]
        place = {word: place for place, word in enumerate(shown.order)}
        lengths = [first[word].norm() for word in range(N)]
        far = torch.stack([(context[place[word]] - first[word]).norm() for word in range(N)])
        torch.testing.assert_close(shown.moved, far / (sum(lengths) / N), atol=1e-9, rtol=1e-9)

    def test_without_positions_nothing_ever_moves(self) -> None:
        shown = position()
        for order in itertools.islice(itertools.permutations(range(N)), 0, 120, 7):
            shown.order = list(order)
            assert shown.moved.tolist() == [0.0] * N, "exactly"

    def test_a_causal_mask_alone_tells_of_the_order(self) -> None:
        shown = position(causal=True, order=[4, 3, 2, 1, 0])
        assert (shown.moved[[0, 1, 3, 4]] > 0).all()

    def test_alibi_does_not_tell_left_from_right_and_rotary_does(self) -> None:
        backwards = list(reversed(range(N)))
        assert position(scheme="alibi", order=backwards).moved.tolist() == [0.0] * N
        assert (position(scheme="alibi", order=[1, 0, 2, 3, 4]).moved > 0).any()
        assert (position(scheme="rotary", order=backwards).moved > 1e-4).all()

    def test_one_model_can_serve_all_schemes(self) -> None:
        many = position()
        one = {name: getattr(many, name)[0] for name in ("embeddings", "w_q", "w_k", "w_v")}
        for scheme in POSITION_SCHEMES:
            shown = position(**one, readout=many.readout[0], scheme=scheme)
            assert shown.weights.shape == (N, N)
        shown.scheme = "none"
        torch.testing.assert_close(shown.weights, many.weights, atol=2e-3, rtol=0)

    def test_roles_are_read_off_the_contexts(self) -> None:
        shown = position(scheme="learned", order=[1, 0, 2, 4, 3])
        logits = shown.context @ shown.readout[POSITION_SCHEMES.index("learned")].double().T
        now = [shown.roles[i] for i in logits.argmax(-1)]
        assert shown.answers == [now[1], now[0], now[2], now[4], now[3]]

    def test_by_default_the_dog_and_the_man_change_roles_with_their_places(self) -> None:
        shown = stored_position(scheme="rotary")
        assert shown.answers == ["subject"] * 2 + ["verb"] + ["object"] * 3
        shown.order = [0, 5, 2, 3, 4, 1]
        assert shown.answers == ["subject", "object", "verb", "object", "object", "subject"]
        assert (shown.moved[[1, 5]] > 0.5).all()
        shown.scheme = "none"
        assert shown.moved.tolist() == [0.0] * 6


class TestArguments:
    def test_defaults(self) -> None:
        shown = stored_position()
        assert shown.words == ["the", "dog", "bites", "the", "old", "man"]
        assert (shown.scheme, shown.word, shown.place) == ("none", 1, 1)
        assert (shown.order, shown.swap, shown.causal) == (list(range(6)), [1, 5], False)
        assert repr(shown) == "PositionExplorer(scheme='none', order=[0, 1, 2, 3, 4, 5])"
        shown.causal = True
        assert repr(shown).endswith("order=[0, 1, 2, 3, 4, 5], causal=True)")

    def test_other_words_of_the_small_models(self) -> None:
        shown = stored_position(["the", "cat", "sees", "the", "bird"], scheme="sinusoidal")
        assert shown.answers == ["subject", "subject", "verb", "object", "object"]
        one = stored_position(["cat"])
        assert (one.order, one.word, one.swap) == ([0], 0, [0, 0])

    def test_the_place_moves_the_word(self) -> None:
        shown = position(word=1)
        shown.place = 4
        assert shown.order == [0, 2, 3, 4, 1]
        assert shown.place == 4
        shown.place = 0
        assert shown.order == [1, 0, 2, 3, 4]
        with pytest.raises(ValueError, match="place should be from 0 to 4, but was 5"):
            shown.place = 5

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("words", ["a"], "embeddings should have one row per word, T, 1, .* (5, 5, 6)"),
            ("words", "abc", "words should be a list of at least one string, but was 'abc'"),
            ("embeddings", torch.zeros(5, 4, 6), r"one row per word, T, 5, but had .*\(5, 4, 6\)"),
            ("embeddings", torch.zeros(5, 7), "embeddings should have an even width, but had 7"),
            ("embeddings", torch.zeros(2, 5, 6), r"one matrix for each of the 5 .*\(2, 5, 6\)"),
            ("w_q", torch.zeros(3, 6), "w_q should have an even number of rows, but had 3"),
            ("w_q", torch.zeros(4, 5), r"w_q should have as many columns .* 6, .*\(4, 5\)"),
            ("w_k", torch.zeros(2, 6), r"w_k should have as many rows as w_q, 4, .*\(2, 6\)"),
            ("w_v", torch.zeros(6), r"w_v should be a tensor \(d_value, d_model\) .*\(6,\)"),
            ("learned", torch.zeros(4, 6), "learned should have a row for each of 5 places"),
            ("learned", torch.full((7, 6), torch.nan), "learned should .* was not all finite"),
            ("readout", torch.zeros(2, 4), r"readout should have as many columns .* 3, .*\(2, 4\)"),
            ("readout", None, r"readout should be a tensor .* but was None"),
            ("roles", ["one"], "roles should have one entry per row of readout, but had 1"),
            ("scheme", "relative", "scheme should be one of 'none', .* but was 'relative'"),
            ("order", [0, 1, 2, 3, 3], "order should hold each of 0 to 4 once, but was"),
            ("order", [0, 1], "order should hold each of 0 to 4 once, but was"),
            ("order", "reverse", "order should be a list of at least one whole number"),
            ("word", 5, "word should be from 0 to 4, but was 5"),
            ("causal", 1, "causal should be True or False, but was 1"),
            ("swap", [1], r"swap should be two words' places, but was \[1\]"),
            ("swap", [1, 5], "swap should be from 0 to 4, but was 5"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(position, argument, value, message.replace("(5, 5, 6)", r"\(5, 5, 6\)"))

    def test_arrays_are_taken_and_tuples(self) -> None:
        many = position()
        shown = position(learned=np.asarray(many.learned), order=(4, 3, 2, 1, 0))
        assert shown.order == [4, 3, 2, 1, 0]

    def test_a_message_from_the_page_moves_several_at_once(self) -> None:
        shown = position()
        shown.set_state({"scheme": "alibi", "order": [4, 3, 2, 1, 0], "word": 0, "causal": True})
        told = "PositionExplorer(scheme='alibi', order=[4, 3, 2, 1, 0], causal=True)"
        assert repr(shown) == told

    def test_alt_text_says_what_the_picture_shows(self) -> None:
        shown = stored_position(order=[0, 5, 2, 3, 4, 1])
        alt = shown._describe()
        assert "“the dog bites the old man”, put into the order “the man bites the old dog”" in alt
        assert "with no positions. No context vector moved." in alt
        shown.scheme = "rotary"
        alt, moved = shown._describe(), shown.moved
        assert f"The context vectors moved by the < 0.01, dog {moved[1]:.2f}, bites" in alt
        assert "the subject, dog object, bites verb, the object, old object, man subject." in alt
        shown.order, shown.causal = list(range(6)), True
        alt = shown._describe()
        assert "“the dog bites the old man”, with rotary positions and a causal mask." in alt

    def test_the_picture_names_the_words_in_their_present_order(self) -> None:
        """With equal weights everywhere, two words that change places change their names only."""
        shown = position(w_q=torch.zeros(4, 6), word=4)
        before = shown._draw()
        shown.order = [0, 3, 2, 1, 4]
        assert shown.moved.tolist() == [0.0] * N
        assert shown._draw() != before

    def test_the_picture_shows_the_weights(self) -> None:
        """Two equal words change places: not a name changes, and not a weight."""
        shown = position(word=4)
        before = shown._draw()
        shown.order = [2, 1, 0, 3, 4]
        assert shown._draw() == before
        shown.w_q = 2 * shown.w_q
        assert shown._draw() != before
