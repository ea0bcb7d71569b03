"""Multi-head attention, with shared key heads, a window and a cache where they are wanted."""

from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from attention._checks import check_count, check_mask, check_probability, check_tensor, shape
from attention.functional.definition import scaled_dot_product_attention
from attention.functional.masks import causal_mask, sliding_window_mask
from attention.functional.positions import alibi_bias
from attention.functional.sliding_window import sliding_window_attention
from attention.nn.cache import KVCache, RotatingKVCache
from attention.nn.positions import RotaryEmbedding
from attention.nn.self_attention import SelfAttention

__all__ = ["MultiHeadAttention", "SelfAttention"]


class MultiHeadAttention(nn.Module):
    r"""Several heads side by side, each with its own projections, joined by W_O.

    .. math::

        \text{head}_i = \text{softmax}\!\left(\frac{Q_i K_i^\top}{\sqrt{d_k}}\right) V_i, \qquad
        \text{context} = [\text{head}_1; \ldots; \text{head}_h]\, W_O

    The columns of one wide projection are the heads' own projections, next to each other: head
    ``i`` owns columns ``i * d_head`` to ``(i + 1) * d_head`` of ``w_q``, ``w_k`` and ``w_v``, and
    the same rows of ``w_o``. So the number of parameters does not depend on the number of heads.

    With fewer key and value heads than query heads, neighbouring query heads share one: query head
    ``i`` looks at key head ``i // (n_heads / n_kv_heads)``. This is grouped-query attention, and
    with a single one multi-query attention.

    Args:
        d_model: Width of the input and of the output.
        n_heads: Number of heads, h; it divides ``d_model``. Each head is ``d_model / n_heads``
            wide, the paper's d_k = d_v.
        n_kv_heads: Number of key and value heads, which divides ``n_heads``; ``n_heads`` when not
            given.
        causal: Whether each position sees only itself and what came before.
        window: Number of positions that a causal module's query sees, itself included; all before
            it when not given.
        n_sink: Number of first positions that a windowed module's queries see besides their
            window, the attention sinks.
        dropout: Probability with which a weight is dropped in training.
        bias: Whether the four projections have a bias (GPT-2's have, the paper's have not).
        rotary: What turns queries and keys by their positions; ``None`` for no rotation.
        alibi: Whether each head's scores fall with the distance (see ``alibi_bias``).

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1, ``n_heads`` does not divide ``d_model``, ``n_kv_heads``
            does not divide ``n_heads``, ``rotary`` has another width than a head, ``dropout`` is
            not in [0, 1), a module that is not causal has a ``window``, or one without a window
            has an ``n_sink``.

    Source:
        Vaswani et al. 2017, section 3.2.2. Our ``w_q`` holds the paper's W_1^Q ... W_h^Q. Shared
        heads: Shazeer 2019 (one), Ainslie et al. 2023 (groups). Window: Beltagy, Peters and Cohan
        2020; Jiang et al. 2023. Sinks: Xiao et al. 2023.
    """

    def __init__(
        self,
        d_model: int,
        n_heads: int,
        *,
        n_kv_heads: int | None = None,
        causal: bool = False,
        window: int | None = None,
        n_sink: int = 0,
        dropout: float = 0.0,
        bias: bool = False,
        rotary: RotaryEmbedding | None = None,
        alibi: bool = False,
    ) -> None:
        super().__init__()
        self.d_model = check_count("d_model", d_model)
        self.n_heads = check_count("n_heads", n_heads)
        if d_model % n_heads:
            raise ValueError(f"n_heads should divide d_model = {d_model}, but was {n_heads}")
        self.d_head = d_model // n_heads
        self.n_kv_heads = n_heads if n_kv_heads is None else check_count("n_kv_heads", n_kv_heads)
        if n_heads % self.n_kv_heads:
            raise ValueError(f"n_kv_heads should divide n_heads = {n_heads}, but was {n_kv_heads}")
        if rotary is not None and rotary.d_head != self.d_head:
            raise ValueError(
                f"rotary should be made for d_head = {self.d_head}, but was for {rotary.d_head}"
            )
        self.causal = causal
        self.window = None if window is None else check_count("window", window)
        self.n_sink = check_count("n_sink", n_sink, at_least=0)
        if window is not None and not causal:
            raise ValueError(
                "window should be None in a module that is not causal (a window ends at its "
                f"query), but was {window}"
            )
        if n_sink and window is None:
            raise ValueError(f"n_sink should be 0 in a module without a window, but was {n_sink}")
        self.dropout = check_probability("dropout", dropout)
        self.rotary = rotary
        self.alibi = alibi
        d_kv = self.n_kv_heads * self.d_head
        self.w_q = nn.Linear(d_model, d_model, bias=bias)
        self.w_k = nn.Linear(d_model, d_kv, bias=bias)
        self.w_v = nn.Linear(d_model, d_kv, bias=bias)
        self.w_o = nn.Linear(d_model, d_model, bias=bias)

    def forward(
        self,
        x: Tensor,
        memory: Tensor | None = None,
        *,
        mask: Tensor | None = None,
        cache: KVCache | None = None,
        need_weights: bool = False,
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Attend.

        Without ``need_weights`` the fused kernel of PyTorch does the work and the (T, S) weights
        are never stored; with it the definition does, and shows them.

        Args:
            x: The sequence whose positions ask, (B, T, d_model).
            memory: The sequence that answers, (B, S, d_model), for cross-attention; ``x`` itself
                when not given.
            mask: A bool tensor, True = may attend: (T, S) for all, (B, T, S) or (B, 1, S) for all
                heads of each sequence, or (B, H, T, S). A causal module combines it with its own.
            cache: The keys and values of the positions before ``x``, in a causal module. Those of
                ``x`` are appended to it, and S counts both. (A rotating cache has lost some: a mask
                is for all S still, the weights that are returned are those of the keys it kept.)
            need_weights: Whether to return the weights, too.

        Returns:
            The context, (B, T, d_model); with ``need_weights`` also the weights, (B, H, T, S).

        Raises:
            TypeError: If a sequence is not floating-point or the mask is not bool.
            ValueError: If a shape does not fit, the cache has no room left, or a module is given
                what makes no sense for it: a ``memory`` in a causal, rotary or alibi one (two
                sequences have no common order), a ``cache`` in one that is not causal (the past
                would change).
        """
        check_tensor("x", x, "(B, T, d_model)", {"d_model": self.d_model})
        self._check_use(x, memory, cache)
        start = 0 if cache is None else cache.length  # the position of x's first token
        source = x if memory is None else memory
        n_queries, n_keys = x.shape[1], start + source.shape[1]
        mask = self._check_mask(mask, x, n_keys)

        query = self._split(self.w_q(x))  # (B, H, T, d_head)
        key = self._split(self.w_k(source))  # (B, G, S, d_head)
        value = self._split(self.w_v(source))  # (B, G, S, d_head)
        if self.rotary is not None:
            query, key = self.rotary(query, start), self.rotary(key, start)
        bias = alibi_bias(self.n_heads, n_queries, n_keys)[None].to(query) if self.alibi else None
        simple = not need_weights and mask is None and bias is None
        if isinstance(cache, RotatingKVCache):
            key, value = cache.append(key, value, in_order=not simple)
            n_keys = key.shape[2]  # those that it has kept
            mask, bias = (self._kept(of_all, n_keys) for of_all in (mask, bias))
        elif cache is not None:
            key, value = cache.append(key, value)  # (B, G, start + T, d_head)

        # Where it can, the kernel is left to know itself who sees whom; a mask makes it slower.
        # Its `is_causal` counts from the first key: right only where no key is cached. A lone query
        # sees all that there is.
        narrow = self.window is not None and n_keys > self.window + self.n_sink
        is_causal = simple and self.causal and start == 0 and not narrow
        dropping = self.training and self.dropout > 0.0
        if narrow and simple and self.n_sink == 0 and not dropping:
            return self.w_o(self._join(self._slide(query, key, value)))  # (B, T, d_model)
        if self.causal and not is_causal and (narrow or not (simple and n_queries == 1)):
            mask = _and(self._visible(n_queries, n_keys).to(x.device), mask)
        if need_weights:
            context, weights = scaled_dot_product_attention(
                query,
                self._spread(key),
                self._spread(value),
                mask=mask,
                score_bias=bias,
                dropout_p=self.dropout if self.training else 0.0,
            )  # (B, H, T, d_head), (B, H, T, S)
            return self.w_o(self._join(context)), weights  # (B, T, d_model), (B, H, T, S)
        if n_queries == 1:
            # The heads that share a key head are so many rows that look at it: it is read once.
            query = self._as_rows(query)
            mask = None if mask is None else self._as_rows(mask)
            bias = None if bias is None else self._as_rows(bias)
        context = F.scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=_as_scores(mask, bias),
            dropout_p=self.dropout if self.training else 0.0,
            is_causal=is_causal and n_queries > 1,
            enable_gqa=query.shape[1] != self.n_kv_heads,
        )  # (B, H, T, d_head), or the same numbers as (B, G, H / G, d_head)
        context = context.reshape(len(x), self.n_heads, n_queries, self.d_head)
        return self.w_o(self._join(context))  # (B, T, d_model)

    def new_cache(self, batch: int, max_len: int | None = None) -> KVCache:
        """An empty cache that fits this module, in the dtype and on the device of its weights.

        Args:
            batch: Number of sequences, B.
            max_len: Number of positions that there is room for. With a window the cache rotates:
                it has room for the window and the sinks, and is never full.
        """
        weight, heads = self.w_k.weight, self.n_kv_heads
        kind: dict[str, Any] = {"dtype": weight.dtype, "device": weight.device}
        if self.window is None:
            return KVCache(batch, heads, cast("int", max_len), self.d_head, **kind)
        return RotatingKVCache(batch, heads, self.window, self.d_head, n_sink=self.n_sink, **kind)

    def _split(self, projected: Tensor) -> Tensor:
        """(B, T, heads * d_head) to (B, heads, T, d_head). A view alone would mix the two axes."""
        return projected.unflatten(-1, (-1, self.d_head)).transpose(1, 2)

    def _join(self, context: Tensor) -> Tensor:
        """(B, H, T, d_head) to (B, T, d_model): the heads next to each other again."""
        return context.transpose(1, 2).flatten(-2)

    def _spread(self, shared: Tensor) -> Tensor:
        """(B, G, S, d_head) to (B, H, S, d_head): each shared head once for each that shares it."""
        if self.n_kv_heads == self.n_heads:
            return shared
        return shared.repeat_interleave(self.n_heads // self.n_kv_heads, dim=1)

    def _as_rows(self, of_head: Tensor) -> Tensor:
        """(B, H, 1, d) to (B, G, H / G, d); a page for all heads stays what it is."""
        if of_head.ndim < 4 or of_head.shape[1] == 1:
            return of_head
        return of_head.reshape(len(of_head), self.n_kv_heads, -1, of_head.shape[-1])

    def _visible(self, n_queries: int, n_keys: int) -> Tensor:
        """The causal module's own mask, (T, S): the past, or as much of it as its window shows.

        The keys may have a gap behind the sinks, as a rotating cache gives them: what is beyond the
        sinks stands at the end, next to the queries, where both masks count from.
        """
        past = causal_mask(n_queries, n_keys)
        if self.window is None:
            return past
        sinks = torch.arange(n_keys) < self.n_sink
        return sliding_window_mask(n_queries, self.window, n_keys) | (past & sinks)

    def _kept(self, of_all: Tensor | None, n_kept: int) -> Tensor | None:
        """Of (..., S) for all positions the columns of those that a rotating cache has kept."""
        if of_all is None or of_all.shape[-1] in (1, n_kept):
            return of_all
        last = of_all[..., of_all.shape[-1] - (n_kept - self.n_sink) :]
        return torch.cat([of_all[..., : self.n_sink], last], dim=-1)

    def _slide(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Attention within the window, (B, H, T, d_head), without repeating a shared head."""
        by_group = query.unflatten(1, (self.n_kv_heads, -1))  # (B, G, H / G, T, d_head)
        contexts = [
            sliding_window_attention(one_of_each, key, value, window=cast("int", self.window))
            for one_of_each in by_group.unbind(2)
        ]
        return torch.stack(contexts, dim=2).flatten(1, 2)

    def _check_use(self, x: Tensor, memory: Tensor | None, cache: KVCache | None) -> None:
        """Check that what is given makes sense for a module like this one."""
        if cache is not None and not self.causal:
            raise ValueError(
                "cache should be None in a module that is not causal (its past changes with each "
                f"new token), but was a {type(cache).__name__}"
            )
        kept = (getattr(cache, "window", None), getattr(cache, "n_sink", 0))
        if isinstance(cache, RotatingKVCache) and kept != (self.window, self.n_sink):
            raise ValueError(
                f"cache should keep what a module with window = {self.window} and n_sink = "
                f"{self.n_sink} looks at, but was a {cache!r}"
            )
        if memory is None:
            return
        kinds = {"causal": "a causal", "rotary": "a rotary", "alibi": "an ALiBi"}
        ordered = [kind for name, kind in kinds.items() if getattr(self, name)]
        if ordered:
            raise ValueError(
                f"memory should be None in {ordered[0]} module (two sequences have no common "
                f"before and after), but was a {type(memory).__name__}"
            )
        sizes = {"B": x.shape[0], "d_model": self.d_model}
        check_tensor("memory", memory, "(B, S, d_model)", sizes)

    def _check_mask(self, mask: Tensor | None, x: Tensor, n_keys: int) -> Tensor | None:
        """Check the mask and give it a head axis where it has a batch axis only."""
        if mask is None:
            return None
        n_batch, n_queries, _ = x.shape
        if isinstance(mask, Tensor) and mask.ndim == 3:
            mask = mask[:, None]  # (B, 1, T, S)
        elif (
            isinstance(mask, Tensor)
            and mask.shape == (n_batch, n_keys)
            and n_batch not in (1, n_queries)
        ):
            raise ValueError(
                f"mask of two axes should be (T, S) = {(n_queries, n_keys)}, but had "
                f"{shape(mask)}; a padding mask (B, S) goes in as mask[:, None, :]"
            )
        check_mask(mask, (n_batch, self.n_heads, n_queries, n_keys))
        return torch.atleast_2d(mask)  # PyTorch's kernel does not broadcast a lone key axis


def _and(one: Tensor, other: Tensor | None) -> Tensor:
    """Allow what both masks allow."""
    return one if other is None else one & other


def _as_scores(mask: Tensor | None, bias: Tensor | None) -> Tensor | None:
    """What PyTorch's kernel takes: a bool mask, or numbers to add to the scores."""
    if mask is None or bias is None:
        return mask if bias is None else bias
    return bias.masked_fill(~mask, -torch.inf)
