"""Real tensors for the book's figures and sliders: small models trained on Shakespeare.

One model for each number of heads, all of the same size: one layer of causal self-attention between
an embedding of GPT-2's tokens and a guess at the next one. ``scripts/train_heads_by_count.py``
trains them; its log stands beside the weights in ``attention/trained/weights``.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import torch
from safetensors import safe_open
from torch import Tensor

from attention.data.text import gpt2_tokenizer, pieces
from attention.models.attention_lm import AttentionLanguageModel, AttentionLayer
from attention.trained._weights import load_weights

WEIGHTS = Path(__file__).with_name("weights") / "heads_by_count.safetensors"
HEAD_CHOICES = (1, 2, 4, 8)
N_TOKENS, D_MODEL, MAX_LEN = 2048, 32, 32
SENTENCE = "To be, or not to be: that is the question"


@dataclass(frozen=True)
class TrainedExample:
    """A sentence and its queries, keys and values under each of the trained models.

    Attributes:
        tokens: The sentence's T tokens, spaces included.
        head_choices: The N numbers of heads, one model each.
        query: Queries of all heads side by side, float32 (N, T, d_model).
        key: Keys, likewise.
        value: Values, likewise.
    """

    tokens: list[str]
    head_choices: tuple[int, ...]
    query: Tensor
    key: Tensor
    value: Tensor


def trained_example(sentence: str = SENTENCE) -> TrainedExample:
    """Project the tokens of ``sentence`` with the weights of the trained models.

    Args:
        sentence: English text of 1 to 32 tokens. A token outside the models' vocabulary, the 2,047
            most frequent of Shakespeare's, is read as "any other token".

    Returns:
        Tokens, queries, keys and values.

    Raises:
        ValueError: If the sentence is empty or too long.
    """
    tokens = pieces(sentence)
    if not 1 <= len(tokens) <= MAX_LEN:
        raise ValueError(
            f"sentence should have 1 to {MAX_LEN} tokens, but had {len(tokens)}: {sentence!r}"
        )
    ids = vocabulary_ids(sentence)[None]  # (1, T)
    projected = []
    for n_heads in HEAD_CHOICES:
        model = trained_model(n_heads)
        layer = cast("AttentionLayer", model.layers[0])
        with torch.no_grad():
            x = layer.norm(model.embed(ids))  # (1, T, d_model)
            projected.append(
                [layer.attention.w_q(x), layer.attention.w_k(x), layer.attention.w_v(x)]
            )
    query, key, value = (torch.cat(list(p)) for p in zip(*projected, strict=True))
    return TrainedExample(tokens, HEAD_CHOICES, query, key, value)


@cache
def trained_model(n_heads: int) -> AttentionLanguageModel:
    """The trained model with ``n_heads`` heads, in evaluation mode.

    Raises:
        ValueError: If no model with that number of heads was trained.
    """
    if n_heads not in HEAD_CHOICES:
        raise ValueError(f"n_heads should be one of {HEAD_CHOICES}, but was {n_heads}")
    return load_weights(new_model(n_heads), WEIGHTS, f"heads{n_heads}.")


def new_model(n_heads: int) -> AttentionLanguageModel:
    """An untrained model of the examples' shape."""
    return AttentionLanguageModel(
        N_TOKENS, d_model=D_MODEL, n_heads=n_heads, n_layers=1, max_len=MAX_LEN
    )


def vocabulary_ids(text: str, vocabulary: dict[int, int] | None = None) -> Tensor:
    """The models' ids of the tokens of ``text``, int64 (T,); 0 is any token outside of them.

    Args:
        text: Any text.
        vocabulary: The models' id of each of GPT-2's ids; that of the stored models when not given.
    """
    ids = _vocabulary() if vocabulary is None else vocabulary
    return torch.tensor([ids.get(token, 0) for token in gpt2_tokenizer().encode(text).ids])


@cache
def _vocabulary() -> dict[int, int]:
    """The models' id of each of GPT-2's ids that they know."""
    with safe_open(WEIGHTS, framework="pt") as file:
        known = file.get_tensor("vocabulary").tolist()
    return {token: i for i, token in enumerate(known, start=1)}
