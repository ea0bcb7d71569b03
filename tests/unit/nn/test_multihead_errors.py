"""Multi-head attention and one head: what they say of bad input, one fault at a time."""

import math
import re

import pytest
import torch

from attention import KVCache, LatentCache, MultiHeadAttention, RotaryEmbedding, SelfAttention

X, MEMORY = torch.ones(2, 5, 6), torch.ones(2, 7, 6)


def under_autocast(call):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return call()


def yes(*shape):
    return torch.ones(shape, dtype=torch.bool)


BAD_INPUT = {
    "heads that do not divide": (
        lambda: MultiHeadAttention(6, 4),
        ValueError,
        "n_heads should divide d_model = 6, but was 4",
    ),
    "no head": (
        lambda: MultiHeadAttention(6, 0),
        ValueError,
        "n_heads should be at least 1, but was 0",
    ),
    "a truth value for the heads": (
        lambda: MultiHeadAttention(6, True),
        TypeError,
        "n_heads should be a whole number, but was True",
    ),
    "a fraction for the heads": (
        lambda: MultiHeadAttention(6, 6 / 3),
        TypeError,
        "n_heads should be a whole number, but was 2.0",
    ),
    "a model without width": (
        lambda: MultiHeadAttention(0, 1),
        ValueError,
        "d_model should be at least 1, but was 0",
    ),
    "certain dropout": (
        lambda: MultiHeadAttention(6, 3, dropout=1.0),
        ValueError,
        "dropout should be in [0, 1), but was 1.0",
    ),
    "negative dropout": (
        lambda: MultiHeadAttention(6, 3, dropout=-0.5),
        ValueError,
        "dropout should be in [0, 1), but was -0.5",
    ),
    "a word for dropout": (
        lambda: MultiHeadAttention(6, 3, dropout="0.1"),
        TypeError,
        "dropout should be a number in [0, 1), but was '0.1'",
    ),
    "no number for dropout": (
        lambda: MultiHeadAttention(6, 3, dropout=math.nan),
        ValueError,
        "dropout should be in [0, 1), but was nan",
    ),
    "a list for x": (
        lambda: MultiHeadAttention(6, 3)([[1.0]]),
        TypeError,
        "x should be a tensor (B, T, d_model), but was list",
    ),
    "token ids for x": (
        lambda: MultiHeadAttention(6, 3)(X.long()),
        TypeError,
        "x should be floating-point, but its dtype was torch.int64",
    ),
    "x without a batch axis": (
        lambda: MultiHeadAttention(6, 3)(X[0]),
        ValueError,
        "x should have shape (B, T, d_model), but had (5, 6)",
    ),
    "x of another width": (
        lambda: MultiHeadAttention(6, 3)(X[..., :4]),
        ValueError,
        "x should have shape (B, T, d_model) with d_model = 6, but had (2, 5, 4)",
    ),
    "x without tokens": (
        lambda: MultiHeadAttention(6, 3)(X[:, :0]),
        ValueError,
        "x should not be empty, but had shape (2, 0, 6) for (B, T, d_model)",
    ),
    "x in double precision": (
        lambda: MultiHeadAttention(6, 3)(X.double()),
        TypeError,
        "x should have the dtype of the weights, torch.float32, but had torch.float64",
    ),
    "x in half precision": (
        lambda: MultiHeadAttention(6, 3).double()(X.half()),
        TypeError,
        "x should have the dtype of the weights, torch.float64, but had torch.float16",
    ),
    "memory in double precision": (
        lambda: MultiHeadAttention(6, 3)(X, MEMORY.double()),
        TypeError,
        "memory should have the dtype of the weights, torch.float32, but had torch.float64",
    ),
    "x in double precision, under autocast": (
        lambda: under_autocast(lambda: MultiHeadAttention(6, 3)(X.double())),
        TypeError,
        "x should have the dtype of the weights, torch.float32, but had torch.float64",
    ),
    "one head: x in double precision": (
        lambda: SelfAttention(6)(X.double()),
        TypeError,
        "x should have the dtype of the weights, torch.float32, but had torch.float64",
    ),
    "the caches of all layers": (
        lambda: MultiHeadAttention(6, 3, causal=True)(X, cache=[KVCache(2, 3, 7, 2)]),
        TypeError,
        "cache should be a KVCache, but was list",
    ),
    "another layer's kind of cache": (
        lambda: MultiHeadAttention(6, 3, causal=True)(X, cache=LatentCache(2, 7, 4, 2)),
        TypeError,
        "cache should be a KVCache, but was LatentCache",
    ),
    "memory for a causal module": (
        lambda: MultiHeadAttention(6, 3, causal=True)(X, MEMORY),
        ValueError,
        "memory should be None in a causal module (two sequences have no common before and after), "
        "but was a Tensor",
    ),
    "memory for a module with positions": (
        lambda: MultiHeadAttention(6, 3, rotary=RotaryEmbedding(2))(X, MEMORY),
        ValueError,
        "memory should be None in a rotary module (two sequences have no common before and after), "
        "but was a Tensor",
    ),
    "memory for a module with distances": (
        lambda: MultiHeadAttention(6, 3, alibi=True)(X, MEMORY),
        ValueError,
        "memory should be None in an ALiBi module (two sequences have no common before and after), "
        "but was a Tensor",
    ),
    "a cache where the past changes": (
        lambda: MultiHeadAttention(6, 3)(X, cache=KVCache(2, 3, 7, 2)),
        ValueError,
        "cache should be None in a module that is not causal (its past changes with each new "
        "token), but was a KVCache",
    ),
    "a cache of another number of heads": (
        lambda: MultiHeadAttention(6, 3, n_kv_heads=1, causal=True)(X, cache=KVCache(2, 3, 7, 2)),
        ValueError,
        "keys should have shape (B, n_kv_heads, T, d_head) with n_kv_heads = 3, "
        "but had (2, 1, 5, 2)",
    ),
    "a cache without room": (
        lambda: MultiHeadAttention(6, 3, causal=True)(X, cache=KVCache(2, 3, 4, 2)),
        ValueError,
        "keys should have at most 4 positions, the room left in a cache with max_len = 4, "
        "but had 5",
    ),
    "key heads that do not divide the heads": (
        lambda: MultiHeadAttention(6, 3, n_kv_heads=2),
        ValueError,
        "n_kv_heads should divide n_heads = 3, but was 2",
    ),
    "no key head": (
        lambda: MultiHeadAttention(6, 3, n_kv_heads=0),
        ValueError,
        "n_kv_heads should be at least 1, but was 0",
    ),
    "rotary positions for another width": (
        lambda: MultiHeadAttention(6, 3, rotary=RotaryEmbedding(4)),
        ValueError,
        "rotary should be made for d_head = 2, but was for 4",
    ),
    "memory of another batch": (
        lambda: MultiHeadAttention(6, 3)(X, MEMORY[:1]),
        ValueError,
        "memory should have shape (B, S, d_model) with B = 2, but had (1, 7, 6)",
    ),
    "memory of another width": (
        lambda: MultiHeadAttention(6, 3)(X, MEMORY[..., :4]),
        ValueError,
        "memory should have shape (B, S, d_model) with d_model = 6, but had (2, 7, 4)",
    ),
    "empty memory": (
        lambda: MultiHeadAttention(6, 3)(X, MEMORY[:, :0]),
        ValueError,
        "memory should not be empty, but had shape (2, 0, 6) for (B, S, d_model)",
    ),
    "memory of whole numbers": (
        lambda: MultiHeadAttention(6, 3)(X, MEMORY.long()),
        TypeError,
        "memory should be floating-point, but its dtype was torch.int64",
    ),
    "a mask of numbers": (
        lambda: MultiHeadAttention(6, 3)(X, mask=torch.zeros(5, 5)),
        TypeError,
        "mask should be a bool tensor (True = may attend), but was torch.float32",
    ),
    "a mask in a list": (
        lambda: MultiHeadAttention(6, 3)(X, mask=[[True]]),
        TypeError,
        "mask should be a bool tensor (True = may attend), but was list",
    ),
    "a mask on its side": (
        lambda: MultiHeadAttention(6, 3)(X, MEMORY, mask=yes(7, 5)),
        ValueError,
        "mask should broadcast to the scores' shape (2, 3, 5, 7), but had (7, 5)",
    ),
    "a mask of one page per head": (
        lambda: MultiHeadAttention(6, 3)(X, mask=yes(3, 5, 5)),
        ValueError,
        "mask of three axes should broadcast to (B, T, S) = (2, 5, 5), but had (3, 5, 5)",
    ),
    "a mask with an axis too many": (
        lambda: MultiHeadAttention(6, 3)(X, mask=yes(1, 2, 3, 5, 5)),
        ValueError,
        "mask should broadcast to the scores' shape (2, 3, 5, 5), but had (1, 2, 3, 5, 5)",
    ),
    "a padding mask without its query axis": (
        lambda: MultiHeadAttention(6, 3)(X, MEMORY, mask=yes(2, 7)),
        ValueError,
        "mask of two axes should be (T, S) = (5, 7), but had (2, 7); "
        "a padding mask (B, S) goes in as mask[:, None, :]",
    ),
    "one head: a width that is no number": (
        lambda: SelfAttention(None),
        TypeError,
        "d_model should be a whole number, but was None",
    ),
    "one head: no width": (
        lambda: SelfAttention(6, 0),
        ValueError,
        "d_head should be at least 1, but was 0",
    ),
    "one head: a truth value for its width": (
        lambda: SelfAttention(6, True),
        TypeError,
        "d_head should be a whole number, but was True",
    ),
    "one head: certain dropout": (
        lambda: SelfAttention(6, dropout=1),
        ValueError,
        "dropout should be in [0, 1), but was 1",
    ),
    "one head: x without a batch axis": (
        lambda: SelfAttention(6)(X[0]),
        ValueError,
        "x should have shape (B, T, d_model), but had (5, 6)",
    ),
    "one head: token ids for x": (
        lambda: SelfAttention(6)(X.long()),
        TypeError,
        "x should be floating-point, but its dtype was torch.int64",
    ),
    "one head: a mask of numbers": (
        lambda: SelfAttention(6, causal=True)(X, torch.ones(5, 5)),
        TypeError,
        "mask should be a bool tensor (True = may attend), but was torch.float32",
    ),
    "one head: a mask that does not fit": (
        lambda: SelfAttention(6, causal=True)(X, yes(2, 5)),
        ValueError,
        "mask should broadcast to the scores' shape (2, 5, 5), but had (2, 5)",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
