"""What is stored of the small model while it learns is what its log says, and fits the rest."""

import re

import pytest
import torch

from attention.trained.induction import EVERY, SEEDS, STEPS, trained_curves, trained_model
from attention.trained.induction_growth import (
    GIVEN,
    GROWTH,
    LEVELS,
    SHOWN,
    given_parameters,
    growth_curves,
    looks_back_by_position,
    phase_change_example,
    shown_maps,
    shown_sequence,
)

LOG = GROWTH.with_suffix(".log").read_text(encoding="utf-8")


def test_with_nothing_given_the_curves_are_those_of_the_stored_models():
    torch.testing.assert_close(growth_curves(), trained_curves(2), atol=0.01, rtol=0.01)


@pytest.mark.parametrize("kind", GIVEN)
def test_the_log_tells_when_each_curve_falls(kind):
    curves = growth_curves(kind)
    assert curves.shape == (len(SEEDS), STEPS[2] // EVERY + 1, 10)
    for seed, losses in zip(SEEDS, curves[..., 1], strict=True):
        found = re.search(
            rf"^given {kind}, seed {seed}: below 3.5 at step (\d+), below 1.5 at step (\d+), "
            r"in the end (\S+)$",
            LOG, re.MULTILINE,
        )  # fmt: skip
        for level, step in ((3.5, int(found[1])), (1.5, int(found[2]))):
            assert losses[step // EVERY] < level + 0.01
            assert (losses[: step // EVERY] > level - 0.01).all()
        assert losses[-1].item() == pytest.approx(float(found[3]), abs=2e-3)


def test_either_half_given_the_other_one_comes_in_less_than_half_of_the_time():
    fall = {kind: (growth_curves(kind)[..., 1] < 1.5).float().argmax(1) for kind in GIVEN}
    assert (fall["embeddings"] < fall["nothing"]).all()
    for kind in ("layer 0, too", "layer 1, too"):
        assert (2 * fall[kind] < fall["nothing"]).all()
        assert (fall[kind] < fall["embeddings"]).all()


def test_what_is_given_is_the_trained_model_s_and_nothing_else():
    whole = trained_model(2, 1).state_dict()
    layers = {
        "nothing": set(),
        "embeddings": {"embedding", "position"},
        "layer 0, too": {"embedding", "position", "layers.0"},
        "layer 1, too": {"embedding", "position", "layers.1", "norm", "readout"},
    }
    for kind, names in layers.items():
        given = given_parameters(kind, 1)
        assert {re.match(r"layers\.\d|\w+", name)[0] for name in given} == names
        assert all(torch.equal(value, whole[name]) for name, value in given.items())


def test_trained_on_short_periods_the_head_stops_where_they_end():
    back = looks_back_by_position()
    assert back.shape == (3, 63)
    assert back[:, :16].mean(1).min() > 0.9
    assert back[:, 16:].max() < 0.3


def test_the_last_maps_are_the_stored_models():
    example = phase_change_example()
    assert example["maps"].shape == (3, 41, 2, SHOWN, SHOWN)
    ids = shown_sequence()[0]
    assert torch.equal(ids[:8], ids[8:])
    for seed, maps in zip(SEEDS, example["maps"], strict=True):
        stored = shown_maps(trained_model(2, seed)) / LEVELS  # (4, T, T)
        for weights in maps[-1]:
            assert (stored - weights).abs().amax((1, 2)).min() < 0.02


def test_the_example_follows_the_heads_that_come_to_do_it():
    example, curves = phase_change_example(), growth_curves()
    for run in range(3):
        torch.testing.assert_close(example["curves"][run, :, 0], curves[run, :, 1])
        final = example["curves"][run, -1]
        assert final[1] == curves[run, -1, 2:4].max() > 0.3
        assert final[2] == curves[run, -1, 8:].max() > 0.8
        ids = shown_sequence()[0]
        back, found = example["maps"][run, -1]
        assert back.diagonal(-1)[:15].mean() > 0.8
        later = [found[t, t - 7].item() for t in range(8, len(ids))]
        assert sum(later) > 0.7 * len(later)


def test_what_is_not_kept_is_named():
    with pytest.raises(ValueError, match=r"^kind should be one of .*, but was 'all'$"):
        growth_curves("all")


def test_the_file_is_small():
    assert GROWTH.stat().st_size < 300_000
