"""Greedy decoding and beam search: a model whose odds are on paper, and laws on random models."""

import itertools
import math
import re

import pytest
import torch
from torch.testing import assert_close

from attention import Seq2Seq, beam_search
from attention.data.vocabulary import BEGIN, END, PAD
from attention.models.seq2seq.encoder import Memory
from attention.models.seq2seq.search import greedy

A, B = 3, 4
WITH_AND_WITHOUT = pytest.mark.parametrize("attention", [None, "additive", "dot", "general"])


class Chain:
    """A stand-in for a model: the odds of the next token depend on the last one alone.

    Args:
        odds: For each token the odds of those that may follow it.
    """

    attention = None

    def __init__(self, odds):
        self.table = torch.full((5, 5), -torch.inf)
        for token, follow in odds.items():
            for after, chance in follow.items():
                self.table[token, after] = math.log(chance)
        self.decoder = self

    def encoder(self, source, lengths):
        n = len(source)
        return Memory(torch.zeros(n, 1), torch.zeros(n, 1, 1), torch.ones(n, 1, dtype=torch.bool))

    def first_state(self, memory):
        return memory.summary

    def prepare(self, memory):
        return None

    def step(self, token, state, memory, prepared):
        return self.table[token], state, None


# What begins best goes on badly: A END has 0.6 * 0.5 = 0.30, B END has 0.4 * 0.9 = 0.36.
TRAP = Chain({BEGIN: {A: 0.6, B: 0.4}, A: {END: 0.5, A: 0.3, B: 0.2}, B: {END: 0.9, A: 0.1}})
# A short sentence, END, of 0.3 against a longer one, A END, of 0.7 * 0.4 = 0.28.
SHORT = Chain({BEGIN: {A: 0.7, END: 0.3}, A: {END: 0.4, A: 0.35, B: 0.25}, B: {END: 1.0}})
ONE = torch.tensor([3])  # any source


def model(attention=None, n_target=5, **options):
    made = Seq2Seq(13, n_target, d_embed=3, d_hidden=10, attention=attention, **options)
    for parameter in made.parameters():
        parameter.data *= 3  # so that an untrained model, too, prefers something
    return made.double()


def score(model, source, tokens):
    """The log-probability of each token, by the model's teacher-forced logits."""
    target = torch.tensor([tokens])
    logits = model(source[None], torch.tensor([len(source)]), target)
    return logits.log_softmax(dim=-1)[0].gather(1, target.T)[:, 0]


def tokens_of(candidates):
    return [candidate.tokens for candidate in candidates]


# --- greedy --------------------------------------------------------------------------------------


def test_by_hand_greedy_takes_the_likeliest_token():
    written = greedy(TRAP, ONE[None], torch.tensor([1]), 7)
    assert written.tokens.tolist() == [[A, END]]
    assert_close(written.log_probability.exp(), torch.tensor([[0.6, 0.5]]))
    assert written.weights is None


def test_by_hand_what_stands_after_the_end_mark_is_empty():
    chain = Chain({BEGIN: {A: 1.0}, A: {A: 0.6, END: 0.4}, END: {B: 1.0}, PAD: {B: 1.0}})
    ends = torch.tensor([True, False])

    def step(token, state, memory, prepared):
        logits = chain.table[token].clone()
        logits[ends & (token == A), A] = -torch.inf  # the first sequence must end after A
        return logits, state, torch.ones(2, 3)

    chain.step, chain.attention = step, object()
    written = greedy(chain, torch.tensor([[3], [3]]), torch.tensor([1, 1]), 4)
    assert written.tokens.tolist() == [[A, END, PAD, PAD], [A, A, A, A]]
    assert (written.log_probability[0, 2:] == 0).all()
    assert_close(written.log_probability[1, 1:].exp(), torch.full((3,), 0.6))
    assert written.weights[..., 0].tolist() == [[1, 1, 0, 0], [1, 1, 1, 1]]


def test_a_padding_token_that_a_model_writes_keeps_its_weights():
    # No trained model does; but what is returned should not hide it where one does.
    never_ends = model("dot")
    never_ends.decoder.readout.bias.data[PAD] = 100
    written = greedy(never_ends, torch.full((2, 7), 3), torch.tensor([7, 5]), 3)
    assert written.tokens.tolist() == [[PAD] * 3] * 2
    assert_close(written.weights.sum(dim=-1), torch.ones(2, 3, dtype=torch.float64))


@WITH_AND_WITHOUT
def test_greedys_log_probabilities_are_those_of_teacher_forcing(attention):
    writer, lengths = model(attention, 7), torch.tensor([2, 5, 3])
    source = torch.randint(3, 13, (3, 5))
    written = greedy(writer, source, lengths, 6)
    for i, n in enumerate(lengths):
        row = written.tokens[i].tolist()
        row = row[: row.index(END) + 1] if END in row else row
        assert_close(written.log_probability[i, : len(row)], score(writer, source[i, :n], row))
        assert not written.log_probability[i, len(row) :].any()


def test_writing_leaves_no_gradient_behind():
    written = greedy(model("dot"), torch.full((2, 7), 3), torch.tensor([7, 5]), 3)
    assert not written.log_probability.requires_grad
    assert not written.weights.requires_grad


# --- the beam by hand ----------------------------------------------------------------------------


def test_by_hand_a_beam_of_two_is_not_fooled():
    best, second = beam_search(TRAP, ONE, width=2, max_len=7)
    assert best.tokens == [B, END]
    assert math.exp(best.log_probability) == pytest.approx(0.36)
    assert second.tokens == [A, END]
    assert math.exp(second.log_probability) == pytest.approx(0.30)


def test_by_hand_a_beam_of_one_is_fooled():
    (only,) = beam_search(TRAP, ONE, width=1, max_len=7)
    assert only.tokens == [A, END]


