"""GPT-2 from files: its logits equal those of the transformers library, whoever wrote the file."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.testing import assert_close
from transformers import GPT2Config, GPT2LMHeadModel

from attention import GPT

SIZES = {"vocab_size": 37, "n_positions": 23, "n_embd": 15, "n_layer": 2, "n_head": 3}
CONFIGS = {
    "small": {},
    "one layer, one head": {"n_layer": 1, "n_head": 1},
    "as many heads as numbers": {"n_head": 15},
    "a network of another width": {"n_inner": 31},
    "another epsilon": {"layer_norm_epsilon": 0.1},
    "five layers": {"n_layer": 5, "vocab_size": 101, "n_embd": 14, "n_head": 7},
    "another spelling of GELU": {"activation_function": "gelu_pytorch_tanh"},
    "long": {"n_positions": 131, "n_embd": 22, "n_head": 11},
}


def random_gpt2(**settings):
    """A GPT-2 of the transformers library whose every number matters, norms and biases too."""
    gpt2 = GPT2LMHeadModel(GPT2Config(**(SIZES | settings))).eval()
    for parameter in gpt2.parameters():
        parameter.data = 0.3 * torch.randn(parameter.shape)
    return gpt2


def logits(gpt2, ids):
    with torch.no_grad():
        return gpt2(ids).logits


# --- parity --------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", CONFIGS.values(), ids=CONFIGS.keys())
def test_logits_equal_those_of_the_transformers_library(settings, tmp_path):
    theirs = random_gpt2(**settings)
    theirs.save_pretrained(tmp_path)
    ours = GPT.from_pretrained(tmp_path)
    config = theirs.config
    ids = torch.randint(config.vocab_size, (3, config.n_positions))
    wanted = logits(theirs, ids)
    assert wanted.std() > 0.3
    with torch.no_grad():
        assert_close(ours(ids), wanted, rtol=0, atol=1e-4)
        cache = ours.new_cache(3)
        for start in range(0, ids.shape[1], 5):
            chunk = slice(start, start + 5)
            assert_close(ours(ids[:, chunk], cache), wanted[:, chunk], rtol=0, atol=1e-4)


def test_the_text_is_that_of_the_transformers_library(tmp_path):
    theirs = random_gpt2()
    theirs.save_pretrained(tmp_path)
    ids = torch.randint(37, (3, 5))
    wanted = theirs.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        do_sample=False,
        max_new_tokens=18,
        pad_token_id=0,
        eos_token_id=None,
    )
    assert torch.equal(GPT.from_pretrained(tmp_path).generate(ids, 18, temperature=0.0), wanted)


def test_the_model_is_ready_to_use(tmp_path, capsys):
    random_gpt2().save_pretrained(tmp_path)
    capsys.readouterr()
    ours = GPT.from_pretrained(str(tmp_path))  # a string does as well
    assert "loading model: 100%" in capsys.readouterr().err
    assert not ours.training
    assert ours.readout.weight is ours.embedding.weight
    for name, parameter in ours.named_parameters():
        assert parameter.dtype == torch.float32, name
        assert parameter.is_contiguous(), name
        assert parameter.requires_grad, name
        # In memory of its own: a view would keep the whole of what it is a part of.
        assert parameter.untyped_storage().nbytes() == parameter.nbytes, name


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64], ids=str)
def test_other_dtypes_are_read_as_float32(dtype, tmp_path):
    theirs = random_gpt2().to(dtype)
    theirs.save_pretrained(tmp_path)
    ids = torch.randint(37, (3, 11))
    ours = GPT.from_pretrained(tmp_path)
    assert ours.embedding.weight.dtype == torch.float32
    with torch.no_grad():
        assert_close(ours(ids), logits(theirs.float(), ids), rtol=0, atol=1e-4)


# --- files that others wrote ---------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """A folder with a small GPT-2."""
    theirs = random_gpt2()
    theirs.save_pretrained(tmp_path)
    return tmp_path


def test_names_without_a_prefix_and_old_buffers_are_known(folder):
    # As openai-community/gpt2 has them: no prefix, a mask in each block; others hold the read-out.
    ids = torch.randint(37, (3, 11))
    with torch.no_grad():
        wanted = GPT.from_pretrained(folder)(ids)
        file = folder / "model.safetensors"
        tensors = {k.removeprefix("transformer."): v for k, v in load_file(file).items()}
        for i in range(2):
            tensors[f"h.{i}.attn.bias"] = torch.ones(1, 1, 23, 23).tril()
            tensors[f"h.{i}.attn.masked_bias"] = torch.tensor(-1e4)
        tensors["lm_head.weight"] = tensors["wte.weight"].clone()
        save_file(tensors, file)
        assert torch.equal(GPT.from_pretrained(folder)(ids), wanted)


# What torch.compile, FSDP, activation checkpoints, data-parallel training and trainers leave.
PREFIXES = [
    *("", "transformer.", "_orig_mod.", "module.", "model.transformer.", "module.transformer."),
    *("_orig_mod.module.transformer.", "module._orig_mod.transformer.", "model._orig_mod."),
    *("_fsdp_wrapped_module.transformer.", "model.module._orig_mod.transformer."),
]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_what_others_put_before_a_name_is_taken_off(prefix, folder):
    ids, file = torch.randint(37, (3, 11)), folder / "model.safetensors"
    with torch.no_grad():
        wanted = GPT.from_pretrained(folder)(ids)
        plain = {k.removeprefix("transformer."): v for k, v in load_file(file).items()}
        plain["lm_head.weight"] = plain["wte.weight"].clone()
        save_file({f"{prefix}{name}": v for name, v in plain.items()}, file)
        assert torch.equal(GPT.from_pretrained(folder)(ids), wanted)


def test_blocks_that_were_wrapped_one_by_one_are_known(folder):
    ids, file = torch.randint(37, (3, 11)), folder / "model.safetensors"
    wrappers = ["_orig_mod.", "_checkpoint_wrapped_module."]
    with torch.no_grad():
        wanted = GPT.from_pretrained(folder)(ids)
        tensors = load_file(file)
        for i, wrapper in enumerate(wrappers):
            block = f"transformer.h.{i}."
            tensors = {k.replace(block, f"{block}{wrapper}"): v for k, v in tensors.items()}
        save_file(tensors, file)
        assert torch.equal(GPT.from_pretrained(folder)(ids), wanted)


# --- a read-out of its own -----------------------------------------------------------------------


def settle(folder, **settings):
    """Change settings in a folder's config; ``None`` takes one out."""
    file = folder / "config.json"
    found = json.loads(file.read_text(encoding="utf-8")) | settings
    kept = {name: value for name, value in found.items() if value is not None}
    file.write_text(json.dumps(kept), encoding="utf-8")


