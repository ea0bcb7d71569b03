"""Models by their names on the model hub: fetched once, and quick to say that they cannot be."""

import re
from pathlib import Path

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
from transformers import GPT2Config, GPT2LMHeadModel

from attention import GPT

NAME = "openai-community/gpt2"
SIZES = {"vocab_size": 37, "n_positions": 23, "n_embd": 15, "n_layer": 2, "n_head": 3}
UNREACHABLE = (
    f"path_or_name was {NAME!r}, which is no folder here, and the model hub could not be reached. "
    "With a network, run it again; without one, give a folder that holds the model's config.json "
    "and model.safetensors"
)


def answered(code):
    """What the hub sends with an error."""
    response = Response(code)
    response.request = object()  # an error asks for it
    return response


class Hub:
    """A hub that holds the files of a folder, and what of it has been fetched before.

    It notes what is asked of it: the files, and ``"?"`` for whether it is there at all.
    """

    def __init__(self, folder, monkeypatch, *, fetched=(), down=None):
        self.folder, self.fetched, self.down, self.asked = Path(folder), set(fetched), down, []
        monkeypatch.setattr(huggingface_hub, "hf_hub_download", self.download)
        monkeypatch.setattr(huggingface_hub, "get_session", lambda: self)

    def head(self, url, *, timeout):
        self.asked.append("?")
        assert url == huggingface_hub.constants.ENDPOINT
        assert timeout < 10
        if self.down is not None:
            raise self.down

    def download(self, name, file, *, local_files_only=False):
        assert name == NAME
        if file in self.fetched:
            return str(self.folder / file)
        if local_files_only:
            raise LocalEntryNotFoundError("not in the cache")
        self.asked.append(file)
        if self.down is not None:
            raise self.down
        if not (self.folder / file).exists():
            raise RemoteEntryNotFoundError("404", response=answered(404))
        self.fetched.add(file)
        return str(self.folder / file)


@pytest.fixture
def folder(tmp_path):
    """A folder with a small GPT-2."""
    GPT2LMHeadModel(GPT2Config(**SIZES)).save_pretrained(tmp_path)
    return tmp_path


def test_a_name_is_fetched_once(folder, monkeypatch):
    hub = Hub(folder, monkeypatch)
    ours, same = GPT.from_pretrained(NAME), GPT.from_pretrained(folder)
    assert torch.equal(ours.embedding.weight, same.embedding.weight)
    assert hub.asked == ["?", "config.json", "model.safetensors"]
    GPT.from_pretrained(NAME)
    assert hub.asked == ["?", "config.json", "model.safetensors"]


def test_so_is_a_model_in_several_files(tmp_path, monkeypatch):
    GPT2LMHeadModel(GPT2Config(**SIZES)).save_pretrained(tmp_path, max_shard_size="9KB")
    parts = sorted(path.name for path in tmp_path.glob("model-*.safetensors"))
    hub = Hub(tmp_path, monkeypatch)
    ours, same = GPT.from_pretrained(NAME), GPT.from_pretrained(tmp_path)
    assert torch.equal(ours.readout.weight, same.readout.weight)
    files = ["config.json", "model.safetensors", "model.safetensors.index.json", *parts]
    assert hub.asked == ["?", *files]
    GPT.from_pretrained(NAME)
    assert hub.asked == ["?", *files]


def test_what_was_fetched_needs_no_network(folder, monkeypatch):
    files = ["config.json", "model.safetensors"]
    hub = Hub(folder, monkeypatch, fetched=files, down=ConnectionError("no route"))
    assert GPT.from_pretrained(NAME).config.n_tokens == 37
    assert hub.asked == []


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
def test_without_a_network_the_error_says_what_to_do_at_the_first_question(
    error, tmp_path, monkeypatch
):
    hub = Hub(tmp_path, monkeypatch, down=error)
    with pytest.raises(ConnectionError, match=f"^{re.escape(UNREACHABLE)}$"):
        GPT.from_pretrained(NAME)
    # No download was begun: it would be tried for half a minute.
    assert hub.asked == ["?"]


def test_the_hub_itself_without_a_network_gives_this_error(tmp_path, monkeypatch):
    # The real functions, told that there is no network: so that they neither ask nor wait.
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ConnectionError, match=f"^{re.escape(UNREACHABLE)}$"):
        GPT.from_pretrained(NAME)


def test_the_hub_itself_is_asked_whether_it_is_there_before_all_else(tmp_path, monkeypatch):
    # The real functions, and an address at which nothing answers.
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    real, calls = huggingface_hub.hf_hub_download, []

    def download(*args, **options):
        calls.append(options)
        return real(*args, **options)

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    with pytest.raises(ConnectionError, match=f"^{re.escape(UNREACHABLE)}$"):
        GPT.from_pretrained(NAME)
    assert calls == [{"local_files_only": True}]


def test_a_name_that_the_hub_does_not_know_is_named(tmp_path, monkeypatch):
    hub = Hub(tmp_path, monkeypatch)
    hub.down = RepositoryNotFoundError("404", response=answered(404))
    message = re.escape(f"path_or_name: the hub has no GPT-2 named {NAME!r} (404")
    with pytest.raises(ValueError, match=f"^{message}"):
        GPT.from_pretrained(NAME)


def test_a_model_that_is_not_in_safetensors_is_named(folder, monkeypatch):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    Hub(folder, monkeypatch)
    message = f"path_or_name should name a model in safetensors, but {NAME!r} on the hub lacks"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        GPT.from_pretrained(NAME)


@pytest.mark.parametrize("path", ["no/such/folder", "/nowhere", "a name"])
def test_what_can_be_no_name_is_named(path):
    message = (
        f"path_or_name should be a folder, a .gguf file or a name on the hub, but was {path!r}"
    )
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        GPT.from_pretrained(path)
