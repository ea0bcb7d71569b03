"""Order, for attention that has no sense of it: sinusoids, rotations, a penalty for distance."""

from typing import Literal

import torch
from torch import Tensor

from attention._checks import check_count
from attention.functional.definition import scaled_dot_product_attention

RotaryLayout = Literal["half", "interleaved"]
POSITION_SCHEMES = ("none", "sinusoidal", "learned", "rotary", "alibi")
"""The ways of telling attention of the order that :func:`attention_in_order` knows."""


def sinusoidal_positions(n_positions: int, d_model: int, *, base: float = 10000.0) -> Tensor:
    r"""A vector for each position, made of waves from fast to slow.

    .. math::

        P_{t,\, 2i} = \sin\!\left(t / \text{base}^{2i / d}\right), \qquad
        P_{t,\, 2i + 1} = \cos\!\left(t / \text{base}^{2i / d}\right)

    Args:
        n_positions: Number of positions; the first is 0.
        d_model: Width of the vectors, an even number.
        base: How much slower the slowest wave is than the fastest, nearly.

    Returns:
        float32 (n_positions, d_model), to be added to the embeddings.

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1, ``d_model`` is odd or ``base`` is not above 1.

    Source:
        Vaswani et al. 2017, section 3.5.
    """
    angles = rotary_angles(
        check_count("n_positions", n_positions), check_even("d_model", d_model), base
    )
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2).float()  # (T, d_model)


def rotary_angles(
    n_positions: int,
    width: int,
    base: float = 10000.0,
    start: int = 0,
    *,
    device: torch.device | str | None = None,
) -> Tensor:
    """Position times frequency: how far each pair of numbers is turned, in radians.

    Args:
        n_positions: Number of positions, T.
        width: Width of the vectors, an even number.
        base: How much slower the slowest rotation is than the fastest, nearly; above 1.
        start: The first position.
        device: Where the angles are made; PyTorch's default device when not given. (Apple's GPUs
            have no float64.)

    Returns:
        float64 (T, width / 2).

    Raises:
        ValueError: If ``base`` is not above 1.
    """
    pairs = torch.arange(0, width, 2, dtype=torch.float64, device=device)
    frequency = check_base(base) ** (-pairs / width)
    positions = torch.arange(start, start + n_positions, dtype=torch.float64, device=device)
    return positions[:, None] * frequency


def rotate(x: Tensor, angles: Tensor, layout: RotaryLayout = "half") -> Tensor:
    """Turn each pair of a vector's numbers by an angle; see :class:`attention.RotaryEmbedding`.

    Args:
        x: The vectors, (..., T, d).
        angles: Of each position and pair, (..., T, d / 2), as :func:`rotary_angles` gives them.
        layout: Pair i is numbers i and i + d/2 ("half"), or 2i and 2i + 1 ("interleaved").

    Returns:
        The turned vectors, (..., T, d), in the dtype of ``x``.
    """
    # The angles come in float64 and are rounded last: far out, float32 would lose some.
    cos, sin = angles.cos().to(x), angles.sin().to(x)  # (..., T, d / 2)
    if layout == "half":
        a, b = x.chunk(2, dim=-1)
        return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)


def interleaved_to_half(d_head: int) -> Tensor:
    """The order in which the interleaved layout's numbers stand in the half-split one.

    With ``order = interleaved_to_half(d_head)`` and ``x`` a query or key, ``x[..., order]`` turned
    in the half layout is ``x`` turned in the interleaved one, in that order. So with weights: put
    the rows of each head's ``w_q`` and ``w_k`` into this order, once, and the scores stay as they
    were.

    Args:
        d_head: Width of a head, an even number.

    Returns:
        int64 (d_head,): 0, 2, 4, ... and then 1, 3, 5, ...

    Raises:
        TypeError: If ``d_head`` is not a whole number.
        ValueError: If it is odd or below 1.
    """
    return torch.arange(check_even("d_head", d_head)).reshape(-1, 2).T.flatten()


