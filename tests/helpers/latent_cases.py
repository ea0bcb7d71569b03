"""Latent attention to be tested: small, in float64, by either form and path."""

import pytest
import torch

from attention import (
    LatentAttention,
    RotaryEmbedding,
    causal_mask,
)

FORMS = pytest.mark.parametrize("absorb", [True, False], ids=["absorbed", "naive"])
BOTH_PATHS = pytest.mark.parametrize("need_weights", [True, False], ids=["definition", "fast"])
QUERIES = pytest.mark.parametrize("d_query_latent", [None, 11], ids=["plain", "compressed"])


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
