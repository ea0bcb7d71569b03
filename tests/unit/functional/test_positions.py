"""Sinusoids, rotations and penalties for distance: on paper, by their laws, and as others do it."""

import math
import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close
from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

from attention import RotaryEmbedding, alibi_bias, sinusoidal_positions
from attention.functional.positions import interleaved_to_half

BOTH_LAYOUTS = pytest.mark.parametrize("layout", ["half", "interleaved"])


def exact(numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def random(*shape):
    return torch.randn(shape, dtype=torch.float64)


# --- sinusoids -----------------------------------------------------------------------------------


def test_by_hand_sinusoids_of_width_two_go_once_round_in_two_pi():
    # A single pair, of frequency 1: sine and cosine of the position.
    wanted = [[0, 1], [math.sin(1), math.cos(1)], [math.sin(2), math.cos(2)]]
    assert_close(sinusoidal_positions(3, 2), torch.tensor(wanted))


def test_by_hand_the_second_pair_of_four_is_slower_by_the_root_of_the_base():
    found = sinusoidal_positions(4, 4, base=100.0)  # 100^(2/4) = 10
    wanted = [math.sin(3), math.cos(3), math.sin(0.3), math.cos(0.3)]
    assert_close(found[3], torch.tensor(wanted))


def test_sinusoids_are_those_of_the_paper_cell_by_cell():
    found = sinusoidal_positions(7, 10)
    for t in range(7):
        for i in range(5):
            angle = t / 10000 ** (2 * i / 10)
            wanted = torch.tensor([math.sin(angle), math.cos(angle)])
            assert_close(found[t, 2 * i : 2 * i + 2], wanted)


def test_sinusoids_of_positions_far_out_are_right_to_the_last_bits_of_float32():
    # An angle of 100,000 held in float32 would be off by up to 0.004.
    found = sinusoidal_positions(100_001, 6)[-1]
    angles = [100_000 / 10000 ** (2 * i / 6) for i in range(3)]
    wanted = torch.tensor([f(a) for a in angles for f in (math.sin, math.cos)])
    assert_close(found, wanted, rtol=0, atol=2e-7)


# --- rotations -----------------------------------------------------------------------------------


@BOTH_LAYOUTS
def test_by_hand_one_pair_turns_by_its_position(layout):
    x = exact([1.0, 0.0]).expand(1, 1, 3, 2)
    wanted = exact([[math.cos(t), math.sin(t)] for t in range(3)])
    assert_close(RotaryEmbedding(2, layout=layout)(x)[0, 0], wanted)


def test_by_hand_a_quarter_turn_in_each_layout():
    # Frequencies 1 and 1 / base^(1/2): at this base and position, the slow pair has turned by a
    # quarter, and the fast one, which is 14 times as fast, by three and a half turns.
    start, base = 22, 14.0**2
    x = exact([1, 2, 3, 4]).reshape(1, 1, 1, 4)
    half = RotaryEmbedding(4, base, "half")(x, start).flatten()  # pairs (1, 3) and (2, 4)
    assert half.round().tolist() == [-1, -4, -3, 2]
    interleaved = RotaryEmbedding(4, base, "interleaved")(x, start).flatten()  # (1, 2) and (3, 4)
    assert interleaved.round().tolist() == [-1, -2, -4, 3]


@BOTH_LAYOUTS
def test_position_zero_does_not_turn(layout):
    x = random(2, 3, 1, 10)
    assert_close(RotaryEmbedding(10, layout=layout)(x), x, rtol=0, atol=0)


@BOTH_LAYOUTS
@given(t=st.integers(0, 5000), s=st.integers(0, 5000), shift=st.integers(0, 5000))
def test_the_dot_product_depends_on_the_distance_alone(layout, t, s, shift):
    rotary, query, key = (
        RotaryEmbedding(14, layout=layout),
        random(1, 1, 1, 14),
        random(1, 1, 1, 14),
    )
    here = rotary(query, t) @ rotary(key, s).mT
    there = rotary(query, t + shift) @ rotary(key, s + shift).mT
    assert_close(here, there, rtol=0, atol=1e-9)


def test_the_dot_product_does_depend_on_the_distance():
    rotary, x = RotaryEmbedding(14), random(1, 1, 1, 14)
    assert not torch.isclose((rotary(x, 3) * x).sum(), (rotary(x, 4) * x).sum())


@BOTH_LAYOUTS
def test_a_rotation_keeps_the_length(layout):
    x = random(2, 3, 7, 10)
    assert_close(RotaryEmbedding(10, layout=layout)(x, 11).norm(dim=-1), x.norm(dim=-1))


@BOTH_LAYOUTS
def test_start_is_the_position_of_the_first(layout):
    rotary, x = RotaryEmbedding(10, layout=layout), random(2, 3, 7, 10)
    assert_close(rotary(x[:, :, 3:], start=3), rotary(x)[:, :, 3:], rtol=0, atol=0)


@pytest.mark.parametrize("d_head", [2, 6, 10, 64])
def test_the_layouts_are_a_permutation_of_each_other(d_head):
    x, order = random(2, 3, 7, d_head), interleaved_to_half(d_head)
    half = RotaryEmbedding(d_head, 500.0, "half")(x[..., order], 5)
    assert_close(half, RotaryEmbedding(d_head, 500.0, "interleaved")(x, 5)[..., order])


def test_by_hand_the_order_of_the_layouts():
    assert interleaved_to_half(6).tolist() == [0, 2, 4, 1, 3, 5]


@pytest.mark.parametrize("base", [10000.0, 500000.0])
@pytest.mark.parametrize("start", [0, 1013])
def test_the_half_layout_equals_the_rotary_positions_of_the_transformers_library(base, start):
    parameters = {"rope_type": "default", "rope_theta": base}
    theirs = LlamaRotaryEmbedding(
        LlamaConfig(hidden_size=66, num_attention_heads=3, rope_parameters=parameters)
    )
    query, key = torch.randn(2, 3, 7, 22), torch.randn(2, 1, 7, 22)
    cos, sin = theirs(query, torch.arange(start, start + 7)[None])
    ours = RotaryEmbedding(22, base)
    found = ours(query, start), ours(key, start)
    # Their angles are float32 and lose some when they are large.
    atol = 1e-5 if start == 0 else 5e-4
    assert_close(found, apply_rotary_pos_emb(query, key, cos, sin), rtol=0, atol=atol)


@BOTH_LAYOUTS
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32], ids=str)
def test_a_rotation_keeps_the_dtype_and_nearly_its_precision(dtype, layout):
    rotary, x = RotaryEmbedding(10, layout=layout), torch.randn(2, 3, 7, 10).to(dtype)
    found = rotary(x, start=100_000)
    assert found.dtype == dtype
    room = 8 * torch.finfo(dtype).eps
    assert_close(found.double(), rotary(x.double(), start=100_000), rtol=room, atol=room)


