"""What a GPT is built of: its defaults are GPT-2's, and what does not fit together is named."""

import dataclasses
import math
import re

import pytest

from attention import GPT2_124M, GPTConfig

SIZES = {"n_tokens": 11, "max_len": 7, "d_model": 12, "n_layers": 2, "n_heads": 6}


def test_the_defaults_are_gpt2s():
    # Radford et al. 2019, as the transformers library's GPT2Config has it.
    assert dataclasses.asdict(GPT2_124M) == {
        "n_tokens": 50257,
        "max_len": 1024,
        "d_model": 768,
        "n_layers": 12,
        "n_heads": 12,
        "n_kv_heads": None,
        "d_feed_forward": None,
        "window": None,
        "feed_forward": "gelu",
        "norm": "layer",
        "norm_order": "pre",
        "position": "learned",
        "rotary_base": 10000.0,
        "rotary_layout": "half",
        "bias": True,
        "tied": True,
        "dropout": 0.0,
        "norm_epsilon": 1e-5,
    }
    assert (GPT2_124M.d_head, GPT2_124M.d_hidden) == (64, 3072)


def test_widths_that_follow():
    config = GPTConfig(**SIZES)
    assert (config.d_head, config.d_hidden) == (2, 48)
    assert dataclasses.replace(config, d_feed_forward=31).d_hidden == 31


def test_a_config_cannot_change_under_a_model():
    with pytest.raises(dataclasses.FrozenInstanceError):
        GPT2_124M.n_layers = 13


def test_configs_that_say_the_same_are_the_same():
    assert GPTConfig(**SIZES) == GPTConfig(**SIZES)
    assert GPTConfig(**SIZES) != GPTConfig(**SIZES, tied=False)


BAD_INPUT = {
    "no token": (
        {"n_tokens": 0},
        ValueError,
        "n_tokens should be at least 1, but was 0",
    ),
    "no room": (
        {"max_len": 0},
        ValueError,
        "max_len should be at least 1, but was 0",
    ),
    "a fraction of layers": (
        {"n_layers": 1.0},
        TypeError,
        "n_layers should be a whole number, but was 1.0",
    ),
    "a truth value for the width": (
        {"d_model": True},
        TypeError,
        "d_model should be a whole number, but was True",
    ),
    "heads that do not divide the width": (
        {"n_heads": 5},
        ValueError,
        "n_heads should divide d_model = 12, but was 5",
    ),
    "key heads that do not divide the heads": (
        {"n_kv_heads": 4},
        ValueError,
        "n_kv_heads should divide n_heads = 6, but was 4",
    ),
    "no key head": (
        {"n_kv_heads": 0},
        ValueError,
        "n_kv_heads should be at least 1, but was 0",
    ),
    "a hidden layer without width": (
        {"d_feed_forward": -1},
        ValueError,
        "d_feed_forward should be at least 1, but was -1",
    ),
    "a window on nothing": (
        {"window": 0},
        ValueError,
        "window should be at least 1, but was 0",
    ),
    "a fraction of a window": (
        {"window": 2.5},
        TypeError,
        "window should be a whole number, but was 2.5",
    ),
    "an unknown network": (
        {"feed_forward": "relu"},
        ValueError,
        "feed_forward should be one of ('gelu', 'swiglu'), but was 'relu'",
    ),
    "an unknown norm": (
        {"norm": "batch"},
        ValueError,
        "norm should be one of ('layer', 'rms'), but was 'batch'",
    ),
    "an unknown order": (
        {"norm_order": "sandwich"},
        ValueError,
        "norm_order should be one of ('pre', 'post'), but was 'sandwich'",
    ),
    "unknown positions": (
        {"position": "relative"},
        ValueError,
        "position should be one of ('learned', 'sinusoidal', 'rotary', 'alibi', 'none'), "
        "but was 'relative'",
    ),
    "None for no positions": (
        {"position": None},
        ValueError,
        "position should be one of ('learned', 'sinusoidal', 'rotary', 'alibi', 'none'), "
        "but was None",
    ),
    "an unknown layout": (
        {"rotary_layout": "quarter"},
        ValueError,
        "rotary_layout should be one of ('half', 'interleaved'), but was 'quarter'",
    ),
    "certain dropout": (
        {"dropout": 1.0},
        ValueError,
        "dropout should be in [0, 1), but was 1.0",
    ),
    "nothing against a division by zero": (
        {"norm_epsilon": 0.0},
        ValueError,
        "norm_epsilon should be above 0, but was 0.0",
    ),
    "no number against a division by zero": (
        {"norm_epsilon": math.nan},
        ValueError,
        "norm_epsilon should be above 0, but was nan",
    ),
}


@pytest.mark.parametrize(("wrong", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(wrong, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        GPTConfig(**(SIZES | wrong))
