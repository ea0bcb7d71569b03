"""Latent attention: its two forms, its cache, and DeepSeek's own layer with the same weights."""

import itertools
import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close
from transformers.models.deepseek_v3.configuration_deepseek_v3 import DeepseekV3Config
from transformers.models.deepseek_v3.modeling_deepseek_v3 import DeepseekV3Attention

from attention import (
    KVCache,
    LatentAttention,
    LatentCache,
    RotaryEmbedding,
    causal_mask,
    scaled_dot_product_attention,
)

FORMS = pytest.mark.parametrize("absorb", [True, False], ids=["absorbed", "naive"])
BOTH_PATHS = pytest.mark.parametrize("need_weights", [True, False], ids=["definition", "fast"])
QUERIES = pytest.mark.parametrize("d_query_latent", [None, 11], ids=["plain", "compressed"])
SIZES = {  # d_model, n_heads, d_latent, d_nope, d_rope, d_value, d_query_latent
    "values narrower than keys": (17, 3, 13, 5, 2, 3, None),
    "values wider than keys": (19, 5, 7, 3, 2, 11, None),
    "values as wide as keys": (23, 2, 11, 3, 2, 5, 7),
    "one head": (29, 1, 5, 7, 6, 3, 13),
    "a latent wider than the model": (7, 3, 31, 5, 14, 11, 17),
    "nearly all of it rotary": (13, 7, 3, 1, 22, 5, 2),
}
ALL_SIZES = pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())


def random(*shape):
    return torch.randn(shape, dtype=torch.float64)


def module(d_query_latent=None, d_model=17, n_heads=3, d_latent=13, d_nope=5, d_rope=2, d_value=7):
    """Latent attention in float64, of which every parameter matters: no norm's gain is 1."""
    layer = LatentAttention(
        d_model,
        n_heads,
        d_latent=d_latent,
        d_nope=d_nope,
        d_rope=d_rope,
        d_value=d_value,
        d_query_latent=d_query_latent,
    ).double()
    for parameter in layer.parameters():
        parameter.data = random(*parameter.shape) / 2
    return layer


def of_sizes(d_model, n_heads, d_latent, d_nope, d_rope, d_value, d_query_latent):
    return module(d_query_latent, d_model, n_heads, d_latent, d_nope, d_rope, d_value)


def run(layer, x, **options):
    """The context, with or without weights."""
    found = layer(x, **options)
    return found[0] if isinstance(found, tuple) else found


def normed(x, gain):
    return gain * x / (x.pow(2).mean(dim=-1, keepdim=True) + 1e-6).sqrt()


def by_equations(layer, x):
    """Equations 9 to 19 of the DeepSeek-V2 paper, head by head; context and weights."""
    n, heads = x.shape[1], layer.n_heads
    turn = RotaryEmbedding(layer.d_rope, layout="interleaved")
    latent = normed(x @ layer.w_dkv.weight.T, layer.norm_kv.weight)  # 9
    asked = x
    if layer.w_dq is not None:
        asked = normed(x @ layer.w_dq.weight.T, layer.norm_q.weight)  # 12
    key_part = turn((x @ layer.w_kr.weight.T)[:, None])[:, 0]  # 15
    parts = (layer.w_uk, layer.w_uv, layer.w_uq, layer.w_qr)
    contexts, all_weights = [], []
    for uk, uv, uq, qr in zip(*(part.weight.chunk(heads) for part in parts), strict=True):
        key = torch.cat([latent @ uk.T, key_part], dim=-1)  # 10, 17
        query_part = turn((asked @ qr.T)[:, None])[:, 0]  # 14
        query = torch.cat([asked @ uq.T, query_part], dim=-1)  # 13, 16
        scores = query @ key.mT / (layer.d_nope + layer.d_rope) ** 0.5  # 18
        weights = scores.masked_fill(~causal_mask(n), -torch.inf).softmax(dim=-1)
        contexts.append(weights @ (latent @ uv.T))  # 11
        all_weights.append(weights)
    return torch.cat(contexts, dim=-1) @ layer.w_o.weight.T, torch.stack(all_weights, dim=1)  # 19


