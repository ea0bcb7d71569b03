"""The block and the GPT: as their formulas say, causal, and the same with a cache as without."""

import itertools
import math
import re
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from attention import GPT, GPT2_124M, GPTConfig, KVCache, TransformerBlock, sinusoidal_positions
from attention.models.gpt.block import FeedForward

# Width 30 in 5 heads of 6; 37 tokens; 11 positions: no two sizes alike.
SMALL = GPTConfig(n_tokens=37, max_len=11, d_model=30, n_layers=2, n_heads=5, d_feed_forward=47)
LLAMA = {"feed_forward": "swiglu", "norm": "rms", "bias": False, "position": "rotary"}
KINDS = {
    "GPT-2": {},
    "Transformer of 2017": {"norm_order": "post", "position": "sinusoidal"},
    "Llama": LLAMA | {"n_kv_heads": 1, "tied": False},
    "GGUF": LLAMA | {"rotary_layout": "interleaved", "rotary_base": 500.0},
    "ALiBi": {"position": "alibi"},
    "no positions": {"position": "none", "n_kv_heads": 1},
}
ALL_KINDS = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
ORDERS = pytest.mark.parametrize("norm_order", ["pre", "post"])


def random(*shape):
    return torch.randn(shape, dtype=torch.float64)


def at_random(module):
    """In float64 and evaluation, with weights so large that every part shows, norms included."""
    for parameter in module.double().parameters():
        parameter.data = random(*parameter.shape) / 3
    return module.eval()


def model(**choices):
    return at_random(GPT(replace(SMALL, **choices)))


def ids(*shape):
    return torch.randint(SMALL.n_tokens, shape)


# --- sizes ---------------------------------------------------------------------------------------


def count(module):
    return sum(p.numel() for p in module.parameters())


def test_gpt2_has_124439808_parameters():
    with torch.device("meta"):
        gpt2 = GPT(GPT2_124M)
    assert count(gpt2) == 124_439_808
    assert count(gpt2.blocks[0]) == 7_087_872
    assert count(gpt2.blocks[0].attention) == 2_362_368


def test_parameters_of_a_small_model_by_hand():
    d, hidden = 30, 47
    attention, network, norms = 4 * (d * d + d), d * hidden + hidden + hidden * d + d, 2 * 2 * d
    blocks = 2 * (attention + network + norms)
    assert count(GPT(SMALL)) == 37 * d + 11 * d + blocks + 2 * d
    assert count(GPT(replace(SMALL, tied=False))) == count(GPT(SMALL)) + 37 * d
    # One key head for five, no biases, three matrices in the network, norms without shift.
    llama = 2 * (2 * d * d + 2 * d * 6 + 3 * d * hidden + 2 * d) + 37 * d + d
    assert count(GPT(replace(SMALL, **LLAMA, n_kv_heads=1))) == llama


def test_a_head_may_have_an_odd_width_unless_it_is_turned():
    odd = replace(SMALL, n_heads=10)  # 3 wide
    assert GPT(odd)(ids(2, 5)).shape == (2, 5, 37)
    with pytest.raises(ValueError, match=r"^d_head should be even, but was 3$"):
        GPT(replace(odd, position="rotary"))


# --- the parts, as their formulas say ------------------------------------------------------------


def test_by_hand_the_network_of_gpt2_is_a_gelu_between_two_matrices():
    network, x = at_random(FeedForward(SMALL)), random(2, 5, 30)
    h = x @ network.w_in.weight.T + network.w_in.bias
    h = h / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h**3)))
    assert_close(network(x), h @ network.w_out.weight.T + network.w_out.bias)


def test_by_hand_the_network_of_llama_is_gated():
    network = at_random(FeedForward(replace(SMALL, **LLAMA)))
    x = random(2, 5, 30)
    gate = x @ network.w_gate.weight.T
    h = gate * torch.sigmoid(gate) * (x @ network.w_in.weight.T)
    assert_close(network(x), h @ network.w_out.weight.T)


def norm(x, module):
    """LayerNorm or RMSNorm, written out."""
    bias = getattr(module, "bias", None)
    x = x if bias is None else x - x.mean(dim=-1, keepdim=True)
    x = x / (x.square().mean(dim=-1, keepdim=True) + module.eps).sqrt() * module.weight
    return x if bias is None else x + bias


