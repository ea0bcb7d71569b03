"""Attention from the RNN bottleneck to multi-head latent attention, in small tested pieces."""

from attention.alignment import AdditiveAttention, DotAttention, GeneralAttention
from attention.decoder import Decoder
from attention.decoding import beam_search
from attention.encoder import Encoder
from attention.functional import scaled_dot_product_attention
from attention.masks import causal_mask, padding_mask, sliding_window_mask
from attention.multihead import MultiHeadAttention, SelfAttention
from attention.seq2seq import Seq2Seq

__all__ = [
    "AdditiveAttention",
    "Decoder",
    "DotAttention",
    "Encoder",
    "GeneralAttention",
    "MultiHeadAttention",
    "SelfAttention",
    "Seq2Seq",
    "beam_search",
    "causal_mask",
    "padding_mask",
    "scaled_dot_product_attention",
    "sliding_window_mask",
]