# --- what it computes ----------------------------------------------------------------------------


@FORMS
@ALL_SIZES
def test_each_head_by_the_equations_gives_the_same(absorb, sizes):
    layer, x = of_sizes(*sizes), random(2, 11, sizes[0])
    context, weights = by_equations(layer, x)
    found = layer(x, absorb=absorb, need_weights=True)
    assert_close(found, (context, weights))
    assert_close(layer(x, absorb=absorb), context)


@BOTH_PATHS
@ALL_SIZES
@pytest.mark.parametrize("cached", [0, 1, 4])
@pytest.mark.parametrize("n_new", [1, 3])
def test_absorbed_equals_naive(need_weights, sizes, cached, n_new):
    layer, found = of_sizes(*sizes), []
    x = random(2, cached + n_new, sizes[0])
    for absorb in (True, False):
        cache = layer.new_cache(2, cached + n_new)
        if cached:
            layer(x[:, :cached], cache=cache)
        options = {"cache": cache, "absorb": absorb, "need_weights": need_weights}
        found.append(layer(x[:, cached:], **options))
    assert_close(found[0], found[1], rtol=1e-10, atol=1e-10)


def deepseeks_layer(sizes, dtype):
    """The transformers library's DeepSeek-V3 attention with random weights, and ours with them."""
    d_model, n_heads, d_latent, d_nope, d_rope, d_value, d_query_latent = sizes
    config = DeepseekV3Config(
        hidden_size=d_model,
        num_attention_heads=n_heads,
        num_key_value_heads=n_heads,
        q_lora_rank=d_query_latent,
        kv_lora_rank=d_latent,
        qk_nope_head_dim=d_nope,
        qk_rope_head_dim=d_rope,
        v_head_dim=d_value,
    )
    assert config.rope_interleave
    config._attn_implementation = "sdpa"
    theirs = DeepseekV3Attention(config, 0).to(dtype)
    if dtype == torch.float64:  # their norm rounds to float32; torch's does not
        for name in ("q_a_layernorm", "kv_a_layernorm"):
            if (norm := getattr(theirs, name)) is not None:
                eps = norm.variance_epsilon
                setattr(theirs, name, torch.nn.RMSNorm(norm.weight.shape, eps).to(dtype))
    for parameter in theirs.parameters():
        parameter.data = torch.randn_like(parameter) / 2
    state = {name.removesuffix(".weight"): weight for name, weight in theirs.state_dict().items()}
    query = state["q_proj" if d_query_latent is None else "q_b_proj"]
    w_uq, w_qr = query.unflatten(0, (n_heads, -1)).split([d_nope, d_rope], dim=1)
    w_uk, w_uv = state["kv_b_proj"].unflatten(0, (n_heads, -1)).split([d_nope, d_value], dim=1)
    w_dkv, w_kr = state["kv_a_proj_with_mqa"].split([d_latent, d_rope])
    parts = {
        "w_uq": w_uq.flatten(0, 1),
        "w_qr": w_qr.flatten(0, 1),
        "w_dkv": w_dkv,
        "norm_kv": state["kv_a_layernorm"],
        "w_kr": w_kr,
        "w_uk": w_uk.flatten(0, 1),
        "w_uv": w_uv.flatten(0, 1),
        "w_o": state["o_proj"],
    }
    if d_query_latent is not None:
        parts |= {"w_dq": state["q_a_proj"], "norm_q": state["q_a_layernorm"]}
    ours = of_sizes(*sizes).to(dtype)
    ours.load_state_dict({f"{name}.weight": weight for name, weight in parts.items()})
    return theirs, ours


