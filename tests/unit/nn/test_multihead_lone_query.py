"""Multi-head attention of one query at a time: the heads that share a key head are its rows."""

import pytest
import torch
from torch.testing import assert_close
from window_cases import ALL_POSITIONS, GROUPS, LargestTensor, module, random, run

from attention import MultiHeadAttention, causal_mask


def decode(layer, x, mask=None):
    """The last token, with all before it cached."""
    n = x.shape[1]
    cache = layer.new_cache(len(x), n)
    layer(x[:, :-1], cache=cache)
    part = None if mask is None else mask[..., n - 1 :, :]
    return layer(x[:, -1:], cache=cache, mask=part)


@GROUPS
@ALL_POSITIONS
@pytest.mark.parametrize("masked", [None, "all", "sequence", "padding", "head"])
def test_a_lone_query_with_shared_heads_equals_the_definition(n_kv_heads, options, masked):
    layer, x = module(n_kv_heads, None, **options), random(2, 11, 24)
    mask = {
        None: None,
        "all": torch.rand(11, 11) < 0.6,
        "sequence": torch.rand(2, 11, 11) < 0.6,
        "padding": torch.rand(2, 1, 11) < 0.6,
        "head": torch.rand(2, 6, 11, 11) < 0.6,
    }[masked]
    wanted = run(layer, x, mask=mask, need_weights=True)[:, -1:]
    if masked == "padding":
        mask = mask.expand(2, 11, 11)
    assert_close(decode(layer, x, mask), wanted)


def test_the_rows_of_a_lone_query_are_the_heads_that_share_a_key_head():
    # Four heads, two key heads with values 1 and 2: heads 0 and 1 share the first.
    layer = MultiHeadAttention(4, 4, n_kv_heads=2, causal=True).double()
    layer.w_q.weight.data.zero_()
    layer.w_v.weight.data = torch.tensor([[1.0, 0, 0, 0], [2, 0, 0, 0]], dtype=torch.float64)
    layer.w_o.weight.data = torch.eye(4, dtype=torch.float64)
    found = decode(layer, torch.ones(1, 3, 4, dtype=torch.float64))
    assert found.flatten().tolist() == [1, 1, 2, 2]


@pytest.mark.parametrize("n_new", [1, 3], ids=["lone", "several"])
@pytest.mark.parametrize("n_kv_heads", [1, 2, 3])
def test_shared_heads_are_not_repeated_in_memory(n_kv_heads, n_new):
    layer, n = module(n_kv_heads, None).float(), 512
    cache = layer.new_cache(1, n)
    with torch.no_grad():
        layer(torch.randn(1, n - n_new, 24), cache=cache)
        x = torch.randn(1, n_new, 24)
        with LargestTensor(cache) as largest:
            layer(x, cache=cache)
    assert largest.size < n_kv_heads * n * 4  # not even what the cache holds of the keys


def test_a_lone_query_does_not_copy_what_the_window_keeps():
    layer = module(2, 256).float()
    cache = layer.new_cache(1)
    with torch.no_grad():
        layer(torch.randn(1, 300, 24), cache=cache)
        x = torch.randn(1, 1, 24)
        with LargestTensor(cache) as largest:
            layer(x, cache=cache)
    assert largest.size < 2 * 256 * 4
    assert cache.n_bytes == 2 * 2 * 256 * 4 * 4


def test_a_lone_first_token_sees_itself():
    layer, x = module(1, None), random(2, 1, 24)
    value = layer.w_v(x).repeat(1, 1, 6)
    assert_close(layer(x), layer.w_o(value))
    assert torch.equal(causal_mask(1), torch.ones(1, 1, dtype=torch.bool))
