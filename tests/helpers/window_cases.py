"""Heads with a window to be tested: small, in float64, and the same by a loop over heads."""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from attention import (
    MultiHeadAttention,
    RotaryEmbedding,
    alibi_bias,
    scaled_dot_product_attention,
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
