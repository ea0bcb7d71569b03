"""What a head may be looking for, and how much of its attention goes there."""

from collections.abc import Sequence

import torch
from torch import Tensor

from attention.functional.head_scores import (
    first_token_score,
    induction_score,
    previous_token_score,
)

PATTERNS = {
    "previous": "previous token",
    "first": "first token",
    "induction": "induction",
    "current": "current token",
}


def ids_of(tokens: Sequence[str]) -> Tensor:
    """A number for each token, the same for the same text, int64 (1, T)."""
    return torch.tensor([[tokens.index(token) for token in tokens]])


def repeats(tokens: Sequence[str]) -> bool:
    """Whether a token occurs twice: else no head can show induction."""
    return len(set(tokens)) < len(tokens)


def pattern_scores(pattern: str, weights: Tensor, tokens: Sequence[str]) -> Tensor:
    """How far each head follows a pattern, from 0 to 1.

    Args:
        pattern: One of ``PATTERNS``.
        weights: Weights of all heads, (L, H, T, T) with T at least 2.
        tokens: The T tokens.

    Returns:
        float64 (L, H): the mean, over the positions that the pattern speaks of, of the weight that
        lies where it says. Position 0, which can look at nothing but itself, is none of them.
    """
    heads = weights.double().flatten(0, 1)[None]  # (1, L H, T, T)
    if pattern == "previous":
        found = previous_token_score(heads)
    elif pattern == "first":
        found = first_token_score(heads)
    elif pattern == "induction":
        found = induction_score(heads, ids_of(tokens))
    else:
        found = heads.diagonal(dim1=-2, dim2=-1)[0, :, 1:].mean(dim=-1)
    return found.reshape(weights.shape[:2])
