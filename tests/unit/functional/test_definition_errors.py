"""The definition names what is wrong with its input."""

import re

import pytest
import torch

from attention import scaled_dot_product_attention

Q, K, V = torch.ones(2, 5, 3), torch.ones(2, 7, 3), torch.ones(2, 7, 11)
BAD_INPUT = {
    "a list for the query": (
        dict(query=[[1.0]]),
        TypeError,
        "query should be a tensor, but was list",
    ),
    "whole numbers for the query": (
        dict(query=Q.long()),
        TypeError,
        "query should be floating-point, but its dtype was torch.int64",
    ),
    "a key of another dtype": (
        dict(key=K.double()),
        TypeError,
        "key should have the query's dtype torch.float32, but had torch.float64",
    ),
    "a value of another dtype": (
        dict(value=V.bfloat16()),
        TypeError,
        "value should have the query's dtype torch.float32, but had torch.bfloat16",
    ),
    "a lone vector for the query": (
        dict(query=Q[0, 0]),
        ValueError,
        "query should have shape (..., length, dimension), but had (3,)",
    ),
    "a lone vector for the value": (
        dict(value=V[0, 0]),
        ValueError,
        "value should have shape (..., length, dimension), but had (11,)",
    ),
    "no query": (
        dict(query=Q[:, :0]),
        ValueError,
        "query should not be empty, but had shape (2, 0, 3)",
    ),
    "no key": (
        dict(key=K[:, :0], value=V[:, :0]),
        ValueError,
        "key should not be empty, but had shape (2, 0, 3)",
    ),
    "keys wider than queries": (
        dict(key=torch.ones(2, 7, 5)),
        ValueError,
        "key should have the query's last dimension d_k = 3, but had shape (2, 7, 5)",
    ),
    "fewer values than keys": (
        dict(value=V[:, :4]),
        ValueError,
        "value should have one row per key, S = 7, but had shape (2, 4, 11)",
    ),
    "batches of different size": (
        dict(query=torch.ones(3, 5, 3)),
        ValueError,
        "query, key and value should have batch axes that broadcast together, "
        "but had shapes (3, 5, 3), (2, 7, 3) and (2, 7, 11)",
    ),
    "a mask of numbers": (
        dict(mask=torch.ones(5, 7)),
        TypeError,
        "mask should be a bool tensor (True = may attend), but was torch.float32",
    ),
    "a mask of whole numbers": (
        dict(mask=torch.ones(5, 7, dtype=torch.int64)),
        TypeError,
        "mask should be a bool tensor (True = may attend), but was torch.int64",
    ),
    "a mask in a list": (
        dict(mask=[[True] * 7] * 5),
        TypeError,
        "mask should be a bool tensor (True = may attend), but was list",
    ),
    "a mask on its side": (
        dict(mask=torch.ones(7, 5, dtype=torch.bool)),
        ValueError,
        "mask should broadcast to the scores' shape (2, 5, 7), but had (7, 5)",
    ),
    "a mask with an axis too many": (
        dict(mask=torch.ones(1, 2, 5, 7, dtype=torch.bool)),
        ValueError,
        "mask should broadcast to the scores' shape (2, 5, 7), but had (1, 2, 5, 7)",
    ),
    "a bias of truth values": (
        dict(score_bias=torch.ones(5, 7, dtype=torch.bool)),
        TypeError,
        "score_bias should be a floating-point tensor, but was torch.bool",
    ),
    "a number for the bias": (
        dict(score_bias=1.0),
        TypeError,
        "score_bias should be a floating-point tensor, but was float",
    ),
    "a bias on its side": (
        dict(score_bias=torch.ones(7, 5)),
        ValueError,
        "score_bias should broadcast to the scores' shape (2, 5, 7), but had (7, 5)",
    ),
    "dropout of everything": (
        dict(dropout_p=1.0),
        ValueError,
        "dropout_p should be in [0, 1), but was 1.0",
    ),
    "negative dropout": (
        dict(dropout_p=-0.1),
        ValueError,
        "dropout_p should be in [0, 1), but was -0.1",
    ),
}


@pytest.mark.parametrize(("wrong", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(wrong, error, message):
    arguments = dict(query=Q, key=K, value=V) | wrong
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        scaled_dot_product_attention(**arguments)