def alibi_bias(
    n_heads: int,
    n_queries: int,
    n_keys: int | None = None,
    *,
    device: torch.device | str | None = None,
) -> Tensor:
    r"""What ALiBi adds to the scores: the farther a key, the less, in each head at its own rate.

    .. math::

        \text{bias}_{h,t,s} = -m_h\, |t - s|, \qquad m_h = 2^{-8 h / H}, \quad h = 1 \ldots H

    The last query stands at the last key, as in ``causal_mask``. In a causal model no key is ahead
    of its query; in one that looks both ways the distance counts alike to either side.

    Args:
        n_heads: Number of heads, H. (For an H that is no power of two the authors' code takes
            other slopes than this, the paper's formula.)
        n_queries: Number of queries, T.
        n_keys: Number of keys, S; ``n_queries`` when not given.
        device: Where the bias is made; PyTorch's default device when not given.

    Returns:
        float32 (H, T, S), to be given as ``score_bias``.

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1 or there are fewer keys than queries.

    Source:
        Press, Smith and Lewis 2021, section 3.
    """
    check_count("n_heads", n_heads)
    check_count("n_queries", n_queries)
    n_keys = n_queries if n_keys is None else check_count("n_keys", n_keys)
    if n_keys < n_queries:
        raise ValueError(f"n_keys should be at least n_queries = {n_queries}, but was {n_keys}")
    # Not PyTorch's default dtype: half precision has no number for -128.5.
    heads = torch.arange(1, n_heads + 1, dtype=torch.float32, device=device)
    slopes = 2.0 ** (-8.0 * heads / n_heads)  # (H,)
    queries = torch.arange(n_keys - n_queries, n_keys, device=device)
    distance = (queries[:, None] - torch.arange(n_keys, device=device)).abs()  # (T, S)
    return -slopes[:, None, None] * distance  # (H, T, S)


def attention_in_order(
    scheme: str,
    x: Tensor,
    w_q: Tensor,
    w_k: Tensor,
    w_v: Tensor,
    learned: Tensor | None = None,
    *,
    mask: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Self-attention with one head that is told of the order in one of five ways.

    Args:
        scheme: One of ``POSITION_SCHEMES``: "none", "sinusoidal" or "learned" (added to the
            vectors), "rotary" (turned queries and keys, half layout, base 10,000) or "alibi" (a
            penalty for distance, slope 1/2, that of the first of eight heads).
        x: The words' vectors in their order, (..., T, d_model).
        w_q: Weight of the query projection as ``nn.Linear`` stores it, (d_head, d_model).
        w_k: Likewise for the keys, (d_head, d_model).
        w_v: Likewise for the values, (d_value, d_model).
        learned: The learned vector of each position, (max_len, d_model); for that scheme.
        mask: True = may attend, (T, T).

    Returns:
        Context, (..., T, d_value), and weights, (..., T, T).
    """
    n = x.shape[-2]
    if scheme == "sinusoidal":
        x = x + sinusoidal_positions(n, x.shape[-1]).to(x)
    elif scheme == "learned":
        assert learned is not None
        x = x + learned[:n]
    query, key, value = x @ w_q.T, x @ w_k.T, x @ w_v.T
    if scheme == "rotary":
        angles = rotary_angles(n, query.shape[-1])
        query, key = rotate(query, angles), rotate(key, angles)
    bias = alibi_bias(8, n)[0].to(x) if scheme == "alibi" else None
    return scaled_dot_product_attention(query, key, value, mask=mask, score_bias=bias)


def check_base(base: float) -> float:
    """Return ``base`` if it is above 1."""
    if not base > 1.0:
        raise ValueError(f"base should be above 1, but was {base}")
    return base


def check_even(name: str, value: int) -> int:
    """Return ``value`` if it is an even count."""
    if check_count(name, value) % 2:
        raise ValueError(f"{name} should be even, but was {value}")
    return value
