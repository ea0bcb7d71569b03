"""GPT within a window: the same text with a rotating cache as without."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close
from window_cases import (
    random,
)

from attention import (
    GPT,
    GPTConfig,
    RotatingKVCache,
)

CONFIG = GPTConfig(
    n_tokens=37, max_len=31, d_model=24, n_layers=2, n_heads=6, n_kv_heads=2, window=4
)
MODELS = pytest.mark.parametrize("position", ["rotary", "learned", "alibi"])


def model(position, **options):
    settings = {**vars(CONFIG), "position": position, **options}
    found = GPT(GPTConfig(**settings)).double().eval()
    for parameter in found.parameters():
        parameter.data = random(*parameter.shape) / 3
    return found


@MODELS
def test_the_text_is_the_same_with_a_rotating_cache_as_without(position):
    writer, ids = model(position), torch.randint(37, (2, 3))
    options = {"temperature": 0.0}
    cached = writer.generate(ids, 28, **options)
    assert torch.equal(cached, writer.generate(ids, 28, use_cache=False, **options))
    assert len(cached.unique()) > 5  # a text in which not all is the same


@MODELS
@settings(max_examples=8)
@given(cuts=st.sets(st.integers(1, 30)).map(sorted))
def test_any_chunks_give_the_logits_of_the_whole(position, cuts):
    reader, ids = model(position), torch.randint(37, (2, 31))
    cache = reader.new_cache(2)
    parts = itertools.pairwise([0, *cuts, 31])
    found = [reader(ids[:, start:end], cache) for start, end in parts]
    assert_close(torch.cat(found, dim=1), reader(ids), rtol=1e-9, atol=1e-9)


def test_a_stack_reaches_no_farther_back_than_layers_times_window():
    reader, ids = model("none"), torch.randint(37, (1, 13))
    x = reader.embed(ids).detach().requires_grad_()
    y = x
    for block in reader.blocks:
        y = block(y)
    (gradient,) = torch.autograd.grad(y[0, -1].sum(), x)
    # Two layers of window 4: three back, and from there three more.
    assert gradient[0].any(dim=-1).tolist() == [False] * 6 + [True] * 7


def test_the_cache_of_a_model_with_a_window_is_as_long_as_the_window():
    caches = model("rotary").new_cache(5)
    assert [type(cache) for cache in caches] == [RotatingKVCache] * 2
    assert sum(cache.n_bytes for cache in caches) == 2 * 2 * 5 * 2 * 4 * 4 * 8


def test_a_window_over_all_is_the_same_model():
    ids = torch.randint(37, (2, 31))
    one, other = model("rotary", window=31), model("rotary", window=None)
    other.load_state_dict(one.state_dict())
    assert_close(one(ids), other(ids))
