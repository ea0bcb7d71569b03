"""GPT: a stack of Transformer blocks between an embedding and a read-out."""

import math
from os import PathLike
from typing import Self, cast

import torch
from torch import Tensor, nn

from attention._checks import check_count, shape
from attention.functional.positions import sinusoidal_positions
from attention.models.embedding import look_up
from attention.models.gpt.block import TransformerBlock, new_norm
from attention.models.gpt.checkpoint import fill
from attention.models.gpt.config import GPTConfig
from attention.models.gpt.load import read_checkpoint
from attention.models.gpt.padding import check_left_padding, check_padding, real_positions
from attention.models.gpt.sampling import generate
from attention.nn.cache import KVCache


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

    def forward(
        self, ids: Tensor, cache: list[KVCache] | None = None, *, mask: Tensor | None = None
    ) -> Tensor:
        """The logits of each position's next token.

        Args:
            ids: Token ids, int64 or int32 (B, T).
            cache: What :meth:`new_cache` made, one for each block, with the positions before
                ``ids``; those of ``ids`` are appended.
            mask: Which tokens are real, bool (B, S), True = a real one, where S counts what is
                cached and ``ids``; all are when not given. No real token looks at padding, and
                positions count real tokens only, so that each row gives what it gives alone. With
                a cache padding stands on the left; without one it may stand on either side, but
                not between real tokens. The logits of padding mean nothing.

        Returns:
            Logits, (B, T, n_tokens).

        Raises:
            TypeError: If ``ids`` are not whole numbers or ``mask`` is not bool.
            ValueError: If ``ids`` has another shape, holds an id outside the vocabulary, or is
                longer than ``max_len`` together with what is cached; if ``mask`` has another shape,
                or, with a cache, padding after a real token; or if ``cache`` does not have one
                entry for each block. (On a GPU it is PyTorch that reports an id outside the
                vocabulary: to look for one here would make it wait.)
        """
        if cache is not None and len(cache) != len(self.blocks):
            raise ValueError(
                f"cache should have one KVCache for each of the {len(self.blocks)} blocks, "
                f"but had {len(cache)}"
            )
        start = cache[0].length if cache else 0
        x = self.embed(ids, start, mask=mask)  # (B, T, d_model)
        if mask is not None:
            # Once in the cache, a gap would stay between what is before it and what comes after. (A
            # lone token, a step of writing, is not looked at: a GPU would wait at each of them.)
            if cache and ids.shape[1] > 1 and not torch.compiler.is_compiling():
                check_left_padding(mask)
            mask = mask[:, None]  # (B, 1, S): the same for each query
        for i, block in enumerate(self.blocks):
            x = block(x, None if cache is None else cache[i], mask=mask)
        return self.readout(self.norm(x))  # (B, T, n_tokens)

    def embed(self, ids: Tensor, start: int = 0, *, mask: Tensor | None = None) -> Tensor:
        """What enters the first block, (B, T, d_model).

        Args:
            ids: Token ids, int64 or int32 (B, T).
            start: How many tokens came before them.
            mask: Which tokens are real, those before included, bool (B, start + T), as in
                :meth:`forward`.
        """
        x = look_up("ids", self.embedding, ids)
        end = start + ids.shape[1]
        if end > self.config.max_len:
            raise ValueError(
                f"ids should have shape (B, T) with 1 <= T <= {self.config.max_len - start} "
                f"(max_len = {self.config.max_len}, of which {start} are cached), "
                f"but had {shape(ids)}"
            )
        place: slice | Tensor = slice(start, end)
        if mask is not None:
            check_padding(mask, (len(ids), end))
            place = real_positions(mask)[:, start:]  # (B, T)
        if self.position is not None:
            x = x + self.position.weight[place]
        elif self.config.position == "sinusoidal":
            # As in the paper, the embeddings are scaled up to the size of the waves.
            x = x * math.sqrt(self.config.d_model) + cast("Tensor", self.waves)[place]
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
        mask: Tensor | None = None,
        stop: int | None = None,
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
            mask=mask,
            stop=stop,
        )

    @classmethod
    def from_pretrained(cls, path_or_name: str | PathLike[str]) -> Self:
        """A model with trained weights, in float32 and in evaluation mode.

        Args:
            path_or_name: A folder, a ``.gguf`` file or a name on the model hub; see
                :func:`attention.models.gpt.load.read_checkpoint` for what they hold and for what
                is raised where they do not.
        """
        return fill(cls, read_checkpoint(path_or_name))


def _new_embedding(n: int, width: int) -> nn.Embedding:
    """An embedding. Where there is no memory, nothing is drawn: PyTorch takes seconds over that."""
    if torch.get_default_device().type == "meta":
        return nn.Embedding.from_pretrained(torch.empty(n, width), freeze=False)
    return nn.Embedding(n, width)
