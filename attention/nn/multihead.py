"""Multi-head attention, with shared key heads, a window and a cache where they are wanted."""

from typing import TYPE_CHECKING, Any, Literal, cast, overload

from torch import Tensor, nn

from attention._checks import check_count, check_layer_mask, check_probability, check_tensor
from attention._dtypes import product_dtype
from attention.functional.positions import alibi_bias
from attention.nn.cache import KVCache, RotatingKVCache
from attention.nn.heads import attend, join_heads, split_heads
from attention.nn.multihead_plan import make_plan, visible_mask
from attention.nn.positions import RotaryEmbedding


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

    @overload
    def forward(
        self,
        x: Tensor,
        memory: Tensor | None = None,
        *,
        mask: Tensor | None = None,
        cache: KVCache | None = None,
        need_weights: Literal[False] = False,
    ) -> Tensor: ...

    @overload
    def forward(
        self,
        x: Tensor,
        memory: Tensor | None = None,
        *,
        mask: Tensor | None = None,
        cache: KVCache | None = None,
        need_weights: Literal[True],
    ) -> tuple[Tensor, Tensor]: ...

    @overload
    def forward(
        self,
        x: Tensor,
        memory: Tensor | None = None,
        *,
        mask: Tensor | None = None,
        cache: KVCache | None = None,
        need_weights: bool,
    ) -> Tensor | tuple[Tensor, Tensor]: ...

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
                A padding mask (B, S) goes in as ``mask[:, None, :]``: without that it is refused,
                or, where B = T, read as (T, S) without a word.
            cache: The keys and values of the positions before ``x``, in a causal module. Those of
                ``x`` are appended to it, and S counts both. (A rotating cache has lost some: a mask
                is for all S still, the weights that are returned are those of the keys it kept.)
            need_weights: Whether to return the weights, too.

        Returns:
            The context, (B, T, d_model); with ``need_weights`` also the weights, (B, H, T, S).

        Raises:
            TypeError: If a sequence is not of the weights' dtype (under autocast: not
                floating-point), the mask is not bool, or the cache is not a ``KVCache``.
            ValueError: If a shape does not fit, the cache has no room left, or a module is given
                what makes no sense for it: a ``memory`` in a causal, rotary or alibi one (two
                sequences have no common order), a ``cache`` in one that is not causal (the past
                would change).
        """
        check_tensor("x", x, "(B, T, d_model)", {"d_model": self.d_model}, self.w_q.weight)
        self._check_use(x, memory, cache)
        n_cached = 0 if cache is None else cache.length  # the position of x's first token
        source = x if memory is None else memory
        n_queries, n_keys = x.shape[1], n_cached + source.shape[1]
        if mask is not None:
            mask = check_layer_mask(mask, (len(x), self.n_heads, n_queries, n_keys))

        query = split_heads(self.w_q(x), self.d_head)  # (B, H, T, d_head)
        key = split_heads(self.w_k(source), self.d_head)  # (B, G, S, d_head)
        value = split_heads(self.w_v(source), self.d_head)  # (B, G, S, d_head)
        if self.rotary is not None:
            query, key = self.rotary(query, n_cached), self.rotary(key, n_cached)
        bias = None
        if self.alibi:
            bias = alibi_bias(self.n_heads, n_queries, n_keys, device=x.device)
            bias = bias[None].to(query.dtype)  # (1, H, T, S)
        if cache is not None:
            n_keys = cache.n_seen(n_queries)
            mask = None if mask is None else cache.columns_seen(mask, n_queries)
            bias = None if bias is None else cache.columns_seen(bias, n_queries)
        has_mask, dropout_p = mask is not None, self.dropout if self.training else 0.0
        plan = make_plan(
            causal=self.causal,
            window=self.window,
            n_sink=self.n_sink,
            n_queries=n_queries,
            n_keys=n_keys,
            n_cached=n_cached,
            has_mask=has_mask,
            has_bias=bias is not None,
            has_dropout=dropout_p > 0.0,
            need_weights=need_weights,
        )
        if cache is not None:
            key, value = key.to(cache.dtype), value.to(cache.dtype)
            key, value = cache.append(key, value, in_order=plan.in_order)
            key, value = key.to(query.dtype), value.to(query.dtype)  # (B, G, S, d_head)
        if plan.own_mask:
            visible = visible_mask(self.window, self.n_sink, n_queries, n_keys, x.device)
            mask = visible if mask is None else visible & mask

        context, weights = attend(
            plan,
            query,
            key,
            value,
            mask=mask,
            bias=bias,
            window=self.window,
            dropout_p=dropout_p,
            empty_rows=has_mask,
        )  # (B, H, T, d_head), (B, H, T, S)
        context = self.w_o(join_heads(context))  # (B, T, d_model)
        return context if weights is None else (context, weights)

    if TYPE_CHECKING:
        __call__ = forward  # so that the layer itself is typed as its forward pass is

    def new_cache(self, batch: int, max_len: int | None = None) -> KVCache:
        """An empty cache that fits this module, in the dtype and on the device of its keys.

        That is the dtype of its weights, or under autocast the one that autocast computes in.

        Args:
            batch: Number of sequences, B.
            max_len: Number of positions that there is room for. With a window the cache rotates:
                it has room for the window and the sinks, and is never full.
        """
        weight, heads = self.w_k.weight, self.n_kv_heads
        kind: dict[str, Any] = {"dtype": product_dtype(weight), "device": weight.device}
        if self.window is None:
            return KVCache(batch, heads, cast("int", max_len), self.d_head, **kind)
        return RotatingKVCache(batch, heads, self.window, self.d_head, n_sink=self.n_sink, **kind)

    def _check_use(self, x: Tensor, memory: Tensor | None, cache: KVCache | None) -> None:
        """Check that what is given makes sense for a module like this one."""
        if cache is not None and not isinstance(cache, KVCache):
            raise TypeError(f"cache should be a KVCache, but was {type(cache).__name__}")
        if cache is not None and not self.causal:
            raise ValueError(
                "cache should be None in a module that is not causal (its past changes with each "
                f"new token), but was a {type(cache).__name__}"
            )
        if cache is not None and not cache.fits(self.window, self.n_sink):
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
        check_tensor("memory", memory, "(B, S, d_model)", sizes, self.w_k.weight)
