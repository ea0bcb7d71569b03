"""The rotating cache by itself: what it keeps, gives back, forgets and refuses."""

import itertools
import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from attention import KVCache, RotatingKVCache


def random(n):
    """Keys and values of n positions, for a cache of 2 sequences, 3 heads and width 5."""
    return torch.randn(2, 3, n, 5), torch.randn(2, 3, n, 5)


def numbered(start, end):
    """Keys that say their position, and values that say it negated."""
    keys = torch.arange(start, end, dtype=torch.float32)[:, None].expand(2, 3, -1, 5)
    return keys, -keys


def new(window=4, **options):
    return RotatingKVCache(2, 3, window, 5, **options)


def positions(found):
    """Which positions came back; keys and values agree on them."""
    keys, values = found
    assert torch.equal(keys, -values)
    assert torch.equal(keys, keys[:1, :1, :, :1].expand_as(keys))
    return keys[0, 0, :, 0].int().tolist()


def filled(n, **options):
    cache = new(**options)
    for position in range(n):
        cache.append(*numbered(position, position + 1))
    return cache


def seen(start, end, window, n_sink):
    """The positions that queries at start ... end - 1 look at."""
    near = range(max(0, start - window + 1), end)
    return sorted({*near, *range(min(n_sink, start))})


# --- what comes back -----------------------------------------------------------------------------


def test_by_hand_a_window_of_two_gives_the_one_before_and_the_new():
    cache = new(2)
    found = [positions(cache.append(*numbered(i, i + 1))) for i in range(4)]
    assert found == [[0], [0, 1], [1, 2], [2, 3]]


def test_by_hand_a_sink_comes_first():
    cache = new(2, n_sink=1)
    found = [positions(cache.append(*numbered(i, i + 1))) for i in range(5)]
    assert found == [[0], [0, 1], [0, 1, 2], [0, 2, 3], [0, 3, 4]]


def test_by_hand_chunks_bring_what_their_first_query_sees():
    cache = new(3)
    cuts = [0, 2, 7, 8, 10]
    found = [positions(cache.append(*numbered(*cut))) for cut in itertools.pairwise(cuts)]
    assert found == [[0, 1], [0, 1, 2, 3, 4, 5, 6], [5, 6, 7], [6, 7, 8, 9]]


@settings(max_examples=80)
@given(
    cuts=st.sets(st.integers(1, 22)).map(sorted),
    window=st.integers(1, 11),
    n_sink=st.integers(0, 5),
)
def test_queries_get_the_sinks_the_window_before_them_and_themselves(cuts, window, n_sink):
    cache = new(window, n_sink=n_sink)
    for start, end in itertools.pairwise([0, *cuts, 23]):
        found = positions(cache.append(*numbered(start, end)))
        wanted = seen(start, end, window, n_sink)
        if end <= window + n_sink:  # nothing is lost yet: all so far
            wanted = list(range(end))
        assert found == wanted
        assert cache.length == end


@settings(max_examples=60)
@given(n=st.integers(1, 23), window=st.integers(1, 7), n_sink=st.integers(0, 3))
def test_out_of_order_a_lone_query_gets_the_same_keys(n, window, n_sink):
    cache = filled(n - 1, window=window, n_sink=n_sink)
    with torch.no_grad():
        found = positions(cache.append(*numbered(n - 1, n), in_order=False))
    assert sorted(found) == seen(n - 1, n, window, n_sink)


@torch.no_grad()
def test_out_of_order_the_memory_itself_comes_back():
    cache, spots = new(4), set()
    for position in range(9):
        keys, _ = cache.append(*numbered(position, position + 1), in_order=False)
        spots.add(keys.data_ptr())
    assert len(spots) == 1


@torch.no_grad()
def test_several_queries_get_their_keys_in_order_in_any_case():
    cache = filled(9)
    assert positions(cache.append(*numbered(9, 11), in_order=False)) == [6, 7, 8, 9, 10]


def test_what_came_back_in_order_stays_as_it_was():
    cache = filled(9)
    found = cache.append(*numbered(9, 11))
    cache.append(*numbered(11, 15))
    assert positions(found) == [6, 7, 8, 9, 10]


def test_the_numbers_are_those_that_were_stored():
    cache, keys_and_values = new(4, n_sink=2), random(13)
    for i in range(13):
        found = cache.append(*(x[:, :, i : i + 1] for x in keys_and_values))
    wanted = [0, 1, 9, 10, 11, 12]
    for i in (0, 1):
        assert torch.equal(found[i], keys_and_values[i][:, :, wanted])


# --- memory and length ---------------------------------------------------------------------------


@pytest.mark.parametrize("n_sink", [0, 2])
def test_the_memory_does_not_grow(n_sink):
    cache = new(4, n_sink=n_sink)
    for start in range(0, 700, 7):
        cache.append(*numbered(start, start + 7))
    assert cache.length == 700
    assert cache.max_len == 4 + n_sink
    assert cache.n_bytes == 2 * 2 * 3 * (4 + n_sink) * 5 * 4
    tensors = [value for value in vars(cache).values() if isinstance(value, torch.Tensor)]
    assert sum(tensor.untyped_storage().nbytes() for tensor in tensors) == cache.n_bytes


