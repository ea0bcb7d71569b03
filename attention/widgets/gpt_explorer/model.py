"""The book's own GPT as the page gets it: a script for the site, bytes for JupyterLab, numbers."""

import base64
import copy
import hashlib
import json
import re
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from attention.models.gpt.block import TransformerBlock
from attention.models.gpt.model import GPT
from attention.trained import small_gpt

N_GUESSES = 10
LONGEST_TEXT = 20_000  # characters
ALL_LENGTHS = 16  # a text of at most so many tokens is read without a mask at every length


class Reading(NamedTuple):
    """What the model makes of some tokens.

    Attributes:
        weights: Of every layer and head, (N, H, T, T).
        chances: The next token's probabilities after each token, (T, n_tokens).
    """

    weights: Tensor
    chances: Tensor


@torch.no_grad()
def read(ids: list[int], mask: str) -> Reading:
    """Let the model read, with a causal mask or with none (which it was not trained for)."""
    model = _models()[mask]
    x = model.embed(torch.tensor([ids]))
    weights = []
    for block in model.blocks:
        assert isinstance(block, TransformerBlock)
        x, found = block.forward_with_weights(x)
        assert found is not None
        weights.append(found[0])
    logits = model.readout(model.norm(x))[0]
    return Reading(torch.stack(weights), logits.softmax(dim=-1))


@cache
def _models() -> dict[str, GPT]:
    model = small_gpt.trained_small_gpt()
    seeing = copy.deepcopy(model)
    for block in seeing.blocks:
        assert isinstance(block, TransformerBlock)
        block.attention.causal = False
    return {"causal": model, "none": seeing}


def well_formed(text: str) -> str:
    """The text with U+FFFD in place of half a surrogate pair, as a page may hold it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def token_ids(text: str) -> list[int]:
    """The ids of all tokens of a text, however long."""
    return list(small_gpt.small_tokenizer().encode(text).ids)


def piece(token: int) -> str | None:
    """The text of a token, or ``None`` where it is only a part of a character."""
    try:
        return _bytes_of(token).decode()
    except UnicodeDecodeError:
        return None


def name(token: int) -> str:
    """A token as a label: half a character and a control character are shown as bytes, ⟨E2⟩.

    The page does the same (bpe.js).
    """
    text = piece(token)
    if text is None or (text != "\n" and re.search("[\0-\x1f\x7f]", text)):
        return "".join(f"⟨{byte:02X}⟩" for byte in _bytes_of(token))
    return text


@cache
def _byte_of_letter() -> dict[str, int]:
    """GPT-2's letters for the 256 bytes: itself where it can be seen, else from U+0100 on."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    unseen = [byte for byte in range(256) if byte not in seen]
    letters = {chr(byte): byte for byte in seen}
    return letters | {chr(256 + n): byte for n, byte in enumerate(unseen)}


def _bytes_of(token: int) -> bytes:
    letters = small_gpt.small_tokenizer().id_to_token(token) or ""
    return bytes(_byte_of_letter()[letter] for letter in letters)


def guesses(chances: Tensor) -> list[list[Any]]:
    """The likeliest next tokens: label, text (or ``None``) and probability of each."""
    top = chances.topk(N_GUESSES)
    pairs = zip(top.indices.tolist(), top.values.tolist(), strict=True)
    return [[name(token), piece(token), round(p, 6)] for token, p in pairs]


def preview(text: str, mask: str, length: int | None) -> dict[str, Any]:
    """What the page can show of one text before it has the model.

    With a causal mask a shorter text is a part of the longest, so one reading serves all lengths.
    Without one, every length is read by itself: all of a short text, else the one that is shown.
    The weights are whole numbers of 65,535ths.
    """
    ids = token_ids(text)
    last = ids[-small_gpt.SMALL_GPT.max_len :]
    total = len(last)
    shown = total if length is None else length
    lengths = range(1, total + 1) if total <= ALL_LENGTHS else {shown} if mask == "none" else ()
    asked = [("causal", total)] * (total > 0) + [("none", n) for n in lengths]
    readings = []
    for kind, n in asked:
        found = read(last[:n], kind)
        rows = found.chances if kind == "causal" else found.chances[-1:]
        integers = (found.weights * 65535).round().to(torch.int32).numpy().astype("<u2")
        entry = {"mask": kind, "length": n, "weights": integers.tobytes()}
        readings.append(entry | {"guesses": [guesses(row) for row in rows]})
    return {
        "text": text,
        "names": [name(token) for token in last],
        "total": len(ids),
        "readings": readings,
    }


def facts() -> dict[str, int]:
    """The numbers that the page has to know before it has the model."""
    return {
        "layers": small_gpt.SMALL_GPT.n_layers,
        "heads": small_gpt.SMALL_GPT.n_heads,
        "max_len": small_gpt.SMALL_GPT.max_len,
        "bytes": len(model_file()["weights"]),
        "longest_text": LONGEST_TEXT,
    }


@cache
def model_file() -> dict[str, Any]:
    """All that makes the model: the file of its weights, the tokenizer's merges, two numbers."""
    written = json.loads(small_gpt.TOKENIZER.read_text(encoding="utf-8"))["model"]
    merges, vocabulary = written["merges"], written["vocab"]
    expected = sorted(_byte_of_letter()) + ["".join(pair) for pair in merges]
    if expected != sorted(vocabulary, key=vocabulary.__getitem__):
        raise ValueError(f"{small_gpt.TOKENIZER} should number the bytes, then the merges")
    return {
        "weights": small_gpt.WEIGHTS.read_bytes(),
        "merges": "\n".join(" ".join(pair) for pair in merges),
        "n_heads": small_gpt.SMALL_GPT.n_heads,
        "epsilon": small_gpt.SMALL_GPT.norm_epsilon,
    }


@cache
def script_name() -> str:
    """The name of the script that brings the model to a page; another model has another name."""
    file = model_file()
    content = file["weights"] + json.dumps({**file, "weights": ""}, sort_keys=True).encode()
    return f"gpt-{hashlib.sha256(content).hexdigest()[:12]}.js"


def script() -> str:
    """The script: a page that is opened from a folder can load it, where it can fetch no file."""
    file = model_file()
    entry = {**file, "weights": base64.b64encode(file["weights"]).decode("ascii")}
    return f"(globalThis.afmModels??={{}})[{json.dumps(script_name())}]={json.dumps(entry)};\n"
