"""Drawing by chance: as often as the chances say, never what has none, the same everywhere."""

import numpy as np
import pytest
import torch

from attention.models.drawing import draw


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_by_hand_the_index_is_where_the_number_falls_among_the_sums():
    n = 12
    place = torch.rand(n, 1, generator=seeded(), dtype=torch.float64)
    edges = torch.tensor([0.2, 0.7, 1.0])  # the sums of .2, .5 and .3
    wanted = [sum(float(edge) <= float(x) for edge in edges) for x in place]
    assert len(set(wanted)) == 3
    assert draw(torch.tensor([[0.2, 0.5, 0.3]]).expand(n, 3), generator=seeded()).tolist() == wanted


def test_its_chance_is_the_mersenne_twister_as_numpy_has_it():
    """So it is the same on every processor: 53 bits of two of the twister's numbers of 32."""
    twister = np.random.RandomState(3)
    halves = twister.randint(0, 2**32, (12, 2), dtype=np.uint32).tolist()
    places = [((high << 32 | low) % 2**53) / 2**53 for high, low in halves]
    chances = torch.full((12, 10), 0.1)
    assert draw(chances, generator=seeded(3)).tolist() == [int(10 * x) for x in places]


def test_it_draws_as_often_as_the_chances_say():
    n = 40_000
    chances = torch.tensor([0.5, 0.0, 0.125, 0.375, 0.0])
    found = draw(chances.expand(n, 5), generator=seeded()).bincount(minlength=5)
    assert found[1] == found[4] == 0
    assert (found / n - chances).abs().max() < 4 * 0.5 / n**0.5  # four standard deviations


def test_rows_need_not_sum_to_1():
    chances = torch.tensor([[1.0, 2.0, 5.0]]).expand(50, 3)
    found = draw(chances, generator=seeded())
    assert torch.equal(found, draw(chances / 8, generator=seeded()))


@pytest.mark.parametrize("total", [1.0, 1.0 + 2**-52, 0.7, 2.0 - 2**-52])
def test_the_last_that_has_a_chance_is_the_last_that_is_drawn(monkeypatch, total):
    """Also where the number is the largest below 1: its product with the sum is below the sum."""
    largest = torch.nextafter(torch.ones(1, 1, dtype=torch.float64), torch.zeros(()).double())
    monkeypatch.setattr(torch, "rand", lambda *_, **__: largest)
    chances = torch.tensor([[total / 8, 7 * total / 8, 0.0]], dtype=torch.float64)
    assert draw(chances).tolist() == [1]


def test_the_smallest_number_does_not_draw_what_has_no_chance(monkeypatch):
    monkeypatch.setattr(torch, "rand", lambda *_, **__: torch.zeros(1, 1, dtype=torch.float64))
    assert draw(torch.tensor([[0.0, 0.0, 0.4, 0.6]])).tolist() == [2]


@pytest.mark.parametrize("row", [[0.0, 0.0], [0.5, float("nan")], [float("inf"), 1.0]])
def test_chances_that_are_none_are_refused(row):
    with pytest.raises(ValueError, match="chances should have a sum above 0 and finite"):
        draw(torch.tensor([[0.5, 0.5], row]))
