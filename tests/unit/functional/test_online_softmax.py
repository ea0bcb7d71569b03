"""The online softmax: what was taken from some keys, merged with what was taken from others."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from attention.functional.online_softmax import (
    Partial,
    finish,
    merge,
    partial_attention,
)

EXACT = {"rtol": 1e-10, "atol": 1e-10}


def exact(numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def random(*shape, dtype=torch.float64):
    return torch.randn(shape, dtype=dtype)


def test_by_hand_two_keys_merge_to_their_softmax():
    # Scores 0 and ln 3: weights 1/4 and 3/4.
    one = Partial(*(torch.tensor([[x]]) for x in (0.0, 1.0, 8.0)))
    other = Partial(*(torch.tensor([[x]]) for x in (math.log(3), 1.0, 4.0)))
    both = merge(one, other)
    assert_close(both.maximum, torch.tensor([[math.log(3)]]))
    assert_close(both.total, torch.tensor([[1 / 3 + 1]]))
    assert_close(both.context, torch.tensor([[8 / 3 + 4]]))
    context, logsumexp = finish(both)
    assert_close(context, torch.tensor([[8 / 4 + 4 * 3 / 4]]))
    assert_close(logsumexp, torch.tensor([math.log(4)]))


def test_a_partial_is_relative_to_its_maximum():
    scores, value = exact([[1e4, 1e4 - math.log(2)]]), exact([[1, 0], [0, 1]])
    found = partial_attention(scores, value)
    assert_close(found.maximum, exact([[1e4]]))
    assert_close(found.total, exact([[1.5]]))
    assert_close(found.context, exact([[1.0, 0.5]]))


def test_a_partial_leaves_its_scores_as_they_were():
    scores = random(3, 5)
    before = scores.clone()
    partial_attention(scores, random(5, 2))
    assert torch.equal(scores, before)


NOTHING = Partial(exact([[-torch.inf]] * 7), *exact([[[0.0]] * 7] * 2))


@st.composite
def parts(draw):
    """Three blocks of keys, scores from tiny to huge, for each query some of them hidden."""
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**32)))
    density, spread = draw(st.sampled_from([0.0, 0.3, 1.0])), draw(st.sampled_from([1.0, 1e4]))
    found = []
    for n_keys in draw(st.permutations([1, 2, 5])):
        scores = spread * torch.randn(7, n_keys, generator=generator, dtype=torch.float64)
        visible = torch.rand(7, n_keys, generator=generator) < density
        value = torch.randn(n_keys, 3, generator=generator, dtype=torch.float64)
        found.append((scores.masked_fill(~visible, -torch.inf), value))
    return found


@given(parts())
def test_merging_is_associative_and_commutative(blocks):
    a, b, c = (partial_attention(*block) for block in blocks)
    assert_close(merge(merge(a, b), c), merge(a, merge(b, c)), **EXACT)
    assert_close(merge(a, b), merge(b, a), rtol=0, atol=0)


@given(parts())
def test_going_on_from_a_partial_is_merging_with_it(blocks):
    so_far = partial_attention(*blocks[0])
    for block in blocks[1:]:
        merged = merge(so_far, partial_attention(*block))
        so_far = partial_attention(*block, so_far)
        assert_close(so_far, merged, **EXACT)


@given(parts())
def test_nothing_seen_changes_nothing(blocks):
    part = partial_attention(*blocks[0])
    assert_close(merge(part, NOTHING), part, rtol=0, atol=0)
    assert_close(merge(NOTHING, part), part, rtol=0, atol=0)
    assert_close(merge(NOTHING, NOTHING)[:2], NOTHING[:2], rtol=0, atol=0)


@given(parts())
def test_the_parts_together_are_the_whole(blocks):
    a, b, c = (partial_attention(*block) for block in blocks)
    scores = torch.cat([scores for scores, _ in blocks], dim=1)
    value = torch.cat([value for _, value in blocks])
    context, logsumexp = finish(merge(merge(a, b), c))
    nothing = (scores == -torch.inf).all(dim=-1, keepdim=True)
    weights = scores.masked_fill(nothing, 0.0).softmax(dim=-1).masked_fill(nothing, 0.0)
    assert_close(context, weights @ value, **EXACT)
    assert_close(logsumexp, scores.logsumexp(dim=-1), **EXACT)


@pytest.mark.parametrize("goes_on", [False, True], ids=["merged", "going on"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_sums_are_kept_in_single_precision(dtype, goes_on):
    # 4,096 keys, one at a time: in half precision the sum would stop growing at 256 or 2,048.
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores, value = torch.zeros(1, 4096, dtype=dtype), torch.ones(4096, 1, dtype=dtype)
        so_far = None
        for block in (slice(i, i + 1) for i in range(4096)):
            if goes_on or so_far is None:
                so_far = partial_attention(scores[:, block], value[block], so_far)
            else:
                so_far = merge(so_far, partial_attention(scores[:, block], value[block]))
        context, logsumexp = finish(so_far)
    assert so_far.total.item() == so_far.context.item() == 4096
    assert (context.item(), logsumexp.dtype) == (1, torch.float32)
    assert_close(logsumexp, torch.tensor([math.log(4096)]))


def test_products_are_not_rounded_under_autocast():
    scores, value = torch.randn(3, 5), torch.randn(5, 2)
    wanted = partial_attention(scores, value)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert_close(partial_attention(scores, value), wanted, rtol=0, atol=0)


def test_partials_in_half_precision_are_merged_in_single():
    # One thousand times the same partial: in half precision the total would stay at 256.
    one = Partial(*(torch.ones(1, 1, dtype=torch.bfloat16) for _ in range(3)))
    total = one
    for _ in range(999):
        total = merge(total, one)
    assert (total.total.item(), total.context.item()) == (1000, 1000)
