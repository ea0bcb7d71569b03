"""Trained weights on their way from a file into a model."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from tqdm import tqdm

from attention.models.gpt.config import GPTConfig

Read = Callable[[], Tensor]
"""Reads one tensor when it is called, so that only one is in memory beside the model."""

Model = TypeVar("Model", bound=nn.Module)


class Checkpoint(NamedTuple):
    """What a file says of a model.

    Attributes:
        config: The model's shape.
        tensors: For each of the model's parameters, by our names, what reads it.
        source: Where they come from, for messages.
        name: What to call it in the progress bar.
    """

    config: GPTConfig
    tensors: Mapping[str, Read]
    source: str
    name: str


def fill(new_model: Callable[[GPTConfig], Model], checkpoint: Checkpoint) -> Model:
    """A model with trained weights, in float32 and in evaluation mode.

    Args:
        new_model: Makes a model of a shape; its parameters' names are those of the checkpoint.
        checkpoint: What they are filled with, one tensor read after the other.

    Raises:
        ValueError: If a tensor is missing, unknown, of another shape, or not finite; the message
            names it.
    """
    config, tensors, source, _ = checkpoint
    try:
        with torch.device("meta"):  # no memory yet: each parameter is set aside when it is read
            model = new_model(config)
    except RuntimeError as error:
        raise ValueError(f"{source} should ask for a model of finite size: {error}") from error
    parameters = dict(model.named_parameters())  # those that are shared stand here once
    missing, unknown = parameters.keys() - tensors.keys(), tensors.keys() - parameters.keys()
    if missing:
        raise ValueError(f"{source} should hold a tensor for {min(missing)}, but has none")
    if unknown:
        raise ValueError(f"{source} holds a tensor that the model has no place for: {min(unknown)}")
    places: dict[int, list[str]] = {}  # of each parameter all the names under which it is shared
    for name, parameter in model.named_parameters(remove_duplicate=False):
        places.setdefault(id(parameter), []).append(name)
    for name, parameter in tqdm(parameters.items(), desc=f"loading {checkpoint.name}"):
        tensor = tensors[name]().to(torch.float32)
        if tensor.shape != parameter.shape:
            raise ValueError(
                f"tensor for {name} in {source} should have shape {tuple(parameter.shape)}, "
                f"but had {tuple(tensor.shape)}"
            )
        if not tensor.isfinite().all():
            raise ValueError(f"tensor for {name} in {source} should be finite, but was not")
        filled = nn.Parameter(tensor.contiguous())
        for place in places[id(parameter)]:
            owner, _, last = place.rpartition(".")
            setattr(model.get_submodule(owner), last, filled)
    return model.eval()
