"""Chance that the page and Python share: mulberry32, of which the same seed gives the same."""

MASK = 0xFFFFFFFF


def uniforms(seed: int, n: int) -> list[float]:
    """The first n numbers in [0, 1) that a seed gives, in steps of 2^-32.

    Args:
        seed: From 0 to 2^32 - 1.
        n: How many.

    Source:
        Tommy Ettinger 2017, mulberry32.
    """
    found, state = [], seed
    for _ in range(n):
        state = (state + 0x6D2B79F5) & MASK
        mixed = ((state ^ (state >> 15)) * (state | 1)) & MASK
        mixed ^= (mixed + ((mixed ^ (mixed >> 7)) * (mixed | 61))) & MASK
        found.append((mixed ^ (mixed >> 14)) / 2**32)
    return found
