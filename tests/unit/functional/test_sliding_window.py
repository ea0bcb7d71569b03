"""The sliding window: the masked definition, without a table of n x n."""

import re

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close
from torch.utils._python_dispatch import TorchDispatchMode

from attention import (
    causal_mask,
    scaled_dot_product_attention,
    sliding_window_attention,
    sliding_window_mask,
)

EXACT = {"rtol": 1e-10, "atol": 1e-10}


@pytest.fixture(autouse=True)
def _short_chunks(monkeypatch):
    """Chunks so short that a few positions make several of them, and one that is not full."""
    monkeypatch.setattr("attention.functional.sliding_window.CHUNK", 4)


def random(*shape, dtype=torch.float64):
    return torch.randn(shape, dtype=dtype)


def inputs(t, s, batch=(2, 3), d_k=5, d_v=7, dtype=torch.float64):
    """Query, key and value that ask for a gradient."""
    shapes = [(*batch, t, d_k), (*batch, s, d_k), (*batch, s, d_v)]
    return [random(*shape, dtype=dtype).requires_grad_() for shape in shapes]


def definition(query, key, value, window, scale=None):
    mask = sliding_window_mask(query.shape[-2], window, key.shape[-2])
    return scaled_dot_product_attention(query, key, value, mask=mask, scale=scale)[0]


def check(tensors, window, **options):
    """Equal to the definition, forward and backward."""
    context = sliding_window_attention(*tensors, window=window, **options)
    expected = definition(*tensors, window, **options)
    assert_close(context, expected, **EXACT)
    direction = torch.randn_like(expected)
    gradients = torch.autograd.grad(context, tensors, direction)
    assert_close(gradients, torch.autograd.grad(expected, tensors, direction), **EXACT)


# --- by hand -------------------------------------------------------------------------------------


def test_by_hand_a_query_takes_the_mean_of_itself_and_those_just_before():
    # All scores are 0, and a window of 3.
    value = torch.tensor([[3.0], [6.0], [9.0], [12.0], [15.0], [18.0]])
    context = sliding_window_attention(torch.zeros(6, 2), random(6, 2).float(), value, window=3)
    assert_close(context, torch.tensor([[3.0], [4.5], [6.0], [9.0], [12.0], [15.0]]))


@pytest.mark.parametrize("window", [1, 2, 3, 4, 5, 9, 40])
def test_a_query_sees_exactly_as_many_keys_as_its_window_has(window):
    # The value of key j is the j-th unit vector, so that the context is the row of weights.
    n = 23
    weights = sliding_window_attention(
        random(n, 3), random(n, 3), torch.eye(n).double(), window=window
    )
    for i in range(n):
        first = i + 1 - min(i + 1, window)
        seen = torch.arange(first, i + 1)
        assert torch.equal(weights[i].nonzero()[:, 0], seen)


@pytest.mark.parametrize("n", [1, 3, 4, 5, 13])
def test_a_window_of_one_returns_the_values(n):
    query, key, value = inputs(n, n)
    assert_close(sliding_window_attention(query, key, value, window=1), value, **EXACT)


@pytest.mark.parametrize("window", [13, 14, 100])
def test_a_window_as_long_as_the_text_is_causal_attention(window):
    query, key, value = inputs(13, 13)
    expected, _ = scaled_dot_product_attention(query, key, value, mask=causal_mask(13))
    assert_close(sliding_window_attention(query, key, value, window=window), expected, **EXACT)


# --- it equals the definition --------------------------------------------------------------------


@given(
    t=st.integers(1, 23),
    s=st.integers(1, 23),
    window=st.integers(1, 25),
    seed=st.integers(0, 2**32),
)
def test_equals_the_masked_definition_forward_and_backward(t, s, window, seed):
    torch.manual_seed(seed)
    check(inputs(t, s), window)


@pytest.mark.parametrize("n", [11, 12, 13, 14, 15])
@pytest.mark.parametrize("window", [1, 2, 3, 4, 5, 7])
def test_any_length_of_the_last_chunk(n, window):
    check(inputs(n, n), window)


@pytest.mark.parametrize("t", range(1, 14))
@pytest.mark.parametrize("window", [1, 3, 6, 20])
def test_queries_that_read_on_from_a_cache_are_the_newest(t, window):
    check(inputs(t, 13), window)


@pytest.mark.parametrize("chunk", [1, 2, 5, 128])
def test_every_chunk_length_gives_the_same(chunk, monkeypatch):
    monkeypatch.setattr("attention.functional.sliding_window.CHUNK", chunk)
    check(inputs(13, 17), 6)


def test_with_the_chunks_that_it_chooses_itself(monkeypatch):
    monkeypatch.undo()
    check(inputs(300, 300, (1,)), 37)


def test_the_scale_is_that_which_is_given():
    check(inputs(13, 13), 6, scale=-2.0)


def test_far_keys_change_nothing_to_the_bit():
    query, key, value = (x.detach() for x in inputs(23, 23))
    before = sliding_window_attention(query, key, value, window=5)
    key[..., :10, :], value[..., :10, :] = 1e3, -1e3
    after = sliding_window_attention(query, key, value, window=5)
    assert torch.equal(before[..., 14:, :], after[..., 14:, :])


