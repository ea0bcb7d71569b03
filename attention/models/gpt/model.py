"""The Transformer block, and the GPT that is a stack of them."""

import math
from os import PathLike
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from attention._checks import check_count, check_ids, shape
from attention.functional.positions import sinusoidal_positions
from attention.models.gpt.config import GPTConfig
from attention.models.gpt.sampling import generate
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

    def forward(self, x: Tensor, cache: KVCache | None = None) -> Tensor:
        """Let each position look at those before it, then think by itself.

        Args:
            x: The residual stream, (B, T, d_model).
            cache: Keys and values of the positions before ``x``; those of ``x`` are appended.

        Returns:
            (B, T, d_model).
        """
        return self.forward_with_weights(x, cache, need_weights=False)[0]

    def forward_with_weights(
        self, x: Tensor, cache: KVCache | None = None, *, need_weights: bool = True
    ) -> tuple[Tensor, Tensor | None]:
        """As :meth:`forward`, and with it the attention's weights, (B, H, T, S)."""
        pre = self.norm_order == "pre"
        looked = self.attention(
            self.norm_attention(x) if pre else x, cache=cache, need_weights=need_weights
        )
        context, weights = looked if need_weights else (looked, None)
        x = x + self.dropout(context)  # (B, T, d_model)
        x = x if pre else self.norm_attention(x)
        x = x + self.dropout(self.feed_forward(self.norm_feed_forward(x) if pre else x))
        return (x if pre else self.norm_feed_forward(x)), weights


class GPT(nn.Module):
    r"""A causal language model: embeddings, N blocks, and a guess at each position's next token.

    .. math::

        x_0 = E[\text{ids}] + P, \qquad x_{l+1} = \text{block}_l(x_l), \qquad
        \text{logits} = \text{norm}(x_N)\, E^\top

    With rotary or ALiBi positions there is no P; with the post-norm order there is no last norm.
    Parameters start as GPT-2's: normal with standard deviation 0.02, those that write into the
    residual stream divided by :math:`\sqrt{2N}`.

    Args:
        config: The model's shape.

    Source:
        Radford et al. 2018 and 2019, section 2.3.
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = _new_embedding(config.n_tokens, config.d_model)
        self.position: nn.Embedding | None = None
        if config.position == "learned":
            self.position = _new_embedding(config.max_len, config.d_model)
        elif config.position == "sinusoidal":
            waves = sinusoidal_positions(config.max_len, config.d_model)
            self.register_buffer("waves", waves, persistent=False)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(TransformerBlock(config) for _ in range(config.n_layers))
        self.norm = new_norm(config) if config.norm_order == "pre" else nn.Identity()
        self.readout = nn.Linear(config.d_model, config.n_tokens, bias=False)
        if config.tied:
            self.readout.weight = self.embedding.weight
        if not self.embedding.weight.is_meta:
            self._initialise()

    def _initialise(self) -> None:
        """GPT-2's beginning."""
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)
        for block in cast("list[TransformerBlock]", self.blocks):
            for into in (block.attention.w_o, block.feed_forward.w_out):
                nn.init.normal_(into.weight, std=0.02 / math.sqrt(2 * self.config.n_layers))

    def forward(self, ids: Tensor, cache: list[KVCache] | None = None) -> Tensor:
        """The logits of each position's next token.

        Args:
            ids: Token ids, int64 (B, T).
            cache: What :meth:`new_cache` made, one for each block, with the positions before
                ``ids``; those of ``ids`` are appended.

        Returns:
            Logits, (B, T, n_tokens).

        Raises:
            TypeError: If ``ids`` are not whole numbers.
            ValueError: If ``ids`` has another shape, holds an id outside the vocabulary, or is
                longer than ``max_len`` together with what is cached, or if ``cache`` does not have
                one entry for each block.
        """
        if cache is not None and len(cache) != len(self.blocks):
            raise ValueError(
                f"cache should have one KVCache for each of the {len(self.blocks)} blocks, "
                f"but had {len(cache)}"
            )
        x = self.embed(ids, start=cache[0].length if cache else 0)  # (B, T, d_model)
        for i, block in enumerate(self.blocks):
            x = block(x, None if cache is None else cache[i])
        return self.readout(self.norm(x))  # (B, T, n_tokens)

    def embed(self, ids: Tensor, start: int = 0) -> Tensor:
        """What enters the first block, (B, T, d_model); ``start`` is the first one's position."""
        check_ids("ids", ids, self.config.n_tokens)
        end = start + ids.shape[1]
        if end > self.config.max_len:
            raise ValueError(
                f"ids should have shape (B, T) with 1 <= T <= {self.config.max_len - start} "
                f"(max_len = {self.config.max_len}, of which {start} are cached), "
                f"but had {shape(ids)}"
            )
        x = self.embedding(ids)
        if self.position is not None:
            x = x + self.position.weight[start:end]
        elif self.config.position == "sinusoidal":
            # As in the paper, the embeddings are scaled up to the size of the waves.
            x = x * math.sqrt(self.config.d_model) + cast("Tensor", self.waves)[start:end]
        return self.dropout(x)

    def attention_weights(self, ids: Tensor) -> list[Tensor]:
        """The weights of every block on ``ids``, each (B, H, T, T)."""
        x, found = self.embed(ids), []
        for block in cast("list[TransformerBlock]", self.blocks):
            x, weights = block.forward_with_weights(x)
            found.append(cast("Tensor", weights))
        return found

    def new_cache(self, batch: int, max_len: int | None = None) -> list[KVCache]:
        """Empty caches, one for each block.

        Args:
            batch: Number of sequences.
            max_len: Number of positions to set aside memory for; the model's when not given. With
                a window there is room for the window, whatever ``max_len`` is.
        """
        max_len = self.config.max_len if max_len is None else check_count("max_len", max_len)
        blocks = cast("list[TransformerBlock]", self.blocks)
        return [block.attention.new_cache(batch, max_len) for block in blocks]

    def generate(
        self,
        ids: Tensor,
        n: int,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        generator: torch.Generator | None = None,
        use_cache: bool = True,
    ) -> Tensor:
        """Continue ``ids`` by ``n`` tokens; see :func:`attention.models.gpt.sampling.generate`."""
        return generate(
            self,
            ids,
            n,
            temperature=temperature,
            top_k=top_k,
            generator=generator,
            use_cache=use_cache,
        )

    @staticmethod
    def from_pretrained(path_or_name: str | PathLike[str]) -> "GPT":
        """A model with trained weights; see :func:`attention.models.gpt.load_gpt2.load`."""
        from attention.models.gpt.load_gpt2 import load

        return load(path_or_name)


def new_norm(config: GPTConfig) -> nn.Module:
    """A norm of the kind that the model has."""
    if config.norm == "rms":
        return nn.RMSNorm(config.d_model, eps=config.norm_epsilon)
    return nn.LayerNorm(config.d_model, eps=config.norm_epsilon)


def _new_embedding(n: int, width: int) -> nn.Embedding:
    """An embedding. Where there is no memory, nothing is drawn: PyTorch takes seconds over that."""
    if torch.get_default_device().type == "meta":
        return nn.Embedding.from_pretrained(torch.empty(n, width), freeze=False)
    return nn.Embedding(n, width)
