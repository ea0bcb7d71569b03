"""GGUF files that are damaged or do not fit: named, by file and by tensor."""

import contextlib
import re

import gguf
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_files import random_llama, write

from attention import GPT
from attention.models.gpt.load_gguf import gguf_tokenizer


@pytest.fixture
def file(tmp_path):
    return tmp_path / "small.gguf"


# --- what does not fit ---------------------------------------------------------------------------

NAN = np.ones(24, dtype=np.float32)
NAN[7] = np.nan
ONES = {shape: np.ones(shape, dtype=np.float32) for shape in [(24,), (31, 24), (8, 24), (2,)]}
WRONG_TENSORS = {
    "a tensor that is missing": (
        {"blk.1.ffn_up.weight": None},
        "FILE should hold a tensor for blocks.1.feed_forward.w_in.weight, but has none",
    ),
    "no embedding": (
        {"token_embd.weight": None},
        "FILE should hold a tensor for embedding.weight, but has none",
    ),
    "a block too many": (
        {"blk.2.attn_norm.weight": ONES[24,]},
        "FILE holds a tensor that the model has no place for: blk.2.attn_norm.weight",
    ),
    "a bias": (
        {"blk.1.attn_q.bias": ONES[24,]},
        "FILE holds a tensor that the model has no place for: blocks.1.attention.w_q.bias",
    ),
    "too few tokens": (
        {"token_embd.weight": ONES[31, 24]},
        "tensor for embedding.weight in FILE should have shape (37, 24), but had (31, 24)",
    ),
    "a vector for a matrix": (
        {"blk.0.attn_v.weight": ONES[24,]},
        "tensor for blocks.0.attention.w_v.weight in FILE should have shape (8, 24), but had (24,)",
    ),
    "no number": (
        {"blk.1.ffn_norm.weight": NAN},
        "tensor for blocks.1.norm_feed_forward.weight in FILE should be finite, but was not",
    ),
    "whole numbers": (
        {"output_norm.weight": np.ones(24, dtype=np.int32)},
        "tensor output_norm.weight should be of a known type: "
        "Dequantization for I32 is not yet implemented",
    ),
    "frequencies scaled for long texts": (
        {"rope_freqs.weight": 8 * ONES[2,]},
        "tensor rope_freqs.weight in FILE should be all ones (frequencies that follow from the "
        "base alone), but was not",
    ),
}


@pytest.mark.parametrize(("tensors", "message"), WRONG_TENSORS.values(), ids=WRONG_TENSORS.keys())
def test_a_wrong_tensor_is_named(tensors, message, file):
    write(file, random_llama(), tensors=tensors)
    with pytest.raises(ValueError, match=f"^{re.escape(message.replace('FILE', str(file)))}$"):
        GPT.from_pretrained(file)


WRONG_FIELDS = {
    "another architecture": (
        {"general.architecture": "gpt2"},
        "general.architecture should be 'llama', but was 'gpt2'",
    ),
    "half of a head is turned": (
        {"llama.rope.dimension_count": 2},
        "llama.rope.dimension_count should be a head's width 4, but was 2",
    ),
    "scaled positions": (
        {"llama.rope.scaling.type": "linear"},
        "llama.rope.scaling.type should be 'none', but was 'linear'",
    ),
    "blocks that are not there": (
        {"llama.block_count": 2**31},
        "FILE should hold the tensor blk.2147483647.attn_norm.weight, as its llama.block_count is "
        "2147483648, but has none",
    ),
    "no width": (
        {"llama.embedding_length": None},
        "the GGUF file should have the field llama.embedding_length, but has none",
    ),
    "no epsilon": (
        {"llama.attention.layer_norm_rms_epsilon": None},
        "the GGUF file should have the field llama.attention.layer_norm_rms_epsilon, but has none",
    ),
    "no tokens": (
        {"tokenizer.ggml.tokens": None},
        "the GGUF file should have the field tokenizer.ggml.tokens, but has none",
    ),
    "no head": (
        {"llama.attention.head_count": 0},
        "n_heads should be at least 1, but was 0",
    ),
    "heads that do not divide": (
        {"llama.attention.head_count_kv": 4},
        "n_kv_heads should divide n_heads = 6, but was 4",
    ),
}


@pytest.mark.parametrize(("fields", "message"), WRONG_FIELDS.values(), ids=WRONG_FIELDS.keys())
def test_a_wrong_field_is_named(fields, message, file):
    write(file, random_llama(), fields=fields)
    with pytest.raises(ValueError, match=f"^{re.escape(message.replace('FILE', str(file)))}$"):
        GPT.from_pretrained(file)


def test_a_tokenizer_of_another_kind_is_named(file):
    write(file, random_llama(), fields={"tokenizer.ggml.model": "llama"})
    message = "tokenizer.ggml should be ('gpt2', 'smollm'), but was ('llama', 'smollm')"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        gguf_tokenizer(file)


# --- damaged files -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A file that may be cut, the bytes that it had, and where its tensors begin and end."""
    file = write(tmp_path_factory.mktemp("gguf") / "whole.gguf", random_llama())
    tensors = gguf.GGUFReader(file).tensors
    begin = min(int(t.data_offset) for t in tensors)
    ends = sorted((int(t.data_offset + t.n_bytes), t.name) for t in tensors)
    return file, file.read_bytes(), begin, ends


@given(st.data())
def test_a_file_that_is_cut_off_names_the_first_tensor_that_is_not_whole(whole, data):
    file, content, begin, ends = whole
    lengths = st.integers(0, begin - 1) | st.integers(begin, ends[-1][0] - 1)
    length = data.draw(lengths, label="length")
    file.write_bytes(content[:length])
    message = f"{file} should be a whole GGUF file, but was not: "
    if length >= begin:
        name = next(name for end, name in ends if end > length)
        message += f"the tensor {name} is not whole"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        GPT.from_pretrained(file)


@given(place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
def test_a_byte_changed_before_the_tensors_loads_or_gives_a_value_error(whole, place, byte):
    file, content, begin, _ = whole
    damaged = bytearray(content)
    damaged[int(place * begin)] = byte
    file.write_bytes(damaged)
    with contextlib.suppress(ValueError):
        GPT.from_pretrained(file)


def test_a_field_that_is_no_text_is_named(file):
    write(file, random_llama())
    file.write_bytes(file.read_bytes().replace(b"token 7", b"token \xff", 1))
    with pytest.raises(ValueError, match=r"^the GGUF file's field tokenizer.ggml.tokens should be"):
        GPT.from_pretrained(file)


@pytest.mark.parametrize("content", [b"", b"GG", b"GGUF", b"GGUF\3\0\0\0", b"PK\3\4" * 99])
def test_what_is_no_gguf_file_is_named(content, file):
    file.write_bytes(content)
    message = re.escape(f"{file} should be a whole GGUF file, but was not: ")
    for load in (GPT.from_pretrained, gguf_tokenizer):
        with pytest.raises(ValueError, match=f"^{message}"):
            load(file)


def test_a_file_that_is_not_there_is_named(file):
    message = re.escape(f"path should be a GGUF file, but there is none at {file}")
    for load in (GPT.from_pretrained, gguf_tokenizer):
        with pytest.raises(FileNotFoundError, match=f"^{message}$"):
            load(file)
