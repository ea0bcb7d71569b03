"""Chance that the page and Python share: the same seed gives the same (js/luck.js)."""

import numpy as np
from numpy.typing import NDArray


def uniforms(seed: int, n: int) -> NDArray[np.float64]:
    """The first n numbers in [0, 1) that a seed gives, in steps of 2^-32, (n,).

    Args:
        seed: From 0 to 2^32 - 1.
        n: How many.

    Source:
        Tommy Ettinger 2017, mulberry32.
    """
    state = (np.uint64(seed) + np.arange(1, n + 1, dtype=np.uint64) * 0x6D2B79F5).astype(np.uint32)
    mixed = (state ^ (state >> 15)) * (state | 1)  # modulo 2^32
    mixed ^= mixed + (mixed ^ (mixed >> 7)) * (mixed | 61)
    return (mixed ^ (mixed >> 14)) / 2.0**32


def normals(seed: int, n: int) -> NDArray[np.float64]:
    """The first n numbers of a standard normal distribution that a seed gives, (n,).

    Args:
        seed: From 0 to 2^32 - 1.
        n: How many.

    Source:
        Box and Muller 1958.
    """
    even = uniforms(seed, n + n % 2).reshape(-1, 2)
    radius, angle = np.sqrt(-2 * np.log1p(-even[:, 0])), 2 * np.pi * even[:, 1]
    pairs = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    return pairs.reshape(-1)[:n]