def test_by_hand_a_finished_candidate_takes_its_place_with_it():
    # END (0.3) finishes at the first step; one place is left, for the best that goes on with A.
    assert tokens_of(beam_search(SHORT, ONE, width=2, max_len=7)) == [[END], [A, END]]
    # With three places: A A (0.245) and A END (0.28) at the second step, then A A END (0.098).
    found = beam_search(SHORT, ONE, width=3, max_len=7)
    assert tokens_of(found) == [[END], [A, END], [A, A, END]]
    assert [math.exp(c.log_probability) for c in found] == pytest.approx([0.3, 0.28, 0.098])


def test_by_hand_alpha_forgives_length():
    # ln 0.3 = -1.20 before ln 0.28 = -1.27; but -1.20 / 1 behind -1.27 / 2.
    assert tokens_of(beam_search(SHORT, ONE, width=2, max_len=7, alpha=0)) == [[END], [A, END]]
    assert tokens_of(beam_search(SHORT, ONE, width=2, max_len=7, alpha=1)) == [[A, END], [END]]
    # The two are level where 2^alpha = 1.273 / 1.204, which is at alpha = 0.0804.
    assert beam_search(SHORT, ONE, width=2, max_len=7, alpha=0.08)[0].tokens == [END]
    assert beam_search(SHORT, ONE, width=2, max_len=7, alpha=0.081)[0].tokens == [A, END]


def test_by_hand_what_is_cut_off_has_no_end_mark():
    found = beam_search(TRAP, ONE, width=2, max_len=1)
    assert tokens_of(found) == [[A], [B]]
    assert [math.exp(c.log_probability) for c in found] == pytest.approx([0.6, 0.4])


# --- the beam, on random models ------------------------------------------------------------------


@WITH_AND_WITHOUT
@pytest.mark.parametrize("max_len", [1, 6])
def test_a_beam_of_one_is_greedy(attention, max_len):
    writer = model(attention, 7)
    for length in (1, 2, 5):
        source = torch.randint(3, 13, (length,))
        (found,) = beam_search(writer, source, width=1, max_len=max_len)
        written = greedy(writer, source[None], torch.tensor([length]), max_len)
        assert found.tokens == written.tokens[0].tolist()
        assert found.log_probability == pytest.approx(written.log_probability.sum().item())
        if attention is not None:
            assert_close(found.weights, written.weights[0])


@WITH_AND_WITHOUT
def test_a_wide_beam_finds_every_sentence_and_so_the_likeliest(attention):
    writer, source, max_len = model(attention), torch.randint(3, 13, (4,)), 3
    found = beam_search(writer, source, width=1000, max_len=max_len)
    words = [token for token in range(5) if token != END]
    every = [
        [*words_before, last]
        for n in range(max_len)
        for words_before in itertools.product(words, repeat=n)
        for last in (range(5) if n == max_len - 1 else [END])
    ]
    assert sorted(tokens_of(found)) == sorted(every)  # 1 + 4 + 4 * 4 * 5 = 85, none twice
    scores = {tuple(row): score(writer, source, row).sum().item() for row in every}
    assert tuple(found[0].tokens) == max(scores, key=scores.get)
    assert sum(math.exp(c.log_probability) for c in found) == pytest.approx(1)


@WITH_AND_WITHOUT
def test_what_a_candidate_says_of_itself_is_what_the_model_says_of_it(attention):
    # A candidate's state and weights are its own, not those of the row that it stood beside.
    writer, source = model(attention, 7), torch.randint(3, 13, (4,))
    found = beam_search(writer, source, width=5, max_len=6)
    assert len(found) == 5
    assert len({tuple(c.tokens) for c in found}) == 5
    assert [c.log_probability for c in found] == sorted(
        (c.log_probability for c in found), reverse=True
    )
    for candidate in found:
        assert END not in candidate.tokens[:-1]
        assert len(candidate.tokens) <= 6
        assert candidate.log_probability == pytest.approx(
            score(writer, source, candidate.tokens).sum().item()
        )
        if attention is None:
            assert candidate.weights is None
        else:
            assert candidate.weights.shape == (len(candidate.tokens), 4)
            looked = writer.align(source[None], torch.tensor([4]), torch.tensor([candidate.tokens]))
            assert_close(candidate.weights, looked[0])


# --- bad input -----------------------------------------------------------------------------------

SOURCE = torch.full((4,), 3)

BAD_INPUT = {
    "a batch of sources": (
        dict(source=SOURCE[None]),
        ValueError,
        "source should have shape (S,), but had (1, 4)",
    ),
    "no source": (
        dict(source=SOURCE[:0]),
        ValueError,
        "source should have shape (batch, length), but had (1, 0)",
    ),
    "a source of fractions": (
        dict(source=SOURCE.float()),
        TypeError,
        "source should be whole numbers (int64 or int32), but their dtype was torch.float32",
    ),
    "a source id outside the vocabulary": (
        dict(source=SOURCE + 10),
        ValueError,
        "source should be in [0, 13), but ranged from 13 to 13",
    ),
    "no width": (dict(width=0), ValueError, "width should be at least 1, but was 0"),
    "half a width": (dict(width=1.5), TypeError, "width should be a whole number, but was 1.5"),
    "nothing to write": (dict(max_len=0), ValueError, "max_len should be at least 1, but was 0"),
    "a truth value for max_len": (
        dict(max_len=True),
        TypeError,
        "max_len should be a whole number, but was True",
    ),
}


@pytest.mark.parametrize(("wrong", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(wrong, error, message):
    arguments = dict(source=SOURCE, width=2, max_len=3) | wrong
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        beam_search(model(), **arguments)
