"""Scaled dot-product attention: the definition that the whole book teaches."""

import torch
import torch.nn.functional as F
from torch import Tensor

from attention._checks import check_mask, check_probability, check_score_bias, shape


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    mask: Tensor | None = None,
    score_bias: Tensor | None = None,
    scale: float | None = None,
    dropout_p: float = 0.0,
    empty_rows: bool = True,
) -> tuple[Tensor, Tensor]:
    r"""Mix the values by how well each query matches each key.

    .. math::

        \text{scores} = \frac{Q K^\top}{\sqrt{d_k}}, \qquad
        \text{weights} = \text{softmax}(\text{scores}), \qquad
        \text{context} = \text{weights}\, V

    The softmax runs over the keys. Where ``mask`` is False the score becomes minus infinity, so
    that the weight is exactly 0. A query that may attend to nothing at all gets weights and a
    context of zeros, and finite gradients.

    Args:
        query: What each position looks for, (..., T, d_k).
        key: What each position offers, (..., S, d_k).
        value: What each position contributes, (..., S, d_v).
        mask: A bool tensor that broadcasts to (..., T, S); True = may attend. Two axes are (T, S):
            a padding mask (B, S) goes in as ``mask[:, None, :]``, and with heads as
            ``mask[:, None, None, :]``. Where B = T, nothing would give it away.
        score_bias: Added to the scaled scores; broadcasts to (..., T, S), in the query's dtype.
        scale: The factor before the softmax; 1 / sqrt(d_k) when not given.
        dropout_p: Probability with which a weight is dropped. A function has no evaluation mode:
            a module passes 0 when it is not training.
        empty_rows: Whether the mask may leave a query nothing at all. False saves time where one
            knows that it does not (as a causal mask over at least as many keys as queries); a query
            that sees nothing would then get NaN.

    Returns:
        The context, (..., T, d_v), and the weights that made it, (..., T, S). Under dropout these
        are the weights that were left, scaled by 1 / (1 - dropout_p): their rows do not sum to 1.

    Raises:
        TypeError: If a tensor is not floating-point, their dtypes differ, or the mask is not bool.
        ValueError: If the shapes do not fit together, a sequence is empty, or ``dropout_p`` is not
            in [0, 1).

    Source:
        Vaswani et al. 2017, section 3.2.1, equation 1.
    """
    scores_shape = _check_shapes(query, key, value)
    check_probability("dropout_p", dropout_p)
    if scale is None:
        scale = query.shape[-1] ** -0.5
    # Scaling the query before the product, not the scores after it, keeps half precision from
    # overflowing; on paper the two are the same.
    scores = (query * scale) @ key.mT  # (..., T, S)
    if score_bias is not None:
        check_score_bias(score_bias, scores_shape)
        scores = scores + score_bias.to(scores.dtype)
    if mask is not None:
        check_mask(mask, scores_shape)
    weights = masked_softmax(scores, mask, empty_rows=empty_rows)  # (..., T, S)
    weights = F.dropout(weights, dropout_p) if dropout_p > 0.0 else weights
    return weights @ value, weights  # (..., T, d_v), (..., T, S)


def masked_softmax(
    scores: Tensor, mask: Tensor | None = None, *, empty_rows: bool = True
) -> Tensor:
    """Softmax over the keys, with weight 0 where the mask is False.

    Args:
        scores: (..., T, S).
        mask: A bool tensor that broadcasts to the scores; True = may attend.
        empty_rows: Whether the mask may leave a row nothing at all, as in
            :func:`attention.scaled_dot_product_attention`.

    Returns:
        Weights, (..., T, S). Rows sum to 1; a row that may attend to nothing is all zeros.
    """
    if mask is None:
        return torch.softmax(scores, dim=-1)
    if not empty_rows:
        return torch.softmax(torch.where(mask, scores, -torch.inf), dim=-1)
    # A row of nothing but -inf would become NaN in the softmax. So such a row gets zeros before it
    # and is emptied after it: no NaN ever arises, in the forward or in the backward pass. All rows
    # go the same way: to ask whether there is such a row would make a GPU wait for the answer.
    seen = mask.any(dim=-1, keepdim=True)  # (..., T, 1)
    hidden = torch.where(seen, -torch.inf, 0.0).to(scores.dtype)  # (..., T, 1)
    weights = torch.softmax(torch.where(mask, scores, hidden), dim=-1)
    # The softmax's gradient needs its result as it was; without gradients no copy is needed.
    return weights * seen if torch.is_grad_enabled() else weights.mul_(seen)


def _check_shapes(query: Tensor, key: Tensor, value: Tensor) -> tuple[int, ...]:
    """Check that query, key and value fit together; return the shape of their scores."""
    for name, tensor in (("query", query), ("key", key), ("value", value)):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{name} should be a tensor, but was {type(tensor).__name__}")
        if not tensor.is_floating_point():
            raise TypeError(f"{name} should be floating-point, but its dtype was {tensor.dtype}")
        if tensor.dtype != query.dtype:
            raise TypeError(
                f"{name} should have the query's dtype {query.dtype}, but had {tensor.dtype}"
            )
        if tensor.ndim < 2:
            raise ValueError(
                f"{name} should have shape (..., length, dimension), but had {shape(tensor)}"
            )
        if 0 in tensor.shape:
            raise ValueError(f"{name} should not be empty, but had shape {shape(tensor)}")
    if key.shape[-1] != query.shape[-1]:
        raise ValueError(
            f"key should have the query's last dimension d_k = {query.shape[-1]}, "
            f"but had shape {shape(key)}"
        )
    if value.shape[-2] != key.shape[-2]:
        raise ValueError(
            f"value should have one row per key, S = {key.shape[-2]}, but had shape {shape(value)}"
        )
    try:
        batch = torch.broadcast_shapes(query.shape[:-2], key.shape[:-2], value.shape[:-2])
    except RuntimeError:
        raise ValueError(
            "query, key and value should have batch axes that broadcast together, but had shapes "
            f"{shape(query)}, {shape(key)} and {shape(value)}"
        ) from None
    return (*batch, query.shape[-2], key.shape[-2])
