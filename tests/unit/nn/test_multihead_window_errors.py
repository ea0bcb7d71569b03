"""Multi-head attention within a window names what is wrong with its input."""

import re

import pytest
import torch

from attention import (
    KVCache,
    MultiHeadAttention,
    RotatingKVCache,
)

X = torch.ones(2, 5, 24)
BAD_INPUT = {
    "no window": (
        lambda: MultiHeadAttention(24, 6, causal=True, window=0),
        ValueError,
        "window should be at least 1, but was 0",
    ),
    "a truth value for the window": (
        lambda: MultiHeadAttention(24, 6, causal=True, window=True),
        TypeError,
        "window should be a whole number, but was True",
    ),
    "a window that would look ahead": (
        lambda: MultiHeadAttention(24, 6, window=3),
        ValueError,
        "window should be None in a module that is not causal (a window ends at its query), "
        "but was 3",
    ),
    "less than no sink": (
        lambda: MultiHeadAttention(24, 6, causal=True, window=3, n_sink=-1),
        ValueError,
        "n_sink should be at least 0, but was -1",
    ),
    "sinks where all is seen": (
        lambda: MultiHeadAttention(24, 6, causal=True, n_sink=4),
        ValueError,
        "n_sink should be 0 in a module without a window, but was 4",
    ),
    "a rotating cache where all is seen": (
        lambda: MultiHeadAttention(24, 6, causal=True)(X, cache=RotatingKVCache(2, 6, 3, 4)),
        ValueError,
        "cache should keep what a module with window = None and n_sink = 0 looks at, but was a "
        "RotatingKVCache(window=3, n_sink=0, 0 positions seen, 1,152 bytes)",
    ),
    "the cache of another window": (
        lambda: MultiHeadAttention(24, 6, causal=True, window=4)(
            X, cache=RotatingKVCache(2, 6, 3, 4)
        ),
        ValueError,
        "cache should keep what a module with window = 4 and n_sink = 0 looks at, but was a "
        "RotatingKVCache(window=3, n_sink=0, 0 positions seen, 1,152 bytes)",
    ),
    "no room said without a window": (
        lambda: MultiHeadAttention(24, 6, causal=True).new_cache(2),
        TypeError,
        "max_len should be a whole number, but was None",
    ),
    "a full cache under a window": (
        lambda: MultiHeadAttention(24, 6, causal=True, window=3)(X, cache=KVCache(2, 6, 4, 4)),
        ValueError,
        "keys should have at most 4 positions, the room left in a cache with max_len = 4, "
        "but had 5",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
