"""What attention costs: FLOPs, the memory of the scores, and the key-value cache, as formulas.

A FLOP is one floating-point operation, and a multiply-add counts as two. All counts are of a whole
square of scores: what a causal mask could save is not taken off.
"""

import math
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from attention._checks import check_count


class BlockFlops(NamedTuple):
    """The FLOPs of a Transformer block over n tokens, by part.

    Attributes:
        projections: W_Q, W_K, W_V and W_O: four matrices of d_model x d_model.
        feed_forward: Its two matrices.
        attention: Scores and context, the part that grows with the square of n.
    """

    projections: int
    feed_forward: int
    attention: int

    @property
    def linear(self) -> int:
        """The parts that grow with n."""
        return self.projections + self.feed_forward

    @property
    def total(self) -> int:
        """All parts."""
        return self.linear + self.attention


def block_flops(n: int, d_model: int, *, d_feed_forward: int | None = None) -> BlockFlops:
    r"""The FLOPs of one block's forward pass over n tokens, as a multiply-add is two.

    .. math::

        2 n \cdot 4 d^2 \quad+\quad 2 n \cdot 2 d\, d_{ff} \quad+\quad 2 n \cdot 2 n d

    These are the matrix products. Norms, softmax, biases and sums are left out: they take a few
    operations for each number, where a product takes hundreds. How many heads share d_model
    plays no part.

    Args:
        n: Number of tokens.
        d_model: Width of the model, d.
        d_feed_forward: Width of the hidden layer; ``4 * d_model`` when not given.

    Returns:
        The counts of the three parts.

    Raises:
        TypeError: If an argument is not a whole number.
        ValueError: If it is below 1.
    """
    check_count("n", n)
    check_count("d_model", d_model)
    hidden = 4 * d_model if d_feed_forward is None else d_feed_forward
    check_count("d_feed_forward", hidden)
    return BlockFlops(
        projections=2 * n * 4 * d_model**2,
        feed_forward=2 * n * 2 * d_model * hidden,
        attention=2 * n * 2 * n * d_model,
    )


def attention_share(n: int, d_model: int) -> float:
    r"""The share of a block's FLOPs that scores and context take, :math:`n / (6 d + n)`.

    It is what :func:`block_flops` gives for a hidden layer of ``4 * d_model``; one half is
    reached at n = 6 d.

    Args:
        n: Number of tokens.
        d_model: Width of the model, d.

    Returns:
        A number between 0 and 1.

    Raises:
        TypeError: If an argument is not a whole number.
        ValueError: If it is below 1.
    """
    check_count("n", n)
    check_count("d_model", d_model)
    return n / (6 * d_model + n)


def score_bytes(n: int, n_heads: int, *, bytes_per_number: float = 4) -> int:
    """The memory of one layer's matrices of scores (or weights), where they are stored: H n n.

    Args:
        n: Number of tokens.
        n_heads: Number of query heads, H.
        bytes_per_number: 4 for float32; it may be a fraction.

    Returns:
        The bytes for one sequence.

    Raises:
        TypeError: If a count is not a whole number, or the bytes not a number.
        ValueError: If a count is below 1, or the bytes are not above 0.
    """
    check_count("n", n)
    check_count("n_heads", n_heads)
    return _whole_bytes(n_heads * n * n, bytes_per_number)


def projection_bytes(n: int, d_model: int, *, bytes_per_number: float = 4) -> int:
    """The memory of one layer's queries, keys, values and contexts: 4 n d.

    Args:
        n: Number of tokens.
        d_model: Width of the model, d.
        bytes_per_number: 4 for float32; it may be a fraction.

    Returns:
        The bytes for one sequence.

    Raises:
        TypeError: If a count is not a whole number, or the bytes not a number.
        ValueError: If a count is below 1, or the bytes are not above 0.
    """
    check_count("n", n)
    check_count("d_model", d_model)
    return _whole_bytes(4 * n * d_model, bytes_per_number)


@dataclass(frozen=True)
class CacheConfig:
    """What of a model decides the size of its key-value cache.

    Attributes:
        name: What the model is called.
        n_layers: Number of layers, L.
        n_heads: Number of query heads.
        n_kv_heads: Number of key and value heads, which divides ``n_heads``.
        d_head: Width of a head.
        max_context: The longest sequence that the model was made for, in tokens.
        window: How many positions each query sees, itself among them, when that is limited.
        d_latent: Width of the compressed keys and values of latent attention (MLA); then the cache
            holds them, and ``n_kv_heads`` plays no part.
        d_rope: Width of the rotary key that all heads share; given together with ``d_latent``.

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1 or does not divide what it should, or only one of
            ``d_latent`` and ``d_rope`` is given.
    """

    name: str
    n_layers: int
    n_heads: int
    n_kv_heads: int
    d_head: int
    max_context: int
    window: int | None = None
    d_latent: int | None = None
    d_rope: int | None = None

    def __post_init__(self) -> None:
        for name in ("n_layers", "n_heads", "n_kv_heads", "d_head", "max_context"):
            check_count(name, getattr(self, name))
        if self.n_heads % self.n_kv_heads:
            raise ValueError(
                f"n_kv_heads should divide n_heads = {self.n_heads}, but was {self.n_kv_heads}"
            )
        for name, least in (("window", 1), ("d_latent", 1), ("d_rope", 0)):
            if getattr(self, name) is not None:
                check_count(name, getattr(self, name), least)
        if (self.d_latent is None) != (self.d_rope is None):
            raise ValueError(
                f"d_latent and d_rope should be given together, "
                f"but were {self.d_latent} and {self.d_rope}"
            )

    @property
    def numbers_per_layer(self) -> int:
        """How many numbers one token adds to the cache of one layer."""
        if self.d_latent is not None and self.d_rope is not None:
            return self.d_latent + self.d_rope
        return 2 * self.n_kv_heads * self.d_head

    @property
    def multi_head(self) -> "CacheConfig":
        """The same model with full multi-head attention, without groups, window or latent."""
        return replace(self, n_kv_heads=self.n_heads, window=None, d_latent=None, d_rope=None)


