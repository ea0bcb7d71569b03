"""GGUF files that are damaged or do not fit: named, by file and by tensor."""

import re

import numpy as np
import pytest
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
        "llama.rope.dimension_count should be a head's width, 24 / 6, but was 2",
    ),
    "heads of another width": (
        {"llama.attention.key_length": 8},
        "llama.attention.key_length should be a head's width, 24 / 6, but was 8",
    ),
    "values of another width": (
        {"llama.attention.value_length": 2},
        "llama.attention.value_length should be a head's width, 24 / 6, but was 2",
    ),
    "heads of a width of their own": (
        {"llama.attention.head_count": 5, "llama.attention.key_length": 4},
        "llama.attention.key_length should be a head's width, 24 / 5, but was 4",
    ),
    "positions scaled, and how": (
        {"llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": 4.0},
        "llama.rope.scaling.factor should be 1 or absent, but was 4",
    ),
    "positions scaled": (
        {"llama.rope.scaling.factor": 4.0},
        "llama.rope.scaling.factor should be 1 or absent, but was 4",
    ),
    "positions scaled, as older files have it": (
        {"llama.rope.scale_linear": 0.25},
        "llama.rope.scale_linear should be 1 or absent, but was 0.25",
    ),
    "positions scaled in another way": (
        {"llama.rope.scaling.type": "yarn", "llama.rope.scaling.factor": 1.0},
        "llama.rope.scaling.type should be 'none', but was 'yarn'",
    ),
    "positions scaled in a way not heard of": (
        {"llama.rope.scaling.type": "LINEAR"},
        "llama.rope.scaling.type should be 'none', but was 'LINEAR'",
    ),
    "scores scaled with the positions": (
        {"llama.rope.scaling.type": "none", "llama.rope.scaling.attn_factor": 2.0},
        "llama.rope.scaling.attn_factor should be 1 or absent, but was 2",
    ),
    "experts": (
        {"llama.expert_count": 8},
        "llama.expert_count should be 0 or absent, but was 8",
    ),
    "what we do not know": (
        {"llama.attn_logit_softcapping": 50.0},
        "llama.attn_logit_softcapping is a field that we do not know, and that may change what the "
        "model computes; it was 50.0",
    ),
    "a number for each layer": (
        {"llama.attention.head_count": [8, 8]},
        "the GGUF file's field llama.attention.head_count should be one whole number, but was "
        "[8, 8]",
    ),
    "key heads for each layer": (
        {"llama.attention.head_count_kv": [2, 1]},
        "the GGUF file's field llama.attention.head_count_kv should be one whole number, but was "
        "[2, 1]",
    ),
    "a word for a number": (
        {"llama.block_count": "two"},
        "the GGUF file's field llama.block_count should be one whole number, but was 'two'",
    ),
    "a fraction of a block": (
        {"llama.block_count": 2.5},
        "the GGUF file's field llama.block_count should be one whole number, but was 2.5",
    ),
    "a truth value for a number": (
        {"llama.block_count": True},
        "the GGUF file's field llama.block_count should be one whole number, but was True",
    ),
    "a list for a base": (
        {"llama.rope.freq_base": [10000.0, 500.0]},
        "the GGUF file's field llama.rope.freq_base should be one number, but was [10000.0, 500.0]",
    ),
    "a word for the epsilon": (
        {"llama.attention.layer_norm_rms_epsilon": "small"},
        "the GGUF file's field llama.attention.layer_norm_rms_epsilon should be one number, but "
        "was 'small'",
    ),
    "a word for all tokens": (
        {"tokenizer.ggml.tokens": "abc"},
        "the GGUF file's field tokenizer.ggml.tokens should be a list of texts, but was 'abc'",
    ),
    "numbers for tokens": (
        {"tokenizer.ggml.tokens": [1, 2]},
        "the GGUF file's field tokenizer.ggml.tokens should be a list of texts, but was [1, 2]",
    ),
    "a number for the architecture": (
        {"general.architecture": 7},
        "the GGUF file's field general.architecture should be a text, but was 7",
    ),
    "one part of several": (
        {"split.no": 0, "split.count": 3},
        "FILE should be a whole GGUF file, but was not: its split.count is 3, so that it is one "
        "part of several; join them (llama.cpp has gguf-split --merge for that)",
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
        "the GGUF file's field llama.attention.head_count should be at least 1, but was 0",
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


WRONG_TOKENIZERS = {
    "another kind": (
        {"model": "llama"},
        "tokenizer.ggml should be ('gpt2', 'smollm'), but was ('llama', 'smollm')",
    ),
    "a list for the kind": (
        {"pre": ["smollm"]},
        "the GGUF file's field tokenizer.ggml.pre should be a text, but was ['smollm']",
    ),
    "no merges": (
        {"merges": None},
        "the GGUF file should have the field tokenizer.ggml.merges, but has none",
    ),
    "fewer types than tokens": (
        {"token_type": [1, 1, 3]},
        "tokenizer.ggml.token_type should have one type for each of the 4 tokens, but had 3",
    ),
    "words for types": (
        {"token_type": ["1", "1", "1", "3"]},
        "the GGUF file's field tokenizer.ggml.token_type should be a list of whole numbers, but "
        "was ['1', '1', '1', '3']",
    ),
    "a merge of three": (
        {"merges": ["a b", "a b c"]},
        "tokenizer.ggml.merges should be pairs of tokens that make a token, but one was 'a b c'",
    ),
    "a merge into nothing": (
        {"merges": ["b a"]},
        "tokenizer.ggml.merges should be pairs of tokens that make a token, but one was 'b a'",
    ),
}
TOKENIZER = {
    "tokens": ["a", "b", "ab", "<|end|>"],
    "token_type": [1, 1, 1, 3],
    "merges": ["a b"],
}


def write_tokenizer(file, **changes):
    fields = {f"tokenizer.ggml.{name}": value for name, value in (TOKENIZER | changes).items()}
    return write(file, random_llama(), fields=fields)


@pytest.mark.parametrize(
    ("changes", "message"), WRONG_TOKENIZERS.values(), ids=WRONG_TOKENIZERS.keys()
)
def test_a_wrong_tokenizer_is_named(changes, message, file):
    write_tokenizer(file, **changes)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        gguf_tokenizer(file)


def test_marks_are_whole_tokens_and_only_control_tokens_are_left_out_of_a_text(file):
    tokens = ["a", "b", "ab", "<|end|>", "<|mine|>"]
    tokenizer = gguf_tokenizer(write_tokenizer(file, tokens=tokens, token_type=[1, 1, 1, 3, 4]))
    assert tokenizer.encode("ab<|end|>a<|mine|>b").ids == [2, 3, 0, 4, 1]
    assert tokenizer.decode([2, 3, 0, 4, 1]) == "aba<|mine|>b"
    assert tokenizer.get_vocab_size() == 5
