"""Attention block by block: its precision, its memory, and its error messages."""

import re

import pytest
import torch
from torch.autograd.graph import saved_tensors_hooks
from torch.testing import assert_close
from torch.utils._python_dispatch import TorchDispatchMode

from attention import causal_mask, flash_attention, scaled_dot_product_attention

BOTH = pytest.mark.parametrize("causal", [False, True], ids=["full", "causal"])


def random(*shape, dtype=torch.float64):
    return torch.randn(shape, dtype=dtype)


def inputs(t, s, batch=(2, 3), d_k=5, d_v=7, dtype=torch.float64):
    """Query, key and value that ask for a gradient."""
    shapes = [(*batch, t, d_k), (*batch, s, d_k), (*batch, s, d_v)]
    return [random(*shape, dtype=dtype).requires_grad_() for shape in shapes]


def definition(query, key, value, causal=False, scale=None):
    mask = causal_mask(query.shape[-2], key.shape[-2]) if causal else None
    return scaled_dot_product_attention(query, key, value, mask=mask, scale=scale)[0]


def in_blocks(query, key, value, causal=False):
    return flash_attention(query, key, value, causal=causal, block_size=(32, 64))


# --- numbers -------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_the_error_is_at_most_twice_that_of_plain_torch(dtype, causal):
    shapes = [(2, 3, 257, 16)] * 3
    rounded = [random(*shape, dtype=dtype).requires_grad_() for shape in shapes]
    widened = [x.detach().double().requires_grad_() for x in rounded]
    direction = random(2, 3, 257, 16).to(dtype)
    results = []
    for function, tensors in ((definition, widened), (definition, rounded), (in_blocks, rounded)):
        context = function(*tensors, causal=causal)
        results.append([context, *torch.autograd.grad(context, tensors, direction.to(context))])
    for true, plain, ours in zip(*results, strict=True):
        assert ours.dtype == dtype
        assert (ours - true).abs().max() <= 2 * (plain - true).abs().max()


@BOTH
@pytest.mark.parametrize("block_size", [16, (256, 1024)], ids=str)
def test_autocast_changes_nothing(causal, block_size):
    # In half precision the sums of small blocks would be off by a quarter.
    tensors = [torch.randn(1, 2048, 64, requires_grad=True) for _ in range(3)]
    tensors[2].data += 1
    direction = torch.randn(1, 2048, 64)
    found = []
    for enabled in (False, True):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled):
            context = flash_attention(*tensors, causal=causal, block_size=block_size)
            found.append([context, *torch.autograd.grad(context, tensors, direction)])
    assert_close(found[1], found[0], rtol=0, atol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64], ids=str)
@pytest.mark.parametrize("sign", [1, -1])
def test_huge_scores_do_not_overflow(dtype, sign):
    query, key, value = (x.detach() for x in inputs(7, 7, dtype=dtype))
    query *= sign * 1e4 / (query @ key.mT).abs().max()
    tensors = [x.requires_grad_() for x in (query, key, value)]
    context = flash_attention(*tensors, causal=True, scale=1.0, block_size=3)
    found = [context, *torch.autograd.grad(context.pow(2).sum(), tensors)]
    assert all(x.isfinite().all() for x in found)
    assert (context[..., 0, :] == value[..., 0, :]).all()  # the first sees itself alone


def test_scores_far_below_zero_do_not_underflow():
    # All scores are -1e4: not relative to their maximum, every exponential would be 0.
    query, key = torch.full((3, 1), -1e4), torch.ones(5, 1)
    value = torch.arange(5.0)[:, None]
    assert_close(flash_attention(query, key, value, block_size=2), torch.full((3, 1), 2.0))


# --- memory --------------------------------------------------------------------------------------


def saved(n):
    """How many numbers the graph keeps for the gradient of n positions, and in what sizes."""
    sizes = {}
    tensors = inputs(n, n, (3,))
    with saved_tensors_hooks(lambda x: sizes.update({x.data_ptr(): x.numel()}), lambda x: x):
        flash_attention(*tensors, causal=True, block_size=8)
    return sizes.values()


def test_what_is_kept_for_the_gradient_is_linear_in_the_length():
    # Query, key (d_k = 5), value, context (d_v = 7) and the logsumexp, for 3 heads.
    for n in (32, 64, 128):
        assert sum(saved(n)) == 3 * n * (5 + 5 + 7 + 7 + 1)


class Largest(TorchDispatchMode):
    """Notes the largest tensor that any operation makes."""

    def __init__(self):
        super().__init__()
        self.numel = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, (tuple, list)) else [result]:
            if isinstance(tensor, torch.Tensor):
                self.numel = max(self.numel, tensor.numel())
        return result


@BOTH
def test_no_tensor_is_as_large_as_the_table_of_scores(causal):
    n, d = 128, 4
    tensors = inputs(n, n, (1,), d, d)
    with Largest() as largest:
        flash_attention(*tensors, causal=causal, block_size=16).sum().backward()
    assert largest.numel == n * d  # more than a block, 16 x 16; the table has n x n


class Products(TorchDispatchMode):
    """Counts the numbers that batched products make."""

    def __init__(self):
        super().__init__()
        self.numel = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        if func in (torch.ops.aten.bmm.default, torch.ops.aten.bmm.out):
            self.numel += result.numel()
        return result


def test_blocks_above_the_diagonal_are_not_computed():
    n, size = 64, 8
    query, key, value = (x.detach() for x in inputs(n, n, (1,), 1, 1))
    counts = {}
    for causal in (False, True):
        with Products() as products:
            flash_attention(query, key, value, causal=causal, block_size=size)
        counts[causal] = products.numel
    # 64 blocks of 8 x 8 scores and 8 x 1 contexts; those on and below the diagonal are 36.
    assert counts == {False: 64 * (64 + 8), True: 36 * (64 + 8)}


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
    "no key": (
        dict(key=K[:, :0], value=V[:, :0]),
        ValueError,
        "key should not be empty, but had shape (2, 0, 3)",
    ),
    "batches of different size": (
        dict(query=torch.ones(3, 5, 3)),
        ValueError,
        "query, key and value should have batch axes that broadcast together, "
        "but had shapes (3, 5, 3), (2, 7, 3) and (2, 7, 11)",
    ),
    "an empty block": (
        dict(block_size=0),
        ValueError,
        "block_size should be at least 1, but was 0",
    ),
    "a block without keys": (
        dict(block_size=(16, -1)),
        ValueError,
        "block_size should be at least 1, but was -1",
    ),
    "half a block": (
        dict(block_size=0.5),
        TypeError,
        "block_size should be a whole number, but was 0.5",
    ),
    "a block of three sides": (
        dict(block_size=(1, 2, 3)),
        TypeError,
        "block_size should be a number or a pair, but was (1, 2, 3)",
    ),
}


@pytest.mark.parametrize(("wrong", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(wrong, error, message):
    arguments = dict(query=Q, key=K, value=V) | wrong
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        flash_attention(**arguments)
