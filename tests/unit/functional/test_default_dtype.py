"""PyTorch's default dtype changes nothing where a dtype is documented or given by the input."""

import pytest
import torch

from attention import (
    MultiHeadAttention,
    RotaryEmbedding,
    alibi_bias,
    causal_mask,
    flash_attention,
    scaled_dot_product_attention,
    sinusoidal_positions,
    sliding_window_attention,
)
from attention.functional.positions import rotary_angles

Q, K, V = (torch.randn(2, 3, 7, 4, generator=torch.Generator().manual_seed(i)) for i in range(3))
LAYER = MultiHeadAttention(12, 3, causal=True, rotary=RotaryEmbedding(4), alibi=True)
X = Q.transpose(1, 2).flatten(-2)

CALLS = {
    "alibi": lambda: alibi_bias(3, 258),
    "sinusoids": lambda: sinusoidal_positions(258, 6),
    "angles": lambda: rotary_angles(258, 6),
    "rotation": lambda: RotaryEmbedding(4)(Q, 251),
    "the definition": lambda: scaled_dot_product_attention(
        Q, K, V, mask=causal_mask(7), score_bias=alibi_bias(3, 7)
    )[1],
    "flash": lambda: flash_attention(Q, K, V, causal=True, block_size=3),
    "window": lambda: sliding_window_attention(Q, K, V, window=3),
    "heads": lambda: LAYER(X),
    "heads, cached": lambda: LAYER(X, cache=LAYER.new_cache(2, 7)),
}


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64], ids=str)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_the_default_dtype_changes_nothing(call, dtype):
    wanted = call()
    torch.set_default_dtype(dtype)
    try:
        found = call()
    finally:
        torch.set_default_dtype(torch.float32)
    assert found.dtype == wanted.dtype
    assert torch.equal(found, wanted)


def test_by_hand_a_distance_that_half_precision_does_not_have():
    torch.set_default_dtype(torch.bfloat16)
    try:
        assert alibi_bias(8, 258)[0, -1, 0].item() == -128.5  # a half of 257
    finally:
        torch.set_default_dtype(torch.float32)
