"""The training loop: its learning rates as the steps show them, and what happens when it stops."""

import math
import random
import re

import matplotlib as mpl
import numpy as np
import pytest
import torch
from torch import nn

from attention.experiments.training import train
from attention.teaching.plots import STYLE
from attention.teaching.set_up import set_up


class Number(nn.Module):
    """One parameter, so that every step can be followed."""

    def __init__(self, start=0.0):
        super().__init__()
        self.value = nn.Parameter(torch.tensor(start, dtype=torch.float64))


def steps_of(n, *, slopes=None, **options):
    """How far each of ``n`` steps goes downhill, at a rate of 1.

    Adam divides the slope by its own size: on a constant slope a step is the learning rate.
    """
    number, seen = Number(), []

    def loss_at(step):
        seen.append(number.value.item())
        return number.value * (1.0 if slopes is None else slopes[step])

    train(number, loss_at, steps=n, lr=1.0, progress=False, **options)
    return -np.diff([*seen, number.value.item()])


def test_a_constant_rate_is_constant():
    np.testing.assert_allclose(steps_of(5, schedule="constant"), np.ones(5), rtol=1e-6)


def test_a_cosine_rate_falls_to_zero():
    wanted = [(1 + math.cos(math.pi * i / 10)) / 2 for i in range(1, 11)]
    np.testing.assert_allclose(steps_of(10), wanted, rtol=1e-6, atol=1e-12)


def test_warm_up_rises_in_a_straight_line():
    np.testing.assert_allclose(
        steps_of(8, schedule="constant", warmup=0.5), [0.25, 0.5, 0.75, 1, 1, 1, 1, 1], rtol=1e-6
    )
    fall = [(1 + math.cos(math.pi * i / 6)) / 2 for i in range(1, 7)]
    np.testing.assert_allclose(steps_of(8, warmup=0.25), [0.5, 1, *fall], rtol=1e-6, atol=1e-12)


def test_one_cycle_rises_over_three_tenths_and_falls_to_zero():
    fall = [(1 + math.cos(math.pi * i / 7)) / 2 for i in range(1, 8)]
    np.testing.assert_allclose(
        steps_of(10, schedule="one_cycle"), [1 / 3, 2 / 3, 1, *fall], rtol=1e-6, atol=1e-12
    )


def test_a_long_gradient_is_shortened():
    # Clipped at 1, a slope of 1000 looks like a slope of 1; unclipped, Adam's average feels it.
    slopes = [1.0, 1000.0]
    clipped = steps_of(2, slopes=slopes, schedule="constant")
    np.testing.assert_allclose(clipped, [1, 1], rtol=1e-5)
    unclipped = steps_of(2, slopes=slopes, schedule="constant", clip=None)
    mean, mean_square = (0.09 + 100) / 0.19, (0.000999 + 1000) / 0.001999
    assert unclipped[1] == pytest.approx(mean / mean_square**0.5)


def test_weight_decay_pulls_towards_zero():
    number = Number(8.0)
    options = {"schedule": "constant", "progress": False}
    train(number, lambda step: 0 * number.value, steps=2, lr=0.5, weight_decay=1.0, **options)
    assert number.value.item() == 2.0  # halved twice


def test_training_finds_a_line_and_returns_the_loss_of_every_step():
    line = nn.Linear(2, 1).double()
    x = torch.randn(64, 2, dtype=torch.float64)
    y = x @ torch.tensor([[3.0], [-2.0]], dtype=torch.float64) + 1

    def loss_at(step):
        return (line(x) - y).square().mean()

    first = loss_at(0).item()
    losses = train(line, loss_at, steps=300, lr=0.1, progress=False)
    assert len(losses) == 300
    assert losses[0] == first
    assert losses[-1] < 1e-4
    np.testing.assert_allclose(line.weight.detach(), [[3, -2]], atol=1e-2)


def test_the_model_trains_in_training_mode_and_is_left_in_evaluation_mode():
    number, modes = Number().eval(), []

    def loss_at(step):
        modes.append(number.training)
        return number.value

    train(number, loss_at, steps=2, lr=0.1, progress=False)
    assert modes == [True, True]
    assert not number.training


