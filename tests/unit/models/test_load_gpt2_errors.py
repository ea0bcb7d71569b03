"""Weights that are damaged, do not fit or cannot be fetched: named, and never run."""

import json
import pickle
import re

import huggingface_hub
import pytest
import torch
from huggingface_hub.errors import (
    HfHubHTTPError,
    HTTPError,
    LocalEntryNotFoundError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    Response,
)
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from transformers import GPT2Config, GPT2LMHeadModel

from attention import GPT
from attention.models.gpt.load_gpt2 import gpt2_config

SIZES = {"vocab_size": 37, "n_positions": 23, "n_embd": 15, "n_layer": 2, "n_head": 3}


def save(folder):
    """A small GPT-2 with random weights, as the transformers library saves it."""
    GPT2LMHeadModel(GPT2Config(**SIZES)).save_pretrained(folder)


@pytest.fixture
def folder(tmp_path):
    """A folder with a small GPT-2."""
    save(tmp_path)
    return tmp_path


# --- tensors and settings that do not fit ---------------------------------------------------------


def change(folder, **changes):
    """Put other tensors in, under their names with ``__`` for the dot; ``None`` takes one out."""
    file = folder / "model.safetensors"
    tensors = load_file(file)
    for name, new in changes.items():
        name = "transformer." + name.replace("__", ".")
        tensors.pop(name, None)
        if new is not None:
            tensors[name] = new
    save_file(tensors, file)


NAN = torch.randn(15)
NAN[7] = torch.nan
WRONG_TENSORS = {
    "a tensor that is missing": (
        {"h.1.mlp.c_fc.weight": None},
        "model.safetensors should hold the tensor h.1.mlp.c_fc.weight, but has none",
    ),
    "no positions": (
        {"wpe.weight": None},
        "model.safetensors should hold the tensor wpe.weight, but has none",
    ),
    "a block too many": (
        {"h.2.ln_1.weight": torch.ones(15)},
        "model.safetensors holds a tensor that GPT-2 has no place for: h.2.ln_1.weight",
    ),
    "a matrix on its side": (
        {"h.0.mlp.c_fc.weight": torch.ones(60, 15)},
        "tensor for blocks.0.feed_forward.w_in.weight in FILE should have shape (60, 15), "
        "but had (15, 60)",
    ),
    "a vector for a matrix": (
        {"h.0.mlp.c_proj.weight": torch.ones(900)},
        "tensor for blocks.0.feed_forward.w_out.weight in FILE should have shape (15, 60), "
        "but had (900,)",
    ),
    "too few tokens": (
        {"wte.weight": torch.ones(31, 15)},
        "tensor for embedding.weight in FILE should have shape (37, 15), but had (31, 15)",
    ),
    "no three parts": (
        {"h.1.attn.c_attn.weight": torch.ones(15, 15)},
        "tensor h.1.attn.c_attn.weight should have a last axis of 45, but had shape (15, 15)",
    ),
    "a number for three parts": (
        {"h.1.attn.c_attn.bias": torch.tensor(1.0)},
        "tensor h.1.attn.c_attn.bias should have a last axis of 45, but had shape ()",
    ),
    "no number": (
        {"h.1.ln_2.bias": NAN},
        "tensor for blocks.1.norm_feed_forward.bias in FILE should be finite, but was not",
    ),
    "an infinite number": (
        {"ln_f.weight": torch.full((15,), torch.inf)},
        "tensor for norm.weight in FILE should be finite, but was not",
    ),
}


@pytest.mark.parametrize(("changes", "message"), WRONG_TENSORS.values(), ids=WRONG_TENSORS.keys())
def test_a_wrong_tensor_is_named(changes, message, folder):
    change(folder, **{name.replace(".", "__"): new for name, new in changes.items()})
    message = re.escape(message.replace("FILE", str(folder / "model.safetensors")))
    with pytest.raises(ValueError, match=f"^{message}$"):
        GPT.from_pretrained(folder)


WRONG_SETTINGS = {
    "another architecture": ("model_type", "llama", "'gpt2', but had 'llama'"),
    "another activation": ("activation_function", "relu", "'gelu_new', but had 'relu'"),
    "no scale": ("scale_attn_weights", False, "True, but had False"),
    "a scale by layer": ("scale_attn_by_inverse_layer_idx", True, "False, but had True"),
    "an untied read-out": ("tie_word_embeddings", False, "True, but had False"),
    "cross-attention": ("add_cross_attention", True, "False, but had True"),
}


@pytest.mark.parametrize(
    ("name", "value", "message"), WRONG_SETTINGS.values(), ids=WRONG_SETTINGS.keys()
)
def test_an_unsupported_setting_is_named(name, value, message):
    message = re.escape(f"config.json should have {name} = {message}")
    with pytest.raises(ValueError, match=f"^{message}$"):
        gpt2_config(SIZES | {name: value})


