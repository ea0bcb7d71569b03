"""Spelling to sound: the dictionary, its split, and how far one pronunciation is from another."""

import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from attention.data.spelling import (
    LETTERS,
    LONGEST,
    PHONES,
    edit_distance,
    error_rates,
    pronunciations,
    spelling_batch,
    split_words,
)
from attention.data.vocabulary import END, PAD, padded

# --- the dictionary ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("knight", "N AY T"),
        ("psychology", "S AY K AA L AH JH IY"),  # stress is left out: AY0, AA1
        ("read", "R EH D"),  # the first of two
        ("though", "DH OW"),
        ("aalborg", "AO L B AO R G"),  # without its remark, "# place, danish"
    ],
)
def test_words_that_one_can_look_up(word, phones):
    assert pronunciations()[word] == phones.split()


def test_every_word_is_short_and_in_the_two_alphabets():
    assert len(PHONES) == 3 + 39
    assert len(LETTERS) == 3 + 26
    words = pronunciations()
    assert len(words) > 100_000
    assert {len(word) for word in words} == set(range(2, LONGEST + 1))
    assert set().union(*words) == set(LETTERS.words[3:])
    assert set().union(*words.values()) == set(PHONES.words[3:])


def test_no_word_is_cut_off_when_it_is_pronounced():
    # `error_rates` writes at most 2 * LONGEST phones, the end mark included.
    assert max(len(phones) for phones in pronunciations().values()) < 2 * LONGEST


def test_the_words_to_learn_and_the_words_held_out_are_all_and_are_different():
    train, held_out = split_words()
    assert len(held_out) == 2000
    assert sorted(train + held_out) == sorted(pronunciations())
    assert held_out != sorted(held_out)


def test_the_split_is_the_same_in_every_run():
    split_words.cache_clear()
    torch.manual_seed(1)
    train, held_out = split_words()
    split_words.cache_clear()
    torch.manual_seed(2)
    assert split_words() == (train, held_out)
    assert held_out[:3] == ["yzaguirre", "laws", "granular"]


def test_by_hand_a_batch():
    batch = spelling_batch(["knight", "ox"])
    assert [LETTERS.decode(row) for row in batch.source.tolist()] == [list("knight"), ["o", "x"]]
    phones = [["N", "AY", "T"], ["AA", "K", "S"]]
    assert [PHONES.decode(row) for row in batch.target.tolist()] == phones
    assert batch.lengths.tolist() == [7, 3]
    assert batch.source[1].tolist() == [*LETTERS.encode("ox"), *[PAD] * 4]


def test_words_that_are_not_in_the_dictionary_are_named():
    message = "words should be in the dictionary, but ['qqqq', 'Knight'] are not"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        spelling_batch(["qqqq", "knight", "Knight"])


# --- edit distance -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "wanted", "distance"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("abc", "abc", 0),
        ("abc", "abd", 1),  # one substitution
        ("abc", "ac", 1),  # one deletion
        ("ac", "abc", 1),  # one insertion
        ("ab", "ba", 2),  # no exchange: two substitutions
        ("kitten", "sitting", 3),
        ("saturday", "sunday", 3),
        ("abcd", "bcde", 2),  # not four substitutions
    ],
)
def test_by_hand_the_edit_distance(written, wanted, distance):
    assert edit_distance(list(written), list(wanted)) == distance


words = st.lists(st.sampled_from(["N", "AY", "T"]), max_size=6)


def by_definition(a, b):
    """The same by the recursion, without a table."""
    if not a or not b:
        return len(a) + len(b)
    return min(
        by_definition(a[1:], b) + 1,
        by_definition(a, b[1:]) + 1,
        by_definition(a[1:], b[1:]) + (a[0] != b[0]),
    )


@given(words.filter(lambda w: len(w) < 5), words.filter(lambda w: len(w) < 5))
def test_the_table_is_the_recursion(a, b):
    assert edit_distance(a, b) == by_definition(a, b)


@given(words, words, words)
def test_the_edit_distance_is_a_metric(a, b, c):
    assert (edit_distance(a, b) == 0) == (a == b)
    assert edit_distance(a, b) == edit_distance(b, a)
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)
    assert abs(len(a) - len(b)) <= edit_distance(a, b) <= max(len(a), len(b))


# --- error rates ---------------------------------------------------------------------------------


class Speller:
    """A stand-in for a model: it says what it is told to say, whatever it is shown."""

    def __init__(self, *said):
        self.said = padded([PHONES.encode(phones.split()) for phones in said])

    def decode(self, source, lengths, max_len):
        assert self.said.shape[1] <= max_len
        return self.said, None


@pytest.mark.parametrize(
    ("said", "word_errors", "edits"),
    [
        (("N AY T", "AA K S"), 0, 0),
        (("N AY T", "AA K Z"), 1, 1),
        (("K N IH G T", "AA K S"), 1, 3),
        (("", ""), 2, 6),
        (("AA K S", "N AY T"), 2, 6),
    ],
)
def test_by_hand_the_error_rates_of_knight_and_ox(said, word_errors, edits):
    assert error_rates(Speller(*said), ["knight", "ox"]) == (word_errors / 2, edits / 6)


def test_what_is_said_after_the_end_mark_does_not_count():
    speller = Speller("N AY T")
    speller.said = torch.cat([speller.said, torch.tensor([[5, 6, END]])], dim=1)
    assert error_rates(speller, ["knight"]) == (0.0, 0.0)
