"""What a pass of a model computes and moves: reading a prompt at once, writing by the token.

The counts are those of :mod:`attention.functional.costs`: a multiply-add is two FLOPs, and all
scores of the square are counted.
"""

from typing import NamedTuple

from attention._checks import check_count

#: What an A100 computes in a second, in 2-byte numbers (Dao 2023, section 2.1).
A100_FLOPS = 312e12
#: What it moves in a second, in bytes: the least and the most (Dao et al. 2022, section 2.1).
A100_BANDWIDTHS = (1.5e12, 2.0e12)


class Pass(NamedTuple):
    """The FLOPs of a pass, and the bytes that it has to move at least once.

    Attributes:
        flops: Of all products of matrices.
        parameter_bytes: The parameters, fetched once for all tokens of the pass.
        cache_bytes: The keys and values of all texts, those of the pass among them.
    """

    flops: int
    parameter_bytes: int
    cache_bytes: int

    @property
    def bytes_moved(self) -> int:
        """Parameters and caches."""
        return self.parameter_bytes + self.cache_bytes

    @property
    def intensity(self) -> float:
        """FLOPs for each byte moved."""
        return self.flops / self.bytes_moved


def pass_of(new: int, past: int, *, n_parameters: int, cached_numbers: int, batch: int = 1) -> Pass:
    r"""What a pass costs that adds new tokens to each of some texts, at 2 bytes a number.

    .. math::

        \text{FLOPs} = 2 B\, n \left( P + (t + n)\, C \right), \qquad
        \text{bytes} = 2 \left( P + B\, (t + n)\, C \right)

    for B texts, n new tokens and t cached ones in each, P parameters and C cached numbers a token.
    A parameter enters one multiply-add for each token. So does each cached number for each query of
    its own text: a key in the scores, a value in the context. With one text the intensity is n.
    What the layers hand to each other is left out.

    Args:
        new: Tokens that the pass adds to each text, n: the prompt's, or one.
        past: Tokens in each text's cache before, t.
        n_parameters: How many parameters multiply each token, P.
        cached_numbers: How many numbers a token adds to the cache, C; 2 L d for keys and values of
            L layers of width d, one for each query head.
        batch: How many texts share the pass, B.

    Returns:
        The counts.

    Raises:
        TypeError: If an argument is not a whole number.
        ValueError: If it is below 1, or ``past`` below 0.
    """
    check_count("new", new)
    check_count("past", past, 0)
    check_count("n_parameters", n_parameters)
    check_count("cached_numbers", cached_numbers)
    check_count("batch", batch)
    cache = (past + new) * cached_numbers
    return Pass(2 * batch * new * (n_parameters + cache), 2 * n_parameters, 2 * batch * cache)
