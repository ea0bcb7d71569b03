"""A small English-to-French grammar, whose translation reorders words and makes them agree.

A sentence is a row of clauses joined by "and": article, perhaps an adjective, noun, verb. In French
the adjective stands behind its noun, and article and adjective take the noun's gender: "the green
cat sleeps and a heavy door falls" becomes "le chat vert dort et une porte lourde tombe". Every
French word translates one English word, so that the right alignment is known. No noun, adjective or
verb comes twice in a sentence.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from attention._checks import check_count, shape
from attention.data.vocabulary import (
    Batch,
    Translator,
    Vocabulary,
    batch_of,
    padded,
    reverse_source,
)

ARTICLES = {"the": ("le", "la"), "a": ("un", "une")}
NOUNS = {  # with the gender: 0 masculine, 1 feminine
    "cat": ("chat", 0), "dog": ("chien", 0), "king": ("roi", 0), "book": ("livre", 0),
    "boat": ("bateau", 0), "wolf": ("loup", 0), "baker": ("boulanger", 0), "garden": ("jardin", 0),
    "door": ("porte", 1), "house": ("maison", 1), "queen": ("reine", 1), "moon": ("lune", 1),
    "river": ("rivière", 1), "girl": ("fille", 1), "flower": ("fleur", 1), "mouse": ("souris", 1),
}  # fmt: skip
ADJECTIVES = {
    "green": ("vert", "verte"), "white": ("blanc", "blanche"), "black": ("noir", "noire"),
    "heavy": ("lourd", "lourde"), "grey": ("gris", "grise"), "cold": ("froid", "froide"),
    "round": ("rond", "ronde"), "strong": ("fort", "forte"),
}  # fmt: skip
VERBS = {
    "sleeps": "dort", "falls": "tombe", "sings": "chante", "waits": "attend", "runs": "court",
    "shines": "brille", "dances": "danse", "dreams": "rêve",
}  # fmt: skip

MAX_CLAUSES = len(VERBS)
"""With more clauses some verb would have to come twice."""

ENGLISH = Vocabulary([*ARTICLES, "and", *NOUNS, *ADJECTIVES, *VERBS])
FRENCH = Vocabulary(
    [
        *(form for forms in ARTICLES.values() for form in forms),
        "et",
        *(noun for noun, _ in NOUNS.values()),
        *(form for forms in ADJECTIVES.values() for form in forms),
        *VERBS.values(),
    ]
)


class Pair(NamedTuple):
    """A sentence and its translation.

    Attributes:
        english: The S words of the source.
        french: The T words of the target.
        origins: For each target word the places of the source words that decide it: first the word
            that it translates, then, for an article or adjective, the noun whose gender it takes.
    """

    english: list[str]
    french: list[str]
    origins: list[list[int]]


def sentence_pairs(n: int, clauses: int, *, generator: torch.Generator | None = None) -> list[Pair]:
    """Random sentences with their translations.

    Args:
        n: Number of pairs.
        clauses: Number of clauses of each, 1 to 8: 3 to 4 words a clause, and an "and" between two.
        generator: Source of chance.

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1 or ``clauses`` is above 8.
    """
    check_count("n", n)
    if check_count("clauses", clauses) > MAX_CLAUSES:
        raise ValueError(f"clauses should be at most {MAX_CLAUSES}, but was {clauses}")

    def draw(table: dict[str, object]) -> list[list[str]]:
        """Different words of a table for each sentence."""
        words, chance = list(table), torch.rand(n, len(table), generator=generator)
        return [[words[i] for i in row[:clauses]] for row in chance.argsort(dim=-1).tolist()]

    def toss() -> list[list[int]]:
        return torch.randint(2, (n, clauses), generator=generator).tolist()

    columns = zip(draw(NOUNS), draw(ADJECTIVES), draw(VERBS), toss(), toss(), strict=True)  # type: ignore[arg-type]
    articles = list(ARTICLES)
    pairs = []
    for nouns, adjectives, verbs, described, chosen in columns:
        words: list[str] = []
        for i in range(clauses):
            adjective = [adjectives[i]] if described[i] else []
            words += [articles[chosen[i]], *adjective, nouns[i], verbs[i], "and"]
        pairs.append(translate(words[:-1]))
    return pairs


def translate(english: Sequence[str]) -> Pair:
    """Translate a sentence of the grammar by its rules.

    Args:
        english: The words.

    Raises:
        ValueError: If the words do not follow the grammar.
    """
    words, french, origins = list(english), [], []
    place = 0
    while True:
        described = place + 1 < len(words) and words[place + 1] in ADJECTIVES
        noun = place + 1 + described
        fits = (
            len(words) > noun + 1
            and words[place] in ARTICLES
            and words[noun] in NOUNS
            and words[noun + 1] in VERBS
            and (len(words) == noun + 2 or words[noun + 2] == "and")
        )
        if not fits:
            raise ValueError(
                "english should be clauses of article, perhaps an adjective, noun and verb, "
                f"joined by 'and', but was {' '.join(words)!r} and broke off at word {place}"
            )
        name, gender = NOUNS[words[noun]]
        french += [ARTICLES[words[place]][gender], name]
        origins += [[place, noun], [noun]]
        if described:
            french.append(ADJECTIVES[words[place + 1]][gender])
            origins.append([place + 1, noun])
        french.append(VERBS[words[noun + 1]])
        origins.append([noun + 1])
        if len(words) == noun + 2:
            return Pair(words, french, origins)
        french.append("et")
        origins.append([noun + 2])
        place = noun + 3


def translation_batch(pairs: Sequence[Pair]) -> Batch:
    """The pairs as tensors, both sides with their end mark."""
    return batch_of([(p.english, p.french) for p in pairs], ENGLISH, FRENCH)


def mixed_batch(n: int, max_clauses: int, *, generator: torch.Generator | None = None) -> Batch:
    """Random sentences of 1 to ``max_clauses`` clauses, every length as likely, for training.

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1 or ``max_clauses`` is above 8.
    """
    check_count("n", n)
    if check_count("max_clauses", max_clauses) > MAX_CLAUSES:
        raise ValueError(f"max_clauses should be at most {MAX_CLAUSES}, but was {max_clauses}")
    lengths = torch.randint(1, max_clauses + 1, (n,), generator=generator)
    counts = zip(*(x.tolist() for x in lengths.unique(return_counts=True)), strict=True)
    pairs = [p for clauses, k in counts for p in sentence_pairs(k, clauses, generator=generator)]
    return translation_batch(pairs)


def last_clause_first(batch: Batch) -> Batch:
    """Turn the order of each target's clauses round; within a clause nothing moves.

    A model that is trained on such targets reads the first clause first and writes it last.
    """
    rows = []
    for ids in batch.target.tolist():
        clauses = " ".join(FRENCH.decode(ids)).split(" et ")
        rows.append(FRENCH.encode(" et ".join(reversed(clauses)).split()))
    return batch._replace(target=padded(rows))


def exact_match(
    model: Translator,
    clauses: int,
    *,
    n: int = 200,
    seed: int = 0,
    reverse: bool = False,
    last_first: bool = False,
) -> float:
    """The share of sentences that a model translates without a single fault, greedily.

    Args:
        model: The model.
        clauses: Length of the sentences.
        n: Number of sentences.
        seed: Seed of the sentences; the same for every model that is to be compared.
        reverse: Whether the model reads its sources backwards.
        last_first: Whether it writes the last clause first.
    """
    pairs = sentence_pairs(n, clauses, generator=torch.Generator().manual_seed(seed))
    batch = translation_batch(pairs)
    if last_first:
        batch = last_clause_first(batch)
    source = reverse_source(batch).source if reverse else batch.source
    width = batch.target.shape[1]
    tokens, _ = model.decode(source, batch.lengths, width)
    tokens = torch.nn.functional.pad(tokens, (0, width - tokens.shape[1]))  # (B, T)
    return (tokens == batch.target).all(dim=1).float().mean().item()


def peak_is_right(weights: Tensor, pairs: Sequence[Pair], *, within: int = 0) -> float:
    """The share of steps at which the largest weight lies on a word that decides the target word.

    The step that writes the end mark counts, too: its word is the source's end mark.

    Args:
        weights: Weights of each right target word, (B, T, S), as ``Seq2Seq.align`` returns them.
        pairs: The B pairs.
        within: How many places beside such a word are still right.

    Raises:
        ValueError: If there are not as many pairs as rows of weights.
    """
    if weights.ndim != 3 or len(weights) != len(pairs):
        raise ValueError(
            f"weights should have shape (B, T, S) with B = {len(pairs)}, but had {shape(weights)}"
        )
    right = steps = 0
    for peaks, pair in zip(weights.argmax(dim=-1).tolist(), pairs, strict=True):
        for peak, places in zip(peaks, [*pair.origins, [len(pair.english)]], strict=False):
            right += any(abs(peak - place) <= within for place in places)
            steps += 1
    return right / steps
