"""Attention from the RNN bottleneck to multi-head latent attention, in small tested pieces."""

from attention.alignment import AdditiveAttention, DotAttention, GeneralAttention
from attention.cache import KVCache, LatentCache
from attention.config import GPT2_124M, GPTConfig
from attention.decoder import Decoder
from attention.decoding import beam_search
from attention.encoder import Encoder
from attention.flash import flash_attention
from attention.functional import scaled_dot_product_attention
from attention.latent import LatentAttention
from attention.masks import causal_mask, padding_mask, sliding_window_mask
from attention.multihead import MultiHeadAttention
from attention.positions import RotaryEmbedding, alibi_bias, sinusoidal_positions
from attention.rotating import RotatingKVCache
from attention.self_attention import SelfAttention
from attention.seq2seq import Seq2Seq
from attention.transformer import GPT, TransformerBlock
from attention.window import sliding_window_attention

__all__ = [
    "GPT",
    "GPT2_124M",
    "AdditiveAttention",
    "Decoder",
    "DotAttention",
    "Encoder",
    "GPTConfig",
    "GeneralAttention",
    "KVCache",
    "LatentAttention",
    "LatentCache",
    "MultiHeadAttention",
    "RotaryEmbedding",
    "RotatingKVCache",
    "SelfAttention",
    "Seq2Seq",
    "TransformerBlock",
    "alibi_bias",
    "beam_search",
    "causal_mask",
    "flash_attention",
    "padding_mask",
    "scaled_dot_product_attention",
    "sinusoidal_positions",
    "sliding_window_attention",
    "sliding_window_mask",
]
