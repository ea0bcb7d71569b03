"""The key-value cache by itself: what it keeps, forgets and refuses."""

import re

import pytest
import torch
from torch.testing import assert_close

from attention import KVCache


def random(n):
    """Keys and values of n positions, for a cache of 2 sequences, 3 heads and width 5."""
    return torch.randn(2, 3, n, 5), torch.randn(2, 3, n, 5)


def new(max_len=7, **options):
    return KVCache(2, 3, max_len, 5, **options)


@pytest.mark.parametrize("gradients", [False, True])
def test_append_returns_all_so_far(gradients):
    cache, parts = new(), [random(2), random(1), random(4)]
    for i, (keys, values) in enumerate(parts):
        with torch.set_grad_enabled(gradients):
            found = cache.append(keys, values)
        wanted = [torch.cat([part[j] for part in parts[: i + 1]], dim=2) for j in (0, 1)]
        assert_close(found, tuple(wanted), rtol=0, atol=0)
        assert cache.length == found[0].shape[2]


@torch.no_grad()
def test_the_memory_is_set_aside_once():
    cache = new(dtype=torch.float64)
    assert cache.n_bytes == 2 * 2 * 3 * 7 * 5 * 8
    first, _ = cache.append(*(x.double() for x in random(2)))
    second, _ = cache.append(*(x.double() for x in random(5)))
    assert first.data_ptr() == second.data_ptr()
    assert cache.n_bytes == 2 * 2 * 3 * 7 * 5 * 8


def test_gpt2s_cache_takes_36_kib_a_token_in_half_precision():
    assert 12 * KVCache(1, 12, 1, 64, dtype=torch.float16).n_bytes == 36 * 1024


def test_a_full_cache_says_so_and_stores_nothing():
    cache, first = new(), random(5)
    cache.append(*first)
    message = (
        "keys should have at most 2 positions, the room left in a cache with max_len = 7, but had 3"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        cache.append(*random(3))
    assert cache.length == 5
    last = random(2)
    found = cache.append(*last)  # what is left of the room is still there
    assert_close(found[0], torch.cat([first[0], last[0]], dim=2), rtol=0, atol=0)


def test_what_is_forgotten_is_overwritten():
    cache, first, second = new(), random(6), random(3)
    cache.append(*first)
    cache.truncate(2)
    assert cache.length == 2
    keys, values = cache.append(*second)
    assert_close(keys, torch.cat([first[0][:, :, :2], second[0]], dim=2), rtol=0, atol=0)
    assert_close(values, torch.cat([first[1][:, :, :2], second[1]], dim=2), rtol=0, atol=0)


def test_truncating_to_zero_empties_and_to_the_length_keeps():
    cache = new()
    cache.append(*random(4))
    cache.truncate(4)
    assert cache.length == 4
    cache.truncate(0)
    assert cache.length == 0
    assert cache.append(*random(7))[0].shape == (2, 3, 7, 5)


def test_a_cache_says_how_full_it_is():
    cache = new()
    cache.append(*random(3))
    assert repr(cache) == "KVCache(3 of 7 positions, 1,680 bytes)"
    assert (cache.length, cache.max_len) == (3, 7)


def test_the_dtype_is_pytorchs_unless_given():
    assert new().append(*random(1))[0].dtype == torch.float32
    half = tuple(x.bfloat16() for x in random(1))
    assert new(dtype=torch.bfloat16).append(*half)[1].dtype == torch.bfloat16


K, V = torch.ones(2, 3, 4, 5), torch.ones(2, 3, 4, 5)
BAD_INPUT = {
    "no sequence": (
        lambda: KVCache(0, 3, 7, 5),
        ValueError,
        "batch should be at least 1, but was 0",
    ),
    "a fraction of heads": (
        lambda: KVCache(2, 1.5, 7, 5),
        TypeError,
        "n_kv_heads should be a whole number, but was 1.5",
    ),
    "no room": (
        lambda: KVCache(2, 3, 0, 5),
        ValueError,
        "max_len should be at least 1, but was 0",
    ),
    "no width": (
        lambda: KVCache(2, 3, 7, -5),
        ValueError,
        "d_head should be at least 1, but was -5",
    ),
    "a list for the keys": (
        lambda: new().append([1.0], V),
        TypeError,
        "keys should be a tensor (B, n_kv_heads, T, d_head), but was list",
    ),
    "whole numbers for the values": (
        lambda: new().append(K, V.long()),
        TypeError,
        "values should be floating-point, but its dtype was torch.int64",
    ),
    "keys of another dtype": (
        lambda: new().append(K.double(), V.double()),
        TypeError,
        "keys should have the cache's dtype torch.float32, but had torch.float64",
    ),
    "values of another dtype": (
        lambda: new().append(K, V.half()),
        TypeError,
        "values should have the cache's dtype torch.float32, but had torch.float16",
    ),
    "keys of another batch": (
        lambda: new().append(K[:1], V[:1]),
        ValueError,
        "keys should have shape (B, n_kv_heads, T, d_head) with B = 2, but had (1, 3, 4, 5)",
    ),
    "keys of one head": (
        lambda: new().append(K[:, :1], V[:, :1]),
        ValueError,
        "keys should have shape (B, n_kv_heads, T, d_head) with n_kv_heads = 3, "
        "but had (2, 1, 4, 5)",
    ),
    "values of another width": (
        lambda: new().append(K, V[..., :1]),
        ValueError,
        "values should have shape (B, n_kv_heads, T, d_head) with d_head = 5, but had (2, 3, 4, 1)",
    ),
    "no position": (
        lambda: new().append(K[:, :, :0], V[:, :, :0]),
        ValueError,
        "keys should not be empty, but had shape (2, 3, 0, 5) for (B, n_kv_heads, T, d_head)",
    ),
    "one value for all keys": (
        lambda: new().append(K, V[:, :, :1]),
        ValueError,
        "values should have one row per key, T = 4, but had 1",
    ),
    "to forget what is not there": (
        lambda: new().truncate(1),
        ValueError,
        "n should be at most length = 0, but was 1",
    ),
    "to keep less than nothing": (
        lambda: new().truncate(-1),
        ValueError,
        "n should be at least 0, but was -1",
    ),
    "to keep a truth value": (
        lambda: new().truncate(False),
        TypeError,
        "n should be a whole number, but was False",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
