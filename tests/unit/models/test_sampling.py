"""Writing: the likeliest, a draw, a draw among few, and the same text with a cache as without."""

import math
import re
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from attention import GPT, GPTConfig
from attention.models.gpt.sampling import choose

SMALL = GPTConfig(n_tokens=37, max_len=17, d_model=24, n_layers=2, n_heads=6)
SCHEMES = ["learned", "sinusoidal", "rotary", "alibi", "none"]


def model(**choices):
    """In float64, with weights so large that its guesses differ from place to place."""
    gpt = GPT(replace(SMALL, **choices)).double().eval()
    for parameter in gpt.parameters():
        parameter.data = torch.randn(parameter.shape, dtype=torch.float64) / 3
    return gpt


def ids(*shape):
    return torch.randint(37, shape)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


# --- the text ------------------------------------------------------------------------------------


@pytest.mark.parametrize("position", SCHEMES)
@pytest.mark.parametrize("n_kv_heads", [1, 2, 6])
@settings(max_examples=5)
@given(temperature=st.sampled_from([0.0, 0.7, 1.0, 3.0]), n_begin=st.integers(1, 7))
def test_the_text_is_the_same_with_a_cache_as_without(position, n_kv_heads, temperature, n_begin):
    gpt, begin = model(position=position, n_kv_heads=n_kv_heads), ids(3, n_begin)
    options = {"temperature": temperature, "top_k": 11}
    cached = gpt.generate(begin, 10, generator=seeded(), **options)
    plain = gpt.generate(begin, 10, generator=seeded(), use_cache=False, **options)
    assert torch.equal(cached, plain)


@pytest.mark.parametrize("use_cache", [True, False])
def test_each_token_is_the_likeliest_after_all_before_it(use_cache):
    gpt, begin = model(position="rotary"), ids(3, 4)
    found = gpt.generate(begin, 13, temperature=0.0, use_cache=use_cache)
    assert found.shape == (3, 17)
    assert torch.equal(found[:, :4], begin)
    assert torch.equal(found[:, 4:], gpt(found)[:, 3:-1].argmax(dim=-1))


def test_writing_keeps_no_gradient_and_leaves_the_beginning():
    gpt, begin = model(), ids(2, 3)
    before = begin.clone()
    assert not gpt.generate(begin, 2).requires_grad
    assert torch.equal(begin, before)


def test_the_same_seed_writes_the_same_and_another_one_does_not():
    gpt, begin = model(), ids(3, 4)
    one, same, other = (gpt.generate(begin, 9, generator=seeded(s)) for s in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_with_a_cache_each_step_computes_one_position():
    gpt, seen = model(), []
    gpt.blocks[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].shape[1]))
    gpt.generate(ids(2, 5), 4)
    assert seen == [5, 1, 1, 1]


# --- one draw ------------------------------------------------------------------------------------

N = 20_000
LOGITS = torch.tensor([1.0, 4.0, 2.0, 16.0]).log()  # the chances are 1 : 4 : 2 : 16


def shares(**options):
    """How often each token is drawn."""
    drawn = choose(LOGITS.expand(N, 4), generator=seeded(), **options)
    return drawn.bincount(minlength=4) / N


def assert_near(found, wanted):
    """Equal but for chance: within 4.5 standard deviations."""
    wanted = torch.tensor(wanted) / sum(wanted)
    assert ((found - wanted).abs() <= 4.5 * (wanted * (1 - wanted) / N).sqrt()).all(), found


def test_tokens_are_drawn_by_their_chances():
    assert_near(shares(), [1.0, 4, 2, 16])


def test_by_hand_temperature_divides_the_logits():
    assert_near(shares(temperature=2.0), [1.0, 2, math.sqrt(2), 4])
    assert_near(shares(temperature=0.5), [1.0, 16, 4, 256])


def test_top_k_draws_among_the_likeliest_by_their_chances():
    assert_near(shares(top_k=2), [0.0, 4, 0, 16])
    assert_near(shares(top_k=3, temperature=2.0), [0.0, 2, math.sqrt(2), 4])
    assert_near(shares(top_k=4), [1.0, 4, 2, 16])