@pytest.mark.parametrize("tied", [True, None, False], ids=["tied", "not said", "not tied"])
def test_a_read_out_of_the_files_own_is_used_as_the_transformers_library_does(tied, folder):
    file = folder / "model.safetensors"
    head = torch.randn(37, 15)
    save_file(load_file(file) | {"lm_head.weight": head}, file, metadata={"format": "pt"})
    settle(folder, tie_word_embeddings=tied)
    ours, theirs = GPT.from_pretrained(folder), GPT2LMHeadModel.from_pretrained(folder).eval()
    assert torch.equal(theirs.lm_head.weight, head)
    assert torch.equal(ours.readout.weight, head)
    assert not ours.config.tied
    ids = torch.randint(37, (3, 11))
    with torch.no_grad():
        assert_close(ours(ids), logits(theirs, ids), rtol=0, atol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16], ids=str)
def test_a_read_out_that_is_the_embedding_stays_tied(dtype, folder):
    file = folder / "model.safetensors"
    tensors = {name: tensor.to(dtype) for name, tensor in load_file(file).items()}
    save_file(tensors | {"lm_head.weight": tensors["transformer.wte.weight"].clone()}, file)
    ours = GPT.from_pretrained(folder)
    assert ours.config.tied
    assert ours.readout.weight is ours.embedding.weight


# --- several files -------------------------------------------------------------------------------


@pytest.mark.parametrize("own_head", [False, True], ids=["tied", "a read-out of its own"])
def test_a_model_in_several_files_is_the_one_in_a_single_file(own_head, tmp_path):
    theirs = random_gpt2(tie_word_embeddings=not own_head)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    theirs.save_pretrained(whole)
    theirs.save_pretrained(parts, max_shard_size="9KB")
    assert len(list(parts.glob("model-*.safetensors"))) > 2
    assert not (parts / "model.safetensors").exists()
    wanted, found = GPT.from_pretrained(whole), GPT.from_pretrained(parts)
    assert found.config == wanted.config
    assert found.config.tied is not own_head
    for name, parameter in wanted.named_parameters():
        assert torch.equal(found.get_parameter(name), parameter), name


def test_the_single_file_goes_before_the_index(folder):
    (folder / "model.safetensors.index.json").write_text("not JSON", encoding="utf-8")
    assert GPT.from_pretrained(folder).config.n_tokens == 37
