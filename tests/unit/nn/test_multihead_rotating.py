"""Multi-head attention within a window, with a rotating cache: any chunks give the whole."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close
from window_cases import (
    ALL_POSITIONS,
    BOTH_PATHS,
    GROUPS,
    SINKS,
    by_loop,
    module,
    random,
    run,
)

from attention import (
    KVCache,
    RotaryEmbedding,
    RotatingKVCache,
    padding_mask,
)


def by_chunks(layer, x, cuts, need_weights=False, mask=None, cache=None):
    """Attention on x chunk by chunk, with a cache that holds what went before."""
    cache, found = layer.new_cache(len(x), 7) if cache is None else cache, []
    for start, end in itertools.pairwise([0, *cuts, x.shape[1]]):
        part = None if mask is None else mask[..., start:end, :end]
        chunk = x[:, start:end]
        found.append(run(layer, chunk, mask=part, cache=cache, need_weights=need_weights))
    assert cache.length == x.shape[1]
    return torch.cat(found, dim=1)


@BOTH_PATHS
@ALL_POSITIONS
@settings(max_examples=15)
@given(
    cuts=st.sets(st.integers(1, 12)).map(sorted),
    kv=st.sampled_from([1, 2, 6]),
    window=st.integers(1, 8),
    n_sink=st.integers(0, 3),
    masked=st.sampled_from([None, "sequence", "head"]),
)
def test_any_chunks_give_what_the_whole_gives(
    need_weights, options, cuts, kv, window, n_sink, masked
):
    layer, x = module(kv, window, n_sink=n_sink, **options), random(2, 13, 24)
    mask = None
    if masked is not None:
        mask = torch.rand(2, 6, 13, 13) < 0.7
        mask = mask if masked == "head" else mask[:, 0]
    found = by_chunks(layer, x, cuts, need_weights, mask)
    if masked == "head":
        wanted = run(layer, x, need_weights=True, mask=mask)
    else:
        wanted = by_loop(layer, x, mask)[0]
    assert_close(found, wanted, rtol=1e-10, atol=1e-10)


@BOTH_PATHS
@ALL_POSITIONS
@SINKS
@GROUPS
def test_token_by_token_far_beyond_the_window(need_weights, options, n_sink, n_kv_heads):
    layer, x = module(n_kv_heads, n_sink=n_sink, **options), random(2, 29, 24)
    found = by_chunks(layer, x, range(1, 29), need_weights)
    assert_close(found, by_loop(layer, x)[0])


@BOTH_PATHS
@ALL_POSITIONS
@SINKS
@torch.no_grad()
def test_token_by_token_where_no_gradients_are_computed(need_weights, options, n_sink):
    # So a lone query may get the memory as it stands, in any order: not with a bias or weights.
    layer, x = module(2, n_sink=n_sink, **options), random(2, 29, 24)
    wanted, weights = by_loop(layer, x)
    cache = layer.new_cache(2)
    for i in range(29):
        found = layer(x[:, i : i + 1], cache=cache, need_weights=need_weights)
        assert_close(found[0] if need_weights else found, wanted[:, i : i + 1])
        if need_weights:
            kept = sorted({*range(min(n_sink, i)), *range(max(0, i - 2), i + 1)})
            kept = list(range(i + 1)) if i < 3 + n_sink else kept
            assert_close(found[1], weights[:, :, i : i + 1, kept])


@BOTH_PATHS
@SINKS
@pytest.mark.parametrize("cuts", [[4, 5, 6], range(1, 11), [8]], ids=str)
def test_a_cache_that_keeps_all_serves_a_window_too(need_weights, n_sink, cuts):
    layer, x = module(2, n_sink=n_sink, rotary=RotaryEmbedding(4)), random(2, 11, 24)
    cache = KVCache(2, 2, 11, 4, dtype=torch.float64)
    found = by_chunks(layer, x, cuts, need_weights, cache=cache)
    assert_close(found, by_loop(layer, x)[0])


@BOTH_PATHS
def test_padding_at_the_left_with_a_rotating_cache(need_weights):
    layer, x = module(2, n_sink=1, rotary=RotaryEmbedding(4)), random(2, 11, 24)
    mask = padding_mask(torch.tensor([11, 9]), 11).flip(1)[:, None, :].expand(2, 11, 11)
    found = by_chunks(layer, x, range(1, 11), need_weights, mask)
    assert_close(found, by_loop(layer, x, mask)[0])


@SINKS
def test_the_weights_with_a_rotating_cache_cover_what_it_kept(n_sink):
    layer, x = module(3, n_sink=n_sink, alibi=True), random(2, 11, 24)
    cache = layer.new_cache(2)
    layer(x[:, :8], cache=cache)
    _, weights = layer(x[:, 8:10], cache=cache, need_weights=True)
    kept = [*range(n_sink), 6, 7, 8, 9]
    assert_close(weights, by_loop(layer, x)[1][:, :, 8:10][..., kept])


def test_a_windows_cache_rotates_and_does_not_grow():
    layer = module(2, 3, n_sink=2)
    for max_len in (None, 2, 1000):
        cache = layer.new_cache(5, max_len)
        assert type(cache) is RotatingKVCache
        assert (cache.window, cache.n_sink) == (3, 2)
        assert cache.n_bytes == 2 * 5 * 2 * (3 + 2) * 4 * 8
    assert type(module(2, None).new_cache(5, 7)) is KVCache


def test_after_truncate_another_continuation_takes_the_place():
    layer, x = module(2, rotary=RotaryEmbedding(4)), random(2, 11, 24)
    cache = layer.new_cache(2)
    layer(torch.cat([x[:, :7], random(2, 1, 24)], dim=1), cache=cache)
    cache.truncate(7)
    assert_close(layer(x[:, 7:], cache=cache), by_loop(layer, x)[0][:, 7:])
