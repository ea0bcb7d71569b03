"""Models of Llama's kind from GGUF files: their logits equal the transformers library's Llama."""

import gguf
import numpy as np
import pytest
import torch
from llama_files import gguf_names, random_llama, write
from torch.testing import assert_close

from attention import GPT

CONFIGS = {
    "grouped": {},
    "one key head": {"num_key_value_heads": 1},
    "plain heads": {"num_key_value_heads": 6},
    "one head": {"num_attention_heads": 1, "num_key_value_heads": 1},
    "tied": {"tie_word_embeddings": True},
    "another base": {"rope_theta": 500.0},
    "another epsilon": {"rms_norm_eps": 0.1},
    "five layers": {
        "num_hidden_layers": 5,
        "hidden_size": 30,
        "num_attention_heads": 15,
        "num_key_value_heads": 3,
        "vocab_size": 101,
        "tie_word_embeddings": True,
    },
    "long": {"max_position_embeddings": 131, "intermediate_size": 67, "rope_theta": 1e5},
}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "small.gguf"


# --- parity --------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", CONFIGS.values(), ids=CONFIGS.keys())
def test_logits_equal_those_of_the_transformers_library(settings, file):
    theirs = random_llama(**settings)
    ours = GPT.from_pretrained(write(file, theirs))
    config = theirs.config
    ids = torch.randint(config.vocab_size, (3, config.max_position_embeddings))
    with torch.no_grad():
        wanted = theirs(ids).logits
        assert wanted.std() > 0.3
        assert_close(ours(ids), wanted, rtol=0, atol=1e-4)
        cache = ours.new_cache(3)
        for start in range(0, ids.shape[1], 5):
            chunk = slice(start, start + 5)
            assert_close(ours(ids[:, chunk], cache), wanted[:, chunk], rtol=0, atol=1e-4)


def test_what_a_file_leaves_out_has_its_usual_value(file):
    theirs = random_llama(num_key_value_heads=6)
    optional = ("attention.head_count_kv", "rope.freq_base", "rope.dimension_count")
    fields = {f"llama.{name}": None for name in optional}
    config = GPT.from_pretrained(write(file, theirs, fields=fields)).config
    assert (config.n_kv_heads, config.rotary_base) == (None, 10000.0)


NOT_SCALED = {
    "no type, factor 1": {"scaling.factor": 1.0},
    "no type, factor 0": {"scaling.factor": 0.0},
    "type none": {"scaling.type": "none", "scaling.factor": 4.0},
    "type none, as older files have the factor": {"scaling.type": "none", "scale_linear": 4.0},
    "type linear, factor 1": {"scaling.type": "linear", "scaling.factor": 1.0},
    "type linear, no factor": {"scaling.type": "linear"},
    "older, factor 1": {"scale_linear": 1.0, "scaling.attn_factor": 1.0},
}


@pytest.mark.parametrize("scaling", NOT_SCALED.values(), ids=NOT_SCALED.keys())
def test_scaling_that_scales_nothing_is_none(scaling, file):
    theirs, ids = random_llama(), torch.randint(37, (3, 11))
    fields = {f"llama.rope.{name}": value for name, value in scaling.items()}
    with torch.no_grad():
        wanted = theirs(ids).logits
        found = GPT.from_pretrained(write(file, theirs, fields=fields))(ids)
    assert_close(found, wanted, rtol=0, atol=1e-4)


def test_what_says_the_same_twice_or_nothing_of_the_maths_is_let_be(file):
    fields = {
        "llama.attention.key_length": 4,
        "llama.attention.value_length": 4,
        "llama.vocab_size": 37,
        "llama.tensor_data_layout": "Meta AI original pth",
        "llama.rope.scaling.finetuned": False,
        "llama.rope.scaling.original_context_length": 23,
        "llama.expert_count": 0,
        "llama.expert_used_count": 0,
        "split.count": 1,
    }
    assert GPT.from_pretrained(write(file, random_llama(), fields=fields)).config.d_head == 4


@pytest.mark.parametrize("name", ["SMALL.GGUF", "small.Gguf"])
def test_the_suffix_may_be_in_capitals(name, tmp_path):
    assert GPT.from_pretrained(write(tmp_path / name, random_llama())).config.n_tokens == 37


def test_tensors_of_another_alignment_are_found(file):
    theirs, ids = random_llama(vocab_size=41), torch.randint(37, (3, 11))
    ours = GPT.from_pretrained(write(file, theirs, alignment=512))
    with torch.no_grad():
        assert_close(ours(ids), theirs(ids).logits, rtol=0, atol=1e-4)


def test_the_model_is_ready_to_use(file, capsys):
    ours = GPT.from_pretrained(str(write(file, random_llama(tie_word_embeddings=True))))
    assert "loading small: 100%" in capsys.readouterr().err
    assert not ours.training
    assert ours.readout.weight is ours.embedding.weight
    for name, parameter in ours.named_parameters():
        assert parameter.dtype == torch.float32, name
        assert parameter.untyped_storage().nbytes() == parameter.nbytes, name
        parameter.data.add_(1.0)  # its own memory, not the file's, which cannot be written


def test_weights_of_few_bits_are_unpacked(file):
    theirs = random_llama(hidden_size=64, num_attention_heads=2, intermediate_size=96)
    tensors, dtypes, kinds = {}, {}, iter(["Q4_1", "Q8_0", "F16", "BF16", "Q5_0"] * 9)
    for name, numbers in gguf_names(theirs).items():
        if numbers.ndim == 2:
            kind = gguf.GGMLQuantizationType[next(kinds)]
            tensors[name], dtypes[name] = gguf.quants.quantize(numbers, kind), kind
    ours = GPT.from_pretrained(write(file, theirs, tensors=tensors, dtypes=dtypes))
    for name, ours_name in {
        "token_embd.weight": "embedding.weight",
        "blk.1.ffn_down.weight": "blocks.1.feed_forward.w_out.weight",
        "blk.0.attn_k.weight": "blocks.0.attention.w_k.weight",
        "output.weight": "readout.weight",
    }.items():
        wanted = torch.from_numpy(gguf.quants.dequantize(tensors[name], dtypes[name]))
        assert torch.equal(ours.get_parameter(ours_name).data, wanted)
        assert np.abs(wanted.numpy() - gguf_names(theirs)[name]).max() < 0.1


def test_all_ones_scale_no_frequency(file):
    theirs = random_llama()
    scales = {"rope_freqs.weight": np.ones(2, dtype=np.float32)}
    assert GPT.from_pretrained(write(file, theirs, tensors=scales)).config.rotary_base == 10000.0
