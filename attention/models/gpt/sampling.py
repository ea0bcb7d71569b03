"""Writing with a causal language model: one token after the other, each drawn from its guess."""

from typing import Protocol

import torch
from torch import Tensor

from attention._checks import check_count, check_ids, shape
from attention.models.drawing import draw
from attention.models.gpt.config import GPTConfig
from attention.models.gpt.padding import check_left_padding, check_no_empty_row, check_padding
from attention.nn.cache import KVCache


class LanguageModel(Protocol):
    """What one can write with: :class:`attention.GPT` is one."""

    config: GPTConfig

    def __call__(
        self, ids: Tensor, cache: list[KVCache] | None = None, *, mask: Tensor | None = None
    ) -> Tensor:
        """From ids (B, T) to logits (B, T, n_tokens)."""

    def new_cache(self, batch: int, max_len: int | None = None) -> list[KVCache]:
        """Empty caches, one for each block."""


@torch.no_grad()
def generate(
    model: LanguageModel,
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
    """Continue ``ids`` by ``n`` tokens.

    Args:
        model: The language model; it should be in evaluation mode.
        ids: The beginning, int64 (B, T) with T + n at most the model's ``max_len``.
        n: Number of tokens to add.
        temperature: What the logits are divided by: below 1 the likely become likelier, 0 takes
            the likeliest.
        top_k: Draw among this many likeliest tokens alone; among all when not given.
        generator: Source of chance.
        use_cache: Whether to keep keys and values, so that each step computes one position. The
            text is the same without.
        mask: Which ids are real tokens, bool (B, T), True = a real one; all are when not given.
            Beginnings of unequal length are padded on the left, with any id. Each row goes on as it
            would alone.
        stop: A token's id. A row that has written it is done: that id follows to its end. (In the
            beginning it stops nothing.)

    Returns:
        The beginning and its continuation, int64 (B, T + n).

    Raises:
        TypeError: If a count, ``stop`` or ``ids`` are not whole numbers, or ``mask`` is not bool.
        ValueError: If the text would grow beyond ``max_len``, ``temperature`` is negative,
            ``top_k`` is not between 1 and the size of the vocabulary, an id or ``stop`` is outside
            of it, or ``mask`` has another shape than ``ids``, a row without a real token, or
            padding after one.
    """
    check_count("n", n)
    check_ids("ids", ids, model.config.n_tokens)
    room = model.config.max_len - ids.shape[1]
    if n > room:
        raise ValueError(
            f"n should be at most {room}, what max_len = {model.config.max_len} leaves after "
            f"{ids.shape[1]} ids, but was {n}"
        )
    if mask is not None:
        check_padding(mask, shape(ids))
        check_no_empty_row(mask)
        check_left_padding(mask)
    if stop is not None and check_count("stop", stop, at_least=0) >= model.config.n_tokens:
        raise ValueError(f"stop should be in [0, {model.config.n_tokens}), but was {stop}")
    cache = model.new_cache(len(ids), ids.shape[1] + n) if use_cache else None
    new = ids  # what the model has not seen yet
    done = torch.zeros(len(ids), dtype=torch.bool, device=ids.device)  # which rows have stopped
    for left in reversed(range(n)):
        logits = model(new if use_cache else ids, cache, mask=mask)[:, -1]  # (B, n_tokens)
        token = choose(logits, temperature=temperature, top_k=top_k, generator=generator)  # (B,)
        if stop is not None:
            token = token.masked_fill(done, stop)
            done = done | (token == stop)
        new = token[:, None]
        ids = torch.cat([ids, new], dim=1)
        if mask is not None:
            mask = torch.cat([mask, torch.ones_like(new, dtype=torch.bool)], dim=1)
        if stop is not None and done.all():
            return torch.cat([ids, new.expand(-1, left)], dim=1)
    return ids


def choose(
    logits: Tensor,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Draw one token for each row of logits.

    Args:
        logits: (B, n_tokens), of any floating-point dtype; what is narrower than float32 is
            computed in float32.
        temperature: What the logits are divided by; 0 takes the likeliest.
        top_k: Draw among this many likeliest tokens alone.
        generator: Source of chance.

    Returns:
        Token ids, int64 (B,).

    Raises:
        TypeError: If ``top_k`` is not a whole number.
        ValueError: If ``temperature`` is negative or not finite, ``logits`` are not (B, n_tokens),
            or ``top_k`` is not between 1 and ``n_tokens``.

    Source:
        Fan, Lewis and Dauphin 2018, section 5.4 (drawing among the k likeliest).
    """
    if logits.ndim != 2:
        raise ValueError(f"logits should have shape (B, n_tokens), but had {shape(logits)}")
    if not 0.0 <= temperature < float("inf"):
        raise ValueError(f"temperature should be 0 or above, but was {temperature}")
    if top_k is not None and check_count("top_k", top_k) > logits.shape[-1]:
        raise ValueError(f"top_k should be at most n_tokens = {logits.shape[-1]}, but was {top_k}")
    if temperature == 0.0:
        return logits.argmax(dim=-1)
    if top_k is not None:
        likely = logits.topk(top_k, dim=-1)
        drawn = choose(likely.values, temperature=temperature, generator=generator)  # (B,)
        return likely.indices.gather(1, drawn[:, None]).squeeze(1)
    return draw(_chances(logits, temperature), generator=generator)


def _chances(logits: Tensor, temperature: float) -> Tensor:
    """The softmax of logits / temperature. A cold one neither overflows nor divides by zero."""
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
    below = logits - logits.amax(dim=-1, keepdim=True)  # 0 and less: a quotient can but vanish
    return torch.softmax(below / max(temperature, torch.finfo(below.dtype).tiny), dim=-1)
