"""Attention as functions of tensors: the definition, its masks, and the same numbers for less."""

from attention.functional.definition import masked_softmax, scaled_dot_product_attention
from attention.functional.flash import flash_attention
from attention.functional.masks import causal_mask, padding_mask, sliding_window_mask
from attention.functional.sliding_window import sliding_window_attention

__all__ = [
    "causal_mask",
    "flash_attention",
    "masked_softmax",
    "padding_mask",
    "scaled_dot_product_attention",
    "sliding_window_attention",
    "sliding_window_mask",
]
