"""A small model that learns to repeat: how it is made and trained, and some trained ones.

Each sequence of the task is a stretch of random tokens, over and over. Nothing can be known about
the first pass; all of the rest can be copied from it. Chapter 9 trains one model live.
``scripts/train_induction.py`` trains the same model with several seeds, and one of a single layer;
the curves of all seeds, some of the weights and the log stand in ``attention/trained/weights``.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import Tensor

from attention._checks import check_count, check_ids
from attention.experiments.training import train
from attention.functional.head_scores import induction_score, previous_token_score
from attention.models.attention_lm import AttentionLanguageModel
from attention.trained._weights import load_weights

WEIGHTS = Path(__file__).with_name("weights") / "induction.safetensors"
SEEDS = (0, 1, 2)
STEPS = {1: 800, 2: 400}
"""Training steps by the number of layers: the one layer is given twice as many."""
BATCH, RATE = 32, 6e-3
N_TOKENS, LENGTH, N_HEADS = 64, 64, 2
SHORTEST, LONGEST = 8, 32
"""The bounds of the period, which is drawn anew for each sequence."""
EVERY = 10
"""A curve has one point for every so many steps."""
KEPT = {1: SEEDS[:1], 2: SEEDS}
"""For each number of layers, the seeds of which the weights are kept; curves are kept of all."""


def repeated_sequences(
    n: int,
    *,
    shortest: int = SHORTEST,
    longest: int = LONGEST,
    length: int = LENGTH + 1,
    n_tokens: int = N_TOKENS,
    generator: torch.Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Random tokens that repeat with a period that is drawn for each sequence.

    Args:
        n: Number of sequences, B.
        shortest: The shortest period.
        longest: The longest period; the same as ``shortest`` for a fixed one.
        length: Tokens in a sequence.
        n_tokens: Size of the vocabulary.
        generator: Source of chance.

    Returns:
        The token ids, int64 (B, length), and the periods, int64 (B,).

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1, or ``longest`` is below ``shortest``.
    """
    check_count("shortest", shortest)
    check_count("longest", longest, at_least=shortest)
    size = (check_count("n", n), longest)
    first = torch.randint(check_count("n_tokens", n_tokens), size, generator=generator)
    period = torch.randint(shortest, longest + 1, (n,), generator=generator)  # (B,)
    place = torch.arange(check_count("length", length)) % period[:, None]  # (B, length)
    return first.gather(1, place), period


