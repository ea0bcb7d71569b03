"""Attention block by block: the same numbers as the definition's, forward and backward."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from attention import causal_mask, flash_attention, scaled_dot_product_attention
from attention.functional.flash import flash_attention_with_logsumexp
from attention.functional.online_softmax import Partial, finish, merge

EXACT = {"rtol": 1e-10, "atol": 1e-10}
BLOCK_SIZES = [1, 2, 3, 5, 64, (1, 7), (7, 1), (3, 5), (5, 2), (64, 3)]
BOTH = pytest.mark.parametrize("causal", [False, True], ids=["full", "causal"])
LENGTHS = pytest.mark.parametrize(("t", "s"), [(11, 11), (7, 11), (11, 7), (1, 11), (11, 1)])


def exact(numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def random(*shape, dtype=torch.float64):
    return torch.randn(shape, dtype=dtype)


def inputs(t, s, batch=(2, 3), d_k=5, d_v=7, dtype=torch.float64):
    """Query, key and value that ask for a gradient."""
    shapes = [(*batch, t, d_k), (*batch, s, d_k), (*batch, s, d_v)]
    return [random(*shape, dtype=dtype).requires_grad_() for shape in shapes]


def definition(query, key, value, causal=False, scale=None):
    mask = causal_mask(query.shape[-2], key.shape[-2]) if causal else None
    return scaled_dot_product_attention(query, key, value, mask=mask, scale=scale)[0]


# --- it equals the definition --------------------------------------------------------------------


@given(
    sizes=st.permutations([1, 2, 3, 5, 7, 11]),
    block_size=st.sampled_from(BLOCK_SIZES),
    causal=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_equals_the_definition_forward_and_backward(sizes, block_size, causal, seed):
    b, t, s, d_k, d_v, _ = sizes
    torch.manual_seed(seed)
    tensors = inputs(t, s, (b,), d_k, d_v)
    direction = random(b, t, d_v)
    context = flash_attention(*tensors, causal=causal, block_size=block_size)
    expected = definition(*tensors, causal)
    assert_close(context, expected, **EXACT)
    gradients = torch.autograd.grad(context, tensors, direction)
    assert_close(gradients, torch.autograd.grad(expected, tensors, direction), **EXACT)


@BOTH
@LENGTHS
@pytest.mark.parametrize("block_size", BLOCK_SIZES, ids=str)
def test_every_block_size_gives_the_same(causal, t, s, block_size):
    tensors = inputs(t, s)
    direction = random(2, 3, t, 7)
    context = flash_attention(*tensors, causal=causal, block_size=block_size)
    expected = definition(*tensors, causal)
    assert_close(context, expected, **EXACT)
    gradients = torch.autograd.grad(context, tensors, direction)
    assert_close(gradients, torch.autograd.grad(expected, tensors, direction), **EXACT)


@pytest.mark.parametrize("n_scores", [1, 12, 2**18], ids=lambda n: f"{n} scores at a time")
def test_heads_go_together_or_one_by_one(n_scores, monkeypatch):
    tensors = inputs(7, 7, (5, 3))
    monkeypatch.setattr("attention.functional.flash.N_SCORES", n_scores)
    context = flash_attention(*tensors, causal=True, block_size=(2, 3))
    expected = definition(*tensors, True)
    assert_close(context, expected, **EXACT)
    gradients = torch.autograd.grad(context.sum(), tensors)
    assert_close(gradients, torch.autograd.grad(expected.sum(), tensors), **EXACT)


def test_with_the_blocks_that_it_chooses_itself():
    tensors = inputs(300, 1100, (2,))
    assert_close(flash_attention(*tensors, causal=True), definition(*tensors, True), **EXACT)


@pytest.mark.parametrize("scale", [0.25, 1.0, -2.0])
def test_the_scale_is_that_which_is_given(scale):
    tensors = inputs(7, 11)
    context = flash_attention(*tensors, scale=scale, block_size=3)
    expected = definition(*tensors, scale=scale)
    assert_close(context, expected, **EXACT)
    gradients = torch.autograd.grad(context.sin().sum(), tensors)
    assert_close(gradients, torch.autograd.grad(expected.sin().sum(), tensors), **EXACT)


def test_causal_is_aligned_at_the_bottom_right():
    # All scores are 0, so each query takes the mean of what it sees: 3, 4 and 5 keys.
    value = torch.arange(5.0).double()[:, None]
    context = flash_attention(torch.zeros(3, 2).double(), random(5, 2), value, causal=True)
    assert_close(context, exact([[1.0], [1.5], [2.0]]))


def test_what_lies_ahead_changes_nothing_to_the_bit():
    query, key, value = inputs(11, 11)
    before = flash_attention(query, key, value, causal=True, block_size=(4, 3))
    key.data[..., 5:, :], value.data[..., 5:, :] = 1e3, -1e3
    after = flash_attention(query, key, value, causal=True, block_size=(4, 3))
    assert torch.equal(before[..., :5, :], after[..., :5, :])


@pytest.mark.parametrize("axes", [((), (), ()), ((2, 3), (3,), ()), ((1,), (2, 1), (3,))], ids=str)
def test_batch_axes_broadcast(axes):
    shapes = zip(axes, [(5, 2), (7, 2), (7, 3)], strict=True)
    tensors = [random(*batch, *shape).requires_grad_() for batch, shape in shapes]
    context, expected = flash_attention(*tensors, block_size=3), definition(*tensors)
    assert_close(context, expected, **EXACT)
    gradients = torch.autograd.grad(context.sin().sum(), tensors)
    assert_close(gradients, torch.autograd.grad(expected.sin().sum(), tensors), **EXACT)


def test_inputs_that_are_views():
    # (B, T, H, d) turned to (B, H, T, d), as heads come out of a projection, and every other value.
    query, key = (random(2, 7, 3, 5).transpose(1, 2).requires_grad_() for _ in range(2))
    value = random(2, 3, 7, 8)[..., ::2].requires_grad_()
    direction = random(2, 3, 4, 7).mT
    context, expected = (f(query, key, value) for f in (flash_attention, definition))
    assert_close(context, expected, **EXACT)
    tensors = (query, key, value)
    gradients = torch.autograd.grad(context, tensors, direction)
    assert_close(gradients, torch.autograd.grad(expected, tensors, direction), **EXACT)


# --- the logsumexp -------------------------------------------------------------------------------


@BOTH
@LENGTHS
def test_the_logsumexp_is_that_of_the_scores(causal, t, s):
    query, key, value = inputs(t, s)
    context, found = flash_attention_with_logsumexp(
        query, key, value, causal=causal, block_size=(2, 3)
    )
    scores = query @ key.mT / 5**0.5
    if causal:
        scores = scores.masked_fill(~causal_mask(t, s), -torch.inf)
    assert found.shape == (2, 3, t)
    assert_close(found, scores.logsumexp(dim=-1), **EXACT)
    assert_close(context, definition(query, key, value, causal), **EXACT)


def test_contexts_over_separate_keys_merge_by_their_logsumexps():
    query, key, value = inputs(5, 11)
    found = []
    for keys in (slice(0, 4), slice(4, None)):
        context, logsumexp = flash_attention_with_logsumexp(
            query, key[:, :, keys], value[:, :, keys]
        )
        found.append(Partial(logsumexp[..., None], torch.ones(2, 3, 5, 1).double(), context))
    merged, expected = finish(merge(*found))[0], definition(query, key, value)
    assert_close(merged, expected, **EXACT)
    tensors = (query, key, value)
    gradients = torch.autograd.grad(merged.sin().sum(), tensors)
    assert_close(gradients, torch.autograd.grad(expected.sin().sum(), tensors), **EXACT)


# --- gradients -----------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(("t", "s"), [(5, 5), (3, 5), (5, 3)])
def test_gradient_is_the_derivative(causal, t, s):
    assert torch.autograd.gradcheck(
        lambda *x: flash_attention(*x, causal=causal, block_size=(2, 3)), inputs(t, s, (2,), 3, 2)
    )


def test_gradient_of_the_logsumexp_is_the_derivative():
    assert torch.autograd.gradcheck(
        lambda *x: flash_attention_with_logsumexp(*x, block_size=2), inputs(3, 5, (2,), 3, 2)
    )


def test_a_second_derivative_is_refused():
    tensors = inputs(3, 3)
    context = flash_attention(*tensors)
    first = torch.autograd.grad(context.sum(), tensors, create_graph=True)
    assert_close(first, torch.autograd.grad(definition(*tensors).sum(), tensors), **EXACT)
    with pytest.raises(RuntimeError, match="flash_attention has no second derivative"):
        torch.autograd.grad(sum(gradient.sum() for gradient in first), tensors)


@pytest.mark.parametrize("block_size", [1, 3, 64])
def test_a_query_that_sees_nothing_gives_zeros_and_finite_gradients(block_size):
    tensors = inputs(7, 3)
    with torch.autograd.set_detect_anomaly(True):
        context = flash_attention(*tensors, causal=True, block_size=block_size)
        gradients = torch.autograd.grad(context.pow(2).sum(), tensors)
    assert (context[..., :4, :] == 0).all()
    assert (gradients[0][..., :4, :] == 0).all()
    assert all(gradient.isfinite().all() for gradient in gradients)
