"""TranslationExplorer: alignments of words by edits, its arguments one by one, its text."""

from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from widget_arguments import refuses
from widget_examples import SOURCE, TARGET, D, L, M, N, translation, translation_arguments

from attention.widgets.base.edits import SIGNS, edit_alignment, percent, verdict


class TestEdits:
    @pytest.mark.parametrize(
        ("reference", "written", "signs"),
        [
            ("le chat dort", "le chat dort", "✓✓✓"),
            ("le chat dort", "le chien dort", "✓≠✓"),
            ("le chat vert dort", "le chat dort", f"✓✓{SIGNS['missing']}✓"),
            ("le chat dort", "le chat vert dort", "✓✓+✓"),
            ("le chat dort", "", SIGNS["missing"] * 3),
            ("dort", "le chat dort", "++✓"),
            ("a b", "b a", f"{SIGNS['missing']}✓+"),  # two edits either way: one word is right
            ("et la et la", "et la", f"✓✓{SIGNS['missing'] * 2}"),
        ],
    )
    def test_by_hand(self, reference: str, written: str, signs: str) -> None:
        edits = edit_alignment(reference.split(), written.split())
        assert "".join(SIGNS[edit.kind] for edit in edits) == signs

    @given(
        st.lists(st.sampled_from("abc"), max_size=6), st.lists(st.sampled_from("abc"), max_size=6)
    )
    def test_fewest_edits_then_most_words_right(self, reference: list, written: list) -> None:
        edits = edit_alignment(reference, written)
        right = sum(edit.kind == "right" for edit in edits)
        assert (len(edits) - right, -right) == best(tuple(reference), tuple(written))
        assert [e.reference for e in edits if e.reference is not None] == [*range(len(reference))]
        assert [e.written for e in edits if e.written is not None] == [*range(len(written))]
        for kind, i, j in edits:
            if i is None or j is None:
                assert kind == ("extra" if i is None else "missing")
            else:
                assert kind == ("right" if reference[i] == written[j] else "wrong")

    def test_all_and_nothing_are_said_of_all_and_nothing_only(self) -> None:
        found = [percent(x) for x in (0.0, 0.004, 0.005, 0.125, 0.994, 0.996, 1.0)]
        assert found == ["0 %", "< 1 %", "1 %", "13 %", "99 %", "> 99 %", "100 %"]

    def test_verdict(self) -> None:
        def said(reference: str, written: str) -> str:
            words = reference.split()
            return verdict(edit_alignment(words, written.split()), len(words))

        assert said("a b", "a b") == "2 of 2 words right: a perfect translation"
        assert said("a b", "a c") == "1 of 2 words right: not a perfect translation"
        assert said("a", "a b c") == "1 of 1 word right, 2 too many: not a perfect translation"
        assert said("a b", "") == "0 of 2 words right: not a perfect translation"


@cache
def best(reference: tuple, written: tuple) -> tuple[int, int]:
    """(edits, minus the right words) of the best alignment, by trying all of them."""
    if not reference or not written:
        return len(reference) + len(written), 0
    same = reference[0] == written[0]
    pairs = [
        (best(reference[1:], written[1:]), (not same, -same)),
        (best(reference[1:], written), (1, 0)),
        (best(reference, written[1:]), (1, 0)),
    ]
    return min((cost + more, right + found) for (cost, right), (more, found) in pairs)