@BOTH_LAYOUTS
def test_gradient_is_the_derivative_of_the_rotation(layout):
    rotary = RotaryEmbedding(4, layout=layout)
    assert torch.autograd.gradcheck(lambda x: rotary(x, 3), (random(1, 2, 3, 4).requires_grad_(),))


def test_a_rotary_embedding_has_no_state_and_says_what_it_is():
    rotary = RotaryEmbedding(64, 500000.0, "interleaved")
    assert not rotary.state_dict()
    assert repr(rotary) == "RotaryEmbedding(64, base=500000, layout='interleaved')"


# --- ALiBi ---------------------------------------------------------------------------------------


def test_by_hand_the_slopes_of_eight_heads_are_a_half_to_the_256th():
    slopes = -alibi_bias(8, 2)[:, 1, 0]  # distance 1
    assert slopes.tolist() == [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256]


def test_by_hand_the_penalty_grows_with_the_distance():
    assert alibi_bias(1, 3)[0].mul(256).tolist() == [[0, -1, -2], [-1, 0, -1], [-2, -1, 0]]


def test_by_hand_the_last_query_stands_at_the_last_key():
    assert alibi_bias(2, 2, 5)[0].mul(16).tolist() == [[-3, -2, -1, 0, -1], [-4, -3, -2, -1, 0]]
    assert torch.equal(alibi_bias(5, 3, 7), alibi_bias(5, 7)[:, 4:])


# --- bad input -----------------------------------------------------------------------------------

X = torch.ones(2, 3, 5, 4)
BAD_INPUT = {
    "no position": (
        lambda: sinusoidal_positions(0, 4),
        ValueError,
        "n_positions should be at least 1, but was 0",
    ),
    "a fraction of positions": (
        lambda: sinusoidal_positions(2.5, 4),
        TypeError,
        "n_positions should be a whole number, but was 2.5",
    ),
    "an odd width": (
        lambda: sinusoidal_positions(3, 5),
        ValueError,
        "d_model should be even, but was 5",
    ),
    "waves of one speed": (
        lambda: sinusoidal_positions(3, 4, base=1.0),
        ValueError,
        "base should be above 1, but was 1.0",
    ),
    "an odd head": (
        lambda: RotaryEmbedding(5),
        ValueError,
        "d_head should be even, but was 5",
    ),
    "a head without width": (
        lambda: RotaryEmbedding(0),
        ValueError,
        "d_head should be at least 1, but was 0",
    ),
    "no number for the base": (
        lambda: RotaryEmbedding(4, math.nan),
        ValueError,
        "base should be above 1, but was nan",
    ),
    "an unknown layout": (
        lambda: RotaryEmbedding(4, layout="quarter"),
        ValueError,
        "layout should be 'half' or 'interleaved', but was 'quarter'",
    ),
    "heads of another width": (
        lambda: RotaryEmbedding(6)(X),
        ValueError,
        "x should have shape (B, H, T, d_head) with d_head = 6, but had (2, 3, 5, 4)",
    ),
    "no head axis": (
        lambda: RotaryEmbedding(4)(X[0]),
        ValueError,
        "x should have shape (B, H, T, d_head), but had (3, 5, 4)",
    ),
    "whole numbers to be turned": (
        lambda: RotaryEmbedding(4)(X.long()),
        TypeError,
        "x should be floating-point, but its dtype was torch.int64",
    ),
    "a start before the beginning": (
        lambda: RotaryEmbedding(4)(X, start=-1),
        ValueError,
        "start should be at least 0, but was -1",
    ),
    "a tensor for the start": (
        lambda: RotaryEmbedding(4)(X, start=torch.tensor(1)),
        TypeError,
        "start should be a whole number, but was tensor(1)",
    ),
    "an odd head to be put in order": (
        lambda: interleaved_to_half(5),
        ValueError,
        "d_head should be even, but was 5",
    ),
    "ALiBi without heads": (
        lambda: alibi_bias(0, 3),
        ValueError,
        "n_heads should be at least 1, but was 0",
    ),
    "ALiBi with fewer keys than queries": (
        lambda: alibi_bias(2, 3, 2),
        ValueError,
        "n_keys should be at least n_queries = 3, but was 2",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
