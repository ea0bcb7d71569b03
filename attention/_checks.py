"""Argument checks whose messages name the argument, what it was and what it should be."""

import torch
from torch import Tensor

from attention._dtypes import multiplies

AS_SCORES = "should broadcast to the scores' shape"


def shape(tensor: Tensor) -> tuple[int, ...]:
    """The shape as a plain tuple, so that messages read (2, 3) and not torch.Size([2, 3])."""
    return tuple(tensor.shape)


def check_count(name: str, value: int, at_least: int = 1) -> int:
    """Return ``value`` if it is a whole number of at least ``at_least``.

    Raises:
        TypeError: If ``value`` is no ``int`` (a ``bool`` is none either).
        ValueError: If ``value`` is too small.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} should be a whole number, but was {value!r}")
    if value < at_least:
        raise ValueError(f"{name} should be at least {at_least}, but was {value}")
    return value


def check_probability(name: str, value: float) -> float:
    """Return ``value`` if it is a dropout probability, 0 <= value < 1.

    Raises:
        TypeError: If ``value`` is no number.
        ValueError: If it is not in that range.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} should be a number in [0, 1), but was {value!r}")
    if not 0.0 <= value < 1.0:
        raise ValueError(f"{name} should be in [0, 1), but was {value}")
    return value


def check_tensor(
    name: str,
    value: Tensor,
    axes: str,
    sizes: dict[str, int] | None = None,
    weight: Tensor | None = None,
) -> None:
    """Check that ``value`` is a floating-point tensor with these axes.

    Args:
        name: The argument's name, for the message.
        value: The tensor.
        axes: The axes in words, such as ``"(B, T, d_model)"``; as many as the tensor must have.
        sizes: The axes whose size is fixed, such as ``{"d_model": 768}``.
        weight: What the tensor will be multiplied with, if it must have the same dtype.

    Raises:
        TypeError: If ``value`` is no floating-point tensor, or has not the dtype of ``weight``
            where autocast does not see to that.
        ValueError: If an axis is missing, empty, or not of the size that it should be.
    """
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} should be a tensor {axes}, but was {type(value).__name__}")
    if not value.is_floating_point():
        raise TypeError(f"{name} should be floating-point, but its dtype was {value.dtype}")
    names = axes.strip("()").split(", ")
    if value.ndim != len(names):
        raise ValueError(f"{name} should have shape {axes}, but had {shape(value)}")
    for axis, size in zip(names, value.shape, strict=True):
        wanted = (sizes or {}).get(axis, size)
        if size != wanted:
            raise ValueError(
                f"{name} should have shape {axes} with {axis} = {wanted}, but had {shape(value)}"
            )
        if size == 0:
            raise ValueError(f"{name} should not be empty, but had shape {shape(value)} for {axes}")
    if weight is not None and not multiplies(value, weight):
        raise TypeError(
            f"{name} should have the dtype of the weights, {weight.dtype}, but had {value.dtype}"
        )


def check_ids(name: str, ids: Tensor, n_tokens: int | None = None) -> None:
    """Check that ``ids`` (B, L) are token ids, and, when ``n_tokens`` is given, of a vocabulary.

    Only then are their values looked at, for which a GPU has to wait: so give it where ids come in
    (a text, a data set), and leave it out in what a model does at every step.

    Raises:
        TypeError: If they are not int64 or int32, the dtypes that an embedding looks up.
        ValueError: If they have another shape, are empty, or one is outside the vocabulary.
    """
    if not isinstance(ids, Tensor):
        raise TypeError(f"{name} should be a tensor of token ids, but was {type(ids).__name__}")
    if ids.dtype not in (torch.int64, torch.int32):
        raise TypeError(
            f"{name} should be whole numbers (int64 or int32), but their dtype was {ids.dtype}"
        )
    if ids.ndim != 2 or 0 in ids.shape:
        raise ValueError(f"{name} should have shape (batch, length), but had {shape(ids)}")
    if n_tokens is not None and (ids.min() < 0 or ids.max() >= n_tokens):
        raise ValueError(
            f"{name} should be in [0, {n_tokens}), but ranged from {ids.min()} to {ids.max()}"
        )


def check_mask(mask: Tensor, scores_shape: tuple[int, ...], should: str = AS_SCORES) -> None:
    """Check that ``mask`` is boolean and broadcasts to the shape of the scores.

    Args:
        mask: The mask.
        scores_shape: What it should broadcast to.
        should: How the message calls that shape.

    Raises:
        TypeError: If the mask is not boolean.
        ValueError: If its shape does not broadcast to ``scores_shape``.
    """
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool:
        was = mask.dtype if isinstance(mask, Tensor) else type(mask).__name__
        raise TypeError(f"mask should be a bool tensor (True = may attend), but was {was}")
    _check_broadcast("mask", mask, scores_shape, should)


def check_layer_mask(mask: Tensor, scores_shape: tuple[int, int, int, int]) -> Tensor:
    """Check the mask of a layer with heads, and give it the axes of (B, H, T, S) that it needs.

    Args:
        mask: (T, S), (B, T, S) or (B, H, T, S), or what broadcasts to one of these.
        scores_shape: (B, H, T, S).

    Returns:
        The mask with at least two axes, and a head axis if it has one for the batch.

    Raises:
        TypeError: If the mask is not boolean.
        ValueError: If it does not fit.
    """
    n_batch, _, n_queries, n_keys = scores_shape
    n_axes = mask.ndim if isinstance(mask, Tensor) else None
    if n_axes == 2 and mask.shape == (n_batch, n_keys) and n_batch not in (1, n_queries):
        raise ValueError(
            f"mask of two axes should be (T, S) = {(n_queries, n_keys)}, but had "
            f"{shape(mask)}; a padding mask (B, S) goes in as mask[:, None, :]"
        )
    if n_axes != 3:
        check_mask(mask, scores_shape)
        return torch.atleast_2d(mask)  # PyTorch's kernel does not broadcast a lone key axis
    check_mask(mask, (n_batch, n_queries, n_keys), "of three axes should broadcast to (B, T, S) =")
    return mask[:, None]  # (B, 1, T, S)


def check_score_bias(score_bias: Tensor, scores_shape: tuple[int, ...]) -> None:
    """Check that ``score_bias`` is floating-point and broadcasts to the shape of the scores.

    Raises:
        TypeError: If it is not floating-point.
        ValueError: If its shape does not broadcast to ``scores_shape``.
    """
    if not isinstance(score_bias, Tensor) or not score_bias.is_floating_point():
        was = score_bias.dtype if isinstance(score_bias, Tensor) else type(score_bias).__name__
        raise TypeError(f"score_bias should be a floating-point tensor, but was {was}")
    _check_broadcast("score_bias", score_bias, scores_shape, AS_SCORES)


def _check_broadcast(name: str, value: Tensor, scores_shape: tuple[int, ...], should: str) -> None:
    """Check that ``value`` broadcasts to the shape of the scores without growing it."""
    fits = value.ndim <= len(scores_shape) and all(
        m in (1, s) for m, s in zip(value.shape[::-1], scores_shape[::-1], strict=False)
    )
    if not fits:
        raise ValueError(f"{name} {should} {scores_shape}, but had {shape(value)}")
