"""Models of Llama's kind from GGUF files, which store weights in few bits, and their tokens."""

from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from torch import Tensor

from attention.models.gpt.config import GPTConfig
from attention.models.gpt.load_gpt2 import Read, fill
from attention.models.gpt.model import GPT


def load_gguf(path: str | PathLike[str]) -> GPT:
    """A model of Llama's kind (grouped heads, rotary, RMSNorm, SwiGLU) from a GGUF file.

    Args:
        path: The file. Its rotary layout is the interleaved one, as everywhere in GGUF.

    Returns:
        The model in float32: each tensor is unpacked when its turn comes.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, holds another architecture, or a tensor does not fit.
    """
    reader = _open(Path(path))
    config = gguf_config(reader)
    reader.fields.clear()  # some hundred thousand small arrays, of no more use
    held = {tensor.name: tensor for tensor in reader.tensors}
    scales = held.pop("rope_freqs.weight", None)
    if scales is not None and (_unpack(scales) != 1.0).any():
        raise ValueError(
            f"tensor rope_freqs.weight in {path} should be all ones (frequencies that follow from "
            "the base alone), but was not"
        )
    last = f"blk.{config.n_layers - 1}.attn_norm.weight"
    if last not in held:  # before so many blocks are built: a damaged count may ask for billions
        raise ValueError(
            f"{path} should hold the tensor {last}, as its llama.block_count is "
            f"{config.n_layers}, but has none"
        )
    names = {"token_embd": "embedding", "output_norm": "norm", "output": "readout"}
    for i in range(config.n_layers):
        names |= {f"blk.{i}.{theirs}": f"blocks.{i}.{ours}" for theirs, ours in _BLOCK.items()}
    tensors: dict[str, Read] = {}
    for name, tensor in held.items():
        theirs, _, kind = name.rpartition(".")
        ours = names.get(theirs)
        if ours is None:
            raise ValueError(f"{path} holds a tensor that the model has no place for: {name}")
        tensors[f"{ours}.{kind}"] = partial(_unpack, tensor)
    return fill(config, tensors, str(path))


def gguf_config(reader: GGUFReader) -> GPTConfig:
    """Our config from a GGUF file's fields.

    Raises:
        ValueError: If the architecture is not Llama's, or a field is missing.
    """
    architecture = _field(reader, "general.architecture")
    if architecture != "llama":
        raise ValueError(f"general.architecture should be 'llama', but was {architecture!r}")

    def count(name: str) -> int:
        return int(_field(reader, f"llama.{name}"))

    scaling = _field(reader, "llama.rope.scaling.type", default="none")
    if scaling != "none":
        raise ValueError(f"llama.rope.scaling.type should be 'none', but was {scaling!r}")
    config = GPTConfig(
        n_tokens=len(_field(reader, "tokenizer.ggml.tokens")),
        max_len=count("context_length"),
        d_model=count("embedding_length"),
        n_layers=count("block_count"),
        n_heads=count("attention.head_count"),
        n_kv_heads=_field(reader, "llama.attention.head_count_kv", default=None),
        d_feed_forward=count("feed_forward_length"),
        feed_forward="swiglu",
        norm="rms",
        position="rotary",
        rotary_base=float(_field(reader, "llama.rope.freq_base", default=10000.0)),
        rotary_layout="interleaved",
        bias=False,
        tied=all(tensor.name != "output.weight" for tensor in reader.tensors),
        norm_epsilon=float(_field(reader, "llama.attention.layer_norm_rms_epsilon")),
    )
    rotated = _field(reader, "llama.rope.dimension_count", default=config.d_head)
    if rotated != config.d_head:
        raise ValueError(
            f"llama.rope.dimension_count should be a head's width {config.d_head}, "
            f"but was {rotated}"
        )
    return config


