"""Attention block by block, exact, in memory that grows with the length and not with its square.

Of the (T, S) scores only one block is in memory at a time. What the queries have seen so far is
summed up by the online softmax.
"""

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from attention._checks import check_count
from attention._dtypes import at_least_float32, without_autocast
from attention.functional.definition import _check_shapes
from attention.functional.online_softmax import (
    at_least_lowest,
    exp_,
    finish,
    partial_attention,
)

BLOCK_SIZE = (256, 1024)
"""Queries and keys in a block: the fastest of those that we measured, for heads of width 64."""

N_SCORES = 2**20
"""About as many scores are in memory at a time, of several heads if a block has fewer."""

Options = tuple[bool, tuple[int, int], float]
"""Whether causal, the block sizes of queries and keys, and the scale."""


def flash_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    causal: bool = False,
    block_size: int | tuple[int, int] = BLOCK_SIZE,
    scale: float | None = None,
) -> Tensor:
    """Attention with the same result as the definition, in memory linear in T and S.

    Each block of queries goes through the keys block by block and merges what it finds. For the
    gradient only the inputs, the context and the logsumexp are kept, and each block's weights
    exp(score - logsumexp) are computed a second time. In lower precision all is computed in float32
    and rounded at the end; autocast changes nothing here.

    Args:
        query: What each position looks for, (..., T, d_k).
        key: What each position offers, (..., S, d_k). Batch axes broadcast, as in the definition;
            where they do, the smaller tensor is copied to the full batch.
        value: What each position contributes, (..., S, d_v).
        causal: Whether each query sees only its own position and those before it, aligned at the
            bottom right as in :func:`causal_mask`. Where T > S the first T - S see nothing.
        block_size: Queries and keys in a block, as a pair or one number for both. It changes speed
            and memory, and the result only by rounding.
        scale: The factor before the softmax; 1 / sqrt(d_k) when not given.

    Returns:
        The context, (..., T, d_v); 0 for a query that sees nothing.

    Raises:
        TypeError: If a tensor is not floating-point, their dtypes differ, or ``block_size`` is
            neither a whole number nor a pair of them.
        ValueError: If the shapes do not fit together, a sequence is empty, or a block has a size
            below 1.
        RuntimeError: If a second derivative is taken, which is not supported.

    Source:
        Dao et al. 2022, algorithms 1 and 4; Dao 2023, section 3.1, for the order of the loops.
    """
    context, _ = flash_attention_with_logsumexp(
        query, key, value, causal=causal, block_size=block_size, scale=scale
    )
    return context


def flash_attention_with_logsumexp(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    causal: bool = False,
    block_size: int | tuple[int, int] = BLOCK_SIZE,
    scale: float | None = None,
) -> tuple[Tensor, Tensor]:
    """What :func:`attention.flash_attention` returns, and the logarithm of what it divided by.

    With both, contexts over separate sets of keys can still be merged: each is a
    ``Partial(logsumexp, 1, context)``.

    Returns:
        The context, (..., T, d_v), and the logarithm of each query's sum of exp(score), (..., T),
        in at least float32; -inf for a query that sees nothing. Gradients flow through both.
    """
    *batch, n_queries, _ = _check_shapes(query, key, value)
    pair = block_size if isinstance(block_size, tuple) else (block_size, block_size)
    if len(pair) != 2:
        raise TypeError(f"block_size should be a number or a pair, but was {block_size!r}")
    for size in pair:
        check_count("block_size", size)
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    inputs = [
        x.expand(*batch, *x.shape[-2:]).reshape(-1, *x.shape[-2:]) for x in (query, key, value)
    ]  # (N, T, d_k), (N, S, d_k), (N, S, d_v)
    with without_autocast(query.device):
        context, logsumexp = _Flash.apply(*inputs, (causal, pair, scale))
    return context.reshape(*batch, n_queries, -1), logsumexp.reshape(*batch, n_queries)


