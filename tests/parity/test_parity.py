"""Parity with PyTorch's attention and with the GPT-2 of the transformers library.

The reference is theirs in float64. In a lower precision nobody is exact, so the bar is the one of
FlashAttention's tests: our error is at most twice the error of the other code.
"""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close
from transformers import GPT2Config
from transformers.models.gpt2.modeling_gpt2 import GPT2Attention

from attention import MultiHeadAttention, causal_mask, padding_mask, scaled_dot_product_attention

BOTH_PATHS = pytest.mark.parametrize("need_weights", [True, False], ids=["definition", "fast"])
B, T, S, H, D_HEAD = 3, 31, 37, 5, 11  # d_head no power of 4: its root has to be rounded
D_MODEL = H * D_HEAD


def random(*shape, dtype):
    """Random numbers that ``dtype`` can hold, in float64: so the inputs have no error yet."""
    return torch.randn(shape).to(dtype).double()


def at_random(layer, size, dtype):
    """Weights and biases at random. (A ``size`` that is a power of two costs no rounding.)"""
    for parameter in layer.double().parameters():
        parameter.data = size * random(*parameter.shape, dtype=dtype)
    return layer


def run(module, *inputs, need_weights, **options):
    """The context by either path."""
    found = module(*inputs, need_weights=need_weights, **options)
    return found[0] if need_weights else found


def error(found, exact):
    """Root mean square."""
    return (found.double() - exact).square().mean().sqrt().item()


def assert_as_exact(ours, theirs, exact):
    assert error(ours, exact) <= 2 * error(theirs, exact)


# --- F.scaled_dot_product_attention --------------------------------------------------------------

MASKS = {
    "no mask": lambda: None,
    "causal": lambda: causal_mask(T, S),
    "any, with rows of nothing": lambda: (
        (torch.rand(B, 1, T, S) < 0.5) & (torch.arange(T) > 1)[:, None]
    ),
}


def forward_and_backward(attention, inputs, dtype):
    """Context and gradients of ``attention`` in one precision."""
    inputs = [tensor.detach().to(dtype).requires_grad_() for tensor in inputs]
    context = attention(*inputs)
    context.pow(2).sum().backward()
    return [context.detach(), *(tensor.grad for tensor in inputs)]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS.keys())
def test_the_definition_equals_torchs_function(mask, dtype):
    mask = mask()
    shapes = [(B, H, T, D_HEAD), (B, H, S, D_HEAD), (B, H, S, D_HEAD)]
    inputs = [random(*shape, dtype=dtype) for shape in shapes]

    def ours(q, k, v):
        return scaled_dot_product_attention(q, k, v, mask=mask)[0]

    def theirs(q, k, v):
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)

    def in_plain_torch(q, k, v):
        scores = q @ k.mT / D_HEAD**0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(dtype).min)
        weights = scores.softmax(dim=-1)
        return (weights if mask is None else weights * mask) @ v

    exact = forward_and_backward(theirs, inputs, torch.float64)
    assert_close(forward_and_backward(ours, inputs, torch.float64), exact)
    # In bfloat16 PyTorch's kernel sums in float32: there the peer is attention in plain torch.
    peer = theirs if dtype == torch.float32 else in_plain_torch
    found = forward_and_backward(ours, inputs, dtype), forward_and_backward(peer, inputs, dtype)
    for our, their, right in zip(*found, exact, strict=True):
        assert_as_exact(our, their, right)


# --- nn.MultiheadAttention -----------------------------------------------------------------------


def like_torchs(theirs, **options):
    """Our layer with the weights of theirs: it stacks W_Q, W_K and W_V in one matrix."""
    ours = MultiHeadAttention(D_MODEL, H, bias=theirs.in_proj_bias is not None, **options).double()
    with torch.no_grad():
        for i, linear in enumerate((ours.w_q, ours.w_k, ours.w_v)):
            linear.weight.copy_(theirs.in_proj_weight.chunk(3)[i])
            if linear.bias is not None:
                linear.bias.copy_(theirs.in_proj_bias.chunk(3)[i])
        ours.w_o.load_state_dict(theirs.out_proj.state_dict())
    return ours


