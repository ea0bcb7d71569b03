"""Everything is made where the input is: no mask, bias or angle is copied there at each call.

The device is "meta", on which tensors have no numbers: so whatever looks at a number, which would
make a GPU wait, raises an error here.
"""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from attention import (
    DotAttention,
    GeneralAttention,
    LatentAttention,
    MultiHeadAttention,
    RotaryEmbedding,
    SelfAttention,
    alibi_bias,
    causal_mask,
    flash_attention,
    padding_mask,
    scaled_dot_product_attention,
    sliding_window_attention,
    sliding_window_mask,
)

META = torch.device("meta")


class Devices(TorchDispatchMode):
    """On which devices the tensors are that any operation makes."""

    def __init__(self):
        super().__init__()
        self.found = set()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        for tensor in made if isinstance(made, tuple) else (made,):
            if isinstance(tensor, torch.Tensor):
                self.found.add(tensor.device)
        return made


def x(*shape):
    return torch.randn(*shape, device=META, requires_grad=True)


def mask(*shape):
    return torch.ones(*shape, dtype=torch.bool, device=META)


def read(layer, **options):
    """All of a text at once, by either path."""
    return [layer(x(2, 11, 12), need_weights=wanted, **options) for wanted in (False, True)]


def read_on(layer):
    """A text in chunks, by either path, with a cache."""
    for need_weights in (False, True):
        cache = layer.new_cache(2, 11)
        for n in (5, 3, 1, 1):
            layer(x(2, n, 12), cache=cache, need_weights=need_weights)


def qkv():
    return x(2, 3, 11, 4), x(2, 3, 11, 4), x(2, 3, 11, 4)


KINDS = {
    "plain": {},
    "rotary": {"rotary": RotaryEmbedding(4)},
    "alibi": {"alibi": True},
    "window": {"window": 3},
    "window and sink": {"window": 3, "n_sink": 2, "n_kv_heads": 1},
}
HEADS = {
    kind: MultiHeadAttention(12, 3, causal=True, **options).to(META)
    for kind, options in KINDS.items()
}
ONE_HEAD = SelfAttention(12, causal=True).to(META)
LATENT = LatentAttention(12, 3, d_latent=5, d_nope=4, d_rope=2, d_value=3).to(META)
GENERAL = GeneralAttention(3, 5).to(META)

CALLS = {
    "causal_mask": lambda: causal_mask(5, device=META),
    "sliding_window_mask": lambda: sliding_window_mask(5, 2, device=META),
    "alibi_bias": lambda: alibi_bias(3, 5, device=META),
    "the definition": lambda: scaled_dot_product_attention(*qkv(), mask=mask(11, 11)),
    "flash_attention": lambda: flash_attention(*qkv(), causal=True, block_size=4),
    "sliding_window_attention": lambda: sliding_window_attention(*qkv(), window=3),
    "sliding_window_attention, cached": lambda: sliding_window_attention(
        x(2, 3, 2, 4), x(2, 3, 4, 4), x(2, 3, 4, 4), window=4
    ),
    "one head": lambda: ONE_HEAD(x(2, 5, 12), mask(5, 5)),
    "general score": lambda: GENERAL(x(2, 3), x(2, 7, 5), mask(2, 7)),
    "dot score": lambda: DotAttention()(x(2, 3), x(2, 7, 3), mask(2, 7)),
    "rotary": lambda: RotaryEmbedding(4)(x(2, 3, 5, 4), 7),
    "latent": lambda: read(LATENT),
    "latent, cached": lambda: read_on(LATENT),
    **{f"heads, {kind}": lambda h=h: read(h) for kind, h in HEADS.items()},
    **{
        f"heads, {kind}, masked": lambda h=h: read(h, mask=mask(2, 1, 11))
        for kind, h in HEADS.items()
    },
    **{f"heads, {kind}, cached": lambda h=h: read_on(h) for kind, h in HEADS.items()},
}


@pytest.mark.parametrize("gradients", [True, False], ids=["with gradients", "without"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_all_is_made_where_the_input_is(call, gradients):
    with torch.set_grad_enabled(gradients), Devices() as devices:
        call()
    assert devices.found == {META}


GRADIENTS = {
    "the definition": CALLS["the definition"],
    "flash_attention": CALLS["flash_attention"],
    "sliding_window_attention": CALLS["sliding_window_attention"],
}


@pytest.mark.parametrize("call", GRADIENTS.values(), ids=GRADIENTS.keys())
def test_gradients_are_made_where_the_input_is(call):
    with Devices() as devices:
        found = call()
        (found[0] if isinstance(found, tuple) else found).sum().backward()
    assert devices.found == {META}


def test_a_padding_mask_is_made_where_its_lengths_are():
    lengths = torch.tensor([2, 3])
    with torch.device("meta"):
        assert padding_mask(lengths, 5).device == lengths.device
