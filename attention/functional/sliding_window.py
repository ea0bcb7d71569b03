"""Sliding-window attention in time and memory that grow with n times the window, not with n x n.

A chunk of neighbouring queries sees a strip of neighbouring keys, and nothing outside of it. The
strips overlap; they are views of the keys, not copies, and one call attends in all of them.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from attention._checks import check_count
from attention.functional.definition import _check_shapes
from attention.functional.masks import causal_mask, sliding_window_mask

CHUNK = 64
"""Queries in a chunk: the fastest of those that we measured, for a window of 256."""


def sliding_window_attention(
    query: Tensor, key: Tensor, value: Tensor, *, window: int, scale: float | None = None
) -> Tensor:
    """Let each query attend to its own position and the ``window - 1`` before it.

    The result is that of the definition under ``sliding_window_mask(T, window, S)``. Queries whose
    window is cut off by the beginning attend causally; all others come in chunks of equal length,
    each to the strip of keys that its queries see among them.

    Args:
        query: What each position looks for, (..., T, d_k).
        key: What each position offers, (..., S, d_k). Batch axes broadcast, as in the definition.
        value: What each position contributes, (..., S, d_v).
        window: Number of keys that a query sees, itself included. (The exact windows of the
            package local-attention are ours with one key more: it counts those *before* the query.)
        scale: The factor before the softmax; 1 / sqrt(d_k) when not given.

    Returns:
        The context, (..., T, d_v). The last query stands at the last key. Where T > S the first
        T - S queries see nothing, and their context is 0.

    Raises:
        TypeError: If a tensor is not floating-point, their dtypes differ, or ``window`` is not a
            whole number.
        ValueError: If the shapes do not fit together, a sequence is empty, or ``window`` is below
            1.

    Source:
        Beltagy, Peters and Cohan 2020, section 3.1; Jiang et al. 2023, section 2.
    """
    *batch, n_queries, n_keys = _check_shapes(query, key, value)
    check_count("window", window)
    # What sees nothing, or is not seen, might as well not be there.
    n_blind = max(n_queries - n_keys, 0)
    n_unseen = max(n_keys - n_queries - (window - 1), 0)
    query, key, value = query[..., n_blind:, :], key[..., n_unseen:, :], value[..., n_unseen:, :]
    query, key, value = (x.expand(*batch, *x.shape[-2:]) for x in (query, key, value))
    query, key, value = (x.reshape(1, -1, *x.shape[-2:]) for x in (query, key, value))

    # In this order: queries whose window is cut off by the beginning; of those that have all of
    # it, what is left over from whole chunks, as one shorter chunk; and the whole chunks.
    n_whole = max(key.shape[2] - (window - 1), 0)
    n_left_over = n_whole % CHUNK
    sizes = [query.shape[2] - n_whole, n_left_over, n_whole - n_left_over]
    first, middle, last = query.split(sizes, dim=2)  # (1, N, each of the sizes, d_k)
    end = key.shape[2] - last.shape[2]  # of the keys that first and middle see
    contexts = []
    if first.shape[2]:
        seen = slice(end - n_left_over)
        contexts.append(_causal(first, key[:, :, seen], value[:, :, seen], scale))
    if n_left_over:
        seen = slice(end)
        strip = key[:, :, seen], value[:, :, seen]
        contexts.append(_in_chunks(middle, *strip, window, n_left_over, scale))
    if last.shape[2]:
        seen = slice(end - (window - 1), None)
        strip = key[:, :, seen], value[:, :, seen]
        contexts.append(_in_chunks(last, *strip, window, CHUNK, scale))
    context = F.pad(torch.cat(contexts, dim=2), (0, 0, n_blind, 0))  # (1, N, T, d_v)
    return context.reshape(*batch, n_queries, -1)


def _causal(query: Tensor, key: Tensor, value: Tensor, scale: float | None) -> Tensor:
    """Attend to all that came before; PyTorch's own causal flag counts from the first key."""
    n_queries, n_keys = query.shape[2], key.shape[2]
    if n_queries == n_keys:
        return F.scaled_dot_product_attention(query, key, value, is_causal=True, scale=scale)
    mask = causal_mask(n_queries, n_keys, device=query.device)
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=scale)


def _in_chunks(
    query: Tensor, key: Tensor, value: Tensor, window: int, chunk: int, scale: float | None
) -> Tensor:
    """Attend in chunks of queries, (1, N, n x chunk, d_k), which all have their whole windows.

    The keys, (1, N, window - 1 + n x chunk, d_k), begin with the first query's window.
    """
    strip = window - 1 + chunk
    query = query[0].unflatten(1, (-1, chunk))  # (N, n, chunk, d_k)
    key = key[0].unfold(1, strip, chunk).mT  # (N, n, strip, d_k)
    value = value[0].unfold(1, strip, chunk).mT  # (N, n, strip, d_v)
    mask = sliding_window_mask(chunk, window, strip, device=query.device)
    context = F.scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=scale)
    return context.flatten(1, 2)[None]  # (1, N, n x chunk, d_v)
