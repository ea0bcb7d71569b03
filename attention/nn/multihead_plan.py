"""How one call of multi-head attention is computed: the kernel that does it, and the mask it needs.

Everything is decided here, from a few facts about the call, before a number is computed.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from attention.functional.masks import causal_mask, sliding_window_mask


@dataclass(frozen=True)
class Plan:
    """How one call is computed.

    Attributes:
        kernel: ``"definition"``, which shows its weights; ``"fused"``, PyTorch's own kernel; or
            ``"window"``, :func:`attention.sliding_window_attention`.
        own_mask: Whether the kernel must be given the module's own mask, :func:`visible_mask`. A
            mask makes it slower, so it gets none where it can do without.
        is_causal: Whether the fused kernel is told to hide what lies ahead. It counts from the
            first key: that is right only where no key is cached.
        in_order: Whether a cache must give back its keys in the order of their positions.
    """

    kernel: Literal["definition", "fused", "window"]
    own_mask: bool
    is_causal: bool
    in_order: bool


def make_plan(
    *,
    causal: bool,
    window: int | None,
    n_sink: int,
    n_queries: int,
    n_keys: int,
    n_cached: int,
    has_mask: bool,
    has_bias: bool,
    has_dropout: bool,
    need_weights: bool,
) -> Plan:
    """Choose the kernel and the mask.

    Args:
        causal: Whether the module hides what lies ahead.
        window: Number of positions that the module's queries see; None for all.
        n_sink: Number of first positions that they see besides.
        n_queries: Number of queries, T.
        n_keys: Number of keys that they are given, S.
        n_cached: Number of positions before the first query.
        has_mask: Whether the caller gives a mask.
        has_bias: Whether something is added to the scores.
        has_dropout: Whether weights are dropped in this call, as they are in training alone.
        need_weights: Whether the caller wants to see the weights.
    """
    plain = not (need_weights or has_mask or has_bias)
    hides_past = window is not None and n_keys > window + n_sink
    if plain and hides_past and n_sink == 0 and not has_dropout:
        return Plan("window", own_mask=False, is_causal=False, in_order=False)
    kernel: Literal["definition", "fused"] = "definition" if need_weights else "fused"
    sees_all = not causal or (n_queries == 1 and not hides_past)  # nothing lies ahead of a lone one
    is_causal = plain and not sees_all and not hides_past and n_cached == 0
    return Plan(kernel, not (sees_all or is_causal), is_causal, in_order=not plain)


def visible_mask(
    window: int | None, n_sink: int, n_queries: int, n_keys: int, device: torch.device
) -> Tensor:
    """A causal module's own mask, (T, S): the past, or as much of it as the window shows.

    The keys may have a gap behind the sinks, as a rotating cache gives them: what is beyond the
    sinks stands at the end, next to the queries, where both masks count from.
    """
    past = causal_mask(n_queries, n_keys, device=device)
    if window is None:
        return past
    near = sliding_window_mask(n_queries, window, n_keys, device=device)
    sinks = torch.arange(n_keys, device=device) < n_sink
    return near | (past & sinks)
