"""Multi-head latent attention: keys and values of all heads, kept as one narrow vector a token."""

from typing import TYPE_CHECKING, Any, Literal, overload

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from attention._checks import check_count, check_tensor
from attention._dtypes import product_dtype
from attention.functional.definition import scaled_dot_product_attention
from attention.functional.masks import causal_mask
from attention.nn.cache import LatentCache
from attention.nn.heads import join_heads, split_heads
from attention.nn.positions import RotaryEmbedding


class LatentAttention(nn.Module):
    r"""Causal attention whose keys and values grow, head by head, out of a shared latent.

    .. math::

        c_t = \text{norm}(W_{DKV}\, x_t), \qquad k^R_t = \text{rotate}_t(W_{KR}\, x_t), \qquad
        k_{t,i} = [W_{UK,i}\, c_t;\; k^R_t], \qquad v_{t,i} = W_{UV,i}\, c_t

    .. math::

        q_{t,i} = [W_{UQ,i}\, c'_t;\; \text{rotate}_t(W_{QR,i}\, c'_t)], \qquad
        \text{context}_{t,i} = \sum_{s \le t} \text{softmax}_s\!\left(
        \frac{q_{t,i} \cdot k_{s,i}}{\sqrt{d_{nope} + d_{rope}}}\right) v_{s,i}

    where :math:`c'_t = \text{norm}(W_{DQ}\, x_t)`, or :math:`x_t` itself without ``d_query_latent``
    (``w_uq`` is then the plain W_Q). Only :math:`c_t` and :math:`k^R_t` are kept from token to
    token. The rotation has a part of its own since :math:`W_{UK}` could not be moved past it.

    There are two ways to compute the same thing. The *naive* one makes every head's keys and
    values from the latents. The *absorbed* one never makes them:

    .. math::

        q^\top (W_{UK}\, c) = (W_{UK}^\top q)^\top c, \qquad
        \sum_s a_s\, (W_{UV}\, c_s) = W_{UV} \sum_s a_s\, c_s

    so the query goes into the latent space, and all heads look at the same stored vector
    :math:`[c; k^R]`: multi-query attention, with heads ``d_latent + d_rope`` wide.

    Args:
        d_model: Width of the input and of the output.
        n_heads: Number of heads; their widths need not divide ``d_model``.
        d_latent: Width of the latent of keys and values, the paper's d_c (``kv_lora_rank``).
        d_nope: Width of a head's query and key without position, d_h (``qk_nope_head_dim``).
        d_rope: Width of the part with rotary position, d_h^R, even (``qk_rope_head_dim``).
        d_value: Width of a head's values (``v_head_dim``; the paper has d_h here, too).
        d_query_latent: Width of the queries' own latent, d_c' (``q_lora_rank``); the queries come
            straight from the input when not given.
        base: Base of the rotary positions.

    Raises:
        TypeError: If a width is not a whole number.
        ValueError: If a width is below 1, ``d_rope`` is odd, or ``base`` is not above 1.

    Source:
        DeepSeek-AI 2024 (DeepSeek-V2), section 2.1, equations 9 to 19. The paper's equations leave
        out the norms of the two latents; its code has them (RMSNorm, epsilon 1e-6), as we do. The
        rotary layout is interleaved, as in DeepSeek's weights (``rope_interleave`` in the
        transformers library).
    """

    def __init__(
        self,
        d_model: int,
        n_heads: int,
        *,
        d_latent: int,
        d_nope: int,
        d_rope: int,
        d_value: int,
        d_query_latent: int | None = None,
        base: float = 10000.0,
    ) -> None:
        super().__init__()
        self.d_model = check_count("d_model", d_model)
        self.n_heads = check_count("n_heads", n_heads)
        self.d_latent = check_count("d_latent", d_latent)
        self.d_nope = check_count("d_nope", d_nope)
        self.d_rope = check_count("d_rope", d_rope)
        self.d_value = check_count("d_value", d_value)
        if d_rope % 2:
            raise ValueError(f"d_rope should be even, but was {d_rope}")
        self.w_dq = self.norm_q = None
        d_asked = d_model
        if d_query_latent is not None:
            d_asked = check_count("d_query_latent", d_query_latent)
            self.w_dq = nn.Linear(d_model, d_asked, bias=False)
            self.norm_q = nn.RMSNorm(d_asked, eps=1e-6)
        self.rotary = RotaryEmbedding(d_rope, base, "interleaved")
        self.w_uq = nn.Linear(d_asked, n_heads * d_nope, bias=False)
        self.w_qr = nn.Linear(d_asked, n_heads * d_rope, bias=False)
        self.w_dkv = nn.Linear(d_model, d_latent, bias=False)
        self.norm_kv = nn.RMSNorm(d_latent, eps=1e-6)
        self.w_kr = nn.Linear(d_model, d_rope, bias=False)
        self.w_uk = nn.Linear(d_latent, n_heads * d_nope, bias=False)
        self.w_uv = nn.Linear(d_latent, n_heads * d_value, bias=False)
        self.w_o = nn.Linear(n_heads * d_value, d_model, bias=False)

    @overload
    def forward(
        self,
        x: Tensor,
        *,
        cache: LatentCache | None = None,
        absorb: bool | None = None,
        need_weights: Literal[False] = False,
    ) -> Tensor: ...

    @overload
    def forward(
        self,
        x: Tensor,
        *,
        cache: LatentCache | None = None,
        absorb: bool | None = None,
        need_weights: Literal[True],
    ) -> tuple[Tensor, Tensor]: ...

    @overload
    def forward(
        self,
        x: Tensor,
        *,
        cache: LatentCache | None = None,
        absorb: bool | None = None,
        need_weights: bool,
    ) -> Tensor | tuple[Tensor, Tensor]: ...

    def forward(
        self,
        x: Tensor,
        *,
        cache: LatentCache | None = None,
        absorb: bool | None = None,
        need_weights: bool = False,
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Attend.

        Args:
            x: The sequence, (B, T, d_model).
            cache: Latents and rotated keys of the positions before ``x``. Those of ``x`` are
                appended to it, and S counts both.
            absorb: Whether to stay in the latent space (True) or to make each head's keys and
                values (False); whichever is less work when not given, see
                :meth:`absorbs`. The result is the same.
            need_weights: Whether to return the weights, too; they are made by the definition.

        Returns:
            The context, (B, T, d_model); with ``need_weights`` also the weights, (B, H, T, S).

        Raises:
            TypeError: If ``x`` is not of the weights' dtype (under autocast: not floating-point) or
                the cache is not a ``LatentCache``.
            ValueError: If a shape does not fit or the cache has no room left.
        """
        check_tensor("x", x, "(B, T, d_model)", {"d_model": self.d_model}, self.w_dkv.weight)
        if cache is not None and not isinstance(cache, LatentCache):
            raise TypeError(f"cache should be a LatentCache, but was {type(cache).__name__}")
        start = 0 if cache is None else cache.length  # the position of x's first token

        latent = _normed(self.norm_kv, self.w_dkv(x))  # (B, T, d_latent), equation 9
        rotated = self.rotary(self.w_kr(x)[:, None], start)[:, 0]  # (B, T, d_rope), equation 15
        if cache is None:
            stored = torch.cat([latent, rotated], dim=-1)  # (B, S, d_latent + d_rope)
        else:
            stored = cache.append(latent.to(cache.dtype), rotated.to(cache.dtype))

        asked = x
        if self.w_dq is not None and self.norm_q is not None:
            asked = _normed(self.norm_q, self.w_dq(x))  # (B, T, d_query_latent), equation 12
        content = split_heads(self.w_uq(asked), self.d_nope)  # (B, H, T, d_nope), equation 13
        stored = stored.to(content.dtype)  # (B, S, d_latent + d_rope)
        turned = self.rotary(
            split_heads(self.w_qr(asked), self.d_rope), start
        )  # (B, H, T, d_rope), eq. 14

        if absorb is None:
            absorb = self.absorbs(x.shape[1], stored.shape[1])
        if absorb:
            w_uk = self.w_uk.weight.unflatten(0, (self.n_heads, -1))  # (H, d_nope, d_latent)
            content = torch.einsum("bhtn,hnc->bhtc", content, w_uk)  # (B, H, T, d_latent)
            key = value = stored[:, None]  # (B, 1, S, d_latent + d_rope): one for all heads
        else:
            latent, rotated = stored.split([self.d_latent, self.d_rope], dim=-1)
            shared = rotated[:, None].expand(-1, self.n_heads, -1, -1)  # (B, H, S, d_rope)
            key = torch.cat(
                [split_heads(self.w_uk(latent), self.d_nope), shared], dim=-1
            )  # equations 10, 17
            value = split_heads(self.w_uv(latent), self.d_value)  # (B, H, S, d_value), equation 11
        query = torch.cat([content, turned], dim=-1)  # as wide as the key, equation 16

        context, weights = self._attend(query, key, value, need_weights)  # equation 18
        if absorb:  # of the mixed vectors [c; k^R] only c has a say in the output
            w_uv = self.w_uv.weight.unflatten(0, (self.n_heads, -1))  # (H, d_value, d_latent)
            context = torch.einsum("bhtc,hvc->bhtv", context[..., : self.d_latent], w_uv)
        output = self.w_o(join_heads(context))  # (B, T, d_model), equation 19
        return output if weights is None else (output, weights)

    if TYPE_CHECKING:
        __call__ = forward  # so that the layer itself is typed as its forward pass is

    def absorbs(self, n_queries: int, n_keys: int) -> bool:
        r"""Whether the absorbed form takes fewer multiplications than the naive one.

        For each head, with T queries and S keys, all of which count (a causal mask saves both
        forms alike):

        .. math::

            \begin{aligned}
            \text{naive: } & S\, d_{latent} (d_{nope} + d_{value})
            + T S\, (d_{nope} + d_{rope} + d_{value}) \\
            \text{absorbed: } & T\, d_{latent} (d_{nope} + d_{value})
            + T S\, (2 d_{latent} + d_{rope})
            \end{aligned}

        So the absorbed one wins where few queries meet a long cache, the naive one where a whole
        sequence is read at once, in training and in prefill. (The naive form's expansion of all S
        latents is counted at each call, since only the latents are kept.)

        Args:
            n_queries: Number of queries, T.
            n_keys: Number of keys, S.
        """
        expand = self.d_latent * (self.d_nope + self.d_value)
        pairs = n_queries * n_keys
        naive = n_keys * expand + pairs * (self.d_nope + self.d_rope + self.d_value)
        absorbed = n_queries * expand + pairs * (2 * self.d_latent + self.d_rope)
        return absorbed < naive

    def new_cache(self, batch: int, max_len: int) -> LatentCache:
        """An empty cache that fits this module, on its device.

        Its dtype is that of the weights, or under autocast the one that autocast computes in.
        """
        weight = self.w_dkv.weight
        kind: dict[str, Any] = {"dtype": product_dtype(weight), "device": weight.device}
        return LatentCache(batch, max_len, self.d_latent, self.d_rope, **kind)

    def _attend(
        self, query: Tensor, key: Tensor, value: Tensor, need_weights: bool
    ) -> tuple[Tensor, Tensor | None]:
        """Attention on (B, H, T, d) and (B, H or 1, S, d); context, and the weights if needed.

        The values may come back with numbers behind their own; only what was given counts.
        """
        scale = (self.d_nope + self.d_rope) ** -0.5  # absorbed, too: the scores are the same
        n_queries, n_keys = query.shape[2], key.shape[2]
        mask = None  # a lone query sees all there is
        if need_weights or 1 < n_queries < n_keys:
            mask = causal_mask(n_queries, n_keys, device=query.device)
        if need_weights:
            return scaled_dot_product_attention(
                query, key, value, mask=mask, scale=scale, empty_rows=False
            )
        if n_queries == 1 and key.shape[1] == 1:
            # The heads' queries are so many rows that look at one key head, which is read once.
            rows = query.transpose(1, 2)  # (B, 1, H, d)
            context = F.scaled_dot_product_attention(rows, key, value, scale=scale)
            return context.transpose(1, 2), None
        width = value.shape[-1]
        # PyTorch's fused kernel wants keys and values of one width: zeros fill up the narrower.
        value = F.pad(value, (0, max(0, key.shape[-1] - width)))
        context = F.scaled_dot_product_attention(
            query,
            key.expand(-1, self.n_heads, -1, -1),
            value.expand(-1, self.n_heads, -1, -1),
            attn_mask=mask,
            is_causal=n_queries == n_keys,  # no key is cached: PyTorch's causal mask is ours
            scale=scale,
        )
        return context[..., :width], None


def _normed(norm: nn.RMSNorm, x: Tensor) -> Tensor:
    """Normed in the dtype of the norm's weights: under autocast ``x`` comes in half precision."""
    return norm(x.to(norm.weight.dtype))
