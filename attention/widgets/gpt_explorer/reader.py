"""What the explorer asks of a trained model, and what it tells the page of it."""

import base64
import hashlib
import json
import re
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

N_GUESSES = 10
LONGEST_TEXT = 20_000  # characters
ALL_LENGTHS = 16  # a text of at most so many tokens is read without a mask at every length


@runtime_checkable
class Reader(Protocol):
    """A trained GPT with its tokenizer, such as ``attention.trained.small_gpt`` has.

    Attributes:
        n_layers: Number of blocks, N.
        n_heads: Number of heads, H.
        max_len: The longest sequence that it reads, in tokens.
    """

    n_layers: int
    n_heads: int
    max_len: int

    def token_ids(self, text: str) -> list[int]:
        """The ids of all tokens of a text, however long."""

    def token_bytes(self, token: int) -> bytes:
        """What a token stands for: UTF-8, or a part of a character."""

    def read(self, ids: list[int], mask: str) -> tuple[Tensor, Tensor]:
        """The weights (N, H, T, T) and each next token's probabilities (T, n_tokens)."""

    def file(self) -> dict[str, Any]:
        """All that makes the model: ``weights`` (bytes), ``merges``, ``n_heads``, ``epsilon``."""


def last_ids(reader: Reader, text: str) -> list[int]:
    """The tokens of a text that the model can read: the last ones."""
    return reader.token_ids(text)[-reader.max_len :]


def piece(reader: Reader, token: int) -> str | None:
    """The text of a token, or ``None`` where it is only a part of a character."""
    try:
        return reader.token_bytes(token).decode()
    except UnicodeDecodeError:
        return None


def name(reader: Reader, token: int) -> str:
    """A token as a label: half a character and a control character are shown as bytes, ⟨E2⟩.

    The page does the same (bpe.js).
    """
    text = piece(reader, token)
    if text is None or (text != "\n" and re.search("[\0-\x1f\x7f]", text)):
        return "".join(f"⟨{byte:02X}⟩" for byte in reader.token_bytes(token))
    return text


def guesses(reader: Reader, chances: Tensor) -> list[list[Any]]:
    """The likeliest next tokens: label, text (or ``None``) and probability of each."""
    top = chances.topk(N_GUESSES)
    pairs = zip(top.indices.tolist(), top.values.tolist(), strict=True)
    return [[name(reader, token), piece(reader, token), round(p, 6)] for token, p in pairs]


def preview(reader: Reader, text: str, mask: str, length: int | None) -> dict[str, Any]:
    """What the page can show of one text before it has the model.

    With a causal mask a shorter text is a part of the longest, so one reading serves all lengths.
    Without one, every length is read by itself: all of a short text, else the one that is shown.
    The weights are whole numbers of 65,535ths.
    """
    last = last_ids(reader, text)
    total = len(last)
    shown = total if length is None else length
    lengths = range(1, total + 1) if total <= ALL_LENGTHS else {shown} if mask == "none" else ()
    wanted = [("causal", total)] * (total > 0) + [("none", n) for n in lengths]
    readings = []
    for kind, n in wanted:
        weights, chances = reader.read(last[:n], kind)
        rows = chances if kind == "causal" else chances[-1:]
        integers = (weights * 65535).round().to(torch.int32).numpy().astype("<u2")
        entry = {"mask": kind, "length": n, "weights": integers.tobytes()}
        readings.append(entry | {"guesses": [guesses(reader, row) for row in rows]})
    return {
        "text": text,
        "names": [name(reader, token) for token in last],
        "total": len(reader.token_ids(text)),
        "readings": readings,
    }


def facts(reader: Reader) -> dict[str, int]:
    """The numbers that the page has to know before it has the model."""
    return {
        "layers": reader.n_layers,
        "heads": reader.n_heads,
        "max_len": reader.max_len,
        "bytes": len(reader.file()["weights"]),
        "longest_text": LONGEST_TEXT,
    }


def script_name(reader: Reader) -> str:
    """The name of the script that brings the model to a page; another model has another name."""
    file = reader.file()
    content = file["weights"] + json.dumps({**file, "weights": ""}, sort_keys=True).encode()
    return f"gpt-{hashlib.sha256(content).hexdigest()[:12]}.js"


def script(reader: Reader) -> str:
    """The script: a page that is opened from a folder can load it, where it can fetch no file."""
    file = reader.file()
    entry = {**file, "weights": base64.b64encode(file["weights"]).decode("ascii")}
    where = json.dumps(script_name(reader))
    return f"(globalThis.afmModels??={{}})[{where}]={json.dumps(entry)};\n"
