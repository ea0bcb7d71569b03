"""How the small model that learns to repeat comes to do so: its heads step by step.

``scripts/grow_induction.py`` trains the two-layer model of ``induction.py`` again, with every seed:
as it is, looking at its maps on the way; with parts of a trained model given to it at the start;
and on sequences of short periods alone. What it saw stands in ``attention/trained/weights``.
"""

from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

from attention.models.attention_lm import AttentionLanguageModel
from attention.trained.induction import (
    EVERY,
    LONGEST,
    SEEDS,
    SHORTEST,
    STEPS,
    repeated_sequences,
    trained_model,
)

GROWTH = Path(__file__).with_name("weights") / "induction_growth.safetensors"
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-"
"""How the 64 tokens are written."""
SHOWN = 16
"""Tokens of the sequence that is looked at: a stretch of the shortest period, twice."""
SHORT_PERIODS = (SHORTEST, LONGEST // 2)
LEVELS = 255
"""Maps are kept in steps of 1 / 255."""
_EMBEDDINGS = ("embedding.", "position.")
GIVEN = {
    "nothing": (),
    "embeddings": _EMBEDDINGS,
    "layer 0, too": (*_EMBEDDINGS, "layers.0."),
    "layer 1, too": (*_EMBEDDINGS, "layers.1.", "norm.", "readout."),
}
"""What a model is given at the start: of a trained one, the parameters whose names begin so."""


def given_parameters(kind: str, seed: int) -> dict[str, Tensor]:
    """The parameters of a trained model that another one is given to begin with.

    Args:
        kind: One of ``GIVEN``.
        seed: One of the stored two-layer models, ``SEEDS``.

    Returns:
        Parameters by name.
    """
    state = trained_model(2, seed).state_dict()
    return {name: value for name, value in state.items() if name.startswith(GIVEN[kind])}


def shown_sequence() -> Tensor:
    """The sequence whose maps are kept, int64 (1, SHOWN): eight tokens, twice."""
    chance = torch.Generator().manual_seed(10)
    ids, _ = repeated_sequences(
        1, shortest=SHORTEST, longest=SHORTEST, length=SHOWN, generator=chance
    )
    return ids


@torch.no_grad()
def shown_maps(model: AttentionLanguageModel) -> Tensor:
    """The weights of all heads of a two-layer model on that sequence, uint8 (4, SHOWN, SHOWN)."""
    weights = torch.cat(model.attention_weights(shown_sequence()), dim=1)[0]
    return (weights * LEVELS).round().byte()


@cache
def growth_curves(kind: str = "nothing") -> Tensor:
    """The curves of every seed, from a start with something given.

    Args:
        kind: One of ``GIVEN``.

    Returns:
        (seeds, points, 10): of each point what ``induction.measure`` tells.

    Raises:
        ValueError: If there are no such curves.
    """
    if kind not in GIVEN:
        raise ValueError(f"kind should be one of {tuple(GIVEN)}, but was {kind!r}")
    return _kept(f"curves/{kind}").float()


@cache
def looks_back_by_position() -> Tensor:
    """Trained on periods of 8 to 16: the previous-token head's weight on the token before.

    Returns:
        (seeds, 63): means over the held-out sequences, for the queries at positions 1 to 63.
    """
    return _kept("short periods").float()


def phase_change_example() -> dict[str, Any]:
    """The arguments of ``PhaseChange``: the two-layer model of every seed as it learns.

    Returns:
        The tokens of the sequence; the steps; of each run and step the loss of the repeats and the
        scores of the strongest previous-token head of layer 0 and induction head of layer 1 on the
        held-out sequences, (seeds, points, 3); the maps of these two heads on the sequence, float32
        (seeds, points, 2, T, T); and what the runs and the heads are called.
    """
    curves, maps = growth_curves(), _kept("maps").float() / LEVELS  # (seeds, points, 4, T, T)
    back, found = curves[..., 2:4], curves[..., 8:10]  # (seeds, points, 2): layers 0 and 1
    scores, shown = [], []
    for i in range(len(SEEDS)):
        looks, finds = int(back[i, -1].argmax()), int(found[i, -1].argmax())  # the heads to show
        scores.append(torch.stack([curves[i, :, 1], back[i, :, looks], found[i, :, finds]], dim=-1))
        shown.append(maps[i][:, [looks, 2 + finds]])
    return {
        "tokens": [SIGNS[i] for i in shown_sequence()[0]],
        "steps": list(range(0, STEPS[2] + 1, EVERY)),
        "curves": torch.stack(scores),
        "maps": torch.stack(shown),
        "runs": [f"seed {seed}" for seed in SEEDS],
    }


def _kept(name: str) -> Tensor:
    with safe_open(GROWTH, framework="pt") as file:
        found: Tensor = file.get_tensor(name)
    return found
