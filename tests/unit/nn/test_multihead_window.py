"""Multi-head attention within a window, with sinks, a rotating cache, and one query at a time."""

import itertools
import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close
from torch.utils._python_dispatch import TorchDispatchMode

from attention import (
    GPT,
    GPTConfig,
    KVCache,
    MultiHeadAttention,
    RotaryEmbedding,
    RotatingKVCache,
    alibi_bias,
    causal_mask,
    padding_mask,
    scaled_dot_product_attention,
    sliding_window_mask,
)

BOTH_PATHS = pytest.mark.parametrize("need_weights", [True, False], ids=["definition", "fast"])
GROUPS = pytest.mark.parametrize("n_kv_heads", [1, 2, 6])
SINKS = pytest.mark.parametrize("n_sink", [0, 2])
POSITIONS = {
    "no positions": {},
    "rotary": {"rotary": RotaryEmbedding(4)},
    "alibi": {"alibi": True},
}
ALL_POSITIONS = pytest.mark.parametrize("options", POSITIONS.values(), ids=POSITIONS.keys())


def random(*shape):
    return torch.randn(shape, dtype=torch.float64)


def module(n_kv_heads=2, window=3, **options):
    """Causal attention of width 24 in float64, with weights that make clear-cut scores."""
    options = {"causal": True, "window": window} | options
    layer = MultiHeadAttention(24, 6, n_kv_heads=n_kv_heads, **options).double().eval()
    for parameter in layer.parameters():
        parameter.data = random(*parameter.shape) / 3
    return layer


def run(layer, *inputs, need_weights=False, **options):
    """The context by either path."""
    found = layer(*inputs, need_weights=need_weights, **options)
    return found[0] if need_weights else found


def visible(layer, n):
    """The window's mask as its definition has it: near enough, or among the first."""
    query, key = torch.arange(n)[:, None], torch.arange(n)
    near = (key > query - layer.window) | (key < layer.n_sink)
    return near & (key <= query)


