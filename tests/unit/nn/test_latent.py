"""Latent attention: its two forms, which of them is taken, and DeepSeek's own layer."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from latent_cases import BOTH_PATHS, FORMS, QUERIES, by_equations, module, normed, random, run
from torch.testing import assert_close
from transformers.models.deepseek_v3.configuration_deepseek_v3 import DeepseekV3Config
from transformers.models.deepseek_v3.modeling_deepseek_v3 import DeepseekV3Attention

from attention import (
    LatentAttention,
    causal_mask,
    scaled_dot_product_attention,
)

SIZES = {  # d_model, n_heads, d_latent, d_nope, d_rope, d_value, d_query_latent
    "values narrower than keys": (17, 3, 13, 5, 2, 3, None),
    "values wider than keys": (19, 5, 7, 3, 2, 11, None),
    "values as wide as keys": (23, 2, 11, 3, 2, 5, 7),
    "one head": (29, 1, 5, 7, 6, 3, 13),
    "a latent wider than the model": (7, 3, 31, 5, 14, 11, 17),
    "nearly all of it rotary": (13, 7, 3, 1, 22, 5, 2),
}
ALL_SIZES = pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())


def of_sizes(d_model, n_heads, d_latent, d_nope, d_rope, d_value, d_query_latent):
    return module(d_query_latent, d_model, n_heads, d_latent, d_nope, d_rope, d_value)


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
