"""GPT-2 from files: its logits equal those of the transformers library, whoever wrote the file."""

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
