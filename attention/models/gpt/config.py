"""What a GPT is built of, as data: sizes, and the choices in which its descendants differ."""

from dataclasses import dataclass
from typing import Literal

from attention._checks import check_count, check_probability
from attention.functional.positions import RotaryLayout

Position = Literal["learned", "sinusoidal", "rotary", "alibi", "none"]


@dataclass(frozen=True)
class GPTConfig:
    """The shape of a GPT; its defaults are GPT-2's choices.

    Attributes:
        n_tokens: Size of the vocabulary.
        max_len: The longest sequence, in tokens.
        d_model: Width of the residual stream.
        n_layers: Number of blocks, N.
        n_heads: Number of query heads; it divides ``d_model``.
        n_kv_heads: Number of key and value heads, which divides ``n_heads``; ``n_heads`` when not
            given.
        d_feed_forward: Width of the feed-forward network's hidden layer; ``4 * d_model`` when not
            given.
        window: Number of positions that a query sees, itself included (Mistral); all before it
            when not given.
        feed_forward: ``"gelu"`` (in its tanh form, GPT-2) or ``"swiglu"`` (Llama).
        norm: ``"layer"`` (GPT-2) or ``"rms"`` (Llama).
        norm_order: ``"pre"``, the norm before each sub-layer and one at the end (GPT-2, Llama), or
            ``"post"``, the norm after each sum (the Transformer of 2017, GPT-1).
        position: ``"learned"`` (GPT-2), ``"sinusoidal"`` (2017), ``"rotary"`` (Llama), ``"alibi"``
            or ``"none"``.
        rotary_base: Base of the rotary positions.
        rotary_layout: Their layout, ``"half"`` or ``"interleaved"``.
        bias: Whether linear layers have a bias.
        tied: Whether the read-out shares the embedding's matrix.
        dropout: Probability of dropout in training, on weights, sub-layers and embeddings.
        norm_epsilon: What keeps a norm from dividing by zero.

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1, does not divide what it should, or a choice is unknown.
    """

    n_tokens: int
    max_len: int
    d_model: int
    n_layers: int
    n_heads: int
    n_kv_heads: int | None = None
    d_feed_forward: int | None = None
    window: int | None = None
    feed_forward: Literal["gelu", "swiglu"] = "gelu"
    norm: Literal["layer", "rms"] = "layer"
    norm_order: Literal["pre", "post"] = "pre"
    position: Position = "learned"
    rotary_base: float = 10000.0
    rotary_layout: RotaryLayout = "half"
    bias: bool = True
    tied: bool = True
    dropout: float = 0.0
    norm_epsilon: float = 1e-5

    def __post_init__(self) -> None:
        for name in ("n_tokens", "max_len", "d_model", "n_layers", "n_heads"):
            check_count(name, getattr(self, name))
        for name in ("n_kv_heads", "d_feed_forward", "window"):
            if getattr(self, name) is not None:
                check_count(name, getattr(self, name))
        if self.d_model % self.n_heads:
            raise ValueError(
                f"n_heads should divide d_model = {self.d_model}, but was {self.n_heads}"
            )
        if self.n_kv_heads is not None and self.n_heads % self.n_kv_heads:
            raise ValueError(
                f"n_kv_heads should divide n_heads = {self.n_heads}, but was {self.n_kv_heads}"
            )
        check_probability("dropout", self.dropout)
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"{name} should be one of {choices}, but was {getattr(self, name)!r}"
                )
        if not self.norm_epsilon > 0.0:
            raise ValueError(f"norm_epsilon should be above 0, but was {self.norm_epsilon}")

    @property
    def d_head(self) -> int:
        """Width of a head."""
        return self.d_model // self.n_heads

    @property
    def d_hidden(self) -> int:
        """Width of the feed-forward network's hidden layer."""
        return 4 * self.d_model if self.d_feed_forward is None else self.d_feed_forward


CHOICES = {
    "feed_forward": ("gelu", "swiglu"),
    "norm": ("layer", "rms"),
    "norm_order": ("pre", "post"),
    "position": ("learned", "sinusoidal", "rotary", "alibi", "none"),
    "rotary_layout": ("half", "interleaved"),
}
"""The words that each choice knows."""

GPT2_124M = GPTConfig(n_tokens=50257, max_len=1024, d_model=768, n_layers=12, n_heads=12)
"""The smallest GPT-2 (Radford et al. 2019): 124,439,808 parameters."""
