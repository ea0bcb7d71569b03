"""The book's own GPT: GPT-2 in miniature, trained on Shakespeare.

Chapter 8 trains it for half a minute. ``scripts/train_small_gpt.py`` trains the same model for
longer; with its weights the page of that chapter computes. They and the log stand in
``attention/trained/weights``.
"""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any, cast

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor

from attention._checks import check_count
from attention.data.text import plays, shakespeare
from attention.experiments.training import train
from attention.models.gpt.block import TransformerBlock
from attention.models.gpt.config import GPT2_124M, GPTConfig
from attention.models.gpt.model import GPT
from attention.trained._weights import TIED, load_weights

DATA = Path(__file__).with_name("weights")
WEIGHTS = DATA / "small_gpt.safetensors"
TOKENIZER = DATA / "small_gpt_tokenizer.json"
HELD_OUT = "macbeth"
"""The play that is kept from the training, to measure the loss on."""
SMALL_GPT = GPTConfig(n_tokens=1024, max_len=64, d_model=128, n_layers=3, n_heads=4)
DIAGRAMS = {"GPT-2 124M": GPT2_124M, "the book’s small GPT": SMALL_GPT}  # noqa: RUF001
"""The models whose sizes ``BlockDiagram`` offers, as its argument ``presets``."""
BATCH = 16


@cache
def small_tokenizer() -> Tokenizer:
    """A byte-level tokenizer of 1,024 pieces, made from the plays as GPT-2's was from the web.

    Returns:
        A tokenizer of the ``tokenizers`` library. It can write any text: what it has no piece for,
        it writes in bytes.

    Source:
        Sennrich, Haddow and Birch 2016; Radford et al. 2019, section 2.2.
    """
    return Tokenizer.from_file(str(TOKENIZER))


@cache
def play_ids(*names: str) -> Tensor:
    """The token ids of these plays, one after the other, int64 (N,)."""
    texts = small_tokenizer().encode_batch([shakespeare(name) + "\n" for name in names])
    return torch.tensor([token for text in texts for token in text.ids])


def training_ids() -> Tensor:
    """The token ids of all plays but the one held out, one after the other, int64 (N,)."""
    return play_ids(*[play for play in plays() if play != HELD_OUT])


def held_out_ids() -> Tensor:
    """The token ids of the play that is held out, int64 (N,)."""
    return play_ids(HELD_OUT)


def train_small_gpt(
    steps: int,
    *,
    seed: int = 0,
    lr: float = 2e-3,
    config: GPTConfig = SMALL_GPT,
    ids: Tensor | None = None,
) -> tuple[GPT, list[float]]:
    """Train a GPT on the plays.

    Args:
        steps: Number of steps, of 16 stretches of ``max_len`` tokens each.
        seed: Seed of its parameters and of the stretches.
        lr: The highest learning rate; the rate rises over the first twentieth and falls to 0.
        config: The model's shape; its vocabulary is that of :func:`small_tokenizer`.
        ids: The text to train on, int64 (N,) with N above ``max_len``; that of
            :func:`training_ids` when not given.

    Returns:
        The model, in evaluation mode, and the loss of each step in nats a token.
    """
    check_count("steps", steps)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = GPT(config)
    ids = training_ids() if ids is None else ids
    chance = torch.Generator().manual_seed(seed)
    stretch = torch.arange(config.max_len + 1)

    def loss_at(_: int) -> Tensor:
        begin = torch.randint(len(ids) - config.max_len, (BATCH, 1), generator=chance)
        return language_loss(model, ids[begin + stretch])

    losses = train(model, loss_at, steps=steps, lr=lr, warmup=0.05, weight_decay=0.1, label="GPT")
    return model, losses


def language_loss(model: GPT, ids: Tensor) -> Tensor:
    """The mean cross-entropy of guessing each id but the first from those before it.

    Args:
        model: The language model.
        ids: Stretches of text, int64 (B, T + 1) with T at most ``max_len``.

    Returns:
        A scalar, in nats a token.
    """
    return F.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())


