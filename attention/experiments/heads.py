"""What is lost without a head: silencing heads of a model."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import torch

from attention._checks import check_count
from attention.nn.multihead import MultiHeadAttention


@contextmanager
def silenced(
    layers: Sequence[MultiHeadAttention], heads: Iterable[tuple[int, int]]
) -> Iterator[None]:
    """Take heads out of a model for as long as a ``with`` block lasts.

    The columns of ``w_o`` that read a head are set to zero, so that it adds nothing to the output.
    What it looks at is not touched.

    Args:
        layers: The model's attention layers, in order.
        heads: Pairs of a layer's and a head's number, both counted from 0.

    Raises:
        TypeError: If a number is not whole.
        ValueError: If there is no such layer or head.
    """
    heads = list(heads)
    for layer, head in heads:
        if check_count("layer", layer, at_least=0) >= len(layers):
            raise ValueError(f"layer should be below {len(layers)}, but was {layer}")
        n_heads = layers[layer].n_heads
        if check_count("head", head, at_least=0) >= n_heads:
            raise ValueError(f"head should be below {n_heads}, but was {head}")
    touched = {layer: layers[layer].w_o.weight.detach().clone() for layer, _ in heads}
    try:
        with torch.no_grad():
            for layer, head in heads:
                width = layers[layer].d_head
                layers[layer].w_o.weight[:, head * width : (head + 1) * width] = 0.0
        yield
    finally:
        with torch.no_grad():
            for layer, weight in touched.items():
                layers[layer].w_o.weight.copy_(weight)
