"""Where the stored models' weights are, and how they are read."""

from pathlib import Path
from typing import TypeVar

from safetensors import safe_open
from torch import nn

WEIGHTS = Path(__file__).with_name("weights")
Model = TypeVar("Model", bound=nn.Module)


def load_weights(model: Model, path: Path, prefix: str) -> Model:
    """Put the stored tensors whose names begin with a prefix into a model, as float32.

    Args:
        model: It has a parameter of the rest of each name, and no other.
        path: A safetensors file.
        prefix: What stands before the names of this model's tensors.

    Returns:
        The model itself, in evaluation mode.
    """
    with safe_open(path, framework="pt") as file:
        names = [name for name in file.keys() if name.startswith(prefix)]  # noqa: SIM118
        state = {name.removeprefix(prefix): file.get_tensor(name).float() for name in names}
    model.load_state_dict(state)
    return model.eval()
