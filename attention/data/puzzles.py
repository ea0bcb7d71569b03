"""Small puzzles whose answers stand elsewhere in the row: data for the chapter on several heads.

Both puzzles ask every position several questions at once, and each answer is a letter that stands
at some *other* position, its source. A model that answers must look at all the sources.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from attention._checks import check_count, shape

LETTERS = "abcdefghijklmnopqrstuvwxyz"
COLOURS = ("red", "blue", "green", "gold", "pink", "grey", "teal", "plum")
RELATIONS = ("previous", "first", "starred", "matching")
NOT_ASKED = -100  # what F.cross_entropy leaves out
N_CARD_SYMBOLS = len(LETTERS) + len(COLOURS) + 2


@dataclass(frozen=True)
class Puzzle:
    """A batch of B rows of T positions, each of which is asked Q questions or none.

    Attributes:
        symbols: The ids of what stands at each position, int64 (B, T, n), n symbols each.
        answers: The letter that answers each question, int64 (B, T, Q): 0 is "a", 25 is "z", and
            ``NOT_ASKED`` where the position is asked nothing.
        sources: The position where each answer stands, int64 (B, T, Q); -1 where nothing is asked.
    """

    symbols: Tensor
    answers: Tensor
    sources: Tensor


def last_letters(
    n: int, *, length: int = 16, n_back: int = 4, generator: torch.Generator | None = None
) -> Puzzle:
    """Rows of random letters; each position is asked for the ``n_back`` letters before it.

    Question q asks for the letter q + 1 places back. The first ``n_back`` positions, which have too
    little before them, are asked nothing.

    Args:
        n: Number of rows, B.
        length: Letters in a row, T.
        n_back: Number of questions, Q.
        generator: Source of chance.

    Returns:
        The puzzle; one symbol a position, its letter (0 to 25).

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1, or ``length`` leaves no position to ask.
    """
    check_count("n", n)
    check_count("n_back", n_back)
    if check_count("length", length) <= n_back:
        raise ValueError(f"length should be above n_back = {n_back}, but was {length}")
    letters = torch.randint(len(LETTERS), (n, length), generator=generator)  # (B, T)
    back = torch.arange(1, n_back + 1)
    sources = torch.arange(length)[:, None] - back  # (T, Q)
    sources[:n_back] = -1
    return _puzzle(letters[..., None], letters, sources.expand(n, -1, -1))


def four_relations(n: int, *, generator: torch.Generator | None = None) -> Puzzle:
    """Rows of 16 cards; each of the last eight is asked for four letters, one for each relation.

    A card shows a letter and one of eight colours. Each colour comes once among the first eight
    cards and once among the last eight; one card of the first eight, never the very first, bears a
    star. The ``RELATIONS`` are: the card just before, the first card of the row, the card with the
    star, and the early card whose colour matches.

    Args:
        n: Number of rows, B.
        generator: Source of chance.

    Returns:
        The puzzle; three symbols a position: its letter (0 to 25), its colour (26 to 33), and
        whether it bears the star (35) or not (34).

    Raises:
        TypeError: If ``n`` is not a whole number.
        ValueError: If ``n`` is below 1.
    """
    half = len(COLOURS)
    letters = torch.randint(len(LETTERS), (check_count("n", n), 2 * half), generator=generator)
    early = torch.rand(n, half, generator=generator).argsort(dim=-1)  # (B, 8), each colour once
    late = torch.rand(n, half, generator=generator).argsort(dim=-1)
    starred = torch.randint(1, half, (n, 1), generator=generator)  # (B, 1)
    star = torch.arange(2 * half) == starred  # (B, T)
    symbols = torch.stack(
        [
            letters,
            len(LETTERS) + torch.cat([early, late], dim=1),
            len(LETTERS) + half + star.long(),
        ],
        dim=-1,
    )  # (B, T, 3)
    sources = torch.full((n, 2 * half, len(RELATIONS)), -1)
    sources[:, half:, 0] = torch.arange(half, 2 * half) - 1
    sources[:, half:, 1] = 0
    sources[:, half:, 2] = starred
    sources[:, half:, 3] = (late[:, :, None] == early[:, None, :]).long().argmax(dim=-1)
    return _puzzle(symbols, letters, sources)


def accuracy(logits: Tensor, answers: Tensor) -> Tensor:
    """The share of right answers to each question.

    Args:
        logits: Scores of the letters, (..., B, T, Q, 26); several models may be stacked in front.
        answers: The right ones, int64 (B, T, Q), with ``NOT_ASKED`` where nothing is asked.

    Returns:
        Shares from 0 to 1, (..., Q).

    Raises:
        ValueError: If the shapes do not fit.
    """
    if answers.ndim != 3 or logits.shape[-4:-1] != answers.shape:
        raise ValueError(
            "logits should have shape (..., B, T, Q, letters) for answers (B, T, Q), but had "
            f"{shape(logits)} for {shape(answers)}"
        )
    asked = answers != NOT_ASKED  # (B, T, Q)
    right = (logits.argmax(dim=-1) == answers) & asked  # (..., B, T, Q)
    return right.sum(dim=(-3, -2)) / asked.sum(dim=(-3, -2))  # (..., Q)


def weight_on_sources(weights: Tensor, sources: Tensor) -> Tensor:
    """How much of each head's attention lies on the source of each answer, on average.

    Args:
        weights: Attention weights, (B, H, T, T).
        sources: The sources, int64 (B, T, Q); -1 where nothing is asked.

    Returns:
        Mean weights over the positions that are asked, (H, Q): 1 for a head that looks at that
        source alone.

    Raises:
        ValueError: If the shapes do not fit.
    """
    if weights.ndim != 4 or sources.ndim != 3 or weights.shape[::2] != sources.shape[:2]:
        raise ValueError(
            "weights should have shape (B, H, T, T) for sources (B, T, Q), but had "
            f"{shape(weights)} for {shape(sources)}"
        )
    asked = (sources >= 0)[:, None]  # (B, 1, T, Q)
    index = sources.clamp(min=0)[:, None].expand(-1, weights.shape[1], -1, -1)  # (B, H, T, Q)
    found = weights.gather(-1, index) * asked  # (B, H, T, Q)
    return found.sum(dim=(0, 2)) / asked.sum(dim=(0, 2))  # (H, Q)


def card_names(symbols: Tensor) -> list[str]:
    """The cards of one row in words, such as ``"gold-q"``, or ``"gold-q*"`` with the star.

    Args:
        symbols: The row's symbols, int64 (T, 3), as :func:`four_relations` makes them.

    Raises:
        ValueError: If ``symbols`` has another shape.
    """
    if symbols.ndim != 2 or symbols.shape[1] != 3:
        raise ValueError(f"symbols should have shape (T, 3), but had {shape(symbols)}")
    first_colour, first_star = len(LETTERS), len(LETTERS) + len(COLOURS)
    return [
        f"{COLOURS[colour - first_colour]}-{LETTERS[letter]}{'*' * (star - first_star)}"
        for letter, colour, star in symbols.tolist()
    ]


def _puzzle(symbols: Tensor, letters: Tensor, sources: Tensor) -> Puzzle:
    """Read the answers off the letters (B, T) at the sources (B, T, Q)."""
    found = letters.gather(1, sources.clamp(min=0).flatten(1)).view(sources.shape)
    return Puzzle(symbols, found.masked_fill(sources < 0, NOT_ASKED), sources)