@FORMS
@ALL_SIZES
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_it_equals_deepseeks_layer_of_the_transformers_library(absorb, sizes, dtype):
    theirs, ours = deepseeks_layer(sizes, dtype)
    d_model, d_rope = sizes[0], sizes[4]
    x = torch.randn(2, 11, d_model).to(dtype)
    frequencies = 10000.0 ** (-torch.arange(0, d_rope, 2, dtype=torch.float64) / d_rope)
    angles = torch.outer(torch.arange(11), frequencies).repeat(1, 2)[None]  # (1, T, d_rope)
    positions = angles.cos().to(dtype), angles.sin().to(dtype)
    wanted = theirs(x, positions, causal_mask(11)[None, None])[0]
    precision = 1e-10 if dtype == torch.float64 else 1e-5
    size = wanted.abs().max().item()  # rounding grows with the numbers
    assert_close(ours(x, absorb=absorb), wanted, rtol=0.0, atol=precision * max(1.0, size))


def test_the_parameters_of_deepseek_v2s_layer_are_counted():
    # 128 heads, d_model 5,120, latents of 512 and 1,536 (DeepSeek-V2, section 3.1.2).
    with torch.device("meta"):
        layer = LatentAttention(
            5120, 128, d_latent=512, d_nope=128, d_rope=64, d_value=128, d_query_latent=1536
        )
    queries = 5120 * 1536 + 1536 + 1536 * 128 * (128 + 64)
    keys_and_values = 5120 * (512 + 64) + 512 + 512 * 128 * (128 + 128)
    n_parameters = sum(parameter.numel() for parameter in layer.parameters())
    assert n_parameters == queries + keys_and_values + 128 * 128 * 5120


@FORMS
@QUERIES
@BOTH_PATHS
def test_no_position_sees_what_comes_after_it(absorb, d_query_latent, need_weights):
    layer, x = module(d_query_latent), random(1, 7, 17)
    other = x.clone()
    other[:, 4:] = random(1, 3, 17)
    before, after = (run(layer, y, absorb=absorb, need_weights=need_weights) for y in (x, other))
    assert_close(before[:, :4], after[:, :4], rtol=0, atol=1e-14)
    assert not torch.allclose(before[:, 4:], after[:, 4:])


def test_what_is_rotary_depends_on_the_distance_alone():
    # The same tokens seven places later: only the cache's beginning tells.
    layer, x = module(), random(1, 5, 17)
    cache = layer.new_cache(1, 12)
    layer(random(1, 7, 17), cache=cache)
    _, later = layer(x, cache=cache, need_weights=True)
    _, first = layer(x, need_weights=True)
    later = later[..., 7:] / later[..., 7:].sum(dim=-1, keepdim=True)
    assert_close(later, first)


def test_order_matters():
    layer, x = module(), random(1, 7, 17)
    swapped = x[:, [1, 0, 2, 3, 4, 5, 6]]  # the last token sees the same set of tokens
    assert not torch.allclose(layer(x)[:, -1], layer(swapped)[:, -1])


@FORMS
@QUERIES
def test_gradient_is_the_derivative(absorb, d_query_latent):
    layer = module(d_query_latent and 2, 3, 2, 3, 2, 2, 1)
    names, weights = zip(*layer.named_parameters(), strict=True)

    def context(x, *parameters):
        by_name = dict(zip(names, parameters, strict=True))
        return torch.func.functional_call(layer, by_name, (x,), {"absorb": absorb})

    assert torch.autograd.gradcheck(context, (random(1, 3, 3).requires_grad_(), *weights))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_half_precision_is_near(dtype):
    layer = module(11).to(dtype)
    x, cache = torch.randn(2, 7, 17).to(dtype), layer.new_cache(2, 7)
    found = torch.cat([layer(x[:, :5], cache=cache), layer(x[:, 5:], cache=cache)], dim=1)
    wanted = layer.double()(x.double())
    assert found.dtype == dtype
    size, eps = wanted.abs().max().item(), torch.finfo(dtype).eps
    assert_close(found.double(), wanted, rtol=0, atol=10 * eps * size)


# --- which form ----------------------------------------------------------------------------------


def multiplications(layer, n_queries, n_keys):
    """Of each form, as the shapes of its products have them, for one head."""
    d_latent, d_rope = layer.d_latent, layer.d_rope
    pairs = n_queries * n_keys
    expand = n_keys * d_latent * layer.d_nope + n_keys * d_latent * layer.d_value
    naive = expand + pairs * (layer.d_nope + d_rope) + pairs * layer.d_value
    fold = n_queries * layer.d_nope * d_latent + n_queries * d_latent * layer.d_value
    absorbed = fold + pairs * (d_latent + d_rope) + pairs * d_latent
    return naive, absorbed


