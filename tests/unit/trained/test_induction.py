"""The stored models that repeat are what their log says, and the recipe trains them."""

import math
import re

import pytest
import torch

from attention.trained.induction import (
    EVERY,
    KEPT,
    LENGTH,
    LONGEST,
    N_HEADS,
    SEEDS,
    SHORTEST,
    STEPS,
    WEIGHTS,
    held_out,
    measure,
    new_model,
    repeat_losses,
    repeated_sequences,
    train_induction,
    trained_curves,
    trained_model,
)

KEPT_MODELS = [(n_layers, seed) for n_layers, seeds in KEPT.items() for seed in seeds]


def test_a_sequence_repeats_with_its_period_and_no_other_rule():
    ids, period = repeated_sequences(200, generator=torch.Generator().manual_seed(0))
    assert ids.shape == (200, LENGTH + 1)
    assert period.min() == SHORTEST
    assert period.max() == LONGEST
    for row, p in zip(ids, period.tolist(), strict=True):
        assert torch.equal(row[p:], row[:-p])
    assert ids.unique().numel() == 64


def test_a_fixed_period_is_one_for_all():
    _, period = repeated_sequences(7, shortest=11, longest=11)
    assert period.tolist() == [11] * 7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, r"^n should be at least 1"),
        ({"n": 1, "shortest": 9, "longest": 8}, r"^longest should be at least 9, but was 8$"),
    ],
)
def test_sequences_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        repeated_sequences(**arguments)


def test_the_two_losses_part_where_the_repeat_can_be_known():
    """A model that counts up by one is wrong where the count begins again, and there alone."""

    class Counts(torch.nn.Module):
        def forward(self, ids):
            return 50.0 * torch.nn.functional.one_hot((ids + 1) % 64, 64).float()

    ids = torch.arange(9)[None] % 4  # 0 1 2 3 0 1 2 3 0: the step from 3 to 0 is the wrong one
    first, repeats = repeat_losses(Counts(), ids, torch.tensor([4]))
    assert first.item() == pytest.approx(50 / 4, rel=1e-3)  # targets 1 2 3 0
    assert repeats.item() == pytest.approx(50 / 4, rel=1e-3)  # targets 1 2 3 0
    first, repeats = repeat_losses(Counts(), ids[:, :8], torch.tensor([4]))
    assert repeats.item() < 1e-6  # targets 1 2 3


@pytest.mark.parametrize(("n_layers", "seed"), KEPT_MODELS)
def test_the_stored_weights_measure_what_the_stored_curve_ends_with(n_layers, seed):
    found = measure(trained_model(n_layers, seed), *held_out())
    stored = trained_curves(n_layers)[SEEDS.index(seed), -1]
    torch.testing.assert_close(found, stored, atol=0.01, rtol=0.005)  # both in half precision


def test_the_log_tells_the_stored_curves():
    log = WEIGHTS.with_suffix(".log").read_text(encoding="utf-8")
    for n_layers, steps in STEPS.items():
        curves = trained_curves(n_layers)
        n_heads = n_layers * N_HEADS
        assert curves.shape == (len(SEEDS), steps // EVERY + 1, 2 + 2 * n_heads)
        for seed, curve in zip(SEEDS, curves, strict=True):
            pattern = (
                rf"^{n_layers} layers, seed {seed}, {steps} steps: first pass (\S+), "
                r"repeats (\S+), previous token (.+), induction (.+)$"
            )
            found = re.search(pattern, log, re.MULTILINE)
            told = [float(x) for group in found.groups() for x in group.split()]
            torch.testing.assert_close(torch.tensor(told), curve[-1], atol=0.01, rtol=0.005)


def test_two_layers_learn_to_repeat_and_one_does_not():
    two, one = trained_curves(2), trained_curves(1)
    assert two[:, -1, 1].max() < 1.0
    assert one[:, -1, 1].min() > 2.8
    assert two[:, 0, :2].min() > math.log(64) - 0.1  # both begin with knowing nothing
    assert two[:, -1, 2:4].max(dim=-1).values.min() > 0.3  # a previous-token head in layer 0
    assert two[:, -1, -2:].min() > 0.7  # induction heads in layer 1


def test_a_seed_decides_everything_and_nothing_else_is_drawn_from():
    state = torch.random.get_rng_state()
    (one, curve), (same, _), (other, _) = (train_induction(1, s, steps=EVERY) for s in (1, 1, 2))
    assert torch.equal(state, torch.random.get_rng_state())
    assert curve.shape == (2, 2 + 2 * N_HEADS)
    torch.testing.assert_close(curve[0], measure(new_model(1, 1), *held_out()))
    for a, b in zip(one.parameters(), same.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(one.embedding.weight, other.embedding.weight)


def test_a_start_is_begun_with_and_what_is_unknown_is_named():
    given = {"position.weight": torch.full((LENGTH, 64), 0.25)}
    seen = []
    model, curve = train_induction(
        1, 0, steps=EVERY, start=given, look=lambda now: seen.append(now.position.weight.clone())
    )
    assert torch.equal(seen[0], given["position.weight"])
    assert len(seen) == len(curve) == 2  # before the first step and after the last
    assert torch.equal(seen[1], model.position.weight)
    assert not torch.equal(*seen)
    with pytest.raises(ValueError, match=r"^start should name parameters .* had \['nowhere'\]$"):
        train_induction(1, 0, steps=EVERY, start={"nowhere": torch.zeros(1)})


def test_the_periods_of_training_are_those_asked_for(monkeypatch):
    asked = []

    def noted(*args, **options):
        asked.append((options.get("shortest"), options.get("longest")))
        return repeated_sequences(*args, **options)

    monkeypatch.setattr("attention.trained.induction.repeated_sequences", noted)
    train_induction(1, 0, steps=EVERY, periods=(9, 11))
    assert set(asked[1:]) == {(9, 11)}  # the first call makes what is held out


def test_what_is_not_kept_is_named():
    with pytest.raises(ValueError, match=r"^n_layers and seed should be among .*1 and 2$"):
        trained_model(1, 2)
    with pytest.raises(ValueError, match=r"^n_layers should be one of \(1, 2\), but was 3$"):
        trained_curves(3)


def test_the_file_is_small():
    assert WEIGHTS.stat().st_size < 400_000
