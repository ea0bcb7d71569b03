"""Heads side by side: split off a projection, attended to by one of three kernels, joined again.

H heads ask; G heads answer, each for H / G neighbouring ones of the former.
"""

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor

from attention.functional.definition import scaled_dot_product_attention
from attention.functional.sliding_window import sliding_window_attention
from attention.nn.multihead_plan import Plan


def split_heads(projected: Tensor, d_head: int) -> Tensor:
    """(B, T, heads * d_head) to (B, heads, T, d_head). A view alone would mix the two axes."""
    return projected.unflatten(-1, (-1, d_head)).transpose(1, 2)


def join_heads(context: Tensor) -> Tensor:
    """(B, H, T, d_head) to (B, T, H * d_head): the heads next to each other again."""
    return context.transpose(1, 2).flatten(-2)


def attend(
    plan: Plan,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    mask: Tensor | None,
    bias: Tensor | None,
    window: int | None,
    dropout_p: float,
    empty_rows: bool,
) -> tuple[Tensor, Tensor | None]:
    """Attention of all heads by the kernel of the plan.

    Args:
        plan: Which kernel.
        query: (B, H, T, d_head).
        key: (B, G, S, d_head).
        value: (B, G, S, d_head).
        mask: All that hides keys from queries, the module's own mask included if the plan says so.
        bias: What is added to the scores.
        window: For the window's kernel, the number of keys that a query sees.
        dropout_p: Probability with which a weight is dropped.
        empty_rows: Whether the mask may leave a query nothing at all.

    Returns:
        The context, (B, H, T, d_head), and by the definition also the weights, (B, H, T, S).
    """
    if plan.kernel == "window":
        return _in_window(query, key, value, cast("int", window)), None
    if plan.kernel == "fused":
        return _fused(plan, query, key, value, mask, bias, dropout_p), None
    return scaled_dot_product_attention(
        query,
        _repeat_shared(key, query.shape[1]),
        _repeat_shared(value, query.shape[1]),
        mask=mask,
        score_bias=bias,
        dropout_p=dropout_p,
        empty_rows=empty_rows,
    )


def _fused(
    plan: Plan,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    bias: Tensor | None,
    dropout_p: float,
) -> Tensor:
    """Attention by PyTorch's own kernel, which stores no weights."""
    shape, n_kv_heads = query.shape, key.shape[1]
    if shape[2] == 1:
        # The heads that share a key head are so many rows that look at it: it is read once.
        query = _as_rows(query, n_kv_heads)
        mask = None if mask is None else _as_rows(mask, n_kv_heads)
        bias = None if bias is None else _as_rows(bias, n_kv_heads)
    context = F.scaled_dot_product_attention(
        query,
        key,
        value,
        attn_mask=_as_scores(mask, bias),
        dropout_p=dropout_p,
        is_causal=plan.is_causal,
        enable_gqa=query.shape[1] != n_kv_heads,
    )  # (B, H, T, d_head), or the same numbers as (B, G, H / G, d_head)
    return context.reshape(shape)


def _in_window(query: Tensor, key: Tensor, value: Tensor, window: int) -> Tensor:
    """Attention within the window, without a copy of a shared head."""
    by_group = query.unflatten(1, (key.shape[1], -1))  # (B, G, H / G, T, d_head)
    contexts = [
        sliding_window_attention(one_of_each, key, value, window=window)
        for one_of_each in by_group.unbind(2)
    ]
    return torch.stack(contexts, dim=2).flatten(1, 2)  # (B, H, T, d_head)


def _repeat_shared(shared: Tensor, n_heads: int) -> Tensor:
    """(B, G, S, d_head) to (B, H, S, d_head): each shared head once for each that shares it."""
    n_kv_heads = shared.shape[1]
    if n_kv_heads == n_heads:
        return shared
    return shared.repeat_interleave(n_heads // n_kv_heads, dim=1)


def _as_rows(of_head: Tensor, n_kv_heads: int) -> Tensor:
    """(B, H, 1, d) to (B, G, H / G, d): the heads that share a key head as rows that look at it.

    What is there once for all heads stays what it is.
    """
    if of_head.ndim < 4 or of_head.shape[1] == 1:
        return of_head
    return of_head.reshape(len(of_head), n_kv_heads, -1, of_head.shape[-1])


def _as_scores(mask: Tensor | None, bias: Tensor | None) -> Tensor | None:
    """What PyTorch's kernel takes: a bool mask, or numbers to add to the scores."""
    if mask is None or bias is None:
        return mask if bias is None else bias
    return bias.masked_fill(~mask, -torch.inf)