@torch.no_grad()
def held_out_loss(model: GPT) -> float:
    """The loss on the play that is held out, in nats a token, over stretches side by side."""
    length = model.config.max_len + 1
    ids = held_out_ids()
    stretches = ids[: len(ids) // length * length].reshape(-1, length)
    losses = [language_loss(model, part) * len(part) for part in stretches.split(64)]
    return float(sum(losses) / len(stretches))


@cache
def trained_small_gpt() -> GPT:
    """The GPT as the script left it, in evaluation mode."""
    return load_weights(GPT(SMALL_GPT), WEIGHTS, "", tied=TIED)


class SmallGPTReader:
    """The trained GPT as ``GPTExplorer`` reads with it: weights, guesses, and the files for a page.

    Attributes:
        n_layers: Number of blocks, N.
        n_heads: Number of heads, H.
        max_len: The longest sequence that it reads, in tokens.
    """

    n_layers, n_heads, max_len = SMALL_GPT.n_layers, SMALL_GPT.n_heads, SMALL_GPT.max_len

    def token_ids(self, text: str) -> list[int]:
        """The ids of all tokens of a text, however long."""
        return list(small_tokenizer().encode(text).ids)

    def token_bytes(self, token: int) -> bytes:
        """What a token stands for: UTF-8, or a part of a character."""
        letters = small_tokenizer().id_to_token(token) or ""
        return bytes(_byte_of_letter()[letter] for letter in letters)

    @torch.no_grad()
    def read(self, ids: list[int], mask: str) -> tuple[Tensor, Tensor]:
        """Let the model read, with a causal mask or with none (which it was not trained for).

        Args:
            ids: The T tokens.
            mask: "causal" or "none".

        Returns:
            The weights of every layer and head, (N, H, T, T), and the probabilities of the next
            token after each, (T, n_tokens).
        """
        model = _with_mask(mask)
        x = model.embed(torch.tensor([ids]))
        weights = []
        for block in model.blocks:
            x, found = cast("TransformerBlock", block).forward_with_weights(x)
            assert found is not None
            weights.append(found[0])
        logits = model.readout(model.norm(x))[0]
        return torch.stack(weights), logits.softmax(dim=-1)

    def file(self) -> dict[str, Any]:
        """All that makes the model: the file of its weights, the tokenizer's merges, two numbers.

        Raises:
            ValueError: If the tokenizer does not number the bytes first and then the merges.
        """
        return _model_file()


@cache
def small_gpt_reader() -> SmallGPTReader:
    """The argument of ``GPTExplorer``: the trained GPT, as the page and Python read with it."""
    return SmallGPTReader()


@cache
def _with_mask(mask: str) -> GPT:
    """The trained GPT with its causal mask, or a copy of it that sees all tokens."""
    if mask == "causal":
        return trained_small_gpt()
    seeing = copy.deepcopy(trained_small_gpt())
    for block in seeing.blocks:
        cast("TransformerBlock", block).attention.causal = False
    return seeing


@cache
def _byte_of_letter() -> dict[str, int]:
    """GPT-2's letters for the 256 bytes: itself where it can be seen, else from U+0100 on."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    unseen = [byte for byte in range(256) if byte not in seen]
    letters = {chr(byte): byte for byte in seen}
    return letters | {chr(256 + n): byte for n, byte in enumerate(unseen)}


@cache
def _model_file() -> dict[str, Any]:
    written = json.loads(TOKENIZER.read_text(encoding="utf-8"))["model"]
    merges, vocabulary = written["merges"], written["vocab"]
    expected = sorted(_byte_of_letter()) + ["".join(pair) for pair in merges]
    if expected != sorted(vocabulary, key=vocabulary.__getitem__):
        raise ValueError(f"{TOKENIZER} should number the bytes, then the merges")
    return {
        "weights": WEIGHTS.read_bytes(),
        "merges": "\n".join(" ".join(pair) for pair in merges),
        "n_heads": SMALL_GPT.n_heads,
        "epsilon": SMALL_GPT.norm_epsilon,
    }
