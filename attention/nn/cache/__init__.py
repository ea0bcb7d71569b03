"""Caches: what a causal model has computed of the past, kept for its next token."""

from attention.nn.cache.growing import KVCache
from attention.nn.cache.latent import LatentCache
from attention.nn.cache.rotating import RotatingKVCache

__all__ = ["KVCache", "LatentCache", "RotatingKVCache"]
