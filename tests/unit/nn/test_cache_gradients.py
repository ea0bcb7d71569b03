"""Caches where gradients are computed: the past is a constant, and nothing holds on to a graph."""

import copy

import pytest
import torch
from torch.testing import assert_close

from attention import LatentAttention, MultiHeadAttention, RotaryEmbedding

LAYERS = {
    "all kept": lambda: MultiHeadAttention(
        12, 3, n_kv_heads=1, causal=True, rotary=RotaryEmbedding(4)
    ),
    "window": lambda: MultiHeadAttention(12, 3, causal=True, window=3),
    "window and sink": lambda: MultiHeadAttention(12, 3, causal=True, window=2, n_sink=1),
    "latent": lambda: LatentAttention(12, 3, d_latent=5, d_nope=4, d_rope=2, d_value=3),
}
ALL_LAYERS = pytest.mark.parametrize("new_layer", LAYERS.values(), ids=LAYERS.keys())
CHUNKS = [3, 1, 1, 2, 4]  # in a window of 3 or 2 + 1, memory is overwritten from the second on


def set_up(new_layer):
    layer = new_layer().double()
    return layer, torch.randn(2, 11, 12, dtype=torch.float64), layer.new_cache(2, 11)


def gradients(layer, loss):
    return torch.autograd.grad(loss, list(layer.parameters()))


@ALL_LAYERS
def test_backward_through_several_chunks_takes_the_past_as_a_constant(new_layer):
    layer, x, cache = set_up(new_layer)
    contexts = [layer(chunk, cache=cache) for chunk in x.split(CHUNKS, dim=1)]
    found = gradients(layer, sum(context.pow(2).sum() for context in contexts))

    alone, wanted = layer.new_cache(2, 11), []
    for chunk, context in zip(x.split(CHUNKS, dim=1), contexts, strict=True):
        before = copy.deepcopy(alone)  # filled without gradients
        again = layer(chunk, cache=before)
        assert_close(again, context)
        wanted.append(gradients(layer, again.pow(2).sum()))
        with torch.no_grad():
            assert_close(layer(chunk, cache=alone), context)
    assert_close(found, tuple(map(sum, zip(*wanted, strict=True))))
    assert all(gradient.any() for gradient in found)


@ALL_LAYERS
def test_the_first_chunk_has_the_gradients_that_it_has_without_a_cache(new_layer):
    layer, x, cache = set_up(new_layer)
    found = gradients(layer, layer(x, cache=cache).pow(2).sum())
    assert_close(found, gradients(layer, layer(x).pow(2).sum()))


@ALL_LAYERS
def test_where_only_queries_are_trained_backward_goes_through_all_chunks(new_layer):
    layer, x, cache = set_up(new_layer)
    layer.requires_grad_(False)
    trained = layer.w_uq if isinstance(layer, LatentAttention) else layer.w_q
    trained.requires_grad_(True)
    contexts = [layer(chunk, cache=cache) for chunk in x.split(CHUNKS, dim=1)]
    (found,) = torch.autograd.grad(torch.cat(contexts, dim=1).pow(2).sum(), trained.weight)
    (wanted,) = torch.autograd.grad(layer(x).pow(2).sum(), trained.weight)
    assert_close(found, wanted)


@ALL_LAYERS
def test_a_cache_that_was_used_with_gradients_can_be_copied(new_layer):
    layer, x, cache = set_up(new_layer)
    for chunk in x[:, :7].split(CHUNKS[:4], dim=1):
        layer(chunk, cache=cache)
    other = copy.deepcopy(cache)
    wanted = layer(x[:, 7:], cache=cache)
    assert other.length == 7
    assert_close(layer(x[:, 7:], cache=other), wanted)


@ALL_LAYERS
def test_what_is_stored_holds_on_to_no_graph(new_layer):
    layer, x, cache = set_up(new_layer)
    for chunk in x.split(CHUNKS, dim=1):
        assert layer(chunk, cache=cache).requires_grad
        memory = [tensor for tensor in vars(cache).values() if isinstance(tensor, torch.Tensor)]
        assert memory
        assert not any(tensor.requires_grad for tensor in memory)
