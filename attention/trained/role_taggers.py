"""Small trained models that need the order of words: one for each way of telling a model of it.

Each reads a sentence such as "the dog bites the old man" and says of every word whether it belongs
to the subject, is the verb, or belongs to the object. One head of self-attention, which looks both
ways, is all that they have: a word's answer is read off its context vector. Who bites whom stands
in the order alone, so a model without it can only guess. ``scripts/train_role_taggers.py`` trains
them; its log stands beside the weights in ``attention/trained/weights``.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn

from attention.functional.definition import scaled_dot_product_attention
from attention.functional.positions import alibi_bias, sinusoidal_positions
from attention.nn.positions import RotaryEmbedding
from attention.trained._weights import load_weights

WEIGHTS = Path(__file__).with_name("weights") / "role_taggers.safetensors"
SCHEMES = ("none", "sinusoidal", "learned", "rotary", "alibi")
ROLES = ("subject", "verb", "object")
NOUNS = ("dog", "man", "cat", "child", "bird", "woman")
VERBS = ("bites", "sees", "hears", "likes")
ADJECTIVES = ("old", "young", "small", "brave")
WORDS = ("the", *NOUNS, *VERBS, *ADJECTIVES)
SENTENCE = ("the", "dog", "bites", "the", "old", "man")
D_MODEL, MAX_LEN = 16, 8
ALIBI_HEADS = 8  # one head has the slope that the first of eight has, 1/2


class RoleTagger(nn.Module):
    r"""One head of self-attention that says each word's role.

    .. math::

        x_t = E[w_t] + P_t, \qquad \text{context} = \text{attention}(x), \qquad
        \text{logits}_t = W\, \text{context}_t

    where P is there in the schemes "sinusoidal" and "learned" only; "rotary" turns queries and
    keys, and "alibi" adds its bias to the scores.

    Args:
        scheme: One of ``SCHEMES``.
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
        return self.readout(attend(self.scheme, x, w_q, w_k, w_v, self.position)[0])


def attend(
    scheme: str,
    x: Tensor,
    w_q: Tensor,
    w_k: Tensor,
    w_v: Tensor,
    learned: Tensor | None = None,
    *,
    mask: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Self-attention with one head that is told of the order in one of five ways.

    Args:
        scheme: One of ``SCHEMES``.
        x: The words' vectors in their order, (..., T, d_model).
        w_q: Weight of the query projection as ``nn.Linear`` stores it, (d_head, d_model).
        w_k: Likewise for the keys, (d_head, d_model).
        w_v: Likewise for the values, (d_value, d_model).
        learned: The learned vector of each position, (max_len, d_model); for that scheme.
        mask: True = may attend, (T, T).

    Returns:
        Context, (..., T, d_value), and weights, (..., T, T).
    """
    n = x.shape[-2]
    if scheme == "sinusoidal":
        x = x + sinusoidal_positions(n, x.shape[-1]).to(x)
    elif scheme == "learned":
        assert learned is not None
        x = x + learned[:n]
    query, key, value = x @ w_q.T, x @ w_k.T, x @ w_v.T
    if scheme == "rotary":
        turn = RotaryEmbedding(query.shape[-1])
        shape = query.shape
        query, key = (
            turn(part.reshape(-1, 1, *shape[-2:])).reshape(shape) for part in (query, key)
        )
    bias = alibi_bias(ALIBI_HEADS, n)[0].to(x) if scheme == "alibi" else None
    return scaled_dot_product_attention(query, key, value, mask=mask, score_bias=bias)


@dataclass(frozen=True)
class PositionExample:
    """A sentence under each of the trained models.

    Attributes:
        words: The sentence's T words.
        schemes: The N ways of telling order, one model each.
        embeddings: The words' vectors without positions, float32 (N, T, d_model).
        w_q: Weights of the projections, float32 (N, d_head, d_model).
        w_k: Likewise.
        w_v: Likewise.
        learned: The learned positions, float32 (max_len, d_model).
        readout: What reads the role off a context, float32 (N, 3, d_head).
        roles: The three roles.
    """

    words: list[str]
    schemes: tuple[str, ...]
    embeddings: Tensor
    w_q: Tensor
    w_k: Tensor
    w_v: Tensor
    learned: Tensor
    readout: Tensor
    roles: tuple[str, ...]


def position_example(words: Sequence[str] = SENTENCE) -> PositionExample:
    """Take what the trained models know of the words of a sentence.

    Args:
        words: 1 to 8 words out of ``WORDS``.

    Returns:
        The words' vectors and the models' weights.

    Raises:
        ValueError: If there are too many words, or one that the models do not know.
    """
    if not 1 <= len(words) <= MAX_LEN:
        raise ValueError(f"words should be 1 to {MAX_LEN}, but were {len(words)}")
    ids = word_ids(words)
    models = [trained_tagger(scheme) for scheme in SCHEMES]

    def stacked(name: str) -> Tensor:
        return torch.stack([getattr(model, name).weight.detach() for model in models])

    learned = models[SCHEMES.index("learned")].position
    assert learned is not None
    return PositionExample(
        words=list(words),
        schemes=SCHEMES,
        embeddings=stacked("embedding")[:, ids],
        w_q=stacked("w_q"),
        w_k=stacked("w_k"),
        w_v=stacked("w_v"),
        learned=learned.detach(),
        readout=stacked("readout"),
        roles=ROLES,
    )


@cache
def trained_tagger(scheme: str) -> RoleTagger:
    """The trained model of a scheme.

    Raises:
        ValueError: If the scheme is unknown.
    """
    if scheme not in SCHEMES:
        raise ValueError(f"scheme should be one of {SCHEMES}, but was {scheme!r}")
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
