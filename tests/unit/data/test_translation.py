"""The small grammar: sentences by hand, every sentence by an oracle of its own, and chance."""

import re
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from attention.data.translation import (
    ADJECTIVES,
    ARTICLES,
    ENGLISH,
    FRENCH,
    MAX_CLAUSES,
    NOUNS,
    VERBS,
    Pair,
    last_clause_first,
    mixed_batch,
    sentence_pairs,
    translate,
    translation_batch,
)
from attention.data.vocabulary import END


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


# --- the grammar by hand -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("english", "french", "origins"),
    [
        ("the cat sleeps", "le chat dort", [[0, 1], [1], [2]]),
        ("a door falls", "une porte tombe", [[0, 1], [1], [2]]),
        ("the heavy door falls", "la porte lourde tombe", [[0, 2], [2], [1, 2], [3]]),
        ("a grey wolf dreams", "un loup gris rêve", [[0, 2], [2], [1, 2], [3]]),
        (
            "the green cat sleeps and a heavy door falls",
            "le chat vert dort et une porte lourde tombe",
            [[0, 2], [2], [1, 2], [3], [4], [5, 7], [7], [6, 7], [8]],
        ),
        (
            "a queen sings and the white moon shines and the baker waits",
            "une reine chante et la lune blanche brille et le boulanger attend",
            [[0, 1], [1], [2], [3], [4, 6], [6], [5, 6], [7], [8], [9, 10], [10], [11]],
        ),
    ],
)
def test_by_hand(english, french, origins):
    assert translate(english.split()) == Pair(english.split(), french.split(), origins)


def test_the_vocabularies_hold_the_grammar():
    assert len(ENGLISH) == 3 + 2 + 1 + 16 + 8 + 8
    assert len(FRENCH) == 3 + 4 + 1 + 16 + 16 + 8
    assert len(VERBS) == MAX_CLAUSES <= min(len(NOUNS), len(ADJECTIVES))
    assert Counter(gender for _, gender in NOUNS.values()) == {0: 8, 1: 8}
    assert all(masculine != feminine for masculine, feminine in ADJECTIVES.values())


# --- every sentence, by an oracle that looks words up and knows no rule ---------------------------

WORD_FOR_WORD = {"et": "and"} | {french: english for english, french in VERBS.items()}
WORD_FOR_WORD |= {french: english for english, (french, _) in NOUNS.items()}
for table in (ARTICLES, ADJECTIVES):
    WORD_FOR_WORD |= {form: english for english, forms in table.items() for form in forms}
GENDER = {form: g for t in (ARTICLES, ADJECTIVES) for f in t.values() for g, form in enumerate(f)}
GENDER |= dict(NOUNS.values())

pairs = st.builds(
    lambda clauses, seed: sentence_pairs(1, clauses, generator=seeded(seed))[0],
    st.integers(1, MAX_CLAUSES),
    st.integers(0, 2**32),
)


@given(pairs)
def test_origins_are_the_word_translated_and_the_noun_that_it_agrees_with(pair):
    assert len(pair.origins) == len(pair.french)
    first = [places[0] for places in pair.origins]
    assert sorted(first) == list(range(len(pair.english)))  # every word is translated, and once
    for word, (place, *agrees) in zip(pair.french, pair.origins, strict=True):
        assert WORD_FOR_WORD[word] == pair.english[place]
        agreeing = word in GENDER and pair.english[place] not in NOUNS
        assert len(agrees) == agreeing
        if agreeing:
            noun = pair.english[agrees[0]]
            assert NOUNS[noun][1] == GENDER[word]
            between = pair.english[place + 1 : agrees[0]]  # the noun is the next one
            assert all(english in ADJECTIVES for english in between)


@given(pairs)
def test_clauses_keep_their_order_and_adjectives_stand_behind(pair):
    clauses = [" ".join(pair.french).split(" et "), " ".join(pair.english).split(" and ")]
    for french, english in zip(*([c.split() for c in side] for side in clauses), strict=True):
        back = [WORD_FOR_WORD[word] for word in french]
        if len(back) == 4:
            back[1], back[2] = back[2], back[1]
        assert back == english


@given(pairs)
def test_no_noun_adjective_or_verb_comes_twice(pair):
    for table in (NOUNS, ADJECTIVES, VERBS):
        words = [word for word in pair.english if word in table]
        assert len(set(words)) == len(words)


@given(pairs)
def test_a_sentence_drawn_is_a_sentence_of_the_grammar(pair):
    assert translate(pair.english) == pair


# --- chance --------------------------------------------------------------------------------------


def test_half_the_nouns_have_an_adjective_and_every_word_is_as_likely():
    n, clauses = 2000, 3
    drawn = sentence_pairs(n, clauses, generator=seeded())
    lengths = torch.tensor([len(p.english) for p in drawn]) - (3 * clauses + clauses - 1)
    # The number of adjectives is binomial: 1, 3, 3, 1 eighths.
    for adjectives, eighths in enumerate([1, 3, 3, 1]):
        share = (lengths == adjectives).float().mean().item()
        assert share == pytest.approx(eighths / 8, abs=4.5 * (0.25 / n) ** 0.5)
    count = Counter(word for p in drawn for word in p.english)
    for words, part in ((ARTICLES, 1), (NOUNS, 1), (ADJECTIVES, 1 / 2), (VERBS, 1)):
        wanted = n * clauses * part / len(words)
        assert all(abs(count[word] - wanted) < 4.5 * wanted**0.5 for word in words)