@pytest.mark.parametrize("name", SIZES)
def test_a_missing_setting_is_named(name):
    settings = {k: v for k, v in SIZES.items() if k != name}
    with pytest.raises(ValueError, match=f"^config.json should have {name}, but has no such"):
        gpt2_config(settings)


@pytest.mark.parametrize("text", ["", '{"n_embd": 15', "[15, 3]", b"\x80\x04\x95".decode("latin1")])
def test_a_damaged_config_is_named(text, folder):
    (folder / "config.json").write_text(text, encoding="utf-8")
    file = re.escape(str(folder / "config.json"))
    with pytest.raises(ValueError, match=f"^{file} should be a JSON object, but"):
        GPT.from_pretrained(folder)


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


class Payload:
    """What runs when it is unpickled: it leaves a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_nothing_is_unpickled(folder, tmp_path_factory):
    trace = tmp_path_factory.mktemp("trace") / "ran"
    file = folder / "model.safetensors"
    for write in (
        lambda f: f.write_bytes(pickle.dumps(Payload(trace))),
        lambda f: torch.save({"wte.weight": Payload(trace)}, f),
    ):
        write(file)
        with pytest.raises(ValueError, match=r"should be a whole safetensors file, but was not"):
            GPT.from_pretrained(folder)
        write(folder / "pytorch_model.bin")
    file.unlink()
    message = re.escape(f"folder should hold model.safetensors, but {folder} has none")
    with pytest.raises(FileNotFoundError, match=f"^{message}$"):
        GPT.from_pretrained(folder)
    assert not trace.exists()
    with pytest.warns(ResourceWarning):  # but it would run: the trap is a real one
        pickle.loads(pickle.dumps(Payload(trace)))
    assert trace.exists()


def test_a_folder_without_a_config_is_named(folder):
    (folder / "config.json").unlink()
    message = re.escape(f"folder should hold config.json, but {folder} has none")
    with pytest.raises(FileNotFoundError, match=f"^{message}$"):
        GPT.from_pretrained(folder)


# --- the model hub -------------------------------------------------------------------------------

UNREACHABLE = (
    "path_or_name was 'openai-community/gpt2', which is no folder here, and the model hub could "
    "not be reached. With a network, run it again; without one, give a folder that holds the "
    "model's config.json and model.safetensors"
)


def answered(code):
    """What the hub sends with an error."""
    response = Response(code)
    response.request = object()  # an error asks for it
    return response


def hub(monkeypatch, answer):
    """Let the hub answer what is asked of it (a name and a file) in this way."""
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", answer)


def test_a_name_is_fetched_from_the_hub(folder, monkeypatch):
    asked = []

    def answer(name, file):
        asked.append((name, file))
        return str(folder / file)

    hub(monkeypatch, answer)
    ours, same = GPT.from_pretrained("openai-community/gpt2"), GPT.from_pretrained(folder)
    assert asked == [("openai-community/gpt2", f) for f in ("config.json", "model.safetensors")]
    assert torch.equal(ours.embedding.weight, same.embedding.weight)


@pytest.mark.parametrize(
    "error",
    [
        LocalEntryNotFoundError("not in the cache"),
        HTTPError("the line broke"),
        HfHubHTTPError("busy", response=answered(503)),
        ConnectionError("no route"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_without_a_network_the_error_says_what_to_do(error, monkeypatch):
    def answer(*_):
        raise error

    hub(monkeypatch, answer)
    with pytest.raises(ConnectionError, match=f"^{re.escape(UNREACHABLE)}$"):
        GPT.from_pretrained("openai-community/gpt2")


def test_the_hub_itself_without_a_network_gives_this_error(tmp_path, monkeypatch):
    # The real function, told that there is no network: so that it neither asks nor waits.
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ConnectionError, match=f"^{re.escape(UNREACHABLE)}$"):
        GPT.from_pretrained("openai-community/gpt2")


@pytest.mark.parametrize("kind", [RepositoryNotFoundError, RemoteEntryNotFoundError])
def test_a_name_that_the_hub_does_not_know_is_named(kind, monkeypatch):
    def answer(*_):
        raise kind("404", response=answered(404))

    hub(monkeypatch, answer)
    message = re.escape("path_or_name: the hub has no GPT-2 named 'nobody/nothing' (404")
    with pytest.raises(ValueError, match=f"^{message}"):
        GPT.from_pretrained("nobody/nothing")


@pytest.mark.parametrize("path", ["no/such/folder", "/nowhere", "a name"])
def test_what_can_be_no_name_is_named(path):
    message = (
        f"path_or_name should be a folder, a .gguf file or a name on the hub, but was {path!r}"
    )
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        GPT.from_pretrained(path)
