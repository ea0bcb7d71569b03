"""Self-attention with one head."""

from torch import Tensor, nn

from attention._checks import check_count, check_mask, check_probability, check_tensor
from attention.functional.definition import scaled_dot_product_attention
from attention.functional.masks import causal_mask


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
                combines it with its own mask. A padding mask (B, T) goes in as
                ``mask[:, None, :]``: without that it is refused, or, where B = T, read as (T, T)
                without a word.

        Returns:
            The context, (B, T, d_head), and the weights, (B, T, T).

        Raises:
            TypeError: If ``x`` is not of the weights' dtype (under autocast: not floating-point) or
                the mask is not bool.
            ValueError: If a shape does not fit.
        """
        check_tensor("x", x, "(B, T, d_model)", {"d_model": self.d_model}, self.w_q.weight)
        n_batch, n_tokens, _ = x.shape
        if mask is not None:
            check_mask(mask, (n_batch, n_tokens, n_tokens))
        has_mask = mask is not None
        if self.causal:
            past = causal_mask(n_tokens, device=x.device)
            mask = past if mask is None else past & mask
        return scaled_dot_product_attention(
            self.w_q(x),  # (B, T, d_head)
            self.w_k(x),  # (B, T, d_head)
            self.w_v(x),  # (B, T, d_head)
            mask=mask,
            dropout_p=self.dropout if self.training else 0.0,
            empty_rows=has_mask,
        )
