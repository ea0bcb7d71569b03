"""The smallest language model that is one: tokens in, attention, the next token out."""

from typing import cast

import torch
from torch import Tensor, nn

from attention._checks import check_count, check_ids, shape
from attention.models.drawing import draw
from attention.models.embedding import look_up
from attention.nn.multihead import MultiHeadAttention


class AttentionLanguageModel(nn.Module):
    r"""Embeddings, layers of self-attention, and a guess at each position's next token.

    .. math::

        x_0 = E[\text{ids}] + P, \qquad
        x_{l+1} = x_l + \text{attention}(\text{norm}(x_l)), \qquad
        \text{logits} = \text{norm}(x_L)\, W

    With ``d_feed_forward`` each layer also has the position-wise network of the Transformer.

    Args:
        n_tokens: Size of the vocabulary.
        d_model: Width of the embeddings.
        n_heads: Number of heads; it divides ``d_model``.
        n_layers: Number of layers.
        max_len: Number of positions that the model can tell apart.
        causal: Whether a position sees only itself and what came before. Without it the model is
            shown the answers that it is asked for (chapter 6 lets that happen).
        dropout: Probability with which an attention weight is dropped in training.
        d_feed_forward: Width of the feed-forward network's hidden layer; none when not given.

    Raises:
        TypeError: If a count is not a whole number.
        ValueError: If a count is below 1 or ``n_heads`` does not divide ``d_model``.

    Source:
        Vaswani et al. 2017, section 3, in the pre-norm order of Radford et al. 2019.
    """

    def __init__(
        self,
        n_tokens: int,
        *,
        d_model: int,
        n_heads: int,
        n_layers: int,
        max_len: int,
        causal: bool = True,
        dropout: float = 0.0,
        d_feed_forward: int | None = None,
    ) -> None:
        super().__init__()
        self.max_len = check_count("max_len", max_len)
        d_model = check_count("d_model", d_model)
        self.embedding = nn.Embedding(check_count("n_tokens", n_tokens), d_model)
        self.position = nn.Embedding(max_len, d_model)
        self.layers = nn.ModuleList(
            AttentionLayer(
                MultiHeadAttention(d_model, n_heads, causal=causal, dropout=dropout),
                d_feed_forward,
            )
            for _ in range(check_count("n_layers", n_layers))
        )
        self.norm = nn.LayerNorm(d_model)
        self.readout = nn.Linear(d_model, n_tokens, bias=False)

    def forward(self, ids: Tensor) -> Tensor:
        """The logits of each position's next token.

        Args:
            ids: Token ids, int64 or int32 (B, T) with T at most ``max_len``.

        Returns:
            Logits, (B, T, n_tokens).

        Raises:
            TypeError: If ``ids`` are not whole numbers.
            ValueError: If ``ids`` has another shape, is longer than ``max_len``, or holds an id
                outside the vocabulary.
        """
        x = self.embed(ids)  # (B, T, d_model)
        for layer in self.layers:
            x = layer(x)
        return self.readout(self.norm(x))  # (B, T, n_tokens)

    def embed(self, ids: Tensor) -> Tensor:
        """What enters the first layer: each token's vector plus its position's, (B, T, d_model)."""
        x = look_up("ids", self.embedding, ids)
        if ids.shape[1] > self.max_len:
            raise ValueError(
                f"ids should have shape (B, T) with 1 <= T <= {self.max_len}, but had {shape(ids)}"
            )
        return x + self.position.weight[: ids.shape[1]]

    def attention_weights(self, ids: Tensor) -> list[Tensor]:
        """The weights of every layer on ``ids``, each (B, H, T, T)."""
        x, found = self.embed(ids), []
        for layer in cast("list[AttentionLayer]", self.layers):
            found.append(layer.attention(layer.norm(x), need_weights=True)[1])
            x = layer(x)
        return found

    @torch.no_grad()
    def generate(self, ids: Tensor, n: int, *, generator: torch.Generator | None = None) -> Tensor:
        """Continue ``ids`` by ``n`` tokens, each drawn from the model's own guess.

        Args:
            ids: The beginning, int64 (B, T) with T + n at most ``max_len``.
            n: Number of tokens to add.
            generator: Source of chance.

        Returns:
            The beginning and its continuation, (B, T + n).

        Raises:
            TypeError: If ``n`` or ``ids`` are not whole numbers.
            ValueError: If ``ids`` has another shape or holds an id outside the vocabulary, or the
                text would grow beyond ``max_len``.
        """
        check_count("n", n)
        check_ids("ids", ids, self.embedding.num_embeddings)
        room = self.max_len - ids.shape[1]
        if n > room:
            raise ValueError(
                f"n should be at most {room}, what max_len = {self.max_len} leaves after "
                f"{ids.shape[1]} ids, but was {n}"
            )
        for _ in range(n):
            chances = self(ids)[:, -1].softmax(dim=-1)  # (B, n_tokens)
            ids = torch.cat([ids, draw(chances, generator=generator)[:, None]], dim=1)
        return ids


class AttentionLayer(nn.Module):
    """Attention, then perhaps a feed-forward network, each added to what came in."""

    def __init__(self, attention: MultiHeadAttention, d_feed_forward: int | None) -> None:
        super().__init__()
        d_model = attention.d_model
        if d_feed_forward is not None:
            check_count("d_feed_forward", d_feed_forward)
        self.norm = nn.LayerNorm(d_model)
        self.attention = attention
        self.feed_forward = (
            None
            if d_feed_forward is None
            else nn.Sequential(
                nn.LayerNorm(d_model),
                nn.Linear(d_model, d_feed_forward),
                nn.GELU(),
                nn.Linear(d_feed_forward, d_model),
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, d_model) to (B, T, d_model)."""
        x = x + self.attention(self.norm(x))
        return x if self.feed_forward is None else x + self.feed_forward(x)
