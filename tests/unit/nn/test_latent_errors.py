"""Latent attention and its cache name what is wrong with their input."""

import re

import pytest
import torch

from attention import (
    KVCache,
    LatentAttention,
    LatentCache,
)


def new(**other):
    return LatentAttention(
        17, 3, **({"d_latent": 13, "d_nope": 5, "d_rope": 2, "d_value": 7} | other)
    )


X = torch.ones(2, 5, 17)
LATENT, KEY = torch.ones(2, 3, 13), torch.ones(2, 3, 2)
BAD_INPUT = {
    "no width": (
        lambda: LatentAttention(0, 3, d_latent=13, d_nope=5, d_rope=2, d_value=7),
        ValueError,
        "d_model should be at least 1, but was 0",
    ),
    "a fraction of heads": (
        lambda: LatentAttention(17, 1.5, d_latent=13, d_nope=5, d_rope=2, d_value=7),
        TypeError,
        "n_heads should be a whole number, but was 1.5",
    ),
    "no latent": (
        lambda: new(d_latent=0),
        ValueError,
        "d_latent should be at least 1, but was 0",
    ),
    "no part without position": (
        lambda: new(d_nope=0),
        ValueError,
        "d_nope should be at least 1, but was 0",
    ),
    "no part with position": (
        lambda: new(d_rope=0),
        ValueError,
        "d_rope should be at least 1, but was 0",
    ),
    "an odd part with position": (
        lambda: new(d_rope=3),
        ValueError,
        "d_rope should be even, but was 3",
    ),
    "no values": (
        lambda: new(d_value=-1),
        ValueError,
        "d_value should be at least 1, but was -1",
    ),
    "no query latent": (
        lambda: new(d_query_latent=0),
        ValueError,
        "d_query_latent should be at least 1, but was 0",
    ),
    "a base of one": (
        lambda: new(base=1.0),
        ValueError,
        "base should be above 1, but was 1.0",
    ),
    "a list for the sequence": (
        lambda: new()([1.0]),
        TypeError,
        "x should be a tensor (B, T, d_model), but was list",
    ),
    "a sequence of another width": (
        lambda: new()(X[..., :16]),
        ValueError,
        "x should have shape (B, T, d_model) with d_model = 17, but had (2, 5, 16)",
    ),
    "the cache of another kind of attention": (
        lambda: new()(X, cache=KVCache(2, 3, 7, 5)),
        TypeError,
        "cache should be a LatentCache, but was KVCache",
    ),
    "the cache of another batch": (
        lambda: new()(X, cache=LatentCache(3, 7, 13, 2)),
        ValueError,
        "latents should have shape (B, T, d_latent) with B = 3, but had (2, 5, 13)",
    ),
    "the cache of a wider latent": (
        lambda: new()(X, cache=LatentCache(2, 7, 14, 2)),
        ValueError,
        "latents should have shape (B, T, d_latent) with d_latent = 14, but had (2, 5, 13)",
    ),
    "the cache of a wider key": (
        lambda: new()(X, cache=LatentCache(2, 7, 13, 4)),
        ValueError,
        "rotated should have shape (B, T, d_rope) with d_rope = 4, but had (2, 5, 2)",
    ),
    "x in half precision": (
        lambda: new()(X.half()),
        TypeError,
        "x should have the dtype of the weights, torch.float32, but had torch.float16",
    ),
    "the cache of another dtype": (
        lambda: LatentCache(2, 7, 13, 2, dtype=torch.float16).append(LATENT, KEY),
        TypeError,
        "latents should have the cache's dtype torch.float16, but had torch.float32",
    ),
    "one key for all latents": (
        lambda: LatentCache(2, 7, 13, 2).append(LATENT, KEY[:, :1]),
        ValueError,
        "rotated should have one row per latent, T = 3, but had 1",
    ),
    "no room": (
        lambda: LatentCache(2, 0, 13, 2),
        ValueError,
        "max_len should be at least 1, but was 0",
    ),
    "no sequence": (
        lambda: LatentCache(0, 7, 13, 2),
        ValueError,
        "batch should be at least 1, but was 0",
    ),
    "a latent without width": (
        lambda: LatentCache(2, 7, 0, 2),
        ValueError,
        "d_latent should be at least 1, but was 0",
    ),
    "a key without width": (
        lambda: LatentCache(2, 7, 13, 0),
        ValueError,
        "d_rope should be at least 1, but was 0",
    ),
    "to forget what is not there": (
        lambda: LatentCache(2, 7, 13, 2).truncate(1),
        ValueError,
        "n should be at most length = 0, but was 1",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
