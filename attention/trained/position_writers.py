"""Small language models that differ in nothing but how they are told of order, and their scores.

Each is a GPT of two blocks that writes Shakespeare, character by character. It is trained on
stretches of ``TRAINED_LENGTH`` characters, and scored with fewer, as many and more of them in view.
``scripts/train_position_writers.py`` trains them, with several seeds each; the scores of all
seeds, the weights of the first and the log stand in ``attention/trained/weights``.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import Tensor

from attention._checks import check_count
from attention.data.text import Characters, plays, shakespeare
from attention.experiments.training import train
from attention.functional.positions import POSITION_SCHEMES
from attention.models.gpt.config import GPTConfig, Position
from attention.models.gpt.model import GPT
from attention.trained._weights import TIED, load_weights

WEIGHTS = Path(__file__).with_name("weights") / "position_writers.safetensors"
HELD_OUT = "macbeth"
"""The play that no model was trained on; all scores are taken on it."""
SEEDS = (0, 1, 2, 3)
TRAINED_LENGTH = 64
LENGTHS = (8, 16, 32, 64, 128, 256)
"""How many characters a model is shown at most when its scores are taken."""
SCORED = 8
"""Of each stretch, the last so many characters are guessed."""
STEPS, BATCH, LR = 1200, 24, 5e-3


class Scores(NamedTuple):
    """What the trained models lose on the held-out play.

    Attributes:
        mean: Nats a character, (schemes, seeds, lengths).
        ahead: How much more a model loses than the rotary one of its seed, in nats a character,
            and the standard error of that over the stretches of text: (schemes, seeds, lengths, 2).
        near: What is lost at the longest of ``LENGTHS`` when each character sees only itself and
            the ``TRAINED_LENGTH - 1`` before it, (schemes, seeds).
    """

    mean: Tensor
    ahead: Tensor
    near: Tensor


@cache
def characters() -> Characters:
    """The vocabulary: every character of the plays."""
    return Characters("".join(shakespeare(play) for play in plays()))


@cache
def training_characters() -> Tensor:
    """The ids of all plays but the one held out, one after the other, int64 (N,)."""
    return characters().encode("\n".join(shakespeare(p) for p in plays() if p != HELD_OUT))


def stretches(n: int = 1024, length: int = max(LENGTHS)) -> tuple[Tensor, Tensor]:
    """Stretches of the held-out play and the character after each of their characters.

    Args:
        n: How many, side by side: each begins where an equal share of the play does.
        length: Their length in characters.

    Returns:
        Two int64 (n, length).
    """
    ids = characters().encode(shakespeare(HELD_OUT))
    begins = torch.arange(n) * (len(ids) - length - 1) // check_count("n", n)
    chosen = ids[begins[:, None] + torch.arange(length + 1)]  # (n, length + 1)
    return chosen[:, :-1], chosen[:, 1:]


def new_writer(scheme: Position, seed: int, *, window: int | None = None) -> GPT:
    """An untrained model.

    Args:
        scheme: One of ``POSITION_SCHEMES``.
        seed: Seed of its parameters.
        window: How many characters each one sees, itself included; all before it when not given.

    Raises:
        ValueError: If the scheme is unknown.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return GPT(
            GPTConfig(
                n_tokens=len(characters()),
                max_len=max(LENGTHS),
                d_model=64,
                n_layers=2,
                n_heads=4,
                position=scheme,
                window=window,
            )
        )


def train_writer(scheme: Position, seed: int, *, steps: int = STEPS) -> GPT:
    """Train a model on stretches of ``TRAINED_LENGTH`` characters.

    Args:
        scheme: One of ``POSITION_SCHEMES``.
        seed: Seed of its parameters and of its stretches: each seed has its own.
        steps: Number of steps, of ``BATCH`` stretches each.

    Raises:
        ValueError: If the scheme is unknown.
    """
    model, ids = new_writer(scheme, seed), training_characters()
    chance = torch.Generator().manual_seed(seed)
    stretch = torch.arange(TRAINED_LENGTH + 1)

    def loss_at(_: int) -> Tensor:
        begin = torch.randint(len(ids) - TRAINED_LENGTH, (BATCH, 1), generator=chance)
        chosen = ids[begin + stretch]
        return F.cross_entropy(model(chosen[:, :-1]).flatten(0, 1), chosen[:, 1:].flatten())

    label = f"{scheme}, seed {seed}"
    train(model, loss_at, steps=steps, lr=LR, warmup=0.05, label=label)
    return model


@torch.no_grad()
def losses(model: GPT, length: int, *, n: int = 1024) -> Tensor:
    """What the model loses on each character that is scored, in nats, (n, ``SCORED``).

    The characters are the same for every length: the last of each of :func:`stretches`.

    Args:
        model: The language model.
        length: How many characters it is shown at most, from ``SCORED`` to the longest of
            ``LENGTHS``; the first of those that are scored is guessed from ``SCORED - 1`` fewer.
        n: Number of stretches.
    """
    text, following = stretches(n)
    parts = [model(part)[:, -SCORED:] for part in text[:, -length:].split(128)]
    chances = torch.cat(parts).log_softmax(-1)  # (n, SCORED, n_tokens)
    return -chances.gather(-1, following[:, -SCORED:, None])[..., 0]


@cache
def trained_writer(scheme: Position) -> GPT:
    """The first seed's model as the script left it, in evaluation mode."""
    return load_weights(new_writer(scheme, SEEDS[0]), WEIGHTS, f"{scheme}/weights/", tied=TIED)


@cache
def trained_scores() -> Scores:
    """The scores of all seeds, in the order of ``POSITION_SCHEMES``, ``SEEDS`` and ``LENGTHS``."""
    with safe_open(WEIGHTS, framework="pt") as file:
        found = Scores(*(file.get_tensor(name) for name in Scores._fields))
    assert found.mean.shape == (len(POSITION_SCHEMES), len(SEEDS), len(LENGTHS))
    return found
