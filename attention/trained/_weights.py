"""Where the stored models' weights are, and how they are read."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import safe_open
from torch import nn

WEIGHTS = Path(__file__).with_name("weights")
TIED = {"readout.weight": "embedding.weight"}
"""A GPT's read-out is its embedding, and is not stored twice."""
Model = TypeVar("Model", bound=nn.Module)


@torch.no_grad()
def as_stored(model: Model) -> Model:
    """Round a model's parameters, in place, to the half precision in which they are stored."""
    for parameter in model.parameters():
        parameter.copy_(parameter.half().float())
    return model


def load_weights(
    model: Model, path: Path, prefix: str, *, tied: Mapping[str, str] | None = None
) -> Model:
    """Put the stored tensors whose names begin with a prefix into a model, as float32.

    Args:
        model: It has a parameter of the rest of each name, and no other.
        path: A safetensors file.
        prefix: What stands before the names of this model's tensors.
        tied: By the name of a tensor that is not stored, that of the one which it is: ``TIED``.

    Returns:
        The model itself, in evaluation mode.
    """
    with safe_open(path, framework="pt") as file:
        names = [name for name in file.keys() if name.startswith(prefix)]  # noqa: SIM118
        state = {name.removeprefix(prefix): file.get_tensor(name).float() for name in names}
    model.load_state_dict(state | {name: state[other] for name, other in (tied or {}).items()})
    return model.eval()
