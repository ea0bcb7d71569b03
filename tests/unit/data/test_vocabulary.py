"""Vocabularies and batches: ids by hand, round trips, padding, and sources turned round."""

import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from attention.data.vocabulary import (
    BEGIN,
    END,
    END_MARK,
    PAD,
    Batch,
    Vocabulary,
    batch_of,
    padded,
    reverse_source,
)

ANIMALS = Vocabulary(["cat", "dog", "wolf"])
FRENCH = Vocabulary(["chat", "chien"])
animals = st.lists(st.sampled_from(["cat", "dog", "wolf"]), max_size=7)


def test_by_hand_ids_begin_behind_the_three_marks():
    assert (PAD, BEGIN, END) == (0, 1, 2)
    assert len(ANIMALS) == 6
    assert ANIMALS.words == ["⟨padding⟩", "⟨start⟩", END_MARK, "cat", "dog", "wolf"]
    assert ANIMALS.encode(["wolf", "cat"]) == [5, 3, END]
    assert ANIMALS.encode([]) == [END]


def test_by_hand_decode_stops_at_the_first_end_mark():
    assert ANIMALS.decode([5, 3, END, 4, END, PAD]) == ["wolf", "cat"]
    assert ANIMALS.decode([5, 3]) == ["wolf", "cat"]
    assert ANIMALS.decode([END]) == []


@given(animals, st.integers(0, 3))
def test_decode_undoes_encode(words, n_padding):
    assert ANIMALS.decode(ANIMALS.encode(words) + [PAD] * n_padding) == words


@given(st.text(min_size=1))
def test_any_words_can_be_a_vocabulary(text):
    vocabulary = Vocabulary(dict.fromkeys(text))
    assert vocabulary.decode(vocabulary.encode(list(text))) == list(text)
    assert len(vocabulary) == len(set(text)) + 3


def test_by_hand_a_batch_is_padded_on_the_right():
    pairs = [(["cat"], ["chat"]), (["dog", "wolf", "cat"], ["chien"]), ([], ["chat", "chien"])]
    batch = batch_of(iter(pairs), ANIMALS, FRENCH)
    assert batch.source.tolist() == [[3, 2, 0, 0], [4, 5, 3, 2], [2, 0, 0, 0]]
    assert batch.lengths.tolist() == [2, 4, 1]  # with the end mark
    assert batch.target.tolist() == [[3, 2, 0], [4, 2, 0], [3, 4, 2]]
    assert {tensor.dtype for tensor in batch} == {torch.int64}


@given(st.lists(animals, min_size=1, max_size=5))
def test_a_batch_keeps_every_sequence(sequences):
    batch = batch_of([(words, words) for words in sequences], ANIMALS, ANIMALS)
    for i, words in enumerate(sequences):
        length = batch.lengths[i].item()
        assert ANIMALS.decode(batch.source[i].tolist()) == words
        assert batch.source[i, length - 1] == END
        assert not batch.source[i, length:].any()
    assert batch.source.shape[1] == batch.lengths.max()  # no wider than it must be
    assert torch.equal(batch.source, batch.target)


def test_by_hand_padded():
    assert padded([[7], [5, 6, 7]]).tolist() == [[7, 0, 0], [5, 6, 7]]


def test_by_hand_a_source_is_turned_round_and_its_end_mark_and_padding_stay():
    source = torch.tensor([[3, 4, 5, 2, 0, 0], [6, 7, 2, 0, 0, 0], [8, 2, 0, 0, 0, 0]])
    last = torch.tensor([[2, 0, 0, 0, 0, 0], [3, 4, 5, 6, 7, 2]])
    lengths = torch.tensor([4, 3, 2, 1, 6])
    batch = Batch(torch.cat([source, last]), lengths, torch.ones(5, 2, dtype=torch.int64))
    turned = reverse_source(batch)
    assert turned.source.tolist() == [
        [5, 4, 3, 2, 0, 0],
        [7, 6, 2, 0, 0, 0],
        [8, 2, 0, 0, 0, 0],
        [2, 0, 0, 0, 0, 0],
        [7, 6, 5, 4, 3, 2],
    ]
    assert turned.lengths is batch.lengths
    assert turned.target is batch.target
    assert batch.source[0].tolist() == [3, 4, 5, 2, 0, 0]  # what came in is as it was


@given(st.lists(animals, min_size=1, max_size=5))
def test_turning_round_is_reversing_the_words_and_twice_is_nothing(sequences):
    batch = batch_of([(words, words) for words in sequences], ANIMALS, ANIMALS)
    backwards = batch_of([(words[::-1], words) for words in sequences], ANIMALS, ANIMALS)
    turned = reverse_source(batch)
    for found, wanted in zip(turned, backwards, strict=True):
        assert torch.equal(found, wanted)
    assert torch.equal(reverse_source(turned).source, batch.source)


BAD_INPUT = {
    "words that come twice": (
        lambda: Vocabulary(["dog", "cat", "dog", "wolf", "cat"]),
        "words should be different, but ['cat', 'dog'] came more than once",
    ),
    "a word that is a mark": (
        lambda: Vocabulary(["cat", END_MARK]),
        f"words should be different, but ['{END_MARK}'] came more than once",
    ),
    "unknown words": (
        lambda: ANIMALS.encode(["cat", "lion", "dog", "tiger"]),
        "words should be in the vocabulary, but ['lion', 'tiger'] are not",
    ),
    "an unknown word in a batch": (
        lambda: batch_of([(["cat"], ["cat"])], ANIMALS, FRENCH),
        "words should be in the vocabulary, but ['cat'] are not",
    ),
    "no pair": (
        lambda: batch_of([], ANIMALS, FRENCH),
        "pairs should hold at least one pair, but was empty",
    ),
}


@pytest.mark.parametrize(("call", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