def test_temperature_zero_and_top_one_take_the_likeliest():
    logits = torch.randn(101, 37)
    assert torch.equal(choose(logits, temperature=0.0), logits.argmax(dim=-1))
    assert torch.equal(choose(logits, temperature=0.0, top_k=5), logits.argmax(dim=-1))
    assert torch.equal(choose(logits, top_k=1), logits.argmax(dim=-1))
    gpt, begin = model(), ids(3, 4)
    assert torch.equal(gpt.generate(begin, 9, temperature=0.0), gpt.generate(begin, 9, top_k=1))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("temperature", [1e-4, 1e-30, 1e-60, 5e-324])
@pytest.mark.parametrize("top_k", [None, 5])
def test_the_colder_the_surer_and_never_too_cold(dtype, temperature, top_k):
    logits = 30 * torch.randn(101, 37)
    likeliest = torch.randint(37, (101, 1))
    logits = logits.scatter(1, likeliest, 200.0).to(dtype)
    cold = choose(logits, temperature=temperature, top_k=top_k, generator=seeded())
    assert torch.equal(cold, likeliest[:, 0])


def test_what_is_likeliest_twice_is_drawn_by_half_however_cold():
    drawn = choose(torch.tensor([[0.0, 9.0, 9.0]]).expand(N, 3), temperature=1e-60)
    assert_near(drawn.bincount(minlength=3) / N, [0.0, 1, 1])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("top_k", [None, 5])
def test_narrow_logits_are_drawn_from_in_float32(dtype, top_k):
    logits = torch.randn(1001, 37).to(dtype)
    drawn = choose(logits, temperature=0.7, top_k=top_k, generator=seeded())
    wanted = choose(logits.float(), temperature=0.7, top_k=top_k, generator=seeded())
    assert torch.equal(drawn, wanted)


@given(top_k=st.integers(1, 37), seed=st.integers(0, 2**32))
def test_top_k_keeps_to_the_k_likeliest(top_k, seed):
    logits = torch.randn(101, 37, generator=seeded(seed))
    drawn = choose(logits, temperature=10.0, top_k=top_k, generator=seeded(seed))
    likelier = (logits > logits.gather(1, drawn[:, None])).sum(dim=1)
    assert (likelier < top_k).all()


# --- bad input -----------------------------------------------------------------------------------

X = torch.zeros(2, 5, dtype=torch.int64)
BAD_INPUT = {
    "no token to add": (
        lambda: model().generate(X, 0),
        ValueError,
        "n should be at least 1, but was 0",
    ),
    "a fraction of tokens": (
        lambda: model().generate(X, 1.5),
        TypeError,
        "n should be a whole number, but was 1.5",
    ),
    "more than there is room for": (
        lambda: model().generate(X, 13),
        ValueError,
        "n should be at most 12, what max_len = 17 leaves after 5 ids, but was 13",
    ),
    "numbers for ids": (
        lambda: model().generate(X.double(), 1),
        TypeError,
        "ids should be whole numbers (int64 or int32), but their dtype was torch.float64",
    ),
    "no beginning": (
        lambda: model().generate(X[:, :0], 1),
        ValueError,
        "ids should have shape (batch, length), but had (2, 0)",
    ),
    "an id outside the vocabulary": (
        lambda: model().generate(X - 1, 1),
        ValueError,
        "ids should be in [0, 37), but ranged from -1 to -1",
    ),
    "a negative temperature": (
        lambda: model().generate(X, 1, temperature=-0.5),
        ValueError,
        "temperature should be 0 or above, but was -0.5",
    ),
    "no number for the temperature": (
        lambda: choose(LOGITS[None], temperature=math.nan),
        ValueError,
        "temperature should be 0 or above, but was nan",
    ),
    "no likely token": (
        lambda: model().generate(X, 1, top_k=0),
        ValueError,
        "top_k should be at least 1, but was 0",
    ),
    "more likely tokens than there are": (
        lambda: model().generate(X, 1, top_k=38),
        ValueError,
        "top_k should be at most n_tokens = 37, but was 38",
    ),
    "a fraction for the likely tokens": (
        lambda: choose(LOGITS[None], top_k=0.9),
        TypeError,
        "top_k should be a whole number, but was 0.9",
    ),
    "logits of one text without a batch axis": (
        lambda: choose(LOGITS),
        ValueError,
        "logits should have shape (B, n_tokens), but had (4,)",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
