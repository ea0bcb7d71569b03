"""Masks against their one-line rules, written out by hand and checked cell by cell."""

import re
from itertools import product

import pytest
import torch

from attention import causal_mask, padding_mask, sliding_window_mask
from attention.functional.masks import MASKS

# Each mask that has a name, for 4 queries and keys and a window of 2.
BY_HAND = {
    "none": "xxxx xxxx xxxx xxxx",
    "causal": "x... xx.. xxx. xxxx",
    "window": "x... xx.. .xx. ..xx",
}


def rows(mask):
    """A mask as text, one word a row: x = may attend."""
    return " ".join("".join("x" if cell else "." for cell in row) for row in mask.tolist())


def test_causal_mask_by_hand():
    assert rows(causal_mask(3)) == "x.. xx. xxx"


def test_causal_mask_lets_a_query_see_itself():
    assert causal_mask(5).diagonal().all()


def test_causal_mask_hides_the_next_position():
    assert not causal_mask(5).diagonal(1).any()


def test_causal_mask_is_aligned_at_the_bottom_right():
    # Two new queries after three cached keys: the last query sees the last key.
    assert rows(causal_mask(2, 5)) == "xxxx. xxxxx"
    # More queries than keys: the first ones come before every key.
    assert rows(causal_mask(4, 2)) == ".. .. x. xx"


@pytest.mark.parametrize(("n_queries", "n_keys"), list(product(range(1, 6), range(1, 6))))
def test_causal_mask_obeys_its_rule_in_every_cell(n_queries, n_keys):
    wanted = [[j <= i + (n_keys - n_queries) for j in range(n_keys)] for i in range(n_queries)]
    assert causal_mask(n_queries, n_keys).tolist() == wanted


def test_sliding_window_by_hand():
    assert rows(sliding_window_mask(4, 2)) == "x... xx.. .xx. ..xx"


def test_sliding_window_counts_the_query_itself():
    assert rows(sliding_window_mask(3, 1)) == "x.. .x. ..x"
    assert sliding_window_mask(7, 3).sum(dim=-1).tolist() == [1, 2, 3, 3, 3, 3, 3]


@pytest.mark.parametrize("window", range(1, 7))
@pytest.mark.parametrize(("n_queries", "n_keys"), list(product(range(1, 5), range(1, 6))))
def test_sliding_window_obeys_its_rule_in_every_cell(n_queries, n_keys, window):
    behind = n_keys - n_queries
    wanted = [
        [i + behind - window < j <= i + behind for j in range(n_keys)] for i in range(n_queries)
    ]
    assert sliding_window_mask(n_queries, window, n_keys).tolist() == wanted


def test_a_window_as_wide_as_the_text_is_the_causal_mask():
    assert torch.equal(sliding_window_mask(5, 5), causal_mask(5))
    assert torch.equal(sliding_window_mask(3, 99, 7), causal_mask(3, 7))


def test_padding_mask_is_true_for_real_tokens():
    assert rows(padding_mask(torch.tensor([2, 0, 3]), 3)) == "xx. ... xxx"


def test_padding_mask_reads_every_integer_type():
    for dtype in (torch.int64, torch.int32, torch.uint8):
        assert rows(padding_mask(torch.tensor([1, 2], dtype=dtype), 2)) == "x. xx"


def test_every_mask_that_has_a_name_is_written_out_by_hand():
    assert {name: rows(kind.table(4, 4, 2)) for name, kind in MASKS.items()} == BY_HAND


@pytest.mark.parametrize("name", MASKS)
def test_fewer_queries_are_the_newest_of_many(name):
    whole = MASKS[name].table(5, 5, 2)
    for n in range(1, 6):
        assert torch.equal(MASKS[name].table(n, 5, 2), whole[-n:]), f"{n} queries"


BAD_INPUT = {
    "no query": (lambda: causal_mask(0), ValueError, "n_queries should be at least 1, but was 0"),
    "no key": (lambda: causal_mask(2, 0), ValueError, "n_keys should be at least 1, but was 0"),
    "half a query": (
        lambda: causal_mask(2.5),
        TypeError,
        "n_queries should be a whole number, but was 2.5",
    ),
    "a truth value for a count": (
        lambda: causal_mask(2, True),
        TypeError,
        "n_keys should be a whole number, but was True",
    ),
    "a text for a count": (
        lambda: causal_mask("5"),
        TypeError,
        "n_queries should be a whole number, but was '5'",
    ),
    "an empty window": (
        lambda: sliding_window_mask(3, 0),
        ValueError,
        "window should be at least 1, but was 0",
    ),
    "half a window": (
        lambda: sliding_window_mask(3, 1.5),
        TypeError,
        "window should be a whole number, but was 1.5",
    ),
    "a window on no query": (
        lambda: sliding_window_mask(0, 2),
        ValueError,
        "n_queries should be at least 1, but was 0",
    ),
    "lengths in a list": (
        lambda: padding_mask([1, 2], 3),
        TypeError,
        "lengths should be an integer tensor (B,), but was list",
    ),
    "fractional lengths": (
        lambda: padding_mask(torch.tensor([1.0]), 3),
        TypeError,
        "lengths should be an integer tensor (B,), but was torch.float32",
    ),
    "truth values for lengths": (
        lambda: padding_mask(torch.tensor([True]), 3),
        TypeError,
        "lengths should be an integer tensor (B,), but was torch.bool",
    ),
    "a matrix of lengths": (
        lambda: padding_mask(torch.tensor([[1, 2]]), 3),
        ValueError,
        "lengths should have shape (B,), but had (1, 2)",
    ),
    "no length": (
        lambda: padding_mask(torch.tensor([], dtype=torch.int64), 3),
        ValueError,
        "lengths should have shape (B,), but had (0,)",
    ),
    "a negative length": (
        lambda: padding_mask(torch.tensor([2, -1]), 3),
        ValueError,
        "lengths should be in [0, 3], but were [2, -1]",
    ),
    "a length beyond the padding": (
        lambda: padding_mask(torch.tensor([4, 2]), 3),
        ValueError,
        "lengths should be in [0, 3], but were [4, 2]",
    ),
    "padding to no key": (
        lambda: padding_mask(torch.tensor([0]), 0),
        ValueError,
        "n_keys should be at least 1, but was 0",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