class _Flash(torch.autograd.Function):
    """The two passes, over (N, T, d_k), (N, S, d_k), (N, S, d_v)."""

    @staticmethod
    def forward(
        query: Tensor, key: Tensor, value: Tensor, options: Options
    ) -> tuple[Tensor, Tensor]:
        """Merge block after block; the context and the logsumexp."""
        causal, block_size, scale = options
        q, k, v = (at_least_float32(x) for x in (query, key, value))
        context = q.new_zeros(*q.shape[:2], v.shape[2])  # (N, T, d_v)
        logsumexp = q.new_full(q.shape[:2], -torch.inf)  # (N, T)
        room = _Room(q)
        for heads, rows, blocks in _blocks(q, k, block_size, causal):
            scaled, so_far = q[heads, rows] * scale, None
            for columns, ahead in blocks:
                keys = k[heads, columns].mT  # (heads, d_k, columns)
                scores = torch.bmm(scaled, keys, out=room.of(scaled, keys))
                if ahead is not None:
                    scores[..., -ahead.shape[1] :].add_(ahead)
                so_far = partial_attention(scores, v[heads, columns], so_far, overwrite=True)
            if so_far is not None:
                context[heads, rows], logsumexp[heads, rows] = finish(so_far)
        return context.to(query.dtype), logsumexp

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
        """Keep what the gradient needs: nothing that is as large as the scores."""
        *tensors, ctx.options = inputs
        ctx.save_for_backward(*tensors, *output)

    @staticmethod
    def backward(ctx: Any, d_context: Tensor, d_logsumexp: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of query, key and value."""
        with without_autocast(d_context.device):
            found = _FlashGradient.apply(*ctx.saved_tensors, d_context, d_logsumexp, ctx.options)
        return *found, None

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], *inputs: Any) -> Any:
        """One more batch axis is so many more heads."""
        return _as_heads(_Flash, info.batch_size, in_dims, inputs)


class _FlashGradient(torch.autograd.Function):
    r"""Compute each block's weights P again, and send the gradient dO through them.

    With dP = dO V^T and delta = the sum of dO * O over d_v, the softmax's Jacobian gives
    dS = P * (dP - delta), and the products give dV = P^T dO, dQ = dS K, dK = dS^T Q.

    It is a function of its own so that ``torch.func`` can map it over samples, too.
    """

    @staticmethod
    def forward(
        query: Tensor,
        key: Tensor,
        value: Tensor,
        context: Tensor,
        logsumexp: Tensor,
        d_context: Tensor,
        d_logsumexp: Tensor,
        options: Options,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The gradients of query, key and value."""
        causal, block_size, scale = options
        q, k, v, d_o = (at_least_float32(x) for x in (query, key, value, d_context))
        d_q, d_k, d_v = torch.zeros_like(q), torch.zeros_like(k), torch.zeros_like(v)
        delta = (d_o * context).sum(dim=-1) - d_logsumexp  # (N, T)
        logsumexp = at_least_lowest(logsumexp)
        room, d_room = _Room(q), _Room(q)
        for heads, rows, blocks in _blocks(q, k, block_size, causal):
            scaled, d_rows = q[heads, rows] * scale, d_o[heads, rows]
            minus_lse, minus_delta = -logsumexp[heads, rows, None], -delta[heads, rows, None]
            for columns, ahead in blocks:
                keys, values = k[heads, columns].mT, v[heads, columns].mT  # (heads, d, columns)
                weights = torch.baddbmm(minus_lse, scaled, keys, out=room.of(scaled, keys))
                if ahead is not None:
                    weights[..., -ahead.shape[1] :].add_(ahead)
                exp_(weights)  # (heads, rows, columns), those of the forward pass
                d_v[heads, columns].baddbmm_(weights.mT, d_rows)
                d_weights = d_room.of(scaled, keys)
                d_scores = torch.baddbmm(minus_delta, d_rows, values, out=d_weights).mul_(weights)
                d_q[heads, rows].baddbmm_(d_scores, k[heads, columns], alpha=scale)
                d_k[heads, columns].baddbmm_(d_scores.mT, scaled)
        return d_q.to(query.dtype), d_k.to(key.dtype), d_v.to(value.dtype)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        """Keep nothing: there is no second derivative."""

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Refuse."""
        raise RuntimeError(
            "flash_attention has no second derivative; scaled_dot_product_attention has one"
        )

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], *inputs: Any) -> Any:
        """One more batch axis is so many more heads."""
        return _as_heads(_FlashGradient, info.batch_size, in_dims, inputs)


def _as_heads(
    function: Any, n: int, in_dims: tuple[int | None, ...], inputs: tuple[Any, ...]
) -> tuple[tuple[Tensor, ...], tuple[int, ...]]:
    """Apply a pass to tensors of which some have one more axis of size ``n``, at ``in_dims``."""
    *tensors, options = inputs
    batched = [
        x.expand(n, *x.shape) if axis is None else x.movedim(axis, 0)
        for x, axis in zip(tensors, in_dims, strict=False)
    ]
    found = function.apply(*(x.flatten(0, 1) for x in batched), options)
    return tuple(x.unflatten(0, (n, -1)) for x in found), (0,) * len(found)


def _blocks(
    q: Tensor, k: Tensor, block_size: tuple[int, int], causal: bool
) -> Iterator[tuple[slice, slice, list[tuple[slice, Tensor | None]]]]:
    """For some heads and a block of their queries, all the blocks of keys that these see.

    A causal block of queries has no keys beyond those of its last query. Where its first query
    does not see a whole block of keys, there comes with it what hides the rest when it is added to
    the scores of the last keys: -inf for those ahead of a query, and 0 elsewhere.
    """
    (n_heads, n_queries, _), n_keys = q.shape, k.shape[1]
    n_together = max(N_SCORES // (min(block_size[0], n_queries) * min(block_size[1], n_keys)), 1)
    offset = n_keys - n_queries  # the first query stands at this key
    of_rows: list[tuple[slice, list[tuple[slice, Tensor | None]]]] = []
    for top in range(0, n_queries, block_size[0]):
        bottom = min(top + block_size[0], n_queries)
        n_seen = max(bottom + offset, 0) if causal else n_keys  # by the last query
        blocks: list[tuple[slice, Tensor | None]] = []
        for left in range(0, n_seen, block_size[1]):
            right = min(left + block_size[1], n_seen)
            first = max(left, top + offset + 1)  # the first key that is ahead of a query
            ahead = None
            if causal and first < right:
                ahead = q.new_full((bottom - top, right - first), -torch.inf)
                ahead = ahead.triu(top + offset + 1 - first)
            blocks.append((slice(left, right), ahead))
        of_rows.append((slice(top, bottom), blocks))
    for start in range(0, n_heads, n_together):
        for rows, blocks in of_rows:
            yield slice(start, start + n_together), rows, blocks


class _Room:
    """Memory for one block's scores that all blocks use in turn, so that it stays in the cache."""

    def __init__(self, like: Tensor) -> None:
        self.memory = like.new_empty(0)

    def of(self, rows: Tensor, columns: Tensor) -> Tensor:
        """As much of it as the product of (heads, rows, d) and (heads, d, columns) takes."""
        shape = rows.shape[0], rows.shape[1], columns.shape[2]
        if self.memory.numel() < math.prod(shape):
            self.memory = self.memory.new_empty(math.prod(shape))
        return self.memory[: math.prod(shape)].view(shape)