@ALL_KINDS
@ORDERS
def test_the_block_is_the_formula_of_its_order(kind, norm_order):
    # An epsilon that shows, and an input that is small enough to show it.
    config = replace(SMALL, **(kind | {"norm_order": norm_order, "norm_epsilon": 0.01}))
    block, x = at_random(TransformerBlock(config)), random(2, 5, 30) / 10
    assert isinstance(block.norm_attention, torch.nn.RMSNorm) == (config.norm == "rms")
    if norm_order == "pre":
        y = x + block.attention(norm(x, block.norm_attention))
        wanted = y + block.feed_forward(norm(y, block.norm_feed_forward))
    else:
        y = norm(x + block.attention(x), block.norm_attention)
        wanted = norm(y + block.feed_forward(y), block.norm_feed_forward)
    assert_close(block(x), wanted)
    with_weights, weights = block.forward_with_weights(x)
    assert_close(with_weights, wanted)
    assert_close(weights.sum(dim=-1), torch.ones(2, 5, 5).double())


@ALL_KINDS
def test_the_model_is_embeddings_blocks_a_norm_and_a_readout(kind):
    gpt, x = model(**kind), ids(2, 5)
    config, n = gpt.config, 5
    state = gpt.embedding.weight[x]
    if config.position == "learned":
        state = state + gpt.position.weight[:n]
    elif config.position == "sinusoidal":
        state = state * math.sqrt(30) + sinusoidal_positions(n, 30).double()
    for block in gpt.blocks:
        state = block(state)
    state = norm(state, gpt.norm) if config.norm_order == "pre" else state
    readout = gpt.embedding.weight if config.tied else gpt.readout.weight
    wanted = state @ readout.T
    assert_close(gpt(x), wanted)


def test_ids_of_either_dtype_give_the_same():
    gpt, x = model(), ids(2, 5)
    assert torch.equal(gpt(x.int()), gpt(x))
    assert torch.equal(gpt.generate(x.int(), 3, top_k=1), gpt.generate(x, 3, top_k=1))


def test_a_tied_readout_is_the_embedding_itself():
    gpt = GPT(SMALL)
    assert gpt.readout.weight is gpt.embedding.weight
    untied = GPT(replace(SMALL, tied=False))
    assert untied.readout.weight is not untied.embedding.weight


@ALL_KINDS
def test_the_future_does_not_change_the_past(kind):
    gpt, x = model(**kind), ids(2, 7)
    other = x.clone()
    other[:, 4:] = (other[:, 4:] + 1) % 37
    before, after = gpt(x), gpt(other)
    assert_close(before[:, :4], after[:, :4], rtol=0, atol=1e-12)
    assert (before[:, 4:] != after[:, 4:]).any(dim=-1).all()


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "no positions"])
def test_the_order_of_the_past_matters(kind):
    gpt, x = model(**KINDS[kind], n_layers=1), torch.tensor([[3, 5, 7, 2], [5, 3, 7, 2]])
    assert not torch.allclose(*gpt(x)[:, -1])


def test_without_positions_one_layer_sees_a_set():
    gpt, x = model(position="none", n_layers=1), torch.tensor([[3, 5, 7, 2], [5, 3, 7, 2]])
    assert_close(*gpt(x)[:, -1])


@ALL_KINDS
def test_the_weights_are_those_of_every_block(kind):
    gpt, x = model(**kind), ids(2, 7)
    found = gpt.attention_weights(x)
    assert [tuple(w.shape) for w in found] == [(2, 5, 7, 7)] * 2
    for weights in found:
        assert_close(weights.sum(dim=-1), torch.ones(2, 5, 7).double())
        assert (weights.triu(1) == 0).all()
    state = gpt.embed(x)
    for block, weights in zip(gpt.blocks, found, strict=True):
        seen = block.norm_attention(state) if gpt.config.norm_order == "pre" else state
        assert_close(block.attention(seen, need_weights=True)[1], weights)
        state = block(state)


# --- how it begins, and how it learns ------------------------------------------------------------


def test_weights_begin_as_gpt2s():
    gpt = GPT(GPTConfig(n_tokens=997, max_len=101, d_model=128, n_layers=8, n_heads=4))
    into_residual = ("w_o.weight", "w_out.weight")
    for name, parameter in gpt.named_parameters():
        if "norm" in name:
            assert (parameter == float(name.endswith("weight"))).all()
        elif name.endswith("bias"):
            assert (parameter == 0).all()
        else:
            wanted = 0.02 / math.sqrt(16) if name.endswith(into_residual) else 0.02
            n = parameter.numel()
            assert abs(parameter.std().item() / wanted - 1) < 5 / math.sqrt(2 * n), name
            assert abs(parameter.mean().item()) < 5 * wanted / math.sqrt(n), name


def test_a_fresh_model_guesses_evenly():
    gpt = GPT(GPTConfig(n_tokens=997, max_len=101, d_model=128, n_layers=4, n_heads=4))
    x = torch.randint(997, (3, 101))
    loss = F.cross_entropy(gpt(x[:, :-1]).flatten(0, 1), x[:, 1:].flatten())
    assert abs(loss.item() - math.log(997)) < 0.1


