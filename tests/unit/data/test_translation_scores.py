"""How translations and alignments are scored: stand-ins for models whose faults are known."""

import re

import pytest
import torch

from attention.data.translation import (
    ENGLISH,
    FRENCH,
    exact_match,
    last_clause_first,
    peak_is_right,
    sentence_pairs,
    translate,
    translation_batch,
)
from attention.data.vocabulary import END, PAD, Batch, reverse_source

# --- scores --------------------------------------------------------------------------------------


class Translator:
    """A stand-in for a model: it translates by the rules, and spoils what it is told to spoil."""

    def __init__(self, spoil=lambda tokens: tokens, backwards=False):
        self.spoil, self.backwards = spoil, backwards

    def decode(self, source, lengths, max_len):
        rows = [row[: n - 1] for row, n in zip(source.tolist(), lengths.tolist(), strict=True)]
        rows = [row[::-1] if self.backwards else row for row in rows]
        assert all(row[-1] > END for row in rows)
        pairs = [translate([ENGLISH.words[i] for i in row]) for row in rows]
        return self.spoil(translation_batch(pairs).target[:, :max_len]), None


def spoil(tokens, rows, column, value):
    tokens[rows, column] = value
    return tokens


def test_exact_match_of_a_translator_without_fault():
    assert exact_match(Translator(), 3) == 1.0
    assert exact_match(Translator(backwards=True), 3, reverse=True) == 1.0


def test_exact_match_of_one_who_writes_the_last_clause_first():
    class Turned(Translator):
        def decode(self, source, lengths, max_len):
            target, _ = super().decode(source, lengths, max_len)
            return last_clause_first(Batch(source, lengths, target)).target, None

    assert exact_match(Turned(), 3, last_first=True) == 1.0
    assert exact_match(Turned(), 3) == 0.0
    assert exact_match(Turned(), 1, last_first=True) == 1.0


@pytest.mark.parametrize(
    ("fault", "score"),
    [
        (lambda t: spoil(t, slice(None, None, 4), 0, FRENCH.encode(["et"])[0]), 0.75),
        (lambda t: spoil(t, slice(5), 1, PAD), 0.75),
        (lambda t: t.where(t != END, PAD), 0.0),  # no end mark
        (lambda t: torch.cat([t[:5], t[5:].roll(1, dims=0)]), 0.25),
        (lambda t: t[:, :1], 0.0),  # it stops at once: what is missing is wrong
        (lambda t: torch.full_like(t[:, :1], END), 0.0),
    ],
    ids=["a wrong word", "a gap", "no end", "another's translation", "cut off", "nothing"],
)
def test_exact_match_counts_the_sentences_without_a_single_fault(fault, score):
    assert exact_match(Translator(fault), 2, n=20) == score


def test_exact_match_draws_the_sentences_of_its_seed():
    seen = []

    class Listener(Translator):
        def decode(self, source, lengths, max_len):
            seen.append(source)
            return super().decode(source, lengths, max_len)

    for options in ({}, {}, {"seed": 1}, {"n": 7}):
        exact_match(Listener(), 2, **options)
    batch = translation_batch(sentence_pairs(200, 2, generator=torch.Generator().manual_seed(0)))
    assert torch.equal(seen[0], batch.source)
    assert torch.equal(seen[1], batch.source)
    assert seen[2].tolist() != batch.source.tolist()
    assert len(seen[3]) == 7
    exact_match(Listener(backwards=True), 2, reverse=True)
    assert torch.equal(seen[4], reverse_source(batch).source)


def looking_at(*places, n_source=6):
    """Weights (T, S) whose largest stands at ``places``."""
    return torch.full((len(places), n_source), 0.1).scatter(1, torch.tensor(places)[:, None], 0.5)


SHORT = translate(["the", "cat", "sleeps"])  # le chat dort: [0, 1], [1], [2], and the end mark: 3
LONG = translate(["a", "heavy", "door", "falls"])  # une porte lourde tombe: [0, 2], [2], [1, 2],
# [3], and the end mark: 4


@pytest.mark.parametrize(
    ("places", "right", "within_one"),
    [
        ((0, 1, 2, 3), 4, 4),
        ((1, 1, 2, 3), 4, 4),  # the article looks at the noun whose gender it takes
        ((2, 1, 2, 3), 3, 4),
        ((1, 2, 3, 2), 1, 4),  # one step late, and one too early at the end
        ((3, 3, 0, 0), 0, 0),
    ],
)
def test_by_hand_the_peak_is_right(places, right, within_one):
    weights = looking_at(*places)[None]
    assert peak_is_right(weights, [SHORT]) == right / 4
    assert peak_is_right(weights, [SHORT], within=1) == within_one / 4


def test_by_hand_peaks_are_counted_over_all_steps_and_not_beyond_the_end():
    short = looking_at(0, 1, 2, 3, 5)  # the fifth step is padding
    assert peak_is_right(torch.stack([short, looking_at(2, 2, 2, 0, 4)]), [SHORT, LONG]) == 8 / 9
    assert peak_is_right(torch.stack([short, looking_at(1, 0, 0, 2, 0)]), [SHORT, LONG]) == 4 / 9


BAD_INPUT = {
    "weights of fewer pairs": (
        lambda: peak_is_right(torch.ones(1, 5, 6), [SHORT, LONG]),
        "weights should have shape (B, T, S) with B = 2, but had (1, 5, 6)",
    ),
    "weights without a batch axis": (
        lambda: peak_is_right(torch.ones(5, 6), [SHORT]),
        "weights should have shape (B, T, S) with B = 1, but had (5, 6)",
    ),
}


@pytest.mark.parametrize(("call", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
