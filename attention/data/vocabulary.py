"""Words and their ids, and batches of sequences of unequal length."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

PAD, BEGIN, END = 0, 1, 2
"""The ids with which every vocabulary begins: padding, the start mark and the end mark."""

END_MARK = "⟨end⟩"


class Vocabulary:
    """The words of a language, each with an id; the first three ids are marks.

    Args:
        words: The words, in the order of their ids, which begin at 3.

    Raises:
        ValueError: If a word comes twice.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = ["⟨padding⟩", "⟨start⟩", END_MARK, *words]
        self._ids = {word: i for i, word in enumerate(self.words)}
        if len(self._ids) < len(self.words):
            twice = sorted({word for word in self.words if self.words.count(word) > 1})
            raise ValueError(f"words should be different, but {twice} came more than once")

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, words: Sequence[str]) -> list[int]:
        """The ids of ``words``, and that of the end mark.

        Raises:
            ValueError: If a word is not in the vocabulary.
        """
        unknown = [word for word in words if word not in self._ids]
        if unknown:
            raise ValueError(f"words should be in the vocabulary, but {unknown} are not")
        return [*(self._ids[word] for word in words), END]

    def decode(self, ids: Iterable[int]) -> list[str]:
        """The words of ``ids`` up to the end mark, without it."""
        words = []
        for i in ids:
            if i == END:
                break
            words.append(self.words[i])
        return words


class Batch(NamedTuple):
    """B pairs of sequences, as a sequence-to-sequence model takes them.

    Attributes:
        source: Source ids with the end mark, int64 (B, S), 0 after it.
        lengths: Number of source ids of each, the end mark included, int64 (B,).
        target: Target ids with the end mark, int64 (B, T), 0 after it.
    """

    source: Tensor
    lengths: Tensor
    target: Tensor


class Translator(Protocol):
    """What writes a target for each source: the recurrent models of this package do."""

    def decode(self, source: Tensor, lengths: Tensor, max_len: int) -> tuple[Tensor, Tensor | None]:
        """The target ids, int64 (B, T) with T at most ``max_len``, and how it looked at each."""


def batch_of(
    pairs: Iterable[tuple[Sequence[str], Sequence[str]]], source: Vocabulary, target: Vocabulary
) -> Batch:
    """Encode and pad pairs of word lists.

    Args:
        pairs: (source words, target words) of each pair.
        source: Vocabulary of the sources.
        target: Vocabulary of the targets.

    Raises:
        ValueError: If there is no pair, or a word is not in its vocabulary.
    """
    encoded = [(source.encode(words), target.encode(others)) for words, others in pairs]
    if not encoded:
        raise ValueError("pairs should hold at least one pair, but was empty")
    sources, targets = zip(*encoded, strict=True)
    return Batch(padded(sources), torch.tensor([len(ids) for ids in sources]), padded(targets))


def padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """Rows of unequal length as one tensor, int64 (B, longest), filled up with 0."""
    longest = max(len(row) for row in rows)
    return torch.tensor([[*row, *[PAD] * (longest - len(row))] for row in rows])


def reverse_source(batch: Batch) -> Batch:
    """Turn each source round, its end mark and padding left where they are.

    Source:
        Sutskever et al. 2014, section 3.3.
    """
    last = batch.lengths[:, None] - 2  # (B, 1): the place of the last word
    place = torch.arange(batch.source.shape[1])  # (S,)
    mirrored = torch.where(place <= last, last - place, place)  # (B, S)
    return batch._replace(source=batch.source.gather(1, mirrored))
