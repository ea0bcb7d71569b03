"""The definition of attention: cases to follow on paper, its edges, and its error messages."""

import math

import pytest
import torch
from torch.testing import assert_close

from attention import alibi_bias, causal_mask, scaled_dot_product_attention

E = math.e


def exact(numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def random(*shape, dtype=torch.float64):
    return torch.randn(shape, dtype=dtype)


# --- by hand -------------------------------------------------------------------------------------


def test_by_hand_the_scale_is_one_over_the_root_of_d_k():
    # scores = [0, sqrt 2] / sqrt 2 = [0, 1]
    query, key = exact([[0.0, math.sqrt(2)]]), torch.eye(2, dtype=torch.float64)
    value = exact([[10.0, 0.0, 1.0], [20.0, 4.0, 1.0]])
    context, weights = scaled_dot_product_attention(query, key, value)
    assert_close(weights, exact([[1, E]]) / (1 + E))
    assert_close(context, exact([[10 + 20 * E, 4 * E, 1 + E]]) / (1 + E))


def test_by_hand_causal():
    # Keys of ln 1, ln 2, ln 3 stand 1 : 2 : 3; what lies ahead leaves the sum.
    query, key = exact([[1.0], [1.0], [1.0]]), exact([[1.0], [2.0], [3.0]]).log()
    value = exact([[6.0], [12.0], [18.0]])
    context, weights = scaled_dot_product_attention(query, key, value, mask=causal_mask(3))
    assert_close(weights, exact([[6, 0, 0], [2, 4, 0], [1, 2, 3]]) / 6)
    assert_close(context, exact([[6.0], [10.0], [14.0]]))


def test_by_hand_queries_ask_and_keys_answer():
    # The first query points at the second key, the second at none: the table is no symmetric one.
    query, key = exact([[0.0, 2.0], [0.0, 0.0]]), exact([[1.0, 0.0], [0.0, 1.0]])
    _, weights = scaled_dot_product_attention(query, key, key, scale=math.log(3) / 2)
    assert_close(weights, exact([[1, 3], [2, 2]]) / 4)


def test_the_softmax_runs_over_the_keys():
    _, weights = scaled_dot_product_attention(random(5, 3), random(7, 3), random(7, 2))
    assert_close(weights.sum(dim=-1), torch.ones(5, dtype=torch.float64))


def test_every_batch_axis_is_attended_on_its_own():
    query, key, value = random(2, 3, 5, 11), random(2, 3, 7, 11), random(2, 3, 7, 13)
    context, weights = scaled_dot_product_attention(query, key, value)
    for b in range(2):
        for h in range(3):
            alone = scaled_dot_product_attention(query[b, h], key[b, h], value[b, h])
            assert_close((context[b, h], weights[b, h]), alone)


def test_batch_axes_broadcast():
    query, key, value = random(2, 3, 5, 11), random(3, 7, 11), random(7, 13)
    context, _ = scaled_dot_product_attention(query, key, value)
    same, _ = scaled_dot_product_attention(
        query, key.expand(2, 3, 7, 11), value.expand(2, 3, 7, 13)
    )
    assert_close(context, same)


# --- masks ---------------------------------------------------------------------------------------


def test_true_means_may_attend():
    mask = torch.tensor([[True, False, True]])
    _, weights = scaled_dot_product_attention(random(1, 2), random(3, 2), random(3, 2), mask=mask)
    assert ((weights > 0) == mask).all()


def test_the_mask_comes_before_the_softmax():
    # So the weights that are left make up a whole again.
    query, key, value = random(5, 3), random(7, 3), random(7, 2)
    mask = torch.arange(7) < 4
    found = scaled_dot_product_attention(query, key, value, mask=mask)
    context, weights = scaled_dot_product_attention(query, key[:4], value[:4])
    assert_close(found, (context, torch.cat([weights, torch.zeros(5, 3)], dim=1)))


def test_a_masked_weight_is_exactly_zero_whatever_the_scores():
    query, key, value = 1e3 * random(5, 3), -1e3 * random(5, 3).abs(), random(5, 2)
    _, weights = scaled_dot_product_attention(query, key, value, mask=causal_mask(5))
    assert (weights[~causal_mask(5)] == 0).all()


@pytest.mark.parametrize("shape", [(), (7,), (1, 7), (5, 1), (5, 7), (3, 1, 7), (2, 1, 5, 7)])
def test_masks_broadcast(shape):
    query, key, value = random(2, 3, 5, 11), random(2, 3, 7, 11), random(2, 3, 7, 13)
    mask = torch.rand(shape) < 0.5
    found = scaled_dot_product_attention(query, key, value, mask=mask)
    spread = scaled_dot_product_attention(query, key, value, mask=mask.expand(2, 3, 5, 7))
    assert_close(found, spread)


@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
def test_by_hand_a_bias_is_added_to_the_scaled_scores(masked):
    # All scores are 0; the bias alone makes 1 : 2 : 3, whatever the scale.
    query, key, bias = exact([[0.0] * 4]), random(3, 4), exact([[1, 2, 3]]).log()
    mask = torch.tensor([[True, False, True]]) if masked else None
    _, weights = scaled_dot_product_attention(query, key, key, mask=mask, score_bias=bias)
    assert_close(weights, exact([[1, 0, 3]]) / 4 if masked else exact([[1, 2, 3]]) / 6)
    _, weights = scaled_dot_product_attention(
        exact([[2.0, 0]]),
        exact([[1.0, 0], [0, 0]]),
        random(2, 3),
        scale=0.5,
        score_bias=bias[:, 1:],
    )
    assert_close(weights, exact([[2 * E, 3]]) / (2 * E + 3))  # scores 2 / 2 and 0


@pytest.mark.parametrize("shape", [(), (7,), (5, 1), (5, 7), (3, 1, 7), (2, 1, 5, 7)])
def test_biases_broadcast(shape):
    query, key, value, bias = (
        random(*s) for s in ((2, 3, 5, 11), (2, 3, 7, 11), (2, 3, 7, 13), shape)
    )
    found = scaled_dot_product_attention(query, key, value, score_bias=bias)
    spread = scaled_dot_product_attention(query, key, value, score_bias=bias.expand(2, 3, 5, 7))
    assert_close(found, spread)


@pytest.mark.parametrize("gradients", [False, True])
def test_a_fully_masked_row_is_zero(gradients):
    mask = torch.ones(5, 7, dtype=torch.bool)
    mask[2] = False
    with torch.set_grad_enabled(gradients):
        context, weights = scaled_dot_product_attention(
            random(5, 3), random(7, 3), random(7, 2), mask=mask
        )
    assert (weights[2] == 0).all()
    assert (context[2] == 0).all()
    assert_close(weights.sum(dim=-1), exact([1, 1, 0, 1, 1]))


def backward_with_a_fully_masked_row():
    inputs = [random(*shape).requires_grad_() for shape in [(5, 3), (7, 3), (7, 2)]]
    mask = torch.ones(5, 7, dtype=torch.bool)
    mask[2] = False
    context, _ = scaled_dot_product_attention(*inputs, mask=mask)
    context.sum().backward()
    return [tensor.grad for tensor in inputs]


def test_a_fully_masked_row_has_a_finite_gradient():
    gradients = backward_with_a_fully_masked_row()
    assert all(gradient.isfinite().all() for gradient in gradients)
    assert (gradients[0][2] == 0).all()


def test_a_fully_masked_row_makes_no_nan_on_the_way_back():
    # A NaN that is mended after the softmax comes back there, even if a later step drops it:
    # PyTorch's anomaly detection then stops a reader who looks for another one.
    with torch.autograd.set_detect_anomaly(True):
        backward_with_a_fully_masked_row()


# --- numbers -------------------------------------------------------------------------------------


def test_half_precision_does_not_overflow():
    # q.k = 64 * 40 * 40 is beyond float16; the query scaled first keeps it at 12,800.
    query = torch.full((1, 64), 40.0, dtype=torch.float16)
    key = torch.cat([query, -query])
    _, weights = scaled_dot_product_attention(query, key, key)
    assert weights.tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_a_bias_in_single_precision_goes_with_half_precision(dtype):
    query, key, value = (random(2, 3, 5, 4, dtype=torch.float32) for _ in range(3))
    bias = alibi_bias(3, 5)
    assert bias.dtype == torch.float32
    wanted, _ = scaled_dot_product_attention(query, key, value, score_bias=bias)
    half = (tensor.to(dtype) for tensor in (query, key, value))
    context, weights = scaled_dot_product_attention(*half, score_bias=bias)
    assert context.dtype == weights.dtype == dtype
    assert_close(context.float(), wanted, rtol=0, atol=0.03)


@pytest.mark.parametrize("gradients", [False, True])
@pytest.mark.parametrize("value", [torch.inf, torch.nan])
def test_what_is_masked_need_not_be_a_number(value, gradients):
    # Neither keys that nobody sees, nor those of a query that sees nothing.
    query, key, values = random(5, 3), random(7, 3), random(7, 2)
    mask = torch.ones(5, 7, dtype=torch.bool)
    mask[:, 6], mask[2] = False, False
    with torch.set_grad_enabled(gradients):
        wanted = scaled_dot_product_attention(query, key, values, mask=mask)
        key[6], query[2] = value, value
        found = scaled_dot_product_attention(query, key, values, mask=mask)
    assert_close(found, wanted, rtol=0, atol=0)


@pytest.mark.parametrize("gradients", [False, True])
def test_where_no_row_is_empty_nothing_changes_if_one_says_so(gradients):
    query, key, value = random(5, 3), random(7, 3), random(7, 2)
    mask = causal_mask(5, 7)
    with torch.set_grad_enabled(gradients):
        wanted = scaled_dot_product_attention(query, key, value, mask=mask)
        found = scaled_dot_product_attention(query, key, value, mask=mask, empty_rows=False)
    assert_close(found, wanted, rtol=0, atol=0)


@pytest.mark.parametrize("masked", [False, True])
def test_gradient_is_the_derivative(masked):
    query, key, value = (
        random(*shape).requires_grad_() for shape in [(2, 5, 3), (2, 7, 3), (2, 7, 2)]
    )
    mask = torch.rand(5, 7) < 0.5
    mask[1] = False
    assert torch.autograd.gradcheck(
        lambda q, k, v: scaled_dot_product_attention(q, k, v, mask=mask if masked else None),
        (query, key, value),
    )


# --- dropout -------------------------------------------------------------------------------------


def test_dropout_scales_up_the_weights_that_it_keeps():
    query, key, value = random(5, 3), random(7, 3), random(7, 2)
    _, weights = scaled_dot_product_attention(query, key, value)
    context, left = scaled_dot_product_attention(query, key, value, dropout_p=0.3)
    kept = left != 0
    assert 0 < kept.sum() < kept.numel()
    assert_close(left, torch.where(kept, weights / 0.7, 0.0))
    assert_close(context, left @ value)  # the weights that come back are those that were used


def test_dropout_is_right_on_average():
    query, key, value = random(1, 5, 3), random(1, 7, 3), random(1, 7, 2)
    _, weights = scaled_dot_product_attention(query, key, value)
    n, p = 4000, 0.3
    _, left = scaled_dot_product_attention(query.expand(n, 5, 3), key, value, dropout_p=p)
    sigma = weights * (p / (1 - p) / n) ** 0.5  # of the mean of n draws
    assert ((left.mean(dim=0) - weights).abs() < 4.5 * sigma).all()


def test_without_dropout_nothing_is_left_to_chance():
    query, key, value = random(5, 3), random(7, 3), random(7, 2)
    once = scaled_dot_product_attention(query, key, value, dropout_p=0.0)
    assert_close(once, scaled_dot_product_attention(query, key, value), rtol=0, atol=0)
