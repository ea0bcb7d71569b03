"""DecoderStep: its numbers against the package's decoder, its arguments, its text, its picture."""

import math

import numpy as np
import pytest
import torch
from drawn import Drawn
from matplotlib.colors import to_rgb
from widget_arguments import refuses, refuses_later
from widget_examples import S, T, decoder_step

from attention.data.translation import FRENCH, translate, translation_batch
from attention.data.vocabulary import BEGIN
from attention.trained.translator_examples import decoder_step_example
from attention.trained.translators import trained_translator
from attention.widgets import DecoderStep
from attention.widgets.base.picture import WEIGHT
from attention.widgets.decoder_step.picture import THICKEST

SENTENCE = "the heavy door falls"


def blue_dots(line: np.ndarray) -> int:
    """How many pixels of a line, (n, 3), have the colour of weights."""
    return int((np.abs(line - 255 * np.array(to_rgb(WEIGHT))).max(axis=-1) < 50).sum())


class TestNumbers:
    @torch.no_grad()
    @pytest.mark.parametrize("hidden", [None, 0, 1, 2, 3, 4])
    def test_every_step_is_the_trained_decoder_s(self, hidden: int | None) -> None:
        """Weights, context and the word, by the model itself, with the annotation masked."""
        shown = DecoderStep(**decoder_step_example(SENTENCE), hidden=hidden)
        model, pair = trained_translator("additive"), translate(SENTENCE.split())
        batch = translation_batch([pair])
        memory = model.encoder(batch.source, batch.lengths)
        mask = memory.mask.clone()
        if hidden is not None:
            mask[0, hidden] = False
        state, token = model.decoder.first_state(memory), torch.tensor([BEGIN])
        for t, word in enumerate(batch.target[0]):
            shown.step = t
            context, weights = model.decoder.attention(state, memory.keys, mask)
            torch.testing.assert_close(shown.weights.float(), weights[0], atol=1e-3, rtol=0)
            torch.testing.assert_close(shown.context.float(), context[0], atol=1e-3, rtol=0)
            logits, _, _ = model.decoder.step(token, state, memory._replace(mask=mask))
            chances = logits[0].softmax(dim=-1)
            name, chance = shown.guesses[0]
            assert name == FRENCH.words[chances.argmax()]
            assert chance == pytest.approx(chances.max().item(), abs=1e-3)
            _, state, _ = model.decoder.step(token, state, memory)
            token = word[None]
        assert t == len(shown.output) - 1 == 4

    def test_by_hand(self) -> None:
        """v·tanh(q + k) with v = 2 and tanh(±atanh(1/2)) = ±1/2: scores 1 and -1."""
        half = np.arctanh(0.5)
        shown = DecoderStep(
            ["a", "b"], ["x"], score_vector=[2.0], queries=[[0.0]], keys=[[half], [-half]],
            annotations=[[1.0, 0.0], [0.0, 1.0]], candidates=[[[("x", 1.0)]] * 3],
        )  # fmt: skip
        e = np.e
        assert shown.scores.tolist() == pytest.approx([1, -1], abs=1e-4)
        assert shown.weights.tolist() == pytest.approx([e / (e + 1 / e), 1 / (1 + e * e)], abs=1e-4)
        assert shown.context.tolist() == shown.weights.tolist()
        shown.hidden = 0
        assert shown.scores[0] == -math.inf
        assert shown.context.tolist() == shown.weights.tolist() == [0, 1]

    def test_what_is_hidden_is_shared_in_proportion(self) -> None:
        shown = decoder_step(step=3)
        before = shown.weights
        shown.hidden = 2
        assert shown.weights[2] == 0
        torch.testing.assert_close(shown.weights[3:], before[3:] / (1 - before[2]))


class TestArguments:
    def test_defaults_and_repr(self) -> None:
        assert repr(decoder_step()) == "DecoderStep(step=0)"
        assert repr(decoder_step(step=4, hidden=2)) == "DecoderStep(step=4, hidden=2)"

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("source", ["a"], "source should be from 2 to 12 words, but were 1"),
            ("source", ["a"] * 13, "source should be from 2 to 12 words, but were 13"),
            ("queries", torch.zeros(T, 4), r"queries should have a row .* output, \(5, 3\), but"),
            ("keys", torch.zeros(S + 1, 3), r"keys should have a row .* source, \(7, 3\), but"),
            ("annotations", torch.zeros(2, 9), r"annotations should have a row .* \(7, d_key\)"),
            ("candidates", [[[("x", 1.0)]] * 8], "candidates should have one entry per word of"),
            ("candidates", [[[("x", 1.0)]] * 7] * 5, r"candidates\[0\] should have one entry per"),
            ("candidates", [[[("x", 0.1), ("y", 0.2)]] * 8] * 5, "should have the most probable"),
            ("step", T, "step should be from 0 to 4, but was 5"),
            ("hidden", S, "hidden should be from 0 to 6, but was 7"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(decoder_step, argument, value, message)

    def test_a_wrong_argument_is_named_later(self) -> None:
        refuses_later(decoder_step(), "hidden", -1, "hidden should be from 0 to 6, but was -1")


class TestPicture:
    def test_alt_text_says_what_the_picture_shows(self) -> None:
        shown = DecoderStep(**decoder_step_example(SENTENCE), step=2, label="A step")
        text = shown._describe()
        assert text.startswith("A step. Step 3 of 5. Written so far: la porte. The weights of the")
        assert f"heavy {shown.weights[1]:.2f}, door" in text
        assert "The likeliest next words: lourde 0.9" in text
        shown.hidden = 1
        assert "heavy hidden, door" in shown._describe()
        shown.step = 0
        assert "Written so far: nothing yet." in shown._describe()

    def test_lines_are_as_thick_as_the_weights_and_bars_as_long_as_the_chances(self) -> None:
        shown = decoder_step(step=2, hidden=3)
        drawn = Drawn(shown)
        part = drawn.part("Step 3 of 5. Written so far: t0 t1")
        points = drawn.figure.dpi / 72
        column = round(part.place(5.0, 0)[0]) + 3
        for j, weight in enumerate(shown.weights.tolist()):
            if weight < 0.1:
                continue
            (across, down), pitch = part.place(5.0, j), part.place(0, 1)[1] - part.place(0, 0)[1]
            assert column > across
            slope = math.atan2((3 - j) * pitch, part.place(6.5, 0)[0] - across)
            strip = part.pixels[round(down - pitch / 2) : round(down + pitch / 2), column, :3]
            assert blue_dots(strip) == pytest.approx(
                THICKEST * weight * points / math.cos(slope), abs=3
            )
        unit, start = part.place(1, 0)[0] - part.place(0, 0)[0], round(part.place(8.2, 0)[0]) - 2
        for row, (_, chance) in enumerate(shown.guesses):
            line = part.pixels[round(part.place(0, (S - 1) / 2 + 0.9 * (row - 0.5))[1]), start:, :3]
            assert blue_dots(line) == pytest.approx(0.9 * chance * unit, abs=3)
