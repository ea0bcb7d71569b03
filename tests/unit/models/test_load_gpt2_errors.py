"""Weights that are damaged, do not fit or cannot be fetched: named, and never run."""

import json
import pickle
import re

import pytest
import torch
from gpt2_files import SIZES, change, save
from safetensors.torch import load_file, save_file

from attention import GPT
from attention.models.gpt.load_gpt2 import gpt2_config


@pytest.fixture
def folder(tmp_path):
    """A folder with a small GPT-2."""
    save(tmp_path)
    return tmp_path


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
    "a read-out with no number in it": (
        {"lm_head.weight": torch.full((37, 15), torch.nan)},
        "tensor for readout.weight in FILE should be finite, but was not",
    ),
    "a read-out of another shape": (
        {"lm_head.weight": torch.ones(31, 15)},
        "tensor for readout.weight in FILE should have shape (37, 15), but had (31, 15)",
    ),
    "a read-out with a bias": (
        {"lm_head.bias": torch.ones(37)},
        "model.safetensors holds a tensor that GPT-2 has no place for: lm_head.bias",
    ),
    "the same tensor twice": (
        {"module.ln_f.bias": torch.ones(15)},
        "FILE holds the tensor ln_f.bias twice: transformer.ln_f.bias and "
        "transformer.module.ln_f.bias",
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
    "half a tied read-out": ("tie_word_embeddings", "half", "True, but had 'half'"),
    "cross-attention": ("add_cross_attention", True, "False, but had True"),
}


@pytest.mark.parametrize(
    ("name", "value", "message"), WRONG_SETTINGS.values(), ids=WRONG_SETTINGS.keys()
)
def test_an_unsupported_setting_is_named(name, value, message):
    message = re.escape(f"config.json should have {name} = {message}")
    with pytest.raises(ValueError, match=f"^{message}$"):
        gpt2_config(SIZES | {name: value})


def test_a_read_out_that_should_be_there_and_is_not_is_named(folder):
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    untied = json.dumps(config | {"tie_word_embeddings": False})
    (folder / "config.json").write_text(untied, encoding="utf-8")
    message = "model.safetensors should hold the tensor lm_head.weight, but has none"
    with pytest.raises(ValueError, match=f"^{message}$"):
        GPT.from_pretrained(folder)


def test_a_prefix_that_is_not_known_is_shown(folder):
    file = folder / "model.safetensors"
    save_file({f"net.{name}": tensor for name, tensor in load_file(file).items()}, file)
    message = (
        "model.safetensors should hold the tensor wte.weight, but has none by that name, only "
        "net.transformer.wte.weight"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        GPT.from_pretrained(folder)


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
    with pytest.raises(FileNotFoundError, match=r"has pytorch_model.bin, which is a pickle"):
        GPT.from_pretrained(folder)
    assert not trace.exists()
    with pytest.warns(ResourceWarning):  # but it would run: the trap is a real one
        pickle.loads(pickle.dumps(Payload(trace)))
    assert trace.exists()


@pytest.mark.parametrize(
    "name", ["pytorch_model.bin", "pytorch_model-00001-of-00002.bin", "ckpt.pt", "model.ckpt"]
)
def test_a_folder_with_a_pickle_alone_is_told_what_to_do(name, folder):
    (folder / "model.safetensors").rename(folder / name)
    message = (
        f"folder should hold model.safetensors, but {folder} has {name}, which is a pickle: to "
        "load one would run whatever it says, so it is not read here. Where you trust it, load it "
        "with the transformers library and write it again with save_pretrained, which makes "
        "model.safetensors"
    )
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        GPT.from_pretrained(folder)


def test_a_folder_without_weights_is_named(folder):
    (folder / "model.safetensors").unlink()
    message = re.escape(f"folder should hold model.safetensors, but {folder} has none")
    with pytest.raises(FileNotFoundError, match=f"^{message}$"):
        GPT.from_pretrained(folder)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "notes.txt"])
def test_a_file_of_another_kind_is_named(name, folder):
    (folder / "notes.txt").write_text("none")
    message = (
        "path_or_name should be a folder, a .gguf file or a name on the hub, but was another file: "
    )
    with pytest.raises(ValueError, match=f"^{re.escape(f'{message}{folder / name}')}$"):
        GPT.from_pretrained(folder / name)


def test_a_folder_without_a_config_is_named(folder):
    (folder / "config.json").unlink()
    message = re.escape(f"folder should hold config.json, but {folder} has none")
    with pytest.raises(FileNotFoundError, match=f"^{message}$"):
        GPT.from_pretrained(folder)
