"""Small trained models that need the order of words: one for each way of telling a model of it.

Each reads a sentence such as "the dog bites the old man" and says of every word whether it belongs
to the subject, is the verb, or belongs to the object. One head of self-attention, which looks both
ways, is all that they have: a word's answer is read off its context vector. Who bites whom stands
in the order alone, so a model without it can only guess. ``scripts/train_role_taggers.py`` trains
them; its log stands beside the weights in ``attention/trained/weights``.
"""

import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from attention.functional.positions import POSITION_SCHEMES, attention_in_order
from attention.trained._weights import load_weights

WEIGHTS = Path(__file__).with_name("weights") / "role_taggers.safetensors"
ROLES = ("subject", "verb", "object")
NOUNS = ("dog", "man", "cat", "child", "bird", "woman")
VERBS = ("bites", "sees", "hears", "likes")
ADJECTIVES = ("old", "young", "small", "brave")
WORDS = ("the", *NOUNS, *VERBS, *ADJECTIVES)
SENTENCE = ("the", "dog", "bites", "the", "old", "man")
D_MODEL, MAX_LEN = 16, 8


class RoleTagger(nn.Module):
    r"""One head of self-attention that says each word's role.

    .. math::

        x_t = E[w_t] + P_t, \qquad \text{context} = \text{attention}(x), \qquad
        \text{logits}_t = W\, \text{context}_t

    where P is there in the schemes "sinusoidal" and "learned" only; "rotary" turns queries and
    keys, and "alibi" adds its bias to the scores.

    Args:
        scheme: One of ``POSITION_SCHEMES``.
    """

    def __init__(self, scheme: str) -> None:
        super().__init__()
        self.scheme = scheme
        self.embedding = nn.Embedding(len(WORDS), D_MODEL)
        self.w_q = nn.Linear(D_MODEL, D_MODEL, bias=False)
        self.w_k = nn.Linear(D_MODEL, D_MODEL, bias=False)
        self.w_v = nn.Linear(D_MODEL, D_MODEL, bias=False)
        self.readout = nn.Linear(D_MODEL, len(ROLES), bias=False)
        self.position = nn.Parameter(torch.randn(MAX_LEN, D_MODEL)) if scheme == "learned" else None

    def forward(self, ids: Tensor) -> Tensor:
        """Word numbers, int64 (B, T), to the logits of each word's role, (B, T, 3)."""
        x = self.embedding(ids)  # (B, T, d_model)
        w_q, w_k, w_v = (layer.weight for layer in (self.w_q, self.w_k, self.w_v))
        return self.readout(attention_in_order(self.scheme, x, w_q, w_k, w_v, self.position)[0])


def position_example(words: Sequence[str] = SENTENCE) -> dict[str, Any]:
    """The arguments of ``PositionExplorer``: a sentence, and the five trained models.

    Args:
        words: 1 to 8 words out of ``WORDS``.

    Returns:
        The words, the roles, and of the models the words' vectors without positions, (5, T,
        d_model), the weights of the projections, (5, d_head, d_model), the learned positions,
        (max_len, d_model), and what reads the role off a context, (5, 3, d_head).

    Raises:
        ValueError: If there are too many words, or one that the models do not know.
    """
    if not 1 <= len(words) <= MAX_LEN:
        raise ValueError(f"words should be 1 to {MAX_LEN}, but were {len(words)}")
    ids = word_ids(words)
    models = [trained_tagger(scheme) for scheme in POSITION_SCHEMES]

    def stacked(name: str) -> Tensor:
        return torch.stack([getattr(model, name).weight.detach() for model in models])

    learned = models[POSITION_SCHEMES.index("learned")].position
    assert learned is not None
    return {
        "words": list(words),
        "embeddings": stacked("embedding")[:, ids],
        "w_q": stacked("w_q"),
        "w_k": stacked("w_k"),
        "w_v": stacked("w_v"),
        "learned": learned.detach(),
        "readout": stacked("readout"),
        "roles": ROLES,
    }


@cache
def trained_tagger(scheme: str) -> RoleTagger:
    """The trained model of a scheme.

    Raises:
        ValueError: If the scheme is unknown.
    """
    if scheme not in POSITION_SCHEMES:
        raise ValueError(f"scheme should be one of {POSITION_SCHEMES}, but was {scheme!r}")
    return load_weights(RoleTagger(scheme), WEIGHTS, f"{scheme}.")


def word_ids(words: Sequence[str]) -> Tensor:
    """The models' numbers of the words, int64 (T,).

    Raises:
        ValueError: If a word is not one of ``WORDS``.
    """
    unknown = [word for word in words if word not in WORDS]
    if unknown:
        raise ValueError(f"words should be among {WORDS}, but had {unknown[0]!r}")
    return torch.tensor([WORDS.index(word) for word in words])


def sentence_with_roles(chance: random.Random) -> tuple[list[str], list[int]]:
    """A sentence of 5 to 7 words, and the number of each word's role.

    Each noun has an adjective in half of the sentences. The two nouns differ, and so do the
    adjectives, so that a sentence and its mirror image tell different stories.
    """
    nouns, adjectives = chance.sample(NOUNS, 2), chance.sample(ADJECTIVES, 2)
    phrases = [
        ["the", *([adjective] if chance.random() < 0.5 else []), noun]
        for noun, adjective in zip(nouns, adjectives, strict=True)
    ]
    subject, object_ = phrases
    words = [*subject, chance.choice(VERBS), *object_]
    return words, [0] * len(subject) + [1] + [2] * len(object_)
