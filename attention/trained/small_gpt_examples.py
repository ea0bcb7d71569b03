"""What the widgets show of the book's small GPT: how its stream grows, and what it guesses next."""

from typing import Any, cast

import torch
from torch import Tensor

from attention.models.gpt.block import TransformerBlock
from attention.trained.small_gpt import small_tokenizer, trained_small_gpt

TEXT = "LADY MACBETH.\nOut, damned spot! out, I"
NEXT = " say"
"""How Shakespeare goes on; the play is the one that was held out."""


@torch.no_grad()
def stream_example(text: str = TEXT, right: str = NEXT, *, top: int = 3) -> dict[str, Any]:
    """What each part of the model adds at the last token of a text, for ``ResidualStream``.

    Args:
        text: What the model reads, of 1 to 64 tokens.
        right: The token that comes next.
        top: How many of the likeliest tokens after each part are among the candidates.

    Returns:
        The arguments of the widget: the parts' names and contributions (L, d_model), the candidates
        with their rows of the read-out (n, d_model), through the final norm's gain and bias, and
        the logarithm of the summed exponentials of all other tokens' logits, (L,).

    Raises:
        ValueError: If ``right`` is not one token.
    """
    model, tokenizer = trained_small_gpt(), small_tokenizer()
    (right_id,) = _one_token(right)
    x = model.embed(_ids(text))
    names, parts = ["embedding"], [x]
    for n, module in enumerate(model.blocks):
        block = cast("TransformerBlock", module)
        attended = block.attention(block.norm_attention(x))
        thought = block.feed_forward(block.norm_feed_forward(x + attended))
        names += [f"attention {n}", f"network {n}"]
        parts += [attended, thought]
        x = x + attended + thought
    contributions = torch.cat([part[:, -1] for part in parts])  # (L, d_model)
    logits = model.readout(model.norm(contributions.cumsum(dim=0)))  # (L, n_tokens)
    best = logits.topk(top, dim=-1).indices.flatten().tolist()
    candidates = list(dict.fromkeys([*reversed(best), right_id]))
    rest = logits.index_fill(1, torch.tensor(candidates), -torch.inf)
    rows = model.readout.weight[candidates]  # (n, d_model)
    return {
        "names": names,
        "contributions": contributions,
        "candidates": [tokenizer.decode([i]) for i in candidates],
        "readout": rows * cast("Tensor", model.norm.weight),
        "offsets": rows @ cast("Tensor", model.norm.bias),
        "others": rest.logsumexp(dim=-1),
        "right": candidates.index(right_id),
        "text": text,
    }


@torch.no_grad()
def next_token_example(text: str = TEXT, *, shown: int = 10) -> dict[str, Any]:
    """The model's logits after a text, the likeliest first, for ``NextToken``.

    Args:
        text: What the model reads, of 1 to 64 tokens.
        shown: How many of the likeliest tokens are named.

    Returns:
        The arguments of the widget: the tokens that are named, and all logits (n_tokens,).
    """
    logits = trained_small_gpt()(_ids(text))[0, -1]  # (n_tokens,)
    ordered, ids = logits.sort(descending=True)
    names = [small_tokenizer().decode([i]) for i in ids[:shown].tolist()]
    return {"tokens": names, "logits": ordered, "text": text}


def _ids(text: str) -> Tensor:
    return torch.tensor([small_tokenizer().encode(text).ids])  # (B, T), B = 1


def _one_token(text: str) -> list[int]:
    ids = list(small_tokenizer().encode(text).ids)
    if len(ids) != 1:
        raise ValueError(f"right should be one token, but {text!r} is {len(ids)}")
    return ids
