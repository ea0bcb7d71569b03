"""The Transformer of 2017 in miniature, trained to translate: its three uses of attention.

One encoder layer, one decoder layer, one head each, with sinusoidal positions and the norm after
each sum, as in the paper. It translates sentences of the book's small grammar.
``scripts/train_small_transformer.py`` trains it; weights and log stand in
``attention/trained/weights``.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from attention._checks import check_count
from attention.data.translation import ENGLISH, FRENCH, mixed_batch, translate, translation_batch
from attention.data.vocabulary import BEGIN, END_MARK, PAD
from attention.experiments.training import train
from attention.functional.positions import sinusoidal_positions
from attention.nn.multihead import MultiHeadAttention
from attention.trained._weights import load_weights

WEIGHTS = Path(__file__).with_name("weights") / "small_transformer.safetensors"
USES = ("encoder", "masked", "cross")
"""The three attentions: the encoder's, the decoder's own, and the one between them."""
SENTENCE = ("the", "green", "cat", "sleeps")
D_MODEL, CLAUSES = 32, 2
START_MARK = "⟨start⟩"


class SmallTransformer(nn.Module):
    r"""An encoder and a decoder of one layer each.

    .. math::

        \text{sublayer}(x) \mapsto \text{norm}(x + \text{sublayer}(x))

    around each attention and each feed-forward network; the encoder's result is the ``memory`` of
    the decoder's cross-attention.

    Source:
        Vaswani et al. 2017, sections 3.1 and 3.2.3.
    """

    def __init__(self) -> None:
        super().__init__()
        self.english = nn.Embedding(len(ENGLISH), D_MODEL)
        self.french = nn.Embedding(len(FRENCH), D_MODEL)
        self.attentions = nn.ModuleDict(
            {use: MultiHeadAttention(D_MODEL, 1, causal=use == "masked") for use in USES}
        )
        self.norms = nn.ModuleDict({use: nn.LayerNorm(D_MODEL) for use in USES})
        self.feed_forwards, self.last_norms = (
            nn.ModuleDict({side: make() for side in ("encoder", "decoder")})
            for make in (_feed_forward, lambda: nn.LayerNorm(D_MODEL))
        )
        self.readout = nn.Linear(D_MODEL, len(FRENCH))

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """The logits of every target token, given the right ones before it.

        Args:
            source: Source ids with the end mark, int64 (B, S), padded with 0.
            target: Target ids with the end mark, int64 (B, T), padded with 0; the decoder reads
                them one place later.

        Returns:
            Logits, (B, T, n_target).
        """
        return self.readout(self._read(source, target)["written"])

    def queries_and_keys(self, source: Tensor, target: Tensor) -> dict[str, tuple[Tensor, Tensor]]:
        """What meets in each of the three attentions: by use, queries (B, T, d), keys (B, S, d)."""
        found, met = self._read(source, target), {}
        asks = {"encoder": "source", "masked": "target", "cross": "asking"}
        answers = {**asks, "cross": "memory"}
        for use in USES:
            layer = cast("MultiHeadAttention", self.attentions[use])
            met[use] = layer.w_q(found[asks[use]]), layer.w_k(found[answers[use]])
        return met

    def _read(self, source: Tensor, target: Tensor) -> dict[str, Tensor]:
        """What enters the attentions, and what the decoder makes of it, each (B, ., d_model)."""
        real = (source != PAD)[:, None]  # (B, 1, S)
        x = _placed(self.english, source)
        found = {"source": x}
        x = self.norms["encoder"](x + self.attentions["encoder"](x, mask=real))
        found["memory"] = memory = self._think(x, "encoder")
        y = _placed(self.french, F.pad(target[:, :-1], (1, 0), value=BEGIN))
        found["target"] = y
        found["asking"] = y = self.norms["masked"](y + self.attentions["masked"](y))
        y = self.norms["cross"](y + self.attentions["cross"](y, memory, mask=real))
        return found | {"written": self._think(y, "decoder")}

    def _think(self, x: Tensor, side: str) -> Tensor:
        return self.last_norms[side](x + self.feed_forwards[side](x))


def _feed_forward() -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(D_MODEL, 2 * D_MODEL), nn.ReLU(), nn.Linear(2 * D_MODEL, D_MODEL)
    )


def _placed(embedding: nn.Embedding, ids: Tensor) -> Tensor:
    """Each word's embedding, and the waves of its place."""
    return embedding(ids) + sinusoidal_positions(ids.shape[1], D_MODEL)


def train_small_transformer(steps: int, *, seed: int = 0) -> SmallTransformer:
    """Train the model on sentences of one or two clauses.

    Args:
        steps: Number of steps, of 64 sentences each.
        seed: Seed of its parameters and of its sentences.
    """
    check_count("steps", steps)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = SmallTransformer()
    chance = torch.Generator().manual_seed(seed)

    def loss_at(_: int) -> Tensor:
        batch = mixed_batch(64, CLAUSES, generator=chance)
        logits = model(batch.source, batch.target)
        return F.cross_entropy(logits.flatten(0, 1), batch.target.flatten(), ignore_index=PAD)

    train(model, loss_at, steps=steps, lr=5e-3, warmup=0.1, label="Transformer")
    return model


@torch.no_grad()
def next_word_accuracy(model: SmallTransformer, *, n: int = 500, seed: int = 1) -> float:
    """The share of words that are right, each written after the right ones before it."""
    batch = mixed_batch(n, CLAUSES, generator=torch.Generator().manual_seed(seed))
    real = batch.target != PAD
    right = model(batch.source, batch.target).argmax(-1) == batch.target
    return right[real].float().mean().item()


@cache
def trained_small_transformer() -> SmallTransformer:
    """The model as the script left it, in evaluation mode."""
    return load_weights(SmallTransformer(), WEIGHTS, "")


@torch.no_grad()
def three_attentions_example(english: Sequence[str] = SENTENCE) -> dict[str, Any]:
    """The arguments of ``ThreeAttentions``: a sentence, its translation, queries and keys.

    Args:
        english: A sentence of one or two clauses of the grammar.

    Raises:
        ValueError: If the words do not follow the grammar.
    """
    pair = translate(english)
    batch = translation_batch([pair])
    met = trained_small_transformer().queries_and_keys(batch.source, batch.target)
    return {
        "source": [*pair.english, END_MARK],
        "target": [START_MARK, *pair.french],
        "queries": [met[use][0][0] for use in USES],
        "keys": [met[use][1][0] for use in USES],
    }
