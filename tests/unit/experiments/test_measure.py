"""Memory is counted exactly, times are taken in turn, and what is stored can be read."""

import pytest
import torch

from attention import causal_mask, scaled_dot_product_attention
from attention.experiments.measure import (
    best_seconds,
    fitted_slope,
    measurements,
    peak_bytes,
    peak_memory,
    time_in_turn,
)


def test_by_hand_a_sum_of_two_new_tensors_needs_three():
    x = torch.zeros(1000)  # 4,000 bytes, there before

    def work():
        one, two = x + 1, x + 2
        return one + two

    assert peak_bytes(work) == 3 * 4000


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (lambda x: x.view(10, 100), 0),
        (lambda x: x.add_(1), 0),
        (lambda x: (x + 1).view(10, 100).mT, 4000),
        (lambda x: [(x + i).sum() for i in range(9)], 4000 + 9 * 4),  # the last beside all sums
        (lambda x: torch.zeros(500, dtype=torch.float64) + 1, 2 * 4000),
    ],
    ids=["a view", "in place", "views of a new one", "freed each time", "eight bytes a number"],
)
def test_only_new_memory_counts_and_only_while_it_lives(work, expected):
    x = torch.zeros(1000)
    assert peak_bytes(lambda: work(x)) == expected


def test_what_the_backward_pass_needs_counts_too():
    x = torch.zeros(1000, requires_grad=True)
    forward = peak_bytes(lambda: x.exp().sum())
    both = peak_bytes(lambda: x.exp().sum().backward())
    assert forward == 4000 + 4
    assert both >= forward + 4000  # the result is kept, and the gradient is as large


@pytest.mark.parametrize("n", [67, 131])
def test_the_definition_stores_scores_for_every_pair(n):
    q = torch.randn(3, n, 5)
    mask = causal_mask(n)
    assert peak_bytes(lambda: scaled_dot_product_attention(q, q, q, mask=mask)) >= 2 * 3 * n * n * 4


def test_by_hand_the_slope_of_a_square_is_two():
    assert fitted_slope([1, 2, 4, 8], [3, 12, 48, 192]) == pytest.approx(2)


def test_times_are_taken_in_turn():
    calls = []
    seconds = time_in_turn(
        {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=3, at_least=0
    )
    assert calls[-6:] == ["a", "b"] * 3
    assert {name: len(taken) for name, taken in seconds.items()} == {"a": 3, "b": 3}
    assert all(second > 0 for taken in seconds.values() for second in taken)


def test_a_quick_call_is_repeated_until_the_turn_is_long():
    calls = []
    time_in_turn({"quick": lambda: calls.append(None)}, rounds=1, at_least=0.01)
    assert len(calls) > 100


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: time_in_turn({}), "candidates should name at least one function"),
        (lambda: time_in_turn({"a": int}, rounds=0), "rounds should be at least 1, but was 0"),
        (lambda: fitted_slope([1, 2], [1]), "values should be as many as lengths, 2, but were 1"),
        (lambda: fitted_slope([2, 2], [1, 2]), "lengths should be at least two different ones"),
        (lambda: fitted_slope([1, 2], [0, 2]), "values should be positive"),
        (lambda: best_seconds([], "layer", "ours"), "case and name should be one of"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


ROWS = [
    {"case": "c", "name": "ours", "n": 20, "seconds": [0.3, 0.2], "peak_bytes": 7},
    {"case": "c", "name": "ours", "n": 10, "seconds": [0.1, 0.4]},
    {"case": "c", "name": "theirs", "n": 10, "seconds": [0.01]},
]


def test_the_least_disturbed_turn_counts():
    assert best_seconds(ROWS, "c", "ours") == {10: 0.1, 20: 0.2}
    assert peak_memory(ROWS, "c", "ours") == {20: 7}


def test_what_is_stored_says_when_where_and_of_what():
    found = measurements()
    assert found["date"] >= "2026"
    assert found["machine"]["processor"]
    assert found["versions"]["torch"]
    for row in found["results"]:
        assert min(row["seconds"]) > 0
        assert row.get("peak_bytes", 0) >= 0
