"""The Transformer block: attention and a feed-forward network, each with its norm."""

import torch.nn.functional as F
from torch import Tensor, nn

from attention.models.gpt.config import GPTConfig
from attention.nn.cache import KVCache
from attention.nn.multihead import MultiHeadAttention
from attention.nn.positions import RotaryEmbedding


class FeedForward(nn.Module):
    r"""The position-wise network: each position for itself, through a wider layer and back.

    .. math::

        \text{GELU: } \text{GELU}(X W_{in})\, W_{out}, \qquad
        \text{SwiGLU: } \left(\text{SiLU}(X W_{gate}) \odot X W_{in}\right) W_{out}

    Positions are rows. Where the config has biases, one is added after each matrix.

    Args:
        config: The model's shape.

    Source:
        Vaswani et al. 2017, section 3.3; Hendrycks and Gimpel 2016 (GELU, in its tanh form);
        Shazeer 2020 (SwiGLU).
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        d_model, d_hidden, bias = config.d_model, config.d_hidden, config.bias
        self.w_in = nn.Linear(d_model, d_hidden, bias=bias)
        self.w_gate = (
            nn.Linear(d_model, d_hidden, bias=bias) if config.feed_forward == "swiglu" else None
        )
        self.w_out = nn.Linear(d_hidden, d_model, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """(..., d_model) to (..., d_model)."""
        hidden = self.w_in(x)  # (..., d_hidden)
        if self.w_gate is None:
            hidden = F.gelu(hidden, approximate="tanh")
        else:
            hidden = F.silu(self.w_gate(x)) * hidden
        return self.w_out(hidden)


class TransformerBlock(nn.Module):
    r"""Attention, then a feed-forward network, each added to what came in.

    .. math::

        \text{pre: } x + f(\text{norm}(x)), \qquad \text{post: } \text{norm}(x + f(x))

    for :math:`f` the attention and then the network, each with a norm of its own.

    Args:
        config: The model's shape; ``norm_order`` says which of the two.

    Source:
        Vaswani et al. 2017, section 3.1 (post); Radford et al. 2019, section 2.3 (pre).
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.norm_order = config.norm_order
        rotary = None
        if config.position == "rotary":
            rotary = RotaryEmbedding(config.d_head, config.rotary_base, config.rotary_layout)
        self.norm_attention = new_norm(config)
        self.attention = MultiHeadAttention(
            config.d_model,
            config.n_heads,
            n_kv_heads=config.n_kv_heads,
            causal=True,
            window=config.window,
            dropout=config.dropout,
            bias=config.bias,
            rotary=rotary,
            alibi=config.position == "alibi",
        )
        self.norm_feed_forward = new_norm(config)
        self.feed_forward = FeedForward(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self, x: Tensor, cache: KVCache | None = None, *, mask: Tensor | None = None
    ) -> Tensor:
        """Let each position look at those before it, then think by itself.

        Args:
            x: The residual stream, (B, T, d_model).
            cache: Keys and values of the positions before ``x``; those of ``x`` are appended.
            mask: What may be looked at besides, as in :class:`attention.MultiHeadAttention`.

        Returns:
            (B, T, d_model).
        """
        return self.forward_with_weights(x, cache, mask=mask, need_weights=False)[0]

    def forward_with_weights(
        self,
        x: Tensor,
        cache: KVCache | None = None,
        *,
        mask: Tensor | None = None,
        need_weights: bool = True,
    ) -> tuple[Tensor, Tensor | None]:
        """As :meth:`forward`, and with it the attention's weights, (B, H, T, S)."""
        pre = self.norm_order == "pre"
        result = self.attention(
            self.norm_attention(x) if pre else x, mask=mask, cache=cache, need_weights=need_weights
        )
        context, weights = result if need_weights else (result, None)
        x = x + self.dropout(context)  # (B, T, d_model)
        x = x if pre else self.norm_attention(x)
        x = x + self.dropout(self.feed_forward(self.norm_feed_forward(x) if pre else x))
        return (x if pre else self.norm_feed_forward(x)), weights


def new_norm(config: GPTConfig) -> nn.Module:
    """A norm of the kind that the model has."""
    if config.norm == "rms":
        return nn.RMSNorm(config.d_model, eps=config.norm_epsilon)
    return nn.LayerNorm(config.d_model, eps=config.norm_epsilon)
