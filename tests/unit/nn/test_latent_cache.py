"""Latent attention with its cache: in chunks, what is kept, and how much memory that is."""

import itertools
import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from latent_cases import FORMS, QUERIES, by_equations, module, normed, random, run
from torch.testing import assert_close

from attention import (
    LatentAttention,
    LatentCache,
)


@QUERIES
@settings(max_examples=25)
@given(
    cuts=st.sets(st.integers(1, 10)).map(sorted),
    forms=st.lists(st.sampled_from([None, True, False]), min_size=11, max_size=11),
    need_weights=st.booleans(),
)
def test_any_chunks_give_what_the_whole_gives(d_query_latent, cuts, forms, need_weights):
    layer, x = module(d_query_latent), random(2, 11, 17)
    cache, found = layer.new_cache(2, 11), []
    for (start, end), absorb in zip(itertools.pairwise([0, *cuts, 11]), forms, strict=False):
        options = {"absorb": absorb, "need_weights": need_weights}
        found.append(run(layer, x[:, start:end], cache=cache, **options))
    assert cache.length == 11
    assert_close(torch.cat(found, dim=1), by_equations(layer, x)[0], rtol=1e-10, atol=1e-10)


def test_the_cache_holds_the_latent_and_one_rotated_key_a_token():
    layer, x = module(11), random(2, 7, 17)
    cache = layer.new_cache(2, 7)
    layer(x[:, :4], cache=cache)
    layer(x[:, 4:], cache=cache)
    latent = normed(x @ layer.w_dkv.weight.T, layer.norm_kv.weight)
    key = layer.rotary((x @ layer.w_kr.weight.T)[:, None])[:, 0]
    cache.truncate(6)
    found = cache.append(latent[:, 6:], key[:, 6:])
    assert_close(found, torch.cat([latent, key], dim=-1))
    # All tensors that it has, counted: 13 + 2 numbers a token of each sequence.
    tensors = [value for value in vars(cache).values() if isinstance(value, torch.Tensor)]
    assert sum(tensor.numel() for tensor in tensors) == 2 * 7 * (13 + 2)
    assert cache.n_bytes == 2 * 7 * (13 + 2) * 8


def test_deepseeks_cache_holds_576_numbers_a_token():
    with torch.device("meta"):
        layer = LatentAttention(
            5120, 128, d_latent=512, d_nope=128, d_rope=64, d_value=128
        ).bfloat16()
        n_bytes = layer.new_cache(1, 1).n_bytes
    assert n_bytes == 2 * 576
    assert 60 * n_bytes == 67.5 * 1024  # of all layers of DeepSeek-V2
    full = 2 * 128 * 128 * 2  # keys and values of 128 heads of 128
    assert full / n_bytes == pytest.approx(56.9, abs=0.05)


@FORMS
def test_after_truncate_another_continuation_takes_the_place(absorb):
    layer, x = module(), random(2, 7, 17)
    cache = layer.new_cache(2, 7)
    layer(torch.cat([x[:, :3], random(2, 4, 17)], dim=1), cache=cache)
    cache.truncate(3)
    assert cache.length == 3
    found = layer(x[:, 3:], cache=cache, absorb=absorb)
    assert_close(found, by_equations(layer, x)[0][:, 3:])


def test_a_full_cache_says_so_and_stores_nothing():
    layer, x = module(), random(2, 7, 17)
    cache = layer.new_cache(2, 6)
    layer(x[:, :5], cache=cache)
    message = "latents should have at most 1 positions, the room left in a cache with max_len = 6"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}, but had 2$"):
        layer(x[:, 5:], cache=cache)
    assert cache.length == 5
    assert_close(layer(x[:, 5:6], cache=cache), by_equations(layer, x)[0][:, 5:6])


@torch.no_grad()
def test_the_memory_is_set_aside_once_and_seen_not_copied():
    cache = LatentCache(2, 7, 13, 2)
    first = cache.append(torch.ones(2, 3, 13), torch.ones(2, 3, 2))
    second = cache.append(torch.ones(2, 4, 13), torch.ones(2, 4, 2))
    assert first.data_ptr() == second.data_ptr()
    assert (cache.length, cache.max_len) == (7, 7)
    assert repr(cache) == "LatentCache(7 of 7 positions, 840 bytes)"


def test_absorbed_decoding_makes_no_key_for_each_head():
    layer = module(None, 17, 3, 13, 5, 2, 7)
    cache = layer.new_cache(1, 97)
    layer(random(1, 96, 17), cache=cache)
    sizes = []

    class Watch(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            found = function(*args, **(kwargs or {}))
            if isinstance(found, torch.Tensor):
                sizes.append(found.untyped_storage().nbytes())
            return found

    with torch.no_grad(), Watch():
        layer(random(1, 1, 17), cache=cache)
    assert max(sizes) == 97 * (13 + 2) * 8  # nothing is larger than the cache itself