class TestTranslation:
    def test_defaults_and_what_is_shown(self) -> None:
        shown = translation()
        assert (shown.model, shown.length, shown.example) == ("fixed vector", 1, 0)
        assert (shown.unit, shown.trained, shown.languages) == ("clause", None, ["en", "fr"])
        shown.model, shown.length, shown.example = "reversed source", 3, 1
        assert shown.source == SOURCE
        assert shown.reference == TARGET
        assert shown.output == TARGET[:-1]
        assert shown.chance == [0.5] * 10
        assert torch.equal(shown.state, shown.states[1, 1, 2])
        assert [edit.kind for edit in shown.edits] == ["right"] * 10 + ["missing"]

    def test_an_empty_output_is_taken(self) -> None:
        empty = [[[[] for _ in range(L)]] * N] * M
        shown = translation(outputs=empty, chances=empty)
        assert {edit.kind for edit in shown.edits} == {"missing"}
        assert "0 of 3 words right" in shown._describe()

    def test_states_are_rounded_to_sixteen_bits(self) -> None:
        states = torch.randn(M, N, L, D)
        shown = translation(states=states)
        assert (shown.states - states).abs().max() <= 4e-5 * states.abs().max()
        assert torch.equal(translation(states=shown.states).states, shown.states)

    def test_arrays_and_tensors_are_taken(self) -> None:
        given = translation_arguments()
        states = given["states"].double().numpy()
        chances = [
            [[torch.tensor(row) for row in of] for of in model] for model in given["chances"]
        ]
        scores = np.asarray(given["scores"])
        shown = translation(states=states, chances=chances, scores=scores, lengths=range(1, 4))
        assert shown.chances == translation().chances
        assert shown.scores == [[1.0, 0.75, 0.0], [1.0, 0.5, 0.25]]

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("sources", "the cat", r"sources should be lists of words, .* but was 'the cat'"),
            ("sources", [[["a", 1]]], r"sources should be .* but sources\[0\]\[0\]\[1\] was 1"),
            ("sources", [[[]]], r"but sources\[0\]\[0\] was \[\]"),
            ("sources", [[["a"], ["b", "c"]]], r"sources\[0\]\[1\] should be longer .* begin with"),
            ("sources", [[["a"], ["a"]]], r"sources\[0\]\[1\] should be longer than sources\[0\]"),
            ("sources", [[["a"]], [["a"], ["a", "b"]]], r"sources\[1\] should have one entry per"),
            ("references", [[["a"]]], "references should have one entry per sentence .* had 1"),
            ("references", [[["a"]]] * N, r"references\[0\] should have one entry per length"),
            ("models", "fixed", "models should be a list of at least one string, but was 'fixed'"),
            ("models", ["a", "a"], "models should have different names"),
            ("models", ["a"], "outputs should have one entry per model, but had 2"),
            ("outputs", [[[["a"]]]], "outputs should have one entry per model, but had 1"),
            ("chances", [[[[2.0]]]], r"numbers from 0 to 1, .* but chances\[0\]\[0\].* was 2.0"),
            ("chances", [[[["x"]]]], r"chances should be .* was 'x'"),
            ("chances", [[[[0.5]] * L] * N] * M, r"chances\[0\]\[0\]\[0\] should have one number"),
            ("states", torch.zeros(M, N, D), r"a tensor \(M, N, L, d\) .* had shape \(2, 2, 5\)"),
            ("states", torch.zeros(M, L, N, D), r"with \(M, N, L\) = \(2, 2, 3\), but had shape"),
            ("states", torch.full((M, N, L, D), torch.inf), "states should be .* not all finite"),
            (
                "scores",
                [[1.0, 0.5]] * M,
                r"scores\[0\] should have one entry per length, but had 2",
            ),
            ("scores", [[1.0] * L], "scores should have one entry per model, but had 1"),
            (
                "scores",
                [[1.0, 0.5, -0.1]] * M,
                r"scores should be numbers from 0 to 1, .* was -0.1",
            ),
            ("lengths", [1, 3, 2], r"lengths should be in rising order, but was \[1, 3, 2\]"),
            ("lengths", [1, 2], r"lengths should have one entry per length of sources\[n\]"),
            ("trained", 0, "trained should be at least 1, but was 0"),
            ("trained", 2.5, "trained should be a whole number, but was 2.5"),
            ("example", 2, "example should be from 0 to 1, but was 2"),
            ("length", 4, r"length should be one of \[1, 2, 3\], but was 4"),
            ("model", "other", r"model should be one of \['fixed vector', .*\], but was 'other'"),
            ("languages", ["en"], r"languages should be two language tags, but was \['en'\]"),
            ("unit", 3, "unit should be a string, but was 3"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(translation, argument, value, message)

    def test_a_message_from_the_page_moves_several_at_once(self) -> None:
        shown = translation()
        shown.set_state({"length": 3, "model": "reversed source", "example": 1})
        told = "TranslationExplorer(model='reversed source', length=3, example=1)"
        assert repr(shown) == told

    def test_alt_text_says_what_the_picture_shows(self) -> None:
        alt = translation(model="reversed source", length=2, trained=2)._describe()
        assert alt.startswith("Translation explorer: a sentence of 2 clauses, “the cat sleeps and")
        assert "One vector of 5 numbers for 7 words: 0.7 numbers a word" in alt
        assert "wrote “le chat dort et une porte”; 6 of 7 words right: not a perfect" in alt
        assert "fixed vector 75 %; reversed source 50 %" in alt
        assert "reversed source from 100 % at 1 to 25 % at 3" in alt