def test_an_interruption_keeps_what_has_been_learnt(capsys):
    number = Number()

    def loss_at(step):
        if step == 3:
            raise KeyboardInterrupt
        return number.value

    options = {"schedule": "constant", "progress": False, "label": "a line"}
    losses = train(number, loss_at, steps=10, lr=1.0, **options)
    assert len(losses) == 3
    assert number.value.item() == pytest.approx(-3)
    assert not number.training
    assert capsys.readouterr().out == (
        "a line: stopped after 3 of 10 steps; the model keeps them\n"
    )


@pytest.mark.parametrize("progress", [True, False])
def test_the_progress_bar_goes_to_stderr_or_nowhere(progress, capsys):
    # What a notebook prints is compared; what goes to stderr is not.
    number = Number()
    options = {"steps": 4, "lr": 1.0, "label": "a line", "progress": progress}
    train(number, lambda step: number.value + 7 - number.value.detach(), **options)
    out, err = capsys.readouterr()
    assert out == ""
    if progress:
        assert re.search(r"a line: 100%.* 4/4 .*loss 7\.00", err)
    else:
        assert err == ""


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_stops_the_training(bad):
    number = Number()

    def loss_at(step):
        return number.value * (bad if step == 2 else 1.0)

    with pytest.raises(ValueError, match=r"^loss should be finite, but was -?(nan|inf) at step 2$"):
        train(number, loss_at, steps=5, lr=1.0, schedule="constant", progress=False)
    assert number.value.item() == pytest.approx(-2)  # the bad step was not made
    assert not number.training


BAD_INPUT = {
    "no step": ({"steps": 0}, ValueError, "steps should be at least 1, but was 0"),
    "half a step": ({"steps": 1.5}, TypeError, "steps should be a whole number, but was 1.5"),
    "an unknown schedule": (
        {"schedule": "linear"},
        ValueError,
        "schedule should be 'constant', 'cosine' or 'one_cycle', but was 'linear'",
    ),
    "nothing but warm-up": (
        {"warmup": 1.0},
        ValueError,
        "warmup should be in [0, 1), but was 1.0",
    ),
    "negative warm-up": ({"warmup": -0.1}, ValueError, "warmup should be in [0, 1), but was -0.1"),
}


@pytest.mark.parametrize(("wrong", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(wrong, error, message):
    number = Number()
    options = {"steps": 2, "lr": 1.0, "progress": False} | wrong
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        train(number, lambda step: number.value, **options)


@pytest.fixture
def _restored():
    """Put back what ``set_up`` changes for the whole process."""
    threads, style = torch.get_num_threads(), mpl.rcParams.copy()
    yield
    torch.set_num_threads(threads)
    torch.set_printoptions(profile="default")
    mpl.rcParams.update(style)


@pytest.mark.usefixtures("_restored")
def test_set_up_makes_chance_repeatable():
    def chance(seed):
        set_up(seed)
        return random.random(), np.random.rand(), torch.rand(()).item()

    assert chance(3) == chance(3)
    assert all(a != b for a, b in zip(chance(3), chance(4), strict=True))


@pytest.mark.usefixtures("_restored")
def test_set_up_fixes_the_threads_and_the_digits():
    set_up(threads=2)
    assert torch.get_num_threads() == 2
    set_up()
    assert torch.get_num_threads() == 1
    assert str(torch.tensor([1 / 3, 1e-6])) == "tensor([0.333, 0.000])"


@pytest.mark.usefixtures("_restored")
def test_set_up_puts_on_the_figure_style_of_the_book():
    mpl.rcdefaults()
    set_up()
    style = mpl.rc_params_from_file(STYLE, use_default_template=False)
    assert style
    assert {key: mpl.rcParams[key] for key in style} == style


@pytest.mark.usefixtures("_restored")
def test_set_up_names_a_bad_number_of_threads():
    with pytest.raises(ValueError, match=r"^threads should be at least 1, but was 0$"):
        set_up(threads=0)
