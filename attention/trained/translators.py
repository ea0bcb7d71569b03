"""The translators of the first two chapters: how they are made and trained, and some trained ones.

``scripts/train_translators.py`` trains them, with several seeds each; the weights of the first
seed, the scores of all seeds and the log stand in ``attention/trained/weights``. So do the weights
of all seeds of those that the chapters look into.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor

from attention._checks import check_count
from attention.data.spelling import LETTERS, PHONES
from attention.data.translation import (
    ENGLISH,
    FRENCH,
    MAX_CLAUSES,
    last_clause_first,
    mixed_batch,
)
from attention.data.vocabulary import Batch, reverse_source
from attention.experiments.training import train
from attention.models.seq2seq.decoder import AttentionName
from attention.models.seq2seq.model import Seq2Seq, sequence_loss
from attention.trained._weights import load_weights

WEIGHTS = Path(__file__).with_name("weights") / "translators.safetensors"
SEEDS = (5, 6, 7)
KEPT_WHOLE = ("fixed", "additive", "forward", "reversed", "last first")
"""The recipes of which the weights of every seed are kept, not those of the first alone."""
TRAINED_CLAUSES = 5
"""The longest sentences of most trainings; scores go on to ``MAX_CLAUSES``."""
BATCH = 40
D_EMBED = 64


@dataclass(frozen=True)
class Recipe:
    """How a translator is made and trained.

    Attributes:
        attention: What stands between encoder and decoder.
        d_hidden: Width of the states. The fixed vector's is chosen so that it and additive
            attention have the same number of parameters within one per cent; one direction of that
            width has 9% more.
        steps: Number of training steps, of 40 sentences each.
        lr: The highest learning rate.
        bidirectional: Whether the encoder reads from both ends.
        reverse: Whether it is given the source backwards.
        last_first: Whether it writes the clauses in the opposite order.
        max_clauses: The longest sentences that it is trained on.
        d_embed: Width of the embeddings.
    """

    attention: AttentionName | None
    d_hidden: int
    steps: int
    lr: float = 0.008
    bidirectional: bool = True
    reverse: bool = False
    last_first: bool = False
    max_clauses: int = TRAINED_CLAUSES
    d_embed: int = D_EMBED

    def turned(self, batch: Batch) -> Batch:
        """The batch in the order in which the model reads and writes it."""
        if self.reverse:
            batch = reverse_source(batch)
        return last_clause_first(batch) if self.last_first else batch


RECIPES = {
    "fixed": Recipe(None, 86, 600),
    "fixed, long": Recipe(None, 86, 3000),
    "narrow": Recipe(None, 44, 600),
    "forward": Recipe(None, 86, 600, bidirectional=False),
    "reversed": Recipe(None, 86, 600, bidirectional=False, reverse=True),
    "last first": Recipe(None, 86, 600, bidirectional=False, last_first=True),
    "wide": Recipe(None, 172, 600),
    "small": Recipe(None, 32, 3000, bidirectional=False, d_embed=16),
    "every length": Recipe(None, 86, 600, max_clauses=MAX_CLAUSES),
    "every length, long": Recipe(None, 86, 3000, max_clauses=MAX_CLAUSES),
    "additive": Recipe("additive", 80, 280),
    "dot": Recipe("dot", 80, 450, lr=0.005),
    "general": Recipe("general", 80, 450, lr=0.005),
}


def new_translator(name: str, seed: int) -> Seq2Seq:
    """An untrained translator from English to French.

    Args:
        name: One of ``RECIPES``.
        seed: Seed of its parameters.

    Raises:
        ValueError: If there is no recipe of that name.
    """
    recipe = _recipe(name)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return Seq2Seq(
            len(ENGLISH),
            len(FRENCH),
            d_embed=recipe.d_embed,
            d_hidden=recipe.d_hidden,
            attention=recipe.attention,
            bidirectional=recipe.bidirectional,
        )


def train_translator(name: str, seed: int, *, steps: int | None = None) -> Seq2Seq:
    """Train a translator on sentences of 1 to ``max_clauses`` clauses, every length as likely.

    Args:
        name: One of ``RECIPES``.
        seed: Seed of its parameters and of its sentences.
        steps: Number of steps; the recipe's when not given.

    Returns:
        The trained model.

    Raises:
        ValueError: If there is no recipe of that name.
    """
    recipe, model = _recipe(name), new_translator(name, seed)
    chance = torch.Generator().manual_seed(seed)

    def loss_at(_: int) -> Tensor:
        batch = recipe.turned(mixed_batch(BATCH, recipe.max_clauses, generator=chance))
        return sequence_loss(model(*batch), batch.target)

    train(
        model,
        loss_at,
        steps=recipe.steps if steps is None else check_count("steps", steps),
        lr=recipe.lr,
        label=f"{name}, seed {seed}",
    )
    return model


@cache
def trained_translator(name: str, seed: int = SEEDS[0]) -> Seq2Seq:
    """A translator as the script left it, in evaluation mode.

    Args:
        name: One of ``RECIPES``.
        seed: One of ``SEEDS``; the weights of the others than the first are kept for those in
            ``KEPT_WHOLE`` alone.

    Raises:
        ValueError: If there is no recipe of that name, or no weights of that seed are kept.
    """
    _recipe(name)
    kept = SEEDS if name in KEPT_WHOLE else SEEDS[:1]
    if seed not in kept:
        raise ValueError(f"seed should be one of {kept} for {name!r}, but was {seed!r}")
    return _load(new_translator(name, seed), name if seed == SEEDS[0] else f"{name}, seed {seed}")


@cache
def trained_scores(name: str) -> Tensor:
    """The share of sentences that each seed's translator gets right: (seeds, ``MAX_CLAUSES``).

    Column i is for sentences of i + 1 clauses, 200 of them, the same for every model.

    Raises:
        ValueError: If there is no recipe of that name.
    """
    _recipe(name)
    with safe_open(WEIGHTS, framework="pt") as file:
        scores: Tensor = file.get_tensor(f"{name}/scores")
    assert scores.shape == (len(SEEDS), MAX_CLAUSES)
    return scores


def new_speller() -> Seq2Seq:
    """An untrained model from letters to phones."""
    return Seq2Seq(len(LETTERS), len(PHONES), d_embed=48, d_hidden=112, attention="dot")


@cache
def trained_speller() -> Seq2Seq:
    """The model from letters to phones, as the script left it, in evaluation mode."""
    return _load(new_speller(), "speller")


def _recipe(name: str) -> Recipe:
    if name not in RECIPES:
        raise ValueError(f"name should be one of {tuple(RECIPES)}, but was {name!r}")
    return RECIPES[name]


def _load(model: Seq2Seq, name: str) -> Seq2Seq:
    """Put the stored weights of that name into a model."""
    return load_weights(model, WEIGHTS, f"{name}/weights/")