@settings(max_examples=60)
@given(new=st.integers(1, 400), old=st.integers(0, 5000), d=st.tuples(*[st.integers(1, 600)] * 3))
def test_the_form_is_the_one_with_fewer_multiplications(new, old, d):
    with torch.device("meta"):
        layer = LatentAttention(1, 1, d_latent=d[0], d_nope=d[1], d_rope=64, d_value=d[2])
    naive, absorbed = multiplications(layer, new, old + new)
    assert layer.absorbs(new, old + new) == (absorbed < naive)


def test_deepseek_decodes_absorbed_and_reads_naively():
    with torch.device("meta"):
        layer = LatentAttention(1, 1, d_latent=512, d_nope=128, d_rope=64, d_value=128)
    assert [layer.absorbs(1, n) for n in (1, 2, 4096)] == [False, True, True]
    assert not any(layer.absorbs(n, n) for n in (1, 64, 4096))
    # Next to 4,096 tokens, chunks of up to 164 queries are cheaper absorbed.
    assert [layer.absorbs(n, 4096 + n) for n in (164, 165)] == [True, False]


@pytest.mark.parametrize("n_new", [1, 6], ids=["decode", "prefill"])
def test_without_a_say_the_rule_decides(monkeypatch, n_new):
    layer, x, asked = module(), random(1, 6 + n_new, 17), []
    cache = layer.new_cache(1, 6 + n_new)
    layer(x[:, :6], cache=cache)
    monkeypatch.setattr(layer, "absorbs", lambda *counts: asked.append(counts) or n_new == 1)
    expanded = []
    layer.w_uk.register_forward_hook(lambda *_: expanded.append(True))
    layer(x[:, 6:], cache=cache)
    assert asked == [(n_new, 6 + n_new)]
    assert bool(expanded) == (n_new != 1)  # the absorbed form makes no keys


# --- the cache -----------------------------------------------------------------------------------


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


# --- errors --------------------------------------------------------------------------------------


def new(**other):
    return LatentAttention(
        17, 3, **({"d_latent": 13, "d_nope": 5, "d_rope": 2, "d_value": 7} | other)
    )


