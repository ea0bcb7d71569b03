"""Models side by side are the same models alone."""

import pytest
import torch
from torch import nn

from attention import MultiHeadAttention
from attention.experiments.seeds import SideBySide
from attention.experiments.training import train


class Tiny(nn.Module):
    """Attention and a read-out; returns two tensors."""

    def __init__(self, seed, d_model=6):
        super().__init__()
        torch.manual_seed(seed)
        self.attention = MultiHeadAttention(d_model, 3, causal=True)
        self.readout = nn.Linear(d_model, 2)

    def forward(self, x):
        context, weights = self.attention(x, need_weights=True)
        return self.readout(context), weights


def test_the_output_is_every_models_own():
    models = [Tiny(seed).double() for seed in range(3)]
    x = torch.randn(2, 5, 6, dtype=torch.float64)
    outputs, weights = SideBySide(models)(x)
    assert outputs.shape == (3, 2, 5, 2)
    assert weights.shape == (3, 2, 3, 5, 5)
    for i, model in enumerate(models):
        assert torch.allclose(outputs[i], model(x)[0], rtol=0, atol=1e-12)
        assert torch.allclose(weights[i], model(x)[1], rtol=0, atol=1e-12)


def test_training_side_by_side_is_training_alone():
    together, alone = (
        [Tiny(seed).double() for seed in range(3)],
        [Tiny(seed).double() for seed in range(3)],
    )
    side = SideBySide(together)
    batches = torch.randn(8, 4, 5, 6, dtype=torch.float64)
    settings = dict(steps=8, lr=1e-2, clip=None, progress=False)
    train(side, lambda step: side(batches[step])[0].square().mean(dim=(1, 2, 3)).sum(), **settings)
    for i, model in enumerate(alone):
        train(model, lambda step, m=model: m(batches[step])[0].square().mean(), **settings)
        taken = side.model(i).state_dict()
        for name, parameter in model.state_dict().items():
            assert torch.allclose(taken[name], parameter, rtol=0, atol=1e-9), name


def test_the_models_given_are_copied():
    models = [Tiny(0), Tiny(1)]
    before = models[0].readout.weight.clone()
    side = SideBySide(models)
    train(side, lambda _: side(torch.ones(1, 2, 6))[0].sum(), steps=1, lr=0.1, progress=False)
    assert torch.equal(models[0].readout.weight, before)
    assert models[0].training  # though `train` has put `side` in evaluation mode
    assert not side.training


def test_a_model_taken_out_stands_alone():
    side = SideBySide([Tiny(0), Tiny(1)]).eval()
    taken = side.model(1)
    assert not taken.training
    assert torch.equal(taken.readout.weight, Tiny(1).readout.weight)
    taken.readout.weight.data.zero_()
    assert side.model(1).readout.weight.any()
    assert torch.equal(taken.readout.weight, torch.zeros(2, 6))  # not filled by the second call
    assert len(side) == 2


def test_it_has_n_times_the_parameters():
    count = sum(p.numel() for p in Tiny(0).parameters())
    assert sum(p.numel() for p in SideBySide([Tiny(0), Tiny(1)]).parameters()) == 2 * count


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ([], r"the number of models should be at least 1, but was 0"),
        ([nn.Linear(2, 3), nn.Linear(3, 2)], r"models should all have the parameters"),
        ([nn.BatchNorm1d(2)], r"models should have no buffers, but had \['running_mean'"),
    ],
)
def test_models_that_do_not_go_together(models, message):
    with pytest.raises(ValueError, match=message):
        SideBySide(models)


@pytest.mark.parametrize(("index", "error"), [(2, ValueError), (-1, ValueError), (0.5, TypeError)])
def test_a_model_that_is_not_there(index, error):
    with pytest.raises(error, match="index should be"):
        SideBySide([Tiny(0), Tiny(1)]).model(index)
