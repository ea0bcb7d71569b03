"""Attention from the RNN bottleneck to multi-head latent attention, in small tested pieces."""

from attention.functional.definition import scaled_dot_product_attention
from attention.functional.flash import flash_attention
from attention.functional.masks import causal_mask, padding_mask, sliding_window_mask
from attention.functional.positions import alibi_bias, sinusoidal_positions
from attention.functional.sliding_window import sliding_window_attention
from attention.models.gpt.block import TransformerBlock
from attention.models.gpt.config import GPT2_124M, GPTConfig
from attention.models.gpt.model import GPT
from attention.models.seq2seq.decoder import Decoder
from attention.models.seq2seq.encoder import Encoder
from attention.models.seq2seq.model import Seq2Seq
from attention.models.seq2seq.search import beam_search
from attention.nn.cache import KVCache, LatentCache, RotatingKVCache
from attention.nn.latent import LatentAttention
from attention.nn.multihead import MultiHeadAttention
from attention.nn.positions import RotaryEmbedding
from attention.nn.scores import AdditiveAttention, DotAttention, GeneralAttention
from attention.nn.self_attention import SelfAttention

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
