"""Layers and caches under autocast: half precision where PyTorch has it, and no error of dtypes."""

import pytest
import torch
from torch.testing import assert_close

from attention import (
    GPT,
    AdditiveAttention,
    DotAttention,
    GeneralAttention,
    GPTConfig,
    KVCache,
    LatentAttention,
    LatentCache,
    MultiHeadAttention,
    RotaryEmbedding,
    RotatingKVCache,
    SelfAttention,
)

BOTH_PATHS = pytest.mark.parametrize("need_weights", [True, False], ids=["definition", "fast"])
HALF = torch.bfloat16
ROOM = {"rtol": 0.0, "atol": 0.03}  # of numbers about 1 with 8 bits


def autocast():
    return torch.autocast("cpu", dtype=HALF)


def heads(**options):
    return lambda: MultiHeadAttention(12, 3, causal=True, **options)


def latent(**options):
    return lambda: LatentAttention(12, 3, d_latent=5, d_nope=4, d_rope=2, d_value=3, **options)


LAYERS = {
    "plain": (heads(), lambda **kind: KVCache(2, 3, 11, 4, **kind)),
    "rotary": (
        heads(rotary=RotaryEmbedding(4), n_kv_heads=1),
        lambda **kind: KVCache(2, 1, 11, 4, **kind),
    ),
    "alibi": (heads(alibi=True), lambda **kind: KVCache(2, 3, 11, 4, **kind)),
    "window": (heads(window=3), lambda **kind: RotatingKVCache(2, 3, 3, 4, **kind)),
    "window and sink": (
        heads(window=3, n_sink=1),
        lambda **kind: RotatingKVCache(2, 3, 3, 4, n_sink=1, **kind),
    ),
    "latent": (latent(), lambda **kind: LatentCache(2, 11, 5, 2, **kind)),
    "latent, queries too": (
        latent(d_query_latent=7),
        lambda **kind: LatentCache(2, 11, 5, 2, **kind),
    ),
}
ALL_LAYERS = pytest.mark.parametrize(("new_layer", "new_cache"), LAYERS.values(), ids=LAYERS.keys())


def run(layer, x, need_weights=False, **options):
    found = layer(x, need_weights=need_weights, **options)
    return found[0] if need_weights else found


@BOTH_PATHS
@ALL_LAYERS
@torch.no_grad()
def test_any_chunks_give_what_the_whole_gives(new_layer, new_cache, need_weights):
    layer, x = new_layer(), torch.randn(2, 11, 12)
    true = run(layer, x, need_weights)
    with autocast():
        whole = run(layer, x, need_weights)
        caches = [layer.new_cache(2, 11), new_cache(), new_cache(dtype=torch.float64)]
        assert caches[0].dtype == HALF
        for cache in caches:
            found = [run(layer, chunk, need_weights, cache=cache) for chunk in x.split(2, dim=1)]
            assert {chunk.dtype for chunk in found} == {HALF}
            assert_close(torch.cat(found, dim=1), whole, **ROOM)
    assert_close(whole.float(), true, **ROOM)


@ALL_LAYERS
def test_the_cache_has_the_dtype_in_which_keys_are_computed(new_layer, new_cache):
    layer = new_layer()
    assert layer.new_cache(2, 11).dtype == torch.float32
    with autocast():
        assert layer.new_cache(2, 11).dtype == HALF
        assert layer.double().new_cache(2, 11).dtype == torch.float64  # autocast leaves it alone
        with torch.autocast("cpu", enabled=False):
            assert layer.float().new_cache(2, 11).dtype == torch.float32


@BOTH_PATHS
@ALL_LAYERS
@torch.no_grad()
def test_a_cache_in_half_precision_serves_a_layer_in_single(new_layer, new_cache, need_weights):
    layer, x, cache = new_layer(), torch.randn(2, 11, 12), new_cache(dtype=torch.float16)
    found = [run(layer, chunk, need_weights, cache=cache) for chunk in x.split(2, dim=1)]
    assert {chunk.dtype for chunk in found} == {torch.float32}
    assert_close(torch.cat(found, dim=1), run(layer, x, need_weights), rtol=0, atol=0.003)


@pytest.mark.parametrize("window", [None, 4])
@pytest.mark.parametrize("position", ["learned", "rotary", "alibi"])
def test_a_model_writes_the_same_text_with_a_cache_as_without(position, window):
    config = GPTConfig(
        n_tokens=37, max_len=19, d_model=24, n_layers=2, n_heads=6, n_kv_heads=2,
        position=position, window=window,
    )  # fmt: skip
    model, ids = GPT(config).eval(), torch.randint(37, (3, 5))
    for parameter in model.parameters():
        parameter.data = torch.randn(parameter.shape) / 3  # clear-cut guesses
    with autocast():
        with_cache, without = (
            model.generate(ids, 14, temperature=0.0, use_cache=use_cache)
            for use_cache in (True, False)
        )
    assert with_cache.tolist() == without.tolist()


@ALL_LAYERS
def test_float64_stays_what_it_is(new_layer, new_cache):
    layer, x = new_layer().double(), torch.randn(2, 11, 12, dtype=torch.float64)
    wanted = layer(x)
    with autocast():
        assert_close(layer(x), wanted, rtol=0, atol=0)


@ALL_LAYERS
def test_gradients_come_through(new_layer, new_cache):
    layer, x = new_layer(), torch.randn(2, 11, 12)
    wanted = torch.autograd.grad(layer(x).pow(2).sum(), list(layer.parameters()))
    with autocast():
        loss = layer(x).float().pow(2).sum()
    found = torch.autograd.grad(loss, list(layer.parameters()))
    assert_close(found, wanted, rtol=0.05, atol=0.05)


SCORES = {
    "one head": lambda x: SelfAttention(12, causal=True)(x),
    "additive": lambda x: AdditiveAttention(12, 12, 7)(x[:, 0], x),
    "general": lambda x: GeneralAttention(12, 12)(x, x),
    "dot": lambda x: DotAttention()(x, x),
}


@pytest.mark.parametrize("attend", SCORES.values(), ids=SCORES.keys())
def test_one_head_and_the_older_scores(attend):
    x = torch.randn(2, 5, 12) / 3
    torch.manual_seed(1)
    wanted = attend(x)
    torch.manual_seed(1)
    with autocast():
        found = attend(x)
    assert_close([tensor.float() for tensor in found], list(wanted), **ROOM)


def test_a_rotation_is_as_exact_under_autocast_as_without():
    rotary, x = RotaryEmbedding(12), torch.randn(2, 3, 5, 12)
    wanted = rotary(x, 10_000)
    with autocast():
        assert_close(rotary(x, 10_000), wanted, rtol=0, atol=0)