def gguf_tokenizer(path: str | PathLike[str]) -> Tokenizer:
    """The byte-level tokenizer that a GGUF file carries.

    Args:
        path: The file.

    Returns:
        A tokenizer of the ``tokenizers`` library; ``.encode(text).ids`` gives the ids.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged or its tokenizer is of another kind.
    """
    reader = _open(Path(path))
    kind = _field(reader, "tokenizer.ggml.model"), _field(reader, "tokenizer.ggml.pre")
    if kind != ("gpt2", "smollm"):
        raise ValueError(f"tokenizer.ggml should be ('gpt2', 'smollm'), but was {kind}")
    tokens = _field(reader, "tokenizer.ggml.tokens")
    merges = [tuple(merge.split(" ")) for merge in _field(reader, "tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, merges))
    # Each digit is a piece of its own; the rest is cut as GPT-2 cuts it.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\p{N}"), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    types = _field(reader, "tokenizer.ggml.token_type")
    control = [token for token, t in zip(tokens, types, strict=True) if t == 3]
    tokenizer.add_special_tokens(control)
    return tokenizer


_BLOCK = {
    "attn_norm": "norm_attention",
    "attn_q": "attention.w_q",
    "attn_k": "attention.w_k",
    "attn_v": "attention.w_v",
    "attn_output": "attention.w_o",
    "ffn_norm": "norm_feed_forward",
    "ffn_up": "feed_forward.w_in",
    "ffn_gate": "feed_forward.w_gate",
    "ffn_down": "feed_forward.w_out",
}
"""GGUF's names of a block's modules, and ours."""


class _Reader(GGUFReader):  # type: ignore[misc]
    """A reader that is quicker, and whose message names the tensor that is not whole."""

    def _build_fields(self, offs: int, count: int) -> int:
        # The tokens are many small slices of the file, and a slice of a plain array is far cheaper
        # than one of a memory map.
        self.data: Any = np.asarray(self.data)
        return super()._build_fields(offs, count)

    def _get(self, offset: int, dtype: Any, count: int = 1, **options: Any) -> Any:
        # A slice beyond the end of the file is a shorter slice, and no error by itself.
        found = super()._get(offset, dtype, count, **options)
        if len(found) < count:
            raise ValueError(f"it ends within what begins at byte {offset}")
        return found

    def _build_tensors(self, start_offs: int, fields: list[Any]) -> None:
        for field in fields:
            try:
                super()._build_tensors(start_offs, [field])
            except ValueError as error:
                raise ValueError(f"the tensor {field.name} is not whole ({error})") from error
        super()._build_tensors(start_offs, fields)


def _open(path: Path) -> GGUFReader:
    """Open a GGUF file, with a message that says which file is damaged and how."""
    if not path.is_file():
        raise FileNotFoundError(f"path should be a GGUF file, but there is none at {path}")
    try:
        return _Reader(path)
    except (ValueError, IndexError, KeyError, OverflowError, MemoryError) as error:
        raise ValueError(f"{path} should be a whole GGUF file, but was not: {error}") from error


def _field(reader: GGUFReader, name: str, **default: Any) -> Any:
    """A field's contents; without a default it must be there."""
    field = reader.get_field(name)
    if field is not None:
        try:
            return field.contents()
        except UnicodeDecodeError as error:
            raise ValueError(f"the GGUF file's field {name} should be text: {error}") from error
    if "default" in default:
        return default["default"]
    raise ValueError(f"the GGUF file should have the field {name}, but has none")


def _unpack(tensor: Any) -> Tensor:
    """One tensor in float32. GGUF lists a shape from the last axis on."""
    try:
        numbers = dequantize(tensor.data, tensor.tensor_type)
    except NotImplementedError as error:
        raise ValueError(f"tensor {tensor.name} should be of a known type: {error}") from error
    # Numbers that were float32 already are still the file's own: a model needs its own copy.
    numbers = np.array(numbers, dtype=np.float32, copy=None if numbers.flags.writeable else True)
    return torch.from_numpy(numbers.reshape(tuple(int(n) for n in reversed(tensor.shape))))