def by_loop(layer, x, mask=None):
    """Each query head alone, with the key head that it shares; context and weights."""
    width, group, n = layer.d_head, layer.n_heads // layer.n_kv_heads, x.shape[1]
    query, key, value = layer.w_q(x), layer.w_k(x), layer.w_v(x)
    allowed = visible(layer, n) if mask is None else visible(layer, n) & mask
    contexts, all_weights = [], []
    for i in range(layer.n_heads):
        mine = slice(i * width, (i + 1) * width)
        shared = slice(i // group * width, (i // group + 1) * width)
        q, k, v = query[..., mine], key[..., shared], value[..., shared]
        if layer.rotary is not None:
            q, k = layer.rotary(q[:, None])[:, 0], layer.rotary(k[:, None])[:, 0]
        bias = alibi_bias(layer.n_heads, n)[i] if layer.alibi else None
        context, weights = scaled_dot_product_attention(q, k, v, mask=allowed, score_bias=bias)
        contexts.append(context)
        all_weights.append(weights)
    return layer.w_o(torch.cat(contexts, dim=-1)), torch.stack(all_weights, dim=1)


class LargestTensor(TorchDispatchMode):
    """How many numbers the largest tensor has that any operation makes, outside of a cache."""

    def __init__(self, cache=None):
        super().__init__()
        self.size, self.known = 0, set()
        for tensor in [] if cache is None else vars(cache).values():
            if isinstance(tensor, torch.Tensor):
                self.known.add(tensor.untyped_storage().data_ptr())

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        for tensor in made if isinstance(made, tuple) else (made,):
            if isinstance(tensor, torch.Tensor):
                memory = tensor.untyped_storage()
                if memory.data_ptr() not in self.known:
                    self.size = max(self.size, memory.nbytes() // tensor.itemsize)
        return made


# --- the window ----------------------------------------------------------------------------------


@BOTH_PATHS
def test_by_hand_a_window_of_two_is_the_mean_of_the_last_two(need_weights):
    layer = MultiHeadAttention(2, 1, causal=True, window=2).double()
    layer.w_q.weight.data.zero_()  # equal scores everywhere
    layer.w_v.weight.data = layer.w_o.weight.data = torch.eye(2, dtype=torch.float64)
    x = torch.tensor([[[1.0, 0], [3, 0], [5, 2], [9, 4]]], dtype=torch.float64)
    wanted = torch.tensor([[[1.0, 0], [2, 0], [4, 1], [7, 3]]], dtype=torch.float64)
    assert_close(run(layer, x, need_weights=need_weights), wanted)


@BOTH_PATHS
def test_by_hand_a_sink_is_seen_besides_the_window(need_weights):
    layer = MultiHeadAttention(2, 1, causal=True, window=1, n_sink=1).double()
    layer.w_q.weight.data.zero_()
    layer.w_v.weight.data = layer.w_o.weight.data = torch.eye(2, dtype=torch.float64)
    x = torch.tensor([[[1.0, 0], [3, 0], [5, 2], [9, 4]]], dtype=torch.float64)
    wanted = torch.tensor([[[1.0, 0], [2, 0], [3, 1], [5, 2]]], dtype=torch.float64)
    assert_close(run(layer, x, need_weights=need_weights), wanted)


@BOTH_PATHS
@GROUPS
@ALL_POSITIONS
@SINKS
@pytest.mark.parametrize("window", [1, 2, 5, 11, 13])
def test_it_equals_the_masked_definition(need_weights, n_kv_heads, options, n_sink, window):
    layer = module(n_kv_heads, window, n_sink=n_sink, bias=True, **options)
    x, mask = random(2, 11, 24), torch.rand(2, 11, 11) < 0.7
    mask[0, 5] = False  # a query that may see nothing
    for mask_of_x in (None, mask):
        wanted = by_loop(layer, x, mask_of_x)
        found = layer(x, mask=mask_of_x, need_weights=need_weights)
        assert_close(found, wanted if need_weights else wanted[0])


@BOTH_PATHS
@ALL_POSITIONS
def test_it_equals_a_causal_module_that_is_given_the_mask(need_weights, options):
    layer, causal = module(**options), module(window=None, **options)
    causal.load_state_dict(layer.state_dict())
    x = random(2, 11, 24)
    wanted = run(causal, x, mask=sliding_window_mask(11, 3), need_weights=need_weights)
    assert_close(run(layer, x, need_weights=need_weights), wanted)


@BOTH_PATHS
@GROUPS
@pytest.mark.parametrize("window", [11, 12, 1000])
def test_a_window_over_all_is_causal_attention(need_weights, n_kv_heads, window):
    layer, causal = module(n_kv_heads, window), module(n_kv_heads, None)
    causal.load_state_dict(layer.state_dict())
    x = random(2, 11, 24)
    wanted = run(causal, x, need_weights=need_weights)
    assert_close(run(layer, x, need_weights=need_weights), wanted, rtol=1e-12, atol=1e-12)


@BOTH_PATHS
def test_a_window_of_one_gives_each_position_its_own_value(need_weights):
    layer, x = module(6, 1, rotary=RotaryEmbedding(4)), random(2, 11, 24)
    assert_close(run(layer, x, need_weights=need_weights), layer.w_o(layer.w_v(x)))


@pytest.mark.parametrize("window", [1, 4, 11])
def test_each_query_sees_itself_and_the_window_before_it(window):
    layer, x = module(window=window), random(1, 11, 24)
    _, weights = layer(x, need_weights=True)
    counts = (weights > 0).sum(dim=-1)
    assert torch.equal(counts, torch.arange(1, 12).clamp(max=window).expand(1, 6, 11))
    # And so by the fast path: the last position's gradient reaches as far back.
    x.requires_grad_()
    (gradient,) = torch.autograd.grad(layer(x)[0, -1].sum(), x)
    assert gradient[0].any(dim=-1).tolist() == [False] * (11 - window) + [True] * window


@SINKS
def test_gradient_is_the_derivative(n_sink):
    layer = MultiHeadAttention(4, 2, n_kv_heads=1, causal=True, window=2, n_sink=n_sink).double()
    names, weights = zip(*layer.named_parameters(), strict=True)

    def context(x, *parameters):
        by_name = dict(zip(names, parameters, strict=True))
        return torch.func.functional_call(layer, by_name, (x,))

    assert torch.autograd.gradcheck(context, (random(1, 5, 4).requires_grad_(), *weights))


def test_dropout_falls_within_the_window():
    layer, x = module(6, 3, dropout=0.5), random(1, 7, 24)
    wanted = layer(x)
    layer.train()
    drawn = torch.stack([layer(x) for _ in range(500)])
    assert not torch.allclose(drawn[0], wanted)
    spread = drawn.std(dim=0) / 500**0.5
    assert ((drawn.mean(dim=0) - wanted).abs() < 5 * spread + 1e-12).all()


@GROUPS
def test_nothing_as_large_as_all_pairs_is_made(n_kv_heads):
    layer, x = module(n_kv_heads, 5), random(1, 400, 24)
    with torch.no_grad(), LargestTensor() as largest:
        layer(x)
    assert largest.size < 400 * 400 / 2


# --- the rotating cache --------------------------------------------------------------------------


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


# --- one query at a time -------------------------------------------------------------------------


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


# --- a model of such layers ----------------------------------------------------------------------


CONFIG = GPTConfig(
    n_tokens=37, max_len=31, d_model=24, n_layers=2, n_heads=6, n_kv_heads=2, window=4
)
MODELS = pytest.mark.parametrize("position", ["rotary", "learned", "alibi"])


def model(position, **options):
    settings = {**vars(CONFIG), "position": position, **options}
    found = GPT(GPTConfig(**settings)).double().eval()
    for parameter in found.parameters():
        parameter.data = random(*parameter.shape) / 3
    return found


@MODELS
def test_the_text_is_the_same_with_a_rotating_cache_as_without(position):
    writer, ids = model(position), torch.randint(37, (2, 3))
    options = {"temperature": 0.0}
    cached = writer.generate(ids, 28, **options)
    assert torch.equal(cached, writer.generate(ids, 28, use_cache=False, **options))
    assert len(cached.unique()) > 5  # a text in which not all is the same


@MODELS
@settings(max_examples=8)
@given(cuts=st.sets(st.integers(1, 30)).map(sorted))
def test_any_chunks_give_the_logits_of_the_whole(position, cuts):
    reader, ids = model(position), torch.randint(37, (2, 31))
    cache = reader.new_cache(2)
    parts = itertools.pairwise([0, *cuts, 31])
    found = [reader(ids[:, start:end], cache) for start, end in parts]
    assert_close(torch.cat(found, dim=1), reader(ids), rtol=1e-9, atol=1e-9)


def test_a_stack_reaches_no_farther_back_than_layers_times_window():
    reader, ids = model("none"), torch.randint(37, (1, 13))
    x = reader.embed(ids).detach().requires_grad_()
    y = x
    for block in reader.blocks:
        y = block(y)
    (gradient,) = torch.autograd.grad(y[0, -1].sum(), x)
    # Two layers of window 4: three back, and from there three more.
    assert gradient[0].any(dim=-1).tolist() == [False] * 6 + [True] * 7


def test_the_cache_of_a_model_with_a_window_is_as_long_as_the_window():
    caches = model("rotary").new_cache(5)
    assert [type(cache) for cache in caches] == [RotatingKVCache] * 2
    assert sum(cache.n_bytes for cache in caches) == 2 * 2 * 5 * 2 * 4 * 4 * 8


def test_a_window_over_all_is_the_same_model():
    ids = torch.randint(37, (2, 31))
    one, other = model("rotary", window=31), model("rotary", window=None)
    other.load_state_dict(one.state_dict())
    assert_close(one(ids), other(ids))


# --- errors --------------------------------------------------------------------------------------


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


def test_a_lone_first_token_sees_itself():
    layer, x = module(1, None), random(2, 1, 24)
    value = layer.w_v(x).repeat(1, 1, 6)
    assert_close(layer(x), layer.w_o(value))
    assert torch.equal(causal_mask(1), torch.ones(1, 1, dtype=torch.bool))
