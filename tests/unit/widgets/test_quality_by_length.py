"""QualityByLength: its numbers, its arguments, its text, its picture."""

import numpy as np
import pytest
import torch
from drawn import Drawn
from widget_arguments import refuses
from widget_examples import quality

from attention.data.translation import ENGLISH, FRENCH, sentence_pairs
from attention.teaching.plots import KEY
from attention.trained.translator_examples import quality_example
from attention.trained.translators import trained_scores, trained_translator
from attention.widgets.base.picture import WEIGHT
from attention.widgets.quality_by_length.picture import _texts


class TestNumbers:
    def test_the_median_is_that_of_the_seeds_at_the_present_length(self) -> None:
        assert quality(length=2).now.tolist() == [[0.75, 0.5], [0.9375, 0.875]]
        assert quality(length=2).median.tolist() == [0.5, 0.875]

    def test_the_faults_are_those_of_the_present_sentence(self) -> None:
        kinds = [edit.kind for edit in quality(length=3).edits]
        assert kinds == ["right", "wrong", "right", "right", "extra"]
        assert [edit.kind for edit in quality(length=5).edits] == ["right"] * 3 + ["missing"] * 3

    def test_the_example_is_the_first_sentence_of_each_test_as_the_model_writes_it(self) -> None:
        given = quality_example()
        model, whole = trained_translator("fixed"), trained_scores("fixed")
        assert whole.shape == (3, len(given["lengths"]))
        for at, n in enumerate(given["lengths"]):
            first = sentence_pairs(200, n, generator=torch.Generator().manual_seed(0))[0]
            assert given["sources"][at] == first.english
            assert given["references"][at] == first.french
            assert given["outputs"][at] == _alone(model, first.english)
        assert given["outputs"][1] == given["references"][1]
        assert given["outputs"][7] != given["references"][7]

    def test_the_page_gets_two_bytes_a_share(self) -> None:
        shown = quality(**quality_example() | {"scores": torch.rand(2, 3, 8), "length": 4})
        state = shown.get_state()
        assert len(state["scores"]["data"]) == 2 * 2 * 3 * 8
        words = [state[name] for name in ("sources", "references", "outputs")]
        assert len(repr(words)) < 8000


def _alone(model: torch.nn.Module, words: list[str]) -> list[str]:
    """What a model writes for one sentence, without any other beside it."""
    ids = torch.tensor([ENGLISH.encode(words)])
    tokens, _ = model.decode(ids, torch.tensor([ids.shape[1]]), 60)
    return FRENCH.decode(tokens[0].tolist())


class TestArguments:
    def test_by_default_the_smallest_length(self) -> None:
        assert repr(quality(length=None)) == "QualityByLength(length=1)"

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("lengths", [1, 3, 2, 5], "lengths should be two or more numbers in rising order"),
            ("sources", [["a"]], "sources should have one entry per length, but had 1"),
            ("outputs", [["a"], []], "outputs should have one entry per length, but had 2"),
            ("scores", torch.zeros(3, 2, 4), r"scores should have shape \(2, R, L\) with L = 4"),
            ("scores", torch.zeros(2, 2, 3), r"scores should have shape \(2, R, L\) with L = 4"),
            ("scores", torch.full((2, 1, 4), 1.5), "scores should be shares from 0 to 1"),
            ("length", 4, r"length should be one of \[1, 2, 3, 5\], but was 4"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(quality, argument, value, message)


class TestPicture:
    def test_alt_text_says_what_the_picture_shows(self) -> None:
        alt = quality(length=3, label="Quality")._describe()
        assert alt.startswith("Quality: at 3 clauses the seeds' median is right in whole sentences")
        assert "whole sentences 0 % (from 0 % to 25 %), words 81 % (from 81 % to 88 %)" in alt
        assert "over all lengths whole sentences from 75 % to 0 %, words from 94 % to 50 %" in alt
        assert "“w x y z”; the model wrote “w k y z z”: 3 of 4 words right, 1 too many" in alt

    def test_the_lines_run_through_the_shares_and_each_fault_has_its_sign(self) -> None:
        one = torch.tensor([[[1.0, 0.8, 0.3, 0.1]], [[1.0, 0.95, 0.8, 0.6]]])
        shown = quality(scores=one, length=2)
        drawn = Drawn(shown).part("share right")
        for measure, colour in enumerate((WEIGHT, KEY)):
            x, y = drawn.trace(colour)
            wanted = [
                drawn.place(n, share)
                for n, share in zip(shown.lengths, one[measure, 0].tolist(), strict=True)
            ]
            at = np.interp(x, *zip(*wanted, strict=True))
            inside = (x > wanted[0][0] + 8) & (x < wanted[-1][0] - 8)
            inside &= np.abs(x - wanted[1][0]) > 8  # under the dot
            assert inside.sum() > 50
            np.testing.assert_allclose(y[inside], at[inside], atol=4)

    def test_each_fault_of_the_written_text_has_its_sign(self) -> None:
        texts = _texts(quality(length=3))
        assert texts["Model"] == "w ≠k y z +z"
        assert texts["Right"] == "w x y z"
        assert _texts(quality(length=5))["Model"] == "u v w \u2212x \u2212y \u2212z"
