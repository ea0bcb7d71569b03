"""Several seeds at once: models of one shape, trained side by side."""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.func import functional_call

from attention._checks import check_count, shape


class SideBySide(nn.Module):
    """N models of one architecture that run as one, so that N seeds cost little more than one.

    Small models spend their time on starting operations, not on arithmetic. Here each operation
    works on all the models at once: every parameter is stored N times, stacked along a new first
    axis. The models do not touch each other: the gradient of the sum of their losses is, for each,
    the gradient of its own. (So train them with ``clip=None``: the length of the joint gradient
    would mix them.)

    Args:
        models: The N models, which differ in the values of their parameters alone. They are copied.

    Raises:
        ValueError: If there is no model, their parameters differ in name or shape, or they have
            buffers, which would not be kept apart.
    """

    def __init__(self, models: Sequence[nn.Module]) -> None:
        super().__init__()
        check_count("the number of models", len(models))
        wanted = {name: shape(p) for name, p in models[0].named_parameters()}
        for model in models:
            found = {name: shape(p) for name, p in model.named_parameters()}
            if found != wanted:
                raise ValueError(f"models should all have the parameters {wanted}, but had {found}")
            if any(True for _ in model.buffers()):
                names = [name for name, _ in model.named_buffers()]
                raise ValueError(f"models should have no buffers, but had {names}")
        self._names = list(wanted)
        self._template = [copy.deepcopy(models[0])]  # in a list, so that it is no part of this one
        columns = zip(*(model.parameters() for model in models), strict=True)
        self.stacked = nn.ParameterList(torch.stack([*p]).detach() for p in columns)

    def __len__(self) -> int:
        return len(self.stacked[0])

    def forward(self, *inputs: Any) -> Any:
        """What each model returns for the same ``inputs``, every tensor stacked: (N, ...)."""
        template = self._template[0].train(self.training)

        def one(parameters: tuple[torch.Tensor, ...]) -> Any:
            return functional_call(
                template, dict(zip(self._names, parameters, strict=True)), inputs
            )

        return torch.vmap(one)(tuple(self.stacked))

    def model(self, index: int) -> nn.Module:
        """Take out one model, as a copy that stands alone.

        Raises:
            TypeError: If ``index`` is not a whole number.
            ValueError: If there is no such model.
        """
        if check_count("index", index, at_least=0) >= len(self):
            raise ValueError(f"index should be below {len(self)}, but was {index}")
        alone = copy.deepcopy(self._template[0]).train(self.training)
        state = {n: p[index].detach() for n, p in zip(self._names, self.stacked, strict=True)}
        alone.load_state_dict(state)
        return alone