def cache_bytes(config: CacheConfig, context: int = 1, *, bytes_per_number: float = 2) -> int:
    r"""The size of the key-value cache of all layers for one sequence.

    .. math::

        \underbrace{2\, n_{kv}\, d_{head}}_{\text{keys and values}} L\, t\, b
        \quad\text{or}\quad
        \underbrace{(d_{latent} + d_{rope})}_{\text{latent attention}} L\, t\, b

    where t is the context, or the window when that is shorter, and b the bytes per number.

    Args:
        config: The model.
        context: Number of tokens in the sequence; 1 gives the bytes per token.
        bytes_per_number: 2 for float16 and bfloat16. It may be a fraction: GGUF's q8_0 stores 32
            numbers and their scale in 34 bytes, 1.0625 for each.

    Returns:
        The bytes.

    Raises:
        TypeError: If a count is not a whole number, or the bytes not a number.
        ValueError: If a count is below 1, or the bytes are not above 0.
    """
    check_count("context", context)
    kept = context if config.window is None else min(context, config.window)
    return _whole_bytes(config.n_layers * config.numbers_per_layer * kept, bytes_per_number)


def _whole_bytes(n_numbers: int, bytes_per_number: float) -> int:
    """The size of so many numbers, a begun byte counted as a whole one.

    Raises:
        TypeError: If ``bytes_per_number`` is not a number.
        ValueError: If it is not above 0, or not finite.
    """
    if isinstance(bytes_per_number, bool) or not isinstance(bytes_per_number, int | float):
        raise TypeError(f"bytes_per_number should be a number, but was {bytes_per_number!r}")
    if not 0 < bytes_per_number < math.inf:
        raise ValueError(f"bytes_per_number should be above 0, but was {bytes_per_number}")
    return math.ceil(n_numbers * Fraction(bytes_per_number))


# The widths as the papers give them; DeepSeek's d_head is that of a head before its keys' rotary
# part, so that multi_head is the multi-head attention of DeepSeek-V2's Table 1.
_PUBLISHED = (
    # Radford et al. 2019, Table 2; all heads are 64 wide.
    CacheConfig("GPT-2 124M", 12, 12, 12, 64, 1024),
    CacheConfig("GPT-2 XL", 48, 25, 25, 64, 1024),
    # Touvron et al. 2023: layers and heads in LLaMA, arXiv 2302.13971, Table 2; the context and the
    # grouped queries of the largest in Llama 2, arXiv 2307.09288, Table 1 and section A.2.1.
    CacheConfig("Llama-2 7B", 32, 32, 32, 128, 4096),
    CacheConfig("Llama-2 70B", 80, 64, 8, 128, 4096),
    # Grattafiori et al. 2024, The Llama 3 Herd of Models, arXiv 2407.21783: Table 3.
    CacheConfig("Llama-3 8B", 32, 32, 8, 128, 8192),
    CacheConfig("Llama-3.1 405B", 126, 128, 8, 128, 131_072),
    # Jiang et al. 2023, Mistral 7B, arXiv 2310.06825: Table 1.
    CacheConfig("Mistral 7B v0.1", 32, 32, 8, 128, 8192, window=4096),
    # DeepSeek-AI 2024, DeepSeek-V2, arXiv 2405.04434: section 3.1.2.
    CacheConfig("DeepSeek-V2", 60, 128, 128, 128, 131_072, d_latent=512, d_rope=64),
    # DeepSeek-AI 2024, DeepSeek-V3, arXiv 2412.19437: section 4.2.
    CacheConfig("DeepSeek-V3", 61, 128, 128, 128, 131_072, d_latent=512, d_rope=64),
)
#: Published models by name, as their papers describe them.
MODELS: dict[str, CacheConfig] = {config.name: config for config in _PUBLISHED}


def readable_bytes(n_bytes: float) -> str:
    """Bytes in the unit that people would choose, with three digits: ``"1.25 GiB"``.

    A KiB is 1,024 bytes, a MiB 1,024 KiB, and so on.
    """
    return _in_units(n_bytes, 1024, ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB"))


def readable_flops(flops: float) -> str:
    """FLOPs in the unit that people would choose, with three digits: ``"213 GFLOPs"``."""
    return _in_units(flops, 1000, ("FLOPs", "kFLOPs", "MFLOPs", "GFLOPs", "TFLOPs", "PFLOPs"))


def three_digits(value: float) -> str:
    """A positive number in three digits, or all before the point; no zeros at the end.

    Halves are rounded up, as the page's JavaScript does.
    """
    exact = Decimal(float(value))
    places = max(0, 2 - exact.adjusted()) if exact >= 1 else 2
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded.normalize():,f}"


def _in_units(value: float, step: int, units: tuple[str, ...]) -> str:
    size, unit = float(value), 0
    while unit < len(units) - 1 and round(size) >= step:
        size, unit = size / step, unit + 1
    return f"{three_digits(size)} {units[unit]}"