@pytest.mark.parametrize("axes", [((), (), ()), ((2, 3), (3,), ()), ((1,), (2, 1), (3,))], ids=str)
def test_batch_axes_broadcast(axes):
    shapes = zip(axes, [(13, 2), (17, 2), (17, 3)], strict=True)
    check([random(*batch, *shape).requires_grad_() for batch, shape in shapes], 3)


def test_inputs_that_are_views():
    query, key = (random(2, 13, 3, 5).transpose(1, 2).requires_grad_() for _ in range(2))
    check([query, key, random(2, 3, 13, 8)[..., ::2].requires_grad_()], 6)


@pytest.mark.parametrize(("t", "s"), [(7, 7), (2, 7), (7, 4)])
def test_gradient_is_the_derivative(t, s):
    assert torch.autograd.gradcheck(
        lambda *x: sliding_window_attention(*x, window=2), inputs(t, s, (2,), 3, 2)
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64], ids=str)
@pytest.mark.parametrize("window", [1, 2, 9])
def test_a_query_that_sees_nothing_gives_zeros_and_finite_gradients(window, dtype):
    tensors = inputs(9, 4, d_k=8, d_v=8, dtype=dtype)  # PyTorch has several kernels for this
    with torch.autograd.set_detect_anomaly(True):
        context = sliding_window_attention(*tensors, window=window)
        gradients = torch.autograd.grad(context.pow(2).sum(), tensors)
    assert (context[..., :5, :] == 0).all()
    assert (gradients[0][..., :5, :] == 0).all()
    assert all(gradient.isfinite().all() for gradient in gradients)


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_the_error_is_at_most_twice_that_of_plain_torch(dtype, monkeypatch):
    monkeypatch.undo()
    query, key, value = (x.detach() for x in inputs(500, 500, d_k=16, d_v=16, dtype=dtype))
    true = definition(query.double(), key.double(), value.double(), 37)
    mask = sliding_window_mask(500, 37)
    plain = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    ours = sliding_window_attention(query, key, value, window=37)
    assert ours.dtype == dtype
    assert (ours - true).abs().max() <= 2 * (plain - true).abs().max()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_huge_scores_do_not_overflow(dtype):
    query, key, value = (x.detach() for x in inputs(13, 13, dtype=dtype))
    query *= 1e4 / (query @ key.mT).abs().max()
    tensors = [x.requires_grad_() for x in (query, key, value)]
    context = sliding_window_attention(*tensors, window=5, scale=1.0)
    found = [context, *torch.autograd.grad(context.pow(2).sum(), tensors)]
    assert all(x.isfinite().all() for x in found)


# --- memory --------------------------------------------------------------------------------------


class Largest(TorchDispatchMode):
    """Notes the largest storage that any operation makes or looks at."""

    def __init__(self):
        super().__init__()
        self.n_bytes = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, (tuple, list)) else [result]:
            if isinstance(tensor, torch.Tensor):
                self.n_bytes = max(self.n_bytes, tensor.untyped_storage().nbytes())
        return result


@pytest.mark.parametrize("n", [256, 512, 1024])
def test_no_tensor_has_more_than_n_times_the_window(n, monkeypatch):
    monkeypatch.setattr("attention.functional.sliding_window.CHUNK", 16)
    tensors = inputs(n, n, (1,), 4, 4, torch.float32)
    with Largest() as found:
        sliding_window_attention(*tensors, window=16).sum().backward()
    # The keys' gradients come strip by strip: 31 keys, 4 wide, for each of the n / 16 chunks.
    assert found.n_bytes / 4 <= n / 16 * 31 * 4


def test_no_strip_is_a_copy(monkeypatch):
    monkeypatch.setattr("attention.functional.sliding_window.CHUNK", 16)
    query, key, value = (x.detach() for x in inputs(1024, 1024, (1,), 4, 4, torch.float32))
    with Largest() as found:
        sliding_window_attention(query, key, value, window=64)
    assert found.n_bytes / 4 <= 1024 * 4 + 16 * 79  # as large as an input, or as the mask


# --- bad input -----------------------------------------------------------------------------------

Q, K, V = torch.ones(2, 5, 3), torch.ones(2, 7, 3), torch.ones(2, 7, 11)

BAD_INPUT = {
    "whole numbers for the query": (
        dict(query=Q.long()),
        TypeError,
        "query should be floating-point, but its dtype was torch.int64",
    ),
    "a value of another dtype": (
        dict(value=V.bfloat16()),
        TypeError,
        "value should have the query's dtype torch.float32, but had torch.bfloat16",
    ),
    "keys wider than queries": (
        dict(key=torch.ones(2, 7, 5)),
        ValueError,
        "key should have the query's last dimension d_k = 3, but had shape (2, 7, 5)",
    ),
    "fewer values than keys": (
        dict(value=V[:, :4]),
        ValueError,
        "value should have one row per key, S = 7, but had shape (2, 4, 11)",
    ),
    "no query": (
        dict(query=Q[:, :0]),
        ValueError,
        "query should not be empty, but had shape (2, 0, 3)",
    ),
    "an empty window": (
        dict(window=0),
        ValueError,
        "window should be at least 1, but was 0",
    ),
    "half a key": (
        dict(window=2.5),
        TypeError,
        "window should be a whole number, but was 2.5",
    ),
}


@pytest.mark.parametrize(("wrong", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(wrong, error, message):
    arguments = dict(query=Q, key=K, value=V, window=2) | wrong
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        sliding_window_attention(**arguments)
