"""EncoderDecoderMachine: its numbers against the model's own, its arguments and its picture."""

import copy
from itertools import product

import numpy as np
import pytest
import torch
from drawn import Drawn
from widget_arguments import refuses, refuses_later
from widget_examples import CUTS, SOURCE, machine

from attention.data.translation import ENGLISH, FRENCH
from attention.models.seq2seq.search import greedy
from attention.trained.translator_examples import machine_example
from attention.trained.translators import trained_translator
from attention.widgets import EncoderDecoderMachine
from attention.widgets.base.picture import WEIGHT


class TestNumbers:
    def test_the_chapter_s_machine_is_the_trained_model(self) -> None:
        """All its sentences and lengths; the weights differ by what the page rounds."""
        shown = EncoderDecoderMachine(**machine_example())
        model = copy.deepcopy(trained_translator("small")).double()
        for example, length in product(range(3), range(1, 5)):
            shown.example, shown.length = example, length
            shown.step = shown.n_steps
            ids = torch.tensor([ENGLISH.encode(shown.source[:-1])])
            lengths = torch.tensor([ids.shape[1]])
            written = greedy(model, ids, lengths, ids.shape[1] + 4)
            assert shown.run.tokens == written.tokens[0].tolist()
            told = torch.tensor(shown.run.chances)
            chances = written.log_probability[0].exp().float()
            torch.testing.assert_close(told, chances, atol=2e-3, rtol=0)
            memory = model.encoder(ids, lengths)
            states = shown.run.states[1:]
            torch.testing.assert_close(states, memory.keys[0], atol=2e-3, rtol=0)
            torch.testing.assert_close(shown.context, memory.summary[0], atol=2e-3, rtol=0)
            decoder = model.decoder.first_state(memory)[0]
            first = shown.run.decoder_states[0]
            torch.testing.assert_close(first, decoder, atol=2e-3, rtol=0)
            assert FRENCH.decode(shown.run.tokens) == shown.written[: len(shown.run.tokens) - 1]

    def test_the_steps_read_hand_on_and_write(self) -> None:
        shown = machine(step=0)
        n = len(shown.source)
        assert shown.n_steps == n + 1 + len(shown.run.tokens)
        for step in range(shown.n_steps + 1):
            shown.step = step
            assert shown.n_read == min(step, n)
            assert torch.equal(shown.state, shown.run.states[shown.n_read])
            assert (shown.context is None) == (shown.decoder_state is None) == (step <= n)
            assert len(shown.written) == len(shown.right) == max(0, step - n - 1)
        assert torch.equal(shown.context, shown.run.states[n])
        assert not shown.run.states[0].any()

    def test_a_longer_sentence_s_states_begin_with_the_shorter_one_s(self) -> None:
        short, long = machine(length=1, step=0), machine(length=2, step=0)
        assert torch.equal(short.run.states[:4], long.run.states[:4])


class TestArguments:
    def test_defaults(self) -> None:
        given = machine_example()
        assert repr(EncoderDecoderMachine(**given)) == (
            "EncoderDecoderMachine(example=0, length=1, step=0)"
        )

    def test_a_shorter_sentence_takes_the_step_along(self) -> None:
        shown = machine(length=2)
        shown.step = shown.n_steps
        shown.length = 1
        assert shown.step == shown.n_steps

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("source_words", ["a", "b"], "source_words should have more than the three marks"),
            ("sources", [[["the", "yak"]]] * 2, r"sources\[0\] should be of source_words, but had"),
            (
                "sources",
                [[SOURCE[:3]] * 2, [SOURCE[:3]]],
                r"sources\[1\] should have one entry per",
            ),
            ("references", [[["un"]] * 2], "references should have one entry per sentence"),
            ("example", 2, "example should be from 0 to 1, but was 2"),
            ("length", 0, "length should be from 1 to 2, but was 0"),
            ("length", 3, "length should be from 1 to 2, but was 3"),
            ("step", -1, "step should be from 0 to 21, but was -1"),
            ("step", 22, "step should be from 0 to 21, but was 22"),
            ("weights", [torch.ones(2, 2)] * 8, "weights should have one entry per matrix"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(machine, argument, value, message)

    def test_a_matrix_that_does_not_fit_is_named(self) -> None:
        matrices = list(machine().weights)
        matrices[2] = matrices[2][:, :-1]
        message = r"weights\[2\] \(encoder, of states\) should be \(15, 6\), but was \(15, 5\)"
        refuses(machine, "weights", matrices, message)

    def test_fewer_words_leave_ids_without_a_name(self) -> None:
        shown = machine()
        refuses_later(shown, "target_words", shown.target_words[:-1], r"weights\[3\]")


class TestPicture:
    def test_alt_text_says_what_the_picture_shows(self) -> None:
        shown = machine(step=2, label="A machine")
        assert shown._describe() == (
            "A machine: of “the cat sleeps and a door falls ⟨end⟩”, 2 of 8 tokens are read. "
            "The state has 5 numbers; nothing is handed on."
        )
        shown.step = 9
        assert shown._describe().endswith(
            "8 of 8 tokens are read, and one vector of 5 numbers is handed on."
        )
        shown.step = 11
        assert shown._describe().endswith("has written “porte porte”, 1 of 2 wrong.")

    def test_the_bars_are_the_three_vectors(self) -> None:
        shown = machine()
        assert len(shown.source) == CUTS[1] + 1
        vectors = {"the one vector, c": shown.context, "decoder": shown.decoder_state}
        for title, vector in vectors.items():
            part = Drawn(shown).part(title)
            unit = part.place(0, 0)[1] - part.place(0, 1)[1]
            found = part.heights([part.place(i, 0)[0] for i in range(5)], WEIGHT)
            np.testing.assert_allclose(found, unit * vector.abs().numpy(), atol=2)