@ALL_KINDS
def test_every_parameter_gets_a_gradient(kind):
    gpt = model(**kind)
    F.cross_entropy(gpt(ids(3, 11)).flatten(0, 1), ids(33)).backward()
    for name, parameter in gpt.named_parameters():
        assert parameter.grad.isfinite().all(), name
        # The keys' bias adds the same to all of a query's scores, so no weight feels it.
        assert name.endswith("w_k.bias") or parameter.grad.abs().max() > 1e-9, name


def test_dropout_is_on_in_training_alone():
    gpt, x = model(dropout=0.5), ids(2, 7)
    assert torch.equal(gpt(x), gpt(x))
    gpt.train()
    assert not torch.equal(gpt(x), gpt(x))
    never = model()
    never.load_state_dict(gpt.state_dict())
    assert_close(gpt.eval()(x), never(x))


def test_dropout_falls_on_embeddings_and_sub_layers():
    gpt, x = model(dropout=0.5).train(), ids(2, 7)
    assert (gpt.embed(x) == 0).double().mean() > 0.3
    block, state = gpt.blocks[0], random(2, 7, 30)
    for into in (block.attention.w_o, block.feed_forward.w_out):
        into.weight.data.zero_()
        into.bias.data.fill_(1.0)
    added = block(state) - state  # 0, 2 or 4: each sub-layer's one, doubled or dropped
    assert sorted(added.round(decimals=9).unique().tolist()) == [0.0, 2.0, 4.0]


# --- with a cache --------------------------------------------------------------------------------


@ALL_KINDS
@settings(max_examples=12)
@given(cuts=st.sets(st.integers(1, 10)).map(sorted))
def test_any_chunks_give_the_logits_of_the_whole(kind, cuts):
    gpt, x = model(**kind), ids(2, 11)
    cache, found = gpt.new_cache(2), []
    for start, end in itertools.pairwise([0, *cuts, 11]):
        found.append(gpt(x[:, start:end], cache))
    assert_close(torch.cat(found, dim=1), gpt(x))
    assert [layer.length for layer in cache] == [11, 11]


def test_a_new_cache_fits_the_model():
    cache = model(n_kv_heads=1).new_cache(3)
    assert [repr(layer) for layer in cache] == ["KVCache(0 of 11 positions, 3,168 bytes)"] * 2
    assert [layer.max_len for layer in model().new_cache(3, 7)] == [7, 7]


# --- bad input -----------------------------------------------------------------------------------


def cached(n):
    gpt = model()
    cache = gpt.new_cache(2)
    gpt(ids(2, n), cache)
    return gpt, cache


BAD_INPUT = {
    "numbers for ids": (
        lambda: model()(torch.ones(2, 5)),
        TypeError,
        "ids should be whole numbers (int64 or int32), but their dtype was torch.float32",
    ),
    "ids that no embedding looks up": (
        lambda: model()(ids(2, 5).to(torch.uint8)),
        TypeError,
        "ids should be whole numbers (int64 or int32), but their dtype was torch.uint8",
    ),
    "a list for ids": (
        lambda: model()([[3, 5]]),
        TypeError,
        "ids should be a tensor of token ids, but was list",
    ),
    "no batch axis": (
        lambda: model()(ids(5)),
        ValueError,
        "ids should have shape (batch, length), but had (5,)",
    ),
    "an id outside the vocabulary": (
        lambda: model()(torch.tensor([[0, 37]])),
        ValueError,
        "ids should be in [0, 37), but ranged from 0 to 37",
    ),
    "a negative id": (
        lambda: model().embed(torch.tensor([[0, -1]])),
        ValueError,
        "ids should be in [0, 37), but ranged from -1 to 0",
    ),
    "too long a text": (
        lambda: model()(ids(2, 12)),
        ValueError,
        "ids should have shape (B, T) with 1 <= T <= 11 (max_len = 11, of which 0 are cached), "
        "but had (2, 12)",
    ),
    "too long a text with what is cached": (
        lambda: (lambda gpt, cache: gpt(ids(2, 4), cache))(*cached(8)),
        ValueError,
        "ids should have shape (B, T) with 1 <= T <= 3 (max_len = 11, of which 8 are cached), "
        "but had (2, 4)",
    ),
    "one cache for two blocks": (
        lambda: model()(ids(2, 5), [KVCache(2, 5, 11, 6)]),
        ValueError,
        "cache should have one KVCache for each of the 2 blocks, but had 1",
    ),
    "a cache of another batch": (
        lambda: model()(ids(3, 5), model().new_cache(2)),
        ValueError,
        "keys should have shape (B, n_kv_heads, T, d_head) with B = 2, but had (3, 5, 5, 6)",
    ),
    "an odd width for waves": (
        lambda: GPT(replace(SMALL, d_model=35, position="sinusoidal")),
        ValueError,
        "d_model should be even, but was 35",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