def test_mistrals_cache_is_capped_at_512_mib():
    with torch.device("meta"):
        cache = RotatingKVCache(1, 8, 4096, 128, dtype=torch.bfloat16)
    assert 32 * cache.n_bytes == 512 * 2**20


def test_it_is_a_kv_cache_that_says_what_it_has_seen():
    cache = filled(9, n_sink=2)
    assert isinstance(cache, KVCache)
    shown = "RotatingKVCache(window=4, n_sink=2, 9 positions seen, 1,440 bytes)"
    assert repr(cache) == shown


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64], ids=str)
def test_the_dtype_is_kept(dtype):
    cache, parts = new(2, dtype=dtype), [tuple(x.to(dtype) for x in random(3)) for _ in range(2)]
    for part in parts:
        found = cache.append(*part)
    assert found[0].dtype == found[1].dtype == dtype
    assert_close(found[0][:, :, 1:], parts[1][0], rtol=0, atol=0)


# --- going back ----------------------------------------------------------------------------------


@settings(max_examples=80)
@given(
    n=st.integers(0, 14),
    back=st.integers(0, 14),
    more=st.lists(st.integers(1, 6), min_size=1, max_size=3),
    window=st.integers(1, 6),
    n_sink=st.integers(0, 3),
)
def test_it_goes_back_where_nothing_is_missed_and_only_there(n, back, more, window, n_sink):
    cache, target = filled(n, window=window, n_sink=n_sink), max(0, n - back)
    needed = range(max(n_sink, target - window + 1), target)
    if any(n_sink <= position < n - window for position in needed):
        with pytest.raises(ValueError, match=r"^n should be at least \d+ or at most \d+, since"):
            cache.truncate(target)
        assert cache.length == n
        return
    cache.truncate(target)
    for start, end in itertools.pairwise(itertools.accumulate([target, *more])):
        found = positions(cache.append(*numbered(start, end)))
        assert found[-len(seen(start, end, window, n_sink)) :] == seen(start, end, window, n_sink)


def test_a_past_that_is_overwritten_does_not_come_back():
    cache = filled(9, n_sink=2)
    message = (
        "n should be at least 8 or at most 2, since positions 2 to 4 have been overwritten, "
        "but was 7"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        cache.truncate(7)
    cache.truncate(8)  # the last position's place was taken from one that it does not see
    assert positions(cache.append(*numbered(8, 9))) == [0, 1, 5, 6, 7, 8]


def test_step_by_step_it_does_not_go_back_farther():
    cache = filled(9)
    cache.truncate(8)
    with pytest.raises(ValueError, match=r"^n should be at least 8 or at most 0"):
        cache.truncate(7)


def test_it_can_begin_again():
    cache = filled(9, n_sink=2)
    cache.truncate(0)
    assert positions(cache.append(*numbered(20, 25))) == [20, 21, 22, 23, 24]
    cache.truncate(2)
    assert positions(cache.append(*numbered(30, 32))) == [20, 21, 30, 31]
    cache.truncate(3)  # what was overwritten before is none of this text's past
    assert positions(cache.append(*numbered(40, 41))) == [20, 21, 30, 40]


# --- errors --------------------------------------------------------------------------------------


K, V = torch.ones(2, 3, 4, 5), torch.ones(2, 3, 4, 5)
BAD_INPUT = {
    "no sequence": (
        lambda: RotatingKVCache(0, 3, 4, 5),
        ValueError,
        "batch should be at least 1, but was 0",
    ),
    "no head": (
        lambda: RotatingKVCache(2, 0, 4, 5),
        ValueError,
        "n_kv_heads should be at least 1, but was 0",
    ),
    "no window": (
        lambda: new(0),
        ValueError,
        "window should be at least 1, but was 0",
    ),
    "a fraction of a window": (
        lambda: new(1.5),
        TypeError,
        "window should be a whole number, but was 1.5",
    ),
    "no width": (
        lambda: RotatingKVCache(2, 3, 4, 0),
        ValueError,
        "d_head should be at least 1, but was 0",
    ),
    "less than no sink": (
        lambda: new(n_sink=-1),
        ValueError,
        "n_sink should be at least 0, but was -1",
    ),
    "keys of another dtype": (
        lambda: new().append(K.double(), V.double()),
        TypeError,
        "keys should have the cache's dtype torch.float32, but had torch.float64",
    ),
    "values of another width": (
        lambda: new().append(K, V[..., :1]),
        ValueError,
        "values should have shape (B, n_kv_heads, T, d_head) with d_head = 5, but had (2, 3, 4, 1)",
    ),
    "one value for all keys": (
        lambda: filled(9).append(K, V[:, :, :1]),
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
}


@pytest.mark.parametrize(("call", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
