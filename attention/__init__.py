"""Attention from the RNN bottleneck to multi-head latent attention, in small tested pieces."""

from attention.functional import scaled_dot_product_attention
from attention.masks import causal_mask, padding_mask, sliding_window_mask
from attention.multihead import MultiHeadAttention, SelfAttention

__all__ = [
    "MultiHeadAttention",
    "SelfAttention",
    "causal_mask",
    "padding_mask",
    "scaled_dot_product_attention",
    "sliding_window_mask",
]
