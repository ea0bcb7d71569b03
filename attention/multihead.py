"""Self-attention with one head, and multi-head attention."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from attention._checks import check_count, check_mask, check_probability, check_tensor, shape
from attention.functional import scaled_dot_product_attention
from attention.masks import causal_mask


class SelfAttention(nn.Module):
    r"""One head of self-attention: a sequence that looks at itself.

    .. math::

        Q = X W_Q, \quad K = X W_K, \quad V = X W_V, \qquad
        \text{context} = \text{softmax}\!\left(\frac{Q K^\top}{\sqrt{d_k}}\right) V

    Args:
        d_model: Width of the input.
        d_head: Width of queries, keys and values, d_k; ``d_model`` when not given.
        causal: Whether each position sees only itself and what came before.
        dropout: Probability with which a weight is dropped in training.

    Raises:
        TypeError: If a width is not a whole number.
        ValueError: If a width is below 1 or ``dropout`` is not in [0, 1).

    Source:
        Vaswani et al. 2017, section 3.2.1. There is no W_O: one head needs none.
    """

    def __init__(
        self,
        d_model: int,
        d_head: int | None = None,
        *,
        causal: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.d_model = check_count("d_model", d_model)
        d_head = d_model if d_head is None else check_count("d_head", d_head)
        self.causal = causal
        self.dropout = check_probability("dropout", dropout)
        self.w_q = nn.Linear(d_model, d_head, bias=False)
        self.w_k = nn.Linear(d_model, d_head, bias=False)
        self.w_v = nn.Linear(d_model, d_head, bias=False)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Attend.

        Args:
            x: The sequence, (B, T, d_model).
            mask: A bool tensor that broadcasts to (B, T, T); True = may attend. A causal module
                combines it with its own mask.

        Returns:
            The context, (B, T, d_head), and the weights, (B, T, T).

        Raises:
            TypeError: If ``x`` is not floating-point or the mask is not bool.
            ValueError: If a shape does not fit.
        """
        check_tensor("x", x, "(B, T, d_model)", {"d_model": self.d_model})
        n_batch, n_tokens, _ = x.shape
        if mask is not None:
            check_mask(mask, (n_batch, n_tokens, n_tokens))
        if self.causal:
            mask = _and(causal_mask(n_tokens).to(x.device), mask)
        return scaled_dot_product_attention(
            self.w_q(x),  # (B, T, d_head)
            self.w_k(x),  # (B, T, d_head)
            self.w_v(x),  # (B, T, d_head)
            mask=mask,
            dropout_p=self.dropout if self.training else 0.0,
        )


class MultiHeadAttention(nn.Module):
    r"""Several heads side by side, each with its own projections, joined by W_O.

    .. math::

        \text{head}_i = \text{softmax}\!\left(\frac{Q_i K_i^\top}{\sqrt{d_k}}\right) V_i, \qquad
        \text{context} = [\text{head}_1; \ldots; \text{head}_h]\, W_O

    The columns of one wide projection are the heads' own projections, next to each other: head
    ``i`` owns columns ``i * d_head`` to ``(i + 1) * d_head`` of ``w_q``, ``w_k`` and ``w_v``, and
    the same rows of ``w_o``. So the number of parameters does not depend on the number of heads.

    Args:
        d_model: Width of the input and of the output.
        n_heads: Number of heads, h; it divides ``d_model``. Each head is ``d_model / n_heads``
            wide, the paper's d_k = d_v.
        causal: Whether each position sees only itself and what came before.
        dropout: Probability with which a weight is dropped in training.
        bias: Whether the four projections have a bias (GPT-2's have, the paper's have not).

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1, ``n_heads`` does not divide ``d_model`` or ``dropout`` is
            not in [0, 1).

    Source:
        Vaswani et al. 2017, section 3.2.2. Our ``w_q`` holds the paper's W_1^Q ... W_h^Q.
    """

    def __init__(
        self,
        d_model: int,
        n_heads: int,
        *,
        causal: bool = False,
        dropout: float = 0.0,
        bias: bool = False,
    ) -> None:
        super().__init__()
        self.d_model = check_count("d_model", d_model)
        self.n_heads = check_count("n_heads", n_heads)
        if d_model % n_heads:
            raise ValueError(f"n_heads should divide d_model = {d_model}, but was {n_heads}")
        self.d_head = d_model // n_heads
        self.causal = causal
        self.dropout = check_probability("dropout", dropout)
        self.w_q = nn.Linear(d_model, d_model, bias=bias)
        self.w_k = nn.Linear(d_model, d_model, bias=bias)
        self.w_v = nn.Linear(d_model, d_model, bias=bias)
        self.w_o = nn.Linear(d_model, d_model, bias=bias)

    def forward(
        self,
        x: Tensor,
        memory: Tensor | None = None,
        *,
        mask: Tensor | None = None,
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
            need_weights: Whether to return the weights, too.

        Returns:
            The context, (B, T, d_model); with ``need_weights`` also the weights, (B, H, T, S).

        Raises:
            TypeError: If a sequence is not floating-point or the mask is not bool.
            ValueError: If a shape does not fit, or a causal module is given a ``memory``: between
                two sequences there is no before and after.
        """
        check_tensor("x", x, "(B, T, d_model)", {"d_model": self.d_model})
        if memory is None:
            memory = x
        elif self.causal:
            raise ValueError(
                "memory should be None in a causal module (two sequences have no common before and "
                f"after), but was a {type(memory).__name__}"
            )
        else:
            sizes = {"B": x.shape[0], "d_model": self.d_model}
            check_tensor("memory", memory, "(B, S, d_model)", sizes)
        mask = self._check_mask(mask, x, memory)

        query = self._split(self.w_q(x))  # (B, H, T, d_head)
        key = self._split(self.w_k(memory))  # (B, H, S, d_head)
        value = self._split(self.w_v(memory))  # (B, H, S, d_head)
        dropout_p = self.dropout if self.training else 0.0

        if self.causal and (need_weights or mask is not None):
            mask = _and(causal_mask(x.shape[1]).to(x.device), mask)
        if need_weights:
            context, weights = scaled_dot_product_attention(
                query, key, value, mask=mask, dropout_p=dropout_p
            )  # (B, H, T, d_head), (B, H, T, S)
            return self.w_o(self._join(context)), weights  # (B, T, d_model), (B, H, T, S)
        # PyTorch's kernel takes a mask or `is_causal`, and is faster with the latter.
        context = F.scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=mask,
            dropout_p=dropout_p,
            is_causal=self.causal and mask is None,
        )  # (B, H, T, d_head)
        return self.w_o(self._join(context))  # (B, T, d_model)

    def _split(self, projected: Tensor) -> Tensor:
        """(B, T, d_model) to (B, H, T, d_head). A view alone would mix positions with heads."""
        return projected.unflatten(-1, (self.n_heads, self.d_head)).transpose(1, 2)

    def _join(self, context: Tensor) -> Tensor:
        """(B, H, T, d_head) to (B, T, d_model): the heads next to each other again."""
        return context.transpose(1, 2).flatten(-2)

    def _check_mask(self, mask: Tensor | None, x: Tensor, memory: Tensor) -> Tensor | None:
        """Check the mask and give it a head axis where it has a batch axis only."""
        if mask is None:
            return None
        (n_batch, n_queries, _), n_keys = x.shape, memory.shape[1]
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