def test_the_generator_decides():
    one, same, other = (sentence_pairs(5, 3, generator=seeded(s)) for s in (3, 3, 4))
    assert one == same
    assert one != other
    one, same, other = (mixed_batch(5, 3, generator=seeded(s)).source for s in (3, 3, 4))
    assert torch.equal(one, same)
    assert one.tolist() != other.tolist()


def test_a_mixed_batch_has_every_length_as_often_and_pairs_that_belong_together():
    n = 2000
    batch = mixed_batch(n, 4, generator=seeded())
    assert len(batch.source) == len(batch.target) == n
    words = [ENGLISH.decode(row) for row in batch.source.tolist()]
    clauses = Counter(row.count("and") + 1 for row in words)
    assert sorted(clauses) == [1, 2, 3, 4]
    sigma = (n * 0.25 * 0.75) ** 0.5
    assert all(abs(count - n / 4) < 4.5 * sigma for count in clauses.values())
    for row, target, length in zip(words, batch.target, batch.lengths, strict=True):
        assert FRENCH.decode(target.tolist()) == translate(row).french
        assert length == len(row) + 1


def test_by_hand_a_batch_has_both_end_marks():
    batch = translation_batch([translate(["the", "cat", "sleeps"])])
    assert batch.source.tolist() == [[*ENGLISH.encode(["the", "cat", "sleeps"])]]
    assert batch.target.tolist() == [[*FRENCH.encode(["le", "chat", "dort"])]]
    assert batch.source[0, -1] == batch.target[0, -1] == END


def test_by_hand_the_last_clause_first_and_nothing_else_moved():
    english = "the cat sleeps and a heavy door falls"
    french = "le chat dort et une porte lourde tombe"
    batch = translation_batch([translate(english.split())])
    turned = last_clause_first(batch)
    assert " ".join(FRENCH.decode(batch.target[0].tolist())) == french
    first, last = french.split(" et ")
    assert " ".join(FRENCH.decode(turned.target[0].tolist())) == f"{last} et {first}"
    assert torch.equal(turned.source, batch.source)
    assert torch.equal(turned.lengths, batch.lengths)


def test_clauses_turned_twice_are_as_before():
    batch = mixed_batch(20, 5, generator=seeded())
    turned = last_clause_first(batch)
    assert not torch.equal(turned.target, batch.target)
    assert torch.equal(last_clause_first(turned).target, batch.target)


# --- bad input -----------------------------------------------------------------------------------

RULE = (
    "english should be clauses of article, perhaps an adjective, noun and verb, joined by 'and', "
    "but was {!r} and broke off at word {}"
)
UNGRAMMATICAL = [
    ("", 0),
    ("the", 0),
    ("cat sleeps", 0),
    ("the cat", 0),
    ("the sleeps", 0),
    ("the cat green sleeps", 0),
    ("the green heavy cat sleeps", 0),
    ("le chat dort", 0),
    ("the cat sleeps falls", 0),
    ("the cat sleeps and", 4),
    ("the cat sleeps a door falls", 0),
    ("the green cat sleeps and door falls", 5),
]

BAD_INPUT = {
    **{
        f"ungrammatical: {words}": (
            lambda words=words: translate(words.split()),
            ValueError,
            RULE.format(words, place),
        )
        for words, place in UNGRAMMATICAL
    },
    "no sentence": (
        lambda: sentence_pairs(0, 2),
        ValueError,
        "n should be at least 1, but was 0",
    ),
    "half a sentence": (
        lambda: sentence_pairs(2.5, 2),
        TypeError,
        "n should be a whole number, but was 2.5",
    ),
    "no clause": (
        lambda: sentence_pairs(5, 0),
        ValueError,
        "clauses should be at least 1, but was 0",
    ),
    "more clauses than verbs": (
        lambda: sentence_pairs(5, 9),
        ValueError,
        "clauses should be at most 8, but was 9",
    ),
    "a truth value for the clauses": (
        lambda: sentence_pairs(5, True),
        TypeError,
        "clauses should be a whole number, but was True",
    ),
    "a batch of nothing": (
        lambda: translation_batch([]),
        ValueError,
        "pairs should hold at least one pair, but was empty",
    ),
    "a mixed batch of nothing": (
        lambda: mixed_batch(0, 3),
        ValueError,
        "n should be at least 1, but was 0",
    ),
    "a mixed batch of no clause": (
        lambda: mixed_batch(5, 0),
        ValueError,
        "max_clauses should be at least 1, but was 0",
    ),
    "a mixed batch of more clauses than verbs": (
        lambda: mixed_batch(1, 9, generator=seeded()),
        ValueError,
        "max_clauses should be at most 8, but was 9",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
