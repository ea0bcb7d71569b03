"""A trained model: SmolLM2-135M from its data package says what the transformers library says."""

import subprocess
import sys

import pytest
import torch
from llama_files import THEIR_NAMES
from torch.testing import assert_close
from transformers import LlamaConfig, LlamaForCausalLM

from attention import GPT
from attention.functional.positions import interleaved_to_half
from attention.models.gpt.load_gguf import _BLOCK, gguf_tokenizer, smollm2_path

pytestmark = pytest.mark.xdist_group("smollm2")  # one process, so that it is loaded once
SENTENCE = "The capital of France is"


@pytest.fixture(scope="module")
def smollm2():
    return GPT.from_pretrained(smollm2_path())


@pytest.fixture(scope="module")
def tokenizer():
    return gguf_tokenizer(smollm2_path())


def ids_of(tokenizer, text):
    return torch.tensor([tokenizer.encode(text).ids])


def their_llama(ours):
    """The transformers library's Llama around the same tensors, q and k turned to its layout."""
    config = ours.config
    with torch.device("meta"):
        theirs = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=49152,
                hidden_size=576,
                intermediate_size=1536,
                num_hidden_layers=30,
                num_attention_heads=9,
                num_key_value_heads=3,
                max_position_embeddings=8192,
                rms_norm_eps=1e-5,
                tie_word_embeddings=True,
                rope_parameters={"rope_type": "default", "rope_theta": 100000.0},
            )
        )
    order, state = interleaved_to_half(config.d_head), {}
    for name in theirs.state_dict():
        kind = name.removeprefix("model.").removesuffix(".weight")
        if kind.startswith("layers."):
            _, i, part = kind.split(".", 2)
            tensor = ours.get_parameter(f"blocks.{i}.{_BLOCK[THEIR_NAMES[part]]}.weight").detach()
            if part in ("self_attn.q_proj", "self_attn.k_proj"):
                tensor = tensor.unflatten(0, (-1, config.d_head))[:, order].flatten(0, 1)
        else:
            tensor = {"norm": ours.norm.weight}.get(kind, ours.embedding.weight).detach()
        state[name] = tensor
    theirs.load_state_dict(state, assign=True)
    # Its frequencies are no weights: they were on the meta device and are made anew.
    theirs.model.rotary_emb = type(theirs.model.rotary_emb)(theirs.config)
    return theirs.eval()


def test_it_is_the_model_that_its_authors_describe(smollm2):
    # Ben Allal et al. 2025: 135M parameters, 30 layers, 9 heads, 3 key heads, tied.
    config = smollm2.config
    assert (config.n_layers, config.n_heads, config.n_kv_heads) == (30, 9, 3)
    assert config.tied
    assert sum(p.numel() for p in smollm2.parameters()) == 134_515_008


def test_it_knows_the_capital_of_france(smollm2, tokenizer):
    ids = ids_of(tokenizer, SENTENCE)
    assert tokenizer.decode(smollm2.generate(ids, 1, temperature=0.0)[0, -1:].tolist()) == " Paris"


def test_its_logits_equal_those_of_the_transformers_library(smollm2, tokenizer):
    theirs = their_llama(smollm2)
    ids = ids_of(tokenizer, "In 1889 the tower was the tallest thing that people had built.")
    with torch.no_grad():
        wanted = theirs(ids).logits
        assert wanted.std() > 1
        # Float32 over thirty layers: logits of this size have a last place of 2e-6.
        assert_close(smollm2(ids), wanted, rtol=0, atol=1e-3)
        cache = smollm2.new_cache(1, 32)
        found = torch.cat(
            [smollm2(part, cache) for part in ids.split([5, 1, ids.shape[1] - 6], 1)], 1
        )
        assert_close(found, wanted, rtol=0, atol=1e-3)


@pytest.mark.parametrize(
    "text",
    [
        "The capital of France is",
        "  two  spaces\n\ttabs",
        "12345 in 1889",
        "naïve café, 東京 🙂",
        "don't",
    ],
)
def test_its_tokenizer_loses_nothing(text, tokenizer):
    assert tokenizer.decode(tokenizer.encode(text).ids) == text


def test_its_tokenizer_cuts_off_every_digit_and_keeps_control_tokens_whole(tokenizer):
    encoded = tokenizer.encode("<|im_start|>in 1889")
    assert encoded.tokens == ["<|im_start|>", "in", "Ġ", "1", "8", "8", "9"]


MEASURE = """
from pathlib import Path
from attention import GPT
from attention.models.gpt.load_gguf import smollm2_path
import torch._dynamo
def peak():
    # Of this program alone: getrusage counts from before its start.
    status = dict(line.split(":\\t") for line in Path("/proc/self/status").read_text().splitlines())
    return 1024 * int(status["VmHWM"].split()[0])
before = peak()
model = GPT.from_pretrained(smollm2_path())
print((peak() - before) / sum(p.nbytes for p in model.parameters()))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux")
def test_loading_takes_at_most_one_and_a_half_times_the_memory_of_the_parameters():
    process = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True
    )
    assert 1.0 < float(process.stdout) <= 1.5
    assert (
        "loading SmolLM2-135M-Instruct.Q4_1: 100%" in process.stderr
    )  # and it shows how far it is
