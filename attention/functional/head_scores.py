"""Where a head's attention goes, in numbers: previous token, first token, induction.

Each score is a share of attention between 0 and 1, averaged over the positions that ask. Nothing is
needed but weights and tokens, so the scores fit any model.
"""

from torch import Tensor

from attention._checks import check_ids, shape


def previous_token_score(weights: Tensor) -> Tensor:
    r"""How much of a head's attention lies on the position just before.

    .. math::

        \frac{1}{T - 1} \sum_{t=1}^{T-1} \text{weights}_{t,\, t-1}

    Args:
        weights: Weights of self-attention, (B, H, T, T) with T at least 2.

    Returns:
        One score a head, (H,), the mean over the batch.

    Raises:
        ValueError: If ``weights`` has another shape.

    Source:
        Olsson et al. 2022, who call such a head a previous token head.
    """
    _check_weights(weights)
    return weights.diagonal(-1, dim1=-2, dim2=-1).mean(dim=(0, 2))  # (H,)


def first_token_score(weights: Tensor) -> Tensor:
    r"""How much of a head's attention lies on position 0, seen from all later positions.

    .. math::

        \frac{1}{T - 1} \sum_{t=1}^{T-1} \text{weights}_{t,\, 0}

    Args:
        weights: Weights of self-attention, (B, H, T, T) with T at least 2.

    Returns:
        One score a head, (H,), the mean over the batch.

    Raises:
        ValueError: If ``weights`` has another shape.

    Source:
        Xiao et al. 2023, section 3.1, who call such a position an attention sink.
    """
    _check_weights(weights)
    return weights[..., 1:, 0].mean(dim=(0, 2))  # (H,)


def induction_score(weights: Tensor, ids: Tensor) -> Tensor:
    r"""How much of a head's attention lies on what came after the present token before.

    .. math::

        \text{mean over } t \text{ of } \sum_{j} \text{weights}_{t,\, j}\,
        [\, 1 \le j \le t \text{ and } \text{ids}_{j-1} = \text{ids}_t \,]

    The mean is over the positions whose token has occurred before.

    Args:
        weights: Weights of self-attention, (B, H, T, T) with T at least 2.
        ids: The tokens, int64 (B, T).

    Returns:
        One score a head, (H,).

    Raises:
        TypeError: If ``ids`` are not whole numbers.
        ValueError: If the shapes do not fit, or no token occurs twice.

    Source:
        Olsson et al. 2022, who call it the prefix matching score and measure it on random tokens
        that repeat.
    """
    _check_weights(weights)
    wanted = induction_keys(ids)  # (B, T, T)
    if wanted.shape != (weights.shape[0], *weights.shape[2:]):
        raise ValueError(
            f"ids should have shape (B, T) = {(weights.shape[0], weights.shape[2])} for weights "
            f"{shape(weights)}, but had {shape(ids)}"
        )
    asked = wanted.any(dim=-1)  # (B, T)
    if not asked.any():
        raise ValueError("ids should have a token that occurs twice, but had none")
    found = (weights * wanted[:, None]).sum(dim=-1)  # (B, H, T)
    return found.sum(dim=(0, 2)) / asked.sum()  # (H,)


def induction_keys(ids: Tensor) -> Tensor:
    """Which keys an induction head should look at.

    Args:
        ids: The tokens, int64 (B, T).

    Returns:
        A bool tensor (B, T, T): True where the key's predecessor is the query's own token, and the
        key is not after the query.

    Raises:
        TypeError: If ``ids`` are not whole numbers.
        ValueError: If ``ids`` has another shape.
    """
    check_ids("ids", ids, int(ids.max()) + 1 if ids.numel() else 1)
    before = ids.roll(1, dims=1)  # (B, T): the token in front of each key; the first key has none
    same = ids[:, :, None] == before[:, None, :]  # (B, T, T)
    same[:, :, 0] = False
    return same.tril()


def _check_weights(weights: Tensor) -> None:
    if weights.ndim != 4 or weights.shape[2] != weights.shape[3] or weights.shape[2] < 2:
        raise ValueError(
            f"weights should have shape (B, H, T, T) with T at least 2, but had {shape(weights)}"
        )
