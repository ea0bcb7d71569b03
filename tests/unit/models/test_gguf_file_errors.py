"""Damaged GGUF files: the error names the file, and the field or the tensor."""

import contextlib
import re

import gguf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_files import random_llama, write

from attention import GPT
from attention.models.gpt.load_gguf import gguf_tokenizer


@pytest.fixture
def file(tmp_path):
    return tmp_path / "small.gguf"


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
    message = f"{file} should be a whole GGUF file, but was not: its field tokenizer.ggml.tokens "
    with pytest.raises(ValueError, match=f"^{re.escape(message)}should be text: "):
        GPT.from_pretrained(file)


def test_each_part_of_a_split_file_is_told_from_a_whole(tmp_path):
    write(tmp_path / "small.gguf", random_llama(), split_max_tensors=9)
    parts = sorted(tmp_path.glob("small-*-of-*.gguf"))
    assert len(parts) == 3
    for part in parts:
        with pytest.raises(ValueError, match=rf"^{re.escape(str(part))} .* its split.count is 3, "):
            GPT.from_pretrained(part)


def test_the_other_byte_order_is_named(file):
    write(file, random_llama(), endianess=gguf.GGUFEndian.BIG)
    message = (
        f"{file} should be a whole GGUF file, but was not: its GGUF.version should be 2 or 3, but "
        "is so in the other byte order only (big-endian); write it again in little-endian"
    )
    for load in (GPT.from_pretrained, gguf_tokenizer):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            load(file)


def replaced(content, old, new):
    """With one part of the file in place of another of the same length."""
    assert content.count(old) == 1
    assert len(old) == len(new)
    return content.replace(old, new)


def u32(number):
    return number.to_bytes(4, "little")


def name(text):
    return len(text).to_bytes(8, "little") + text.encode()


DAMAGES = {
    "a version of another time": (
        b"GGUF" + u32(3),
        b"GGUF" + u32(4),
        "its GGUF.version should be 2 or 3, but was 4",
    ),
    "a field of no known type": (
        name("llama.block_count") + u32(4),
        name("llama.block_count") + u32(99),
        "its field llama.block_count should be of a known type, but was of 99",
    ),
    "the same field twice": (
        name("llama.context_length"),
        name("general.architecture"),
        "its field general.architecture should be there once, but was there twice",
    ),
    "the same tensor twice": (
        name("blk.1.ffn_up.weight"),
        name("blk.0.ffn_up.weight"),
        "each of its tensors should have a name of its own, but two share one",
    ),
    "a tensor of no known type": (
        name("output_norm.weight") + u32(1) + (24).to_bytes(8, "little") + u32(0),
        name("output_norm.weight") + u32(1) + (24).to_bytes(8, "little") + u32(99),
        "the tensor output_norm.weight should be of a known type, but was of 99",
    ),
    "rows of half a block": (
        name("output_norm.weight") + u32(1) + (24).to_bytes(8, "little") + u32(0),
        name("output_norm.weight") + u32(1) + (24).to_bytes(8, "little") + u32(8),
        "the tensor output_norm.weight should have rows of whole blocks of 32, but has shape (24,)",
    ),
    "a tensor without numbers": (
        name("output_norm.weight") + u32(1) + (24).to_bytes(8, "little"),
        name("output_norm.weight") + u32(1) + (0).to_bytes(8, "little"),
        "the tensor output_norm.weight should have rows of whole blocks of 1, but has shape (0,)",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), DAMAGES.values(), ids=DAMAGES.keys())
def test_what_is_damaged_is_named(old, new, message, file):
    write(file, random_llama())
    file.write_bytes(replaced(file.read_bytes(), old, new))
    message = f"{file} should be a whole GGUF file, but was not: {message}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        GPT.from_pretrained(file)


def test_an_alignment_that_is_none_is_named(file):
    write(file, random_llama(), alignment=64)
    old = name("general.alignment") + u32(4) + u32(64)
    file.write_bytes(replaced(file.read_bytes(), old, old[:-4] + u32(48)))
    message = "its general.alignment should be a power of two, but was 48"
    with pytest.raises(ValueError, match=f"{message}$"):
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
