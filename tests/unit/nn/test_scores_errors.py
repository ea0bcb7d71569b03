"""The first scores name what is wrong with their input."""

import re

import pytest
import torch

from attention import (
    AdditiveAttention,
    DotAttention,
    GeneralAttention,
)

QUERY, KEYS = torch.ones(2, 3), torch.ones(2, 7, 5)
GENERAL = GeneralAttention(3, 5)
BAD_INPUT = {
    "a list for the query": (
        lambda: GENERAL([[1.0]], KEYS),
        TypeError,
        "query should be a tensor (B, T, d_query), but was list",
    ),
    "whole numbers for the query": (
        lambda: GENERAL(QUERY.long(), KEYS),
        TypeError,
        "query should be floating-point, but its dtype was torch.int64",
    ),
    "a query in double precision": (
        lambda: GENERAL(QUERY.double(), KEYS),
        TypeError,
        "query should have the dtype of the weights, torch.float32, but had torch.float64",
    ),
    "keys in half precision": (
        lambda: GENERAL(QUERY, KEYS.half()),
        TypeError,
        "keys should have the dtype of the weights, torch.float32, but had torch.float16",
    ),
    "without weights, keys in half precision": (
        lambda: DotAttention()(KEYS[:, 0], KEYS.half()),
        TypeError,
        "keys should have the query's dtype torch.float32, but had torch.float16",
    ),
    "whole numbers for the keys": (
        lambda: GENERAL(QUERY, KEYS.long()),
        TypeError,
        "keys should be floating-point, but its dtype was torch.int64",
    ),
    "a lone vector for the query": (
        lambda: GENERAL(QUERY[0], KEYS),
        ValueError,
        "query should have shape (B, T, d_query), but had (3,)",
    ),
    "a query of another width": (
        lambda: GENERAL(QUERY[:, :2], KEYS),
        ValueError,
        "query should have shape (B, d_query) with d_query = 3, but had (2, 2)",
    ),
    "many queries of another width": (
        lambda: GENERAL(QUERY[:, None, :2], KEYS),
        ValueError,
        "query should have shape (B, T, d_query) with d_query = 3, but had (2, 1, 2)",
    ),
    "keys of another width": (
        lambda: GENERAL(QUERY, KEYS[..., :4]),
        ValueError,
        "keys should have shape (B, S, d_key) with d_key = 5, but had (2, 7, 4)",
    ),
    "keys of another batch": (
        lambda: GENERAL(QUERY, KEYS[:1]),
        ValueError,
        "keys should have shape (B, S, d_key) with B = 2, but had (1, 7, 5)",
    ),
    "no key": (
        lambda: GENERAL(QUERY, KEYS[:, :0]),
        ValueError,
        "keys should not be empty, but had shape (2, 0, 5) for (B, S, d_key)",
    ),
    "a mask of numbers": (
        lambda: GENERAL(QUERY, KEYS, torch.ones(2, 7)),
        TypeError,
        "mask should be a bool tensor (True = may attend), but was torch.float32",
    ),
    "a mask of another length": (
        lambda: GENERAL(QUERY, KEYS, torch.ones(2, 6, dtype=torch.bool)),
        ValueError,
        "mask should broadcast to the scores' shape (2, 7), but had (2, 6)",
    ),
    "dot: a query that is not as wide as the keys": (
        lambda: DotAttention()(QUERY, KEYS),
        ValueError,
        "query should be as wide as the keys, d_key = 5, but was 3 wide",
    ),
    "additive: keys of another width": (
        lambda: AdditiveAttention(3, 5, 11)(QUERY, KEYS[..., :4]),
        ValueError,
        "keys should have shape (B, S, d_key) with d_key = 5, but had (2, 7, 4)",
    ),
    "no hidden layer": (
        lambda: AdditiveAttention(3, 5, 0),
        ValueError,
        "d_attn should be at least 1, but was 0",
    ),
    "half a hidden layer": (
        lambda: AdditiveAttention(3, 5, 2.5),
        TypeError,
        "d_attn should be a whole number, but was 2.5",
    ),
    "a query without width": (
        lambda: GeneralAttention(0, 5),
        ValueError,
        "d_query should be at least 1, but was 0",
    ),
    "a truth value for the keys' width": (
        lambda: GeneralAttention(3, True),
        TypeError,
        "d_key should be a whole number, but was True",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
