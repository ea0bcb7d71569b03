"""Writing with a causal language model: one token after the other, each drawn from its guess."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from attention._checks import check_count, check_ids, shape

if TYPE_CHECKING:
    from attention.models.gpt.model import GPT


@torch.no_grad()
def generate(
    model: "GPT",
    ids: Tensor,
    n: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    generator: torch.Generator | None = None,
    use_cache: bool = True,
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

    Returns:
        The beginning and its continuation, int64 (B, T + n).

    Raises:
        TypeError: If a count is not a whole number or ``ids`` are not.
        ValueError: If the text would grow beyond ``max_len``, ``temperature`` is negative, or
            ``top_k`` is not between 1 and the size of the vocabulary.
    """
    check_count("n", n)
    check_ids("ids", ids, model.config.n_tokens)
    room = model.config.max_len - ids.shape[1]
    if n > room:
        raise ValueError(
            f"n should be at most {room}, what max_len = {model.config.max_len} leaves after "
            f"{ids.shape[1]} ids, but was {n}"
        )
    cache = model.new_cache(len(ids), ids.shape[1] + n) if use_cache else None
    new = ids  # what the model has not seen yet
    for _ in range(n):
        logits = model(new if use_cache else ids, cache)[:, -1]  # (B, n_tokens)
        new = choose(logits, temperature=temperature, top_k=top_k, generator=generator)[:, None]
        ids = torch.cat([ids, new], dim=1)
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
        logits: (B, n_tokens).
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
    chances = torch.softmax(logits / temperature, dim=-1)
    return torch.multinomial(chances, 1, generator=generator).squeeze(1)