X = torch.ones(2, 5, 17)
LATENT, KEY = torch.ones(2, 3, 13), torch.ones(2, 3, 2)
BAD_INPUT = {
    "no width": (
        lambda: LatentAttention(0, 3, d_latent=13, d_nope=5, d_rope=2, d_value=7),
        ValueError,
        "d_model should be at least 1, but was 0",
    ),
    "a fraction of heads": (
        lambda: LatentAttention(17, 1.5, d_latent=13, d_nope=5, d_rope=2, d_value=7),
        TypeError,
        "n_heads should be a whole number, but was 1.5",
    ),
    "no latent": (
        lambda: new(d_latent=0),
        ValueError,
        "d_latent should be at least 1, but was 0",
    ),
    "no part without position": (
        lambda: new(d_nope=0),
        ValueError,
        "d_nope should be at least 1, but was 0",
    ),
    "no part with position": (
        lambda: new(d_rope=0),
        ValueError,
        "d_rope should be at least 1, but was 0",
    ),
    "an odd part with position": (
        lambda: new(d_rope=3),
        ValueError,
        "d_rope should be even, but was 3",
    ),
    "no values": (
        lambda: new(d_value=-1),
        ValueError,
        "d_value should be at least 1, but was -1",
    ),
    "no query latent": (
        lambda: new(d_query_latent=0),
        ValueError,
        "d_query_latent should be at least 1, but was 0",
    ),
    "a base of one": (
        lambda: new(base=1.0),
        ValueError,
        "base should be above 1, but was 1.0",
    ),
    "a list for the sequence": (
        lambda: new()([1.0]),
        TypeError,
        "x should be a tensor (B, T, d_model), but was list",
    ),
    "a sequence of another width": (
        lambda: new()(X[..., :16]),
        ValueError,
        "x should have shape (B, T, d_model) with d_model = 17, but had (2, 5, 16)",
    ),
    "the cache of another kind of attention": (
        lambda: new()(X, cache=KVCache(2, 3, 7, 5)),
        TypeError,
        "cache should be a LatentCache, but was KVCache",
    ),
    "the cache of another batch": (
        lambda: new()(X, cache=LatentCache(3, 7, 13, 2)),
        ValueError,
        "latents should have shape (B, T, d_latent) with B = 3, but had (2, 5, 13)",
    ),
    "the cache of a wider latent": (
        lambda: new()(X, cache=LatentCache(2, 7, 14, 2)),
        ValueError,
        "latents should have shape (B, T, d_latent) with d_latent = 14, but had (2, 5, 13)",
    ),
    "the cache of a wider key": (
        lambda: new()(X, cache=LatentCache(2, 7, 13, 4)),
        ValueError,
        "rotated should have shape (B, T, d_rope) with d_rope = 4, but had (2, 5, 2)",
    ),
    "x in half precision": (
        lambda: new()(X.half()),
        TypeError,
        "x should have the dtype of the weights, torch.float32, but had torch.float16",
    ),
    "the cache of another dtype": (
        lambda: LatentCache(2, 7, 13, 2, dtype=torch.float16).append(LATENT, KEY),
        TypeError,
        "latents should have the cache's dtype torch.float16, but had torch.float32",
    ),
    "one key for all latents": (
        lambda: LatentCache(2, 7, 13, 2).append(LATENT, KEY[:, :1]),
        ValueError,
        "rotated should have one row per latent, T = 3, but had 1",
    ),
    "no room": (
        lambda: LatentCache(2, 0, 13, 2),
        ValueError,
        "max_len should be at least 1, but was 0",
    ),
    "no sequence": (
        lambda: LatentCache(0, 7, 13, 2),
        ValueError,
        "batch should be at least 1, but was 0",
    ),
    "a latent without width": (
        lambda: LatentCache(2, 7, 0, 2),
        ValueError,
        "d_latent should be at least 1, but was 0",
    ),
    "a key without width": (
        lambda: LatentCache(2, 7, 13, 0),
        ValueError,
        "d_rope should be at least 1, but was 0",
    ),
    "to forget what is not there": (
        lambda: LatentCache(2, 7, 13, 2).truncate(1),
        ValueError,
        "n should be at most length = 0, but was 1",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()


def test_the_absorbed_form_is_multi_query_attention():
    # With the products folded into the weights, the definition with one shared key head says it.
    layer, x = module(), random(1, 5, 17)
    stored = torch.cat(
        [
            normed(x @ layer.w_dkv.weight.T, layer.norm_kv.weight),
            layer.rotary((x @ layer.w_kr.weight.T)[:, None])[:, 0],
        ],
        dim=-1,
    )[:, None]  # (B, 1, S, d_latent + d_rope)
    folded = torch.stack(
        [
            uk.T @ uq
            for uk, uq in zip(layer.w_uk.weight.chunk(3), layer.w_uq.weight.chunk(3), strict=True)
        ]
    )  # (H, d_latent, d_model)
    content = torch.einsum("hcd,btd->bhtc", folded, x)
    turned = layer.rotary((x @ layer.w_qr.weight.T).unflatten(-1, (3, -1)).transpose(1, 2))
    query = torch.cat([content, turned], dim=-1)
    mixed, _ = scaled_dot_product_attention(
        query, stored, stored[..., :13], mask=causal_mask(5), scale=7**-0.5
    )
    out = torch.cat(
        [
            o @ uv
            for o, uv in zip(
                layer.w_o.weight.chunk(3, dim=1), layer.w_uv.weight.chunk(3), strict=True
            )
        ],
        dim=1,
    )  # (d_model, H * d_latent)
    assert_close(mixed.transpose(1, 2).flatten(-2) @ out.T, layer(x, absorb=True))
