"""Damaged safetensors files, whole or in parts: the error names the file and the tensor."""

import json
import re

import pytest
from gpt2_files import SIZES, save
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from transformers import GPT2Config, GPT2LMHeadModel

from attention import GPT


@pytest.fixture
def folder(tmp_path):
    """A folder with a small GPT-2."""
    save(tmp_path)
    return tmp_path


# --- damaged files -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder whose file may be cut, and the bytes that it had."""
    folder = tmp_path_factory.mktemp("gpt2")
    save(folder)
    return folder, (folder / "model.safetensors").read_bytes()


@given(st.data())
def test_a_file_that_is_cut_off_names_the_first_tensor_that_is_not_whole(whole, data):
    folder, content = whole
    n_header = 8 + int.from_bytes(content[:8], "little")
    length = data.draw(
        st.integers(0, n_header - 1) | st.integers(n_header, len(content) - 1), label="length"
    )
    file = folder / "model.safetensors"
    file.write_bytes(content[:length])
    header = json.loads(content[8:n_header])
    header.pop("__metadata__", None)
    ends = sorted((n_header + v["data_offsets"][1], name) for name, v in header.items())
    message = f"{file} should be a whole safetensors file, but was not: "
    if length >= n_header:
        name = next(name for end, name in ends if end > length)
        message = f"{file} is cut off: the tensor {name} and what follows it are not whole"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        GPT.from_pretrained(folder)


@given(st.data())
def test_a_byte_changed_in_the_header_loads_or_gives_a_value_error(whole, data):
    folder, content = whole
    place = data.draw(st.integers(0, 8 + int.from_bytes(content[:8], "little") - 1), label="place")
    damaged = bytearray(content)
    damaged[place] = data.draw(st.integers(0, 255), label="byte")
    (folder / "model.safetensors").write_bytes(damaged)
    try:
        GPT.from_pretrained(folder)
    except ValueError as error:
        assert re.search(r"safetensors|tensor", str(error))  # noqa: PT017


@pytest.mark.parametrize("content", [b"", b"{}", b"\x02" + 7 * b"\0" + b"[]", b"PK\3\4" * 99])
def test_what_is_no_safetensors_file_is_named(content, folder):
    file = folder / "model.safetensors"
    file.write_bytes(content)
    message = re.escape(f"{file} should be a whole safetensors file, but was not: ")
    with pytest.raises(ValueError, match=f"^{message}"):
        GPT.from_pretrained(folder)


# --- several files -------------------------------------------------------------------------------

INDEX = "model.safetensors.index.json"


@pytest.fixture
def parts(tmp_path):
    """A folder with a small GPT-2 in several files."""
    GPT2LMHeadModel(GPT2Config(**SIZES)).save_pretrained(tmp_path, max_shard_size="9KB")
    return tmp_path


def first_part(parts):
    return min(parts.glob("model-*.safetensors"))


def map_to(parts, name, file):
    """Let the index say that a tensor is in that file, or, for ``None``, not name it."""
    index = json.loads((parts / INDEX).read_text(encoding="utf-8"))
    index["weight_map"].pop(name, None)
    if file is not None:
        index["weight_map"][name] = file
    (parts / INDEX).write_text(json.dumps(index), encoding="utf-8")


def test_a_part_that_is_missing_is_named(parts):
    gone = first_part(parts)
    gone.unlink()
    message = f"folder should hold {gone.name}, as {INDEX} says, but {parts} has none"
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        GPT.from_pretrained(parts)


def test_a_part_that_is_cut_off_is_named(parts):
    part = first_part(parts)
    part.write_bytes(part.read_bytes()[:-1])
    with pytest.raises(ValueError, match=f"^{re.escape(str(part))} is cut off: the tensor "):
        GPT.from_pretrained(parts)


def test_a_tensor_that_is_not_where_the_index_says_is_named(parts):
    part, name = first_part(parts), "transformer.ln_f.bias"
    assert name not in load_file(part)
    map_to(parts, name, part.name)
    message = f"{part} should hold the tensor {name}, as {INDEX} says, but has none"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        GPT.from_pretrained(parts)


def test_a_tensor_that_the_index_does_not_name_is_not_passed_over(parts):
    part = first_part(parts)
    name = min(load_file(part))
    map_to(parts, name, None)
    message = f"{INDEX} should name the tensor {name} of {part}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        GPT.from_pretrained(parts)


@pytest.mark.parametrize(
    "file", ["../model.safetensors", "/model.safetensors", "a\\b.safetensors", "", "config.json", 3]
)
def test_the_index_names_files_in_its_own_folder_alone(file, parts):
    map_to(parts, "transformer.ln_f.bias", file)
    message = (
        f"{parts / INDEX} should name a safetensors file beside it for the tensor "
        f"transformer.ln_f.bias, but named {file!r}"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        GPT.from_pretrained(parts)


@pytest.mark.parametrize("content", ["{}", '{"weight_map": []}', '{"weight_map": {}}'])
def test_an_index_without_a_map_is_named(content, parts):
    (parts / INDEX).write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"should have a weight_map, a file for each tensor, but"):
        GPT.from_pretrained(parts)