REAL = padding_mask(torch.tensor([S, 11, 2]), S)
SETTINGS = {
    # name: the length of memory (None: self-attention), causal, padding mask of the keys
    "self": (None, False, None),
    "self, padded": (None, False, REAL[:, :T]),
    "self, causal": (None, True, None),
    "self, causal, padded": (None, True, REAL[:, :T]),
    "cross": (S, False, None),
    "cross, padded": (S, False, REAL),
}


@BOTH_PATHS
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("bias", [False, True], ids=["no bias", "bias"])
@pytest.mark.parametrize(("n_keys", "causal", "real"), SETTINGS.values(), ids=SETTINGS.keys())
def test_multi_head_attention_equals_torchs_layer(n_keys, causal, real, bias, dtype, need_weights):
    theirs = nn.MultiheadAttention(D_MODEL, H, bias=bias, batch_first=True)
    ours = like_torchs(at_random(theirs, 1 / 8, dtype), causal=causal)
    x = random(B, T, D_MODEL, dtype=dtype)
    memory = None if n_keys is None else random(B, n_keys, D_MODEL, dtype=dtype)

    def their_context_and_weights(layer, dtype):
        from_ = x if memory is None else memory
        return layer(
            *(tensor.to(dtype) for tensor in (x, from_, from_)),
            # In these two masks True means the opposite: "ignore".
            key_padding_mask=None if real is None else ~real,
            attn_mask=~causal_mask(T) if causal else None,
            average_attn_weights=False,
        )

    def our_context(layer, dtype):
        inputs = [x.to(dtype)] if memory is None else [x.to(dtype), memory.to(dtype)]
        return run(layer, *inputs, mask=mask, need_weights=need_weights)

    mask = None if real is None else real[:, None, :]
    exact, weights = their_context_and_weights(theirs, torch.float64)
    assert_close(our_context(ours, torch.float64), exact)
    assert_close(ours(x, memory, mask=mask, need_weights=True)[1], weights)
    found = our_context(ours.to(dtype), dtype)
    assert_as_exact(found, their_context_and_weights(theirs.to(dtype), dtype)[0], exact)


# --- transformers --------------------------------------------------------------------------------


def like_gpt2s(theirs):
    """Our layer with the weights of theirs: ``c_attn`` is (d_model, 3 d_model), used as x W."""
    ours = MultiHeadAttention(theirs.embed_dim, theirs.num_heads, causal=True, bias=True).double()
    with torch.no_grad():
        for i, linear in enumerate((ours.w_q, ours.w_k, ours.w_v)):
            linear.weight.copy_(theirs.c_attn.weight.chunk(3, dim=1)[i].T)
            linear.bias.copy_(theirs.c_attn.bias.chunk(3)[i])
        ours.w_o.weight.copy_(theirs.c_proj.weight.T)
        ours.w_o.bias.copy_(theirs.c_proj.bias)
    return ours


@BOTH_PATHS
@pytest.mark.parametrize("implementation", ["eager", "sdpa"])
@pytest.mark.parametrize("padded", [False, True], ids=["full", "padded"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_multi_head_attention_equals_gpt2s(dtype, padded, implementation, need_weights):
    config = GPT2Config(attn_implementation=implementation)  # as large as GPT-2 small: 12 x 64
    theirs = at_random(GPT2Attention(config, layer_idx=0).eval(), 1 / 32, dtype)
    ours = like_gpt2s(theirs)
    x = random(2, 43, 768, dtype=dtype)
    real = padding_mask(torch.tensor([43, 17]), 43)[:, None, :] if padded else None

    def their_context(layer, x):
        mask = causal_mask(43) if real is None else (causal_mask(43) & real)[:, None]
        if implementation == "eager":  # this one adds its mask to the scores
            mask = torch.zeros(mask.shape, dtype=x.dtype).masked_fill(~mask, -torch.inf)
        return layer(x, attention_mask=mask)[0]

    def our_context(layer, x):
        return run(layer, x, mask=real, need_weights=need_weights)

    with torch.no_grad():
        exact = their_context(theirs, x)
        assert_close(our_context(ours, x), exact)
        x = x.to(dtype)
        found = our_context(ours.to(dtype), x)
        assert_as_exact(found, their_context(theirs.to(dtype), x), exact)
