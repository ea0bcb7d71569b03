"""The stored writers: their losses as stored and as logged, and the recipe that trains them."""

import re

import pytest
import torch

from attention.functional.positions import POSITION_SCHEMES
from attention.trained.position_writers import (
    HELD_OUT,
    LENGTHS,
    SCORED,
    SEEDS,
    STEPS,
    TRAINED_LENGTH,
    WEIGHTS,
    characters,
    losses,
    new_writer,
    stretches,
    train_writer,
    trained_scores,
    trained_writer,
)

ROTARY = POSITION_SCHEMES.index("rotary")


@pytest.mark.parametrize("scheme", POSITION_SCHEMES)
def test_the_stored_weights_lose_what_is_stored(scheme: str) -> None:
    model, place = trained_writer(scheme), POSITION_SCHEMES.index(scheme)
    stored = trained_scores().mean[place, 0]
    for length in (8, TRAINED_LENGTH):
        found = losses(model, length).mean().item()
        assert found == pytest.approx(stored[LENGTHS.index(length)].item(), abs=1e-3)


def test_hiding_far_characters_is_what_is_stored_as_near() -> None:
    trained = trained_writer("rotary")
    model = new_writer("rotary", 0, window=TRAINED_LENGTH)
    model.load_state_dict(trained.state_dict())
    found = losses(model.eval(), LENGTHS[-1]).mean().item()
    assert found == pytest.approx(trained_scores().near[ROTARY, 0].item(), abs=1e-3)


def test_the_log_tells_what_is_stored() -> None:
    log, stored = WEIGHTS.with_suffix(".log").read_text(encoding="utf-8"), trained_scores()
    assert f"seeds {SEEDS}, {STEPS} steps" in log
    assert f"{HELD_OUT} is held out" in log
    for i, scheme in enumerate(POSITION_SCHEMES):
        found = re.findall(rf"^{scheme}, seed (\d+): (.+)$", log, re.MULTILINE)
        assert [int(seed) for seed, _ in found] == list(SEEDS)
        told = torch.tensor([[float(x) for x in line.split()] for _, line in found])
        torch.testing.assert_close(told[:, :-1], stored.mean[i], atol=6e-5, rtol=0)
        torch.testing.assert_close(told[:, -1], stored.near[i], atol=6e-5, rtol=0)
        size = sum(p.numel() for p in new_writer(scheme, 0).parameters())
        assert f"{scheme}: {size} parameters" in log


def test_how_far_a_model_lies_behind_is_the_difference_of_the_means() -> None:
    mean, ahead, _ = trained_scores()
    torch.testing.assert_close(ahead[..., 0], mean - mean[ROTARY], atol=1e-5, rtol=0)
    assert (ahead[ROTARY] == 0).all()
    others = [i for i in range(len(POSITION_SCHEMES)) if i != ROTARY]
    assert (ahead[others][..., 1] > 0).all()


def test_the_scored_characters_are_the_same_at_every_length_and_lie_all_over_the_play() -> None:
    text, following = stretches(100)
    assert text.shape == following.shape == (100, LENGTHS[-1])
    assert torch.equal(text[:, 1:], following[:, :-1])
    starts = {"".join(characters().symbols[i] for i in row[:40].tolist()) for row in text}
    assert len(starts) == 100
    model = new_writer("none", 0).eval()
    short, long = losses(model, SCORED, n=5), losses(model, 2 * SCORED, n=5)
    assert short.shape == long.shape == (5, SCORED)
    # An untrained model guesses evenly, so that both are near the same number for each.
    torch.testing.assert_close(short, long, atol=0.5, rtol=0)


def test_a_later_character_changes_no_earlier_loss() -> None:
    model = trained_writer("rotary")
    text, _ = stretches(3, 32)
    with torch.no_grad():
        whole, cut = model(text), model(text[:, :20])
    torch.testing.assert_close(whole[:, :20], cut, atol=1e-4, rtol=0)


def test_each_seed_has_its_own_parameters_and_its_own_batches() -> None:
    state = torch.random.get_rng_state()
    one, same, other = (train_writer("rotary", seed, steps=2) for seed in (1, 1, 2))
    assert torch.equal(state, torch.random.get_rng_state())
    for a, b in zip(one.parameters(), same.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(one.embedding.weight, other.embedding.weight)


def test_an_unknown_scheme_is_named() -> None:
    with pytest.raises(ValueError, match=r"position should be one of .*, but was 'relative'"):
        new_writer("relative", 0)