def new_model(n_layers: int, seed: int) -> AttentionLanguageModel:
    """An untrained model: attention alone, two heads a layer, a learned vector for each position.

    Args:
        n_layers: Number of layers.
        seed: Seed of its parameters.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return AttentionLanguageModel(
            N_TOKENS, d_model=64, n_heads=N_HEADS, n_layers=n_layers, max_len=LENGTH
        )


def repeat_losses(
    model: AttentionLanguageModel, ids: Tensor, period: Tensor
) -> tuple[Tensor, Tensor]:
    """The model's cross-entropy on what cannot be known, and on what can.

    A token can be known if the one before it has stood in the sequence a period earlier: the tokens
    at the places ``period + 1`` and on.

    Args:
        model: The model.
        ids: Sequences, int64 (B, T + 1).
        period: Their periods, int64 (B,).

    Returns:
        The mean loss of the first pass and that of the repeats, in nats a token.
    """
    losses = F.cross_entropy(model(ids[:, :-1]).mT, ids[:, 1:], reduction="none")  # (B, T)
    known = torch.arange(1, ids.shape[1]) > period[:, None]  # (B, T)
    return losses[~known].mean(), losses[known].mean()


@torch.no_grad()
def measure(model: AttentionLanguageModel, ids: Tensor, period: Tensor) -> Tensor:
    """All that a curve tells of a model at one moment.

    Args:
        model: The model.
        ids: Sequences, int64 (B, T + 1).
        period: Their periods, int64 (B,).

    Returns:
        The two losses of :func:`repeat_losses`, then each head's previous-token score, then each
        head's induction score, layer by layer: (2 + 2 n_layers H,).
    """
    check_ids("ids", ids, N_TOKENS)
    seen = ids[:, :-1]
    weights = torch.cat(model.attention_weights(seen), dim=1)  # (B, n_layers H, T, T)
    losses = torch.stack(repeat_losses(model, ids, period))
    return torch.cat([losses, previous_token_score(weights), induction_score(weights, seen)])


def held_out() -> tuple[Tensor, Tensor]:
    """The sequences and periods that every model is measured on, 64 of them."""
    return repeated_sequences(64, generator=torch.Generator().manual_seed(1000))


def train_induction(
    n_layers: int,
    seed: int,
    *,
    steps: int | None = None,
    periods: tuple[int, int] = (SHORTEST, LONGEST),
    start: Mapping[str, Tensor] | None = None,
    look: Callable[[AttentionLanguageModel], None] | None = None,
) -> tuple[AttentionLanguageModel, Tensor]:
    """Train a model on repeated sequences, and measure it on the way.

    Args:
        n_layers: Number of layers.
        seed: Seed of its parameters and of its sequences.
        steps: Number of steps; those of ``STEPS`` when not given.
        periods: The shortest and the longest period of the training sequences.
        start: Parameters that are not to begin at random, by their names in the model's state.
        look: Called with the model at each point of the curve.

    Returns:
        The model, in evaluation mode, and its curve: what :func:`measure` says on the sequences
        that are held out, before the first step, after every ``EVERY`` of them, and at the end,
        (steps / EVERY + 1, 2 + 2 n_layers H), with steps a multiple of ``EVERY``.

    Raises:
        TypeError: If ``steps`` is not a whole number.
        ValueError: If ``start`` names what the model does not have.
    """
    steps = STEPS[n_layers] if steps is None else check_count("steps", steps)
    model, chance = new_model(n_layers, seed), torch.Generator().manual_seed(seed)
    _begin_with(model, start or {})
    shortest, longest = periods
    points: list[Tensor] = []
    test = held_out()

    def take_down() -> None:
        points.append(measure(model, *test))
        if look:
            look(model)

    def loss_at(step: int) -> Tensor:
        if step % EVERY == 0:
            take_down()
        ids, _ = repeated_sequences(BATCH, shortest=shortest, longest=longest, generator=chance)
        return F.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())

    label = f"{n_layers} layer{'s' if n_layers > 1 else ''}, seed {seed}"
    train(model, loss_at, steps=steps, lr=RATE, label=label)
    take_down()
    return model, torch.stack(points)


def _begin_with(model: AttentionLanguageModel, start: Mapping[str, Tensor]) -> None:
    state = model.state_dict()
    unknown = sorted(set(start) - set(state))
    if unknown:
        raise ValueError(f"start should name parameters of the model, but had {unknown}")
    model.load_state_dict(state | dict(start))


@cache
def trained_model(n_layers: int, seed: int = SEEDS[0]) -> AttentionLanguageModel:
    """A model as the script left it, in evaluation mode.

    Args:
        n_layers: 1 or 2.
        seed: One of ``KEPT[n_layers]``.

    Raises:
        ValueError: If no weights of that size and seed are kept.
    """
    if seed not in KEPT.get(n_layers, ()):
        raise ValueError(
            f"n_layers and seed should be among {KEPT}, but were {n_layers!r} and {seed!r}"
        )
    return load_weights(new_model(n_layers, seed), WEIGHTS, f"{n_layers}/{seed}/")


@cache
def trained_curves(n_layers: int) -> Tensor:
    """The curves of every seed, as :func:`train_induction` returns them.

    Args:
        n_layers: 1 or 2.

    Returns:
        (seeds, points, 2 + 2 n_layers H).

    Raises:
        ValueError: If there are no curves of that number of layers.
    """
    if n_layers not in KEPT:
        raise ValueError(f"n_layers should be one of {tuple(KEPT)}, but was {n_layers!r}")
    with safe_open(WEIGHTS, framework="pt") as file:
        curves: Tensor = file.get_tensor(f"{n_layers}/curves")
    return curves.float()
