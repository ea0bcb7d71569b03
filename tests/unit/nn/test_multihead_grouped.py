"""Shared heads, positions and a cache in multi-head attention: by hand, head by head, by chunks."""

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from attention import (
    MultiHeadAttention,
    RotaryEmbedding,
    alibi_bias,
    causal_mask,
    padding_mask,
    scaled_dot_product_attention,
)

BOTH_PATHS = pytest.mark.parametrize("need_weights", [True, False], ids=["definition", "fast"])
GROUPS = pytest.mark.parametrize("n_kv_heads", [1, 2, 3, 6])
POSITIONS = {
    "no positions": {},
    "rotary": {"rotary": RotaryEmbedding(4)},
    "rotary, interleaved": {"rotary": RotaryEmbedding(4, 500.0, "interleaved")},
    "alibi": {"alibi": True},
    "both": {"rotary": RotaryEmbedding(4), "alibi": True},
}
ALL_POSITIONS = pytest.mark.parametrize("options", POSITIONS.values(), ids=POSITIONS.keys())
S = (math.sqrt(2) * math.log(3)) ** 0.5  # so that s * s / sqrt(d_head) = ln 3 when d_head = 2


def exact(numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def random(*shape):
    return torch.randn(shape, dtype=torch.float64)


def module(n_kv_heads, n_heads=6, **options):
    """Attention of width 24 in float64, with weights that make clear-cut scores."""
    layer = MultiHeadAttention(24, n_heads, n_kv_heads=n_kv_heads, **options).double().eval()
    for parameter in layer.parameters():
        parameter.data = random(*parameter.shape) / 3
    return layer


def run(layer, *inputs, need_weights, **options):
    """The context by either path."""
    found = layer(*inputs, need_weights=need_weights, **options)
    return found[0] if need_weights else found


def by_loop(layer, x, mask=None):
    """Each query head alone, with the key and value head that it shares; context and weights."""
    width, group = layer.d_head, layer.n_heads // layer.n_kv_heads
    query, key, value = layer.w_q(x), layer.w_k(x), layer.w_v(x)
    n, contexts, all_weights = x.shape[1], [], []
    allowed = torch.ones(n, n, dtype=torch.bool) if mask is None else mask
    for i in range(layer.n_heads):
        mine = slice(i * width, (i + 1) * width)
        shared = slice(i // group * width, (i // group + 1) * width)
        q, k, v = query[..., mine], key[..., shared], value[..., shared]
        if layer.rotary is not None:
            q, k = layer.rotary(q[:, None])[:, 0], layer.rotary(k[:, None])[:, 0]
        bias = alibi_bias(layer.n_heads, n)[i] if layer.alibi else None
        allows = allowed & causal_mask(n) if layer.causal else allowed
        context, weights = scaled_dot_product_attention(q, k, v, mask=allows, score_bias=bias)
        contexts.append(context)
        all_weights.append(weights)
    return layer.w_o(torch.cat(contexts, dim=-1)), torch.stack(all_weights, dim=1)


# --- shared heads --------------------------------------------------------------------------------


@BOTH_PATHS
def test_by_hand_two_heads_share_one_key_head(need_weights):
    # Head 0 asks for what a token is, head 1 for the other one; the keys and values are the same.
    layer = MultiHeadAttention(4, 2, n_kv_heads=1).double()
    layer.w_q.weight.data = exact([[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0], [1, 0, 0, 0]])
    layer.w_k.weight.data = exact([[1, 0, 0, 0], [0, 1, 0, 0]])
    layer.w_v.weight.data = exact([[1, 0, 0, 0], [0, 1, 0, 0]])
    layer.w_o.weight.data = torch.eye(4, dtype=torch.float64)
    context = run(layer, S * exact([[[1, 0, 0, 0], [0, 1, 0, 0]]]), need_weights=need_weights)
    wanted = [[0.75, 0.25, 0.25, 0.75], [0.25, 0.75, 0.75, 0.25]]
    assert_close(context / S, exact([wanted]))


@BOTH_PATHS
def test_neighbouring_heads_share_a_key_head(need_weights):
    # Four query heads, two key heads: 0 and 1 share the first, 2 and 3 the second. With equal
    # scores everywhere, the context of a head is the mean of its values: 1 or 2.
    layer = MultiHeadAttention(4, 4, n_kv_heads=2).double()
    layer.w_q.weight.data.zero_()
    layer.w_v.weight.data = exact([[1, 0, 0, 0], [2, 0, 0, 0]])
    layer.w_o.weight.data = torch.eye(4, dtype=torch.float64)
    context = run(layer, torch.ones(1, 3, 4).double(), need_weights=need_weights)
    assert_close(context[0], exact([[1, 1, 2, 2]] * 3))


@BOTH_PATHS
@GROUPS
@ALL_POSITIONS
@pytest.mark.parametrize("causal", [False, True], ids=["full", "causal"])
def test_each_head_by_itself_gives_the_same(need_weights, n_kv_heads, options, causal):
    layer = module(n_kv_heads, causal=causal, bias=True, **options)
    x, mask = random(2, 7, 24), torch.rand(2, 7, 7) < 0.6
    mask[0, 5] = False  # a query that may see nothing
    for mask_of_x in (None, mask):
        context, weights = by_loop(layer, x, mask_of_x)
        found = layer(x, mask=mask_of_x, need_weights=need_weights)
        assert_close(found, (context, weights) if need_weights else context)


@BOTH_PATHS
def test_as_many_key_heads_as_heads_is_plain_multi_head_attention(need_weights):
    plain = module(None)
    grouped = MultiHeadAttention(24, 6, n_kv_heads=6).double()
    grouped.load_state_dict(plain.state_dict())
    x = random(2, 5, 24)
    assert torch.equal(
        run(plain, x, need_weights=need_weights), run(grouped, x, need_weights=need_weights)
    )


@GROUPS
def test_shared_heads_are_heads_whose_rows_are_repeated(n_kv_heads):
    grouped, full = module(n_kv_heads), module(None)
    full.load_state_dict(
        grouped.state_dict()
        | {
            name: grouped.state_dict()[name]
            .reshape(n_kv_heads, 4, 24)
            .repeat_interleave(6 // n_kv_heads, dim=0)
            .reshape(24, 24)
            for name in ("w_k.weight", "w_v.weight")
        }
    )
    x = random(2, 5, 24)
    assert_close(grouped(x, need_weights=True), full(x, need_weights=True))


@GROUPS
def test_shared_heads_save_parameters_and_cache(n_kv_heads):
    layer = MultiHeadAttention(24, 6, n_kv_heads=n_kv_heads)
    assert sum(p.numel() for p in layer.parameters()) == 2 * 24 * 24 + 2 * 24 * 4 * n_kv_heads
    assert layer.new_cache(2, 7).n_bytes == 2 * 2 * n_kv_heads * 7 * 4 * 4


@BOTH_PATHS
def test_memory_is_looked_at_with_shared_heads(need_weights):
    layer, x, memory = module(2), random(2, 5, 24), random(2, 7, 24)
    together = torch.cat([x, memory], dim=1)
    mask = torch.arange(12) >= 5  # the same as a sequence of both, of which only memory is seen
    wanted = by_loop(layer, together, mask)[0][:, :5]
    assert_close(run(layer, x, memory, need_weights=need_weights), wanted)


@ALL_POSITIONS
def test_order_matters_with_positions_only(options):
    layer, x = module(2, **options), random(2, 5, 24)
    assert torch.allclose(layer(x.flip(1)), layer(x).flip(1)) == (set(options) <= {"alibi"})


# --- the cache -----------------------------------------------------------------------------------


def by_chunks(layer, x, cuts, need_weights, mask=None):
    """Causal attention on x chunk by chunk, with a cache that holds what went before."""
    cache, found = layer.new_cache(x.shape[0], x.shape[1]), []
    for start, end in itertools.pairwise([0, *cuts, x.shape[1]]):
        part = None if mask is None else mask[:, start:end, :end]
        chunk = x[:, start:end]
        found.append(run(layer, chunk, mask=part, cache=cache, need_weights=need_weights))
    assert cache.length == x.shape[1]
    return torch.cat(found, dim=1)


@BOTH_PATHS
@ALL_POSITIONS
@settings(max_examples=12)
@given(cuts=st.sets(st.integers(1, 10)).map(sorted), kv=st.sampled_from([1, 2, 6]), data=st.data())
def test_any_chunks_give_what_the_whole_gives(need_weights, options, cuts, kv, data):
    layer, x = module(kv, causal=True, **options), random(2, 11, 24)
    mask = None
    if data.draw(st.booleans(), label="mask"):
        mask = torch.rand(2, 11, 11) < 0.7
    wanted = by_loop(layer, x, mask)[0]
    assert_close(run(layer, x, mask=mask, need_weights=need_weights), wanted)
    assert_close(by_chunks(layer, x, cuts, need_weights, mask), wanted)


@BOTH_PATHS
@ALL_POSITIONS
def test_token_by_token_and_with_padding_at_the_left(need_weights, options):
    layer, x = module(2, causal=True, **options), random(2, 7, 24)
    padding = padding_mask(torch.tensor([7, 4]), 7).flip(1)  # the second begins with padding
    mask = padding[:, None, :].expand(2, 7, 7)
    wanted = by_loop(layer, x, mask)[0]
    assert_close(by_chunks(layer, x, range(1, 7), need_weights, mask), wanted)


@BOTH_PATHS
def test_a_chunk_after_the_first_does_not_see_its_own_future(need_weights):
    layer, x = module(2, causal=True), random(1, 7, 24)
    other = x.clone()
    other[:, 5:] = random(1, 2, 24)
    before, after = (by_chunks(layer, y, [3], need_weights)[:, :5] for y in (x, other))
    assert torch.equal(before, after)


def test_the_weights_with_a_cache_cover_all_keys():
    layer, x = module(3, causal=True, alibi=True), random(2, 7, 24)
    cache = layer.new_cache(2, 7)
    layer(x[:, :4], cache=cache)
    _, weights = layer(x[:, 4:], cache=cache, need_weights=True)
    assert_close(weights, by_loop(layer, x)[1][:, :, 4:])


def test_after_truncate_another_continuation_takes_the_place():
    layer, x = module(2, causal=True, **POSITIONS["both"]), random(2, 7, 24)
    cache = layer.new_cache(2, 7)
    layer(torch.cat([x[:, :3], random(2, 4, 24)], dim=1), cache=cache)
    cache.truncate(3)
    assert_close(layer(x[:, 3:], cache=cache), by_loop(layer, x)[0][:, 3:])


def test_a_call_that_fails_leaves_the_cache_as_it_was():
    layer, x = module(2, causal=True), random(2, 5, 24)
    cache = layer.new_cache(2, 7)
    layer(x, cache=cache)
    with pytest.raises(ValueError, match=r"^keys should have at most 2 positions"):
        layer(x[:, :3], cache=cache)
    with pytest.raises(ValueError, match=r"^mask of three axes should broadcast"):
        layer(x[:, :2], cache=cache, mask=torch.ones(2, 2, 2, dtype=torch.bool))
    assert cache.length == 5


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32], ids=str)
def test_a_new_cache_has_the_modules_dtype(dtype):
    layer = module(2, causal=True, **POSITIONS["both"]).to(dtype)
    x = torch.randn(2, 7, 24).to(dtype)
    cache = layer.new_cache(2, 7)
    layer(x[:, :5], cache=cache)
    found, whole = layer(x[:, 5:], cache=cache), layer(x, need_weights=True)[0][:, 5:]
    assert found.dtype == dtype
    room = 30 * torch.finfo(dtype).eps
    assert_close(found, whole, rtol=room, atol=room)


@BOTH_PATHS
@ALL_POSITIONS
def test_gradient_is_the_derivative_with_groups_and_positions(need_weights, options):
    if "rotary" in options:
        options = options | {"rotary": RotaryEmbedding(2)}
    layer = MultiHeadAttention(4, 2, n_kv_heads=1, causal=True, **options).double()
    mask = torch.rand(1, 3, 3) < 0.7
    mask[0, 1] = False
    names, weights = zip(*layer.named_parameters(), strict=True)

    def context(x, *parameters):
        by_name = dict(zip(names, parameters, strict=True))
        options = {"mask": mask, "need_weights": need_weights}
        found = torch.func.functional_call(layer, by_name, (x,), options)
        return found[0] if need_weights else found

    assert torch.autograd.gradcheck(context, (random(1, 3, 4).requires_grad_(), *weights))
