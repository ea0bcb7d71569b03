"""Self-attention and multi-head attention: on paper, head by head, and fast path by definition."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from attention import (
    MultiHeadAttention,
    SelfAttention,
    causal_mask,
    padding_mask,
    scaled_dot_product_attention,
)

BOTH_PATHS = pytest.mark.parametrize("need_weights", [True, False], ids=["definition", "fast"])


def exact(numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def random(*shape):
    return torch.randn(shape, dtype=torch.float64)


def run(module, *inputs, need_weights, **options):
    """The context by either path."""
    found = module(*inputs, need_weights=need_weights, **options)
    return found[0] if need_weights else found


def with_weights(module, **matrices):
    """Put the paper's matrices (x W, so the transpose of what nn.Linear stores) into a module."""
    module.double()
    for name, matrix in matrices.items():
        getattr(module, name).weight.data = matrix.T.clone()
    return module


EYE = torch.eye(4, dtype=torch.float64)
PLAIN = {"w_q": EYE, "w_k": EYE, "w_v": EYE, "w_o": EYE}

# --- by hand -------------------------------------------------------------------------------------

S = (math.sqrt(2) * math.log(3)) ** 0.5  # so that s * s / sqrt(d_head) = ln 3 when d_head = 2
# Head 0 sees columns 0 and 1: each token matches itself by ln 3, the other by 0, so 3 : 1.
# Head 1 sees columns 2 and 3: ln 3 with itself and -ln 3 with the other, so 9 : 1.
TOKENS = S * exact([[[1, 0, 1, 0], [0, 1, -1, 0]]])


@BOTH_PATHS
def test_by_hand_two_heads(need_weights):
    layer = with_weights(MultiHeadAttention(4, 2), **PLAIN)
    context = run(layer, TOKENS, need_weights=need_weights)
    assert_close(context / S, exact([[[0.75, 0.25, 0.8, 0], [0.25, 0.75, -0.8, 0]]]))


def test_by_hand_the_weights_of_two_heads():
    layer = with_weights(MultiHeadAttention(4, 2), **PLAIN)
    _, weights = layer(TOKENS, need_weights=True)
    assert_close(weights, exact([[[[0.75, 0.25], [0.25, 0.75]], [[0.9, 0.1], [0.1, 0.9]]]]))


@BOTH_PATHS
def test_by_hand_two_causal_heads(need_weights):
    layer = with_weights(MultiHeadAttention(4, 2, causal=True), **PLAIN)
    context = run(layer, TOKENS, need_weights=need_weights)
    assert_close(context / S, exact([[[1, 0, 1, 0], [0.25, 0.75, -0.8, 0]]]))


@BOTH_PATHS
def test_by_hand_w_o_mixes_the_heads(need_weights):
    w_o = exact([[1, 0, 0, 0], [0, 10, 0, 0], [100, 0, 0, 0], [0, 0, 0, 1]])  # head 1 into column 0
    layer = with_weights(MultiHeadAttention(4, 2), **(PLAIN | {"w_o": w_o}))
    context = run(layer, TOKENS, need_weights=need_weights)
    assert_close(context / S, exact([[[80.75, 2.5, 0, 0], [-79.75, 7.5, 0, 0]]]))


@BOTH_PATHS
def test_by_hand_queries_are_projected_by_w_q_and_keys_by_w_k(need_weights):
    # W_Q turns x by a quarter, so token 1 matches token 0 and not the other way round.
    quarter = exact([[0, 1], [-1, 0]])
    eye = torch.eye(2, dtype=torch.float64)
    layer = with_weights(MultiHeadAttention(2, 1), w_q=quarter, w_k=eye, w_v=eye, w_o=eye)
    context = run(layer, S * eye[None], need_weights=need_weights)
    # queries [0, s] and [-s, 0]: scores [0, ln 3] and [-ln 3, 0]
    assert_close(context / S, exact([[[0.25, 0.75], [0.25, 0.75]]]))


def test_by_hand_self_attention():
    eye = torch.eye(2, dtype=torch.float64)
    head = with_weights(SelfAttention(2), w_q=eye, w_k=eye, w_v=10 * eye)
    context, weights = head(S * eye[None])
    assert_close(weights, exact([[[0.75, 0.25], [0.25, 0.75]]]))
    assert_close(context, 10 * S * weights)


# --- heads ---------------------------------------------------------------------------------------


def test_each_head_has_its_own_columns_and_heads_stand_in_order():
    layer = MultiHeadAttention(15, 3).double()
    layer.w_o.weight.data = torch.eye(15, dtype=torch.float64)
    x = random(2, 7, 15)
    context, weights = layer(x, need_weights=True)
    for i in range(3):
        mine = slice(5 * i, 5 * i + 5)
        head = SelfAttention(15, 5).double()
        for name in ("w_q", "w_k", "w_v"):
            getattr(head, name).weight.data = getattr(layer, name).weight[mine]
        assert_close(head(x), (context[..., mine], weights[:, i]))


def test_the_scale_is_that_of_a_head_not_of_the_model():
    layer = MultiHeadAttention(6, 3).double()
    x = random(1, 5, 6)
    _, weights = layer(x, need_weights=True)
    query, key = layer.w_q(x)[..., :2], layer.w_k(x)[..., :2]
    assert_close(weights[:, 0], torch.softmax(query @ key.mT / math.sqrt(2), dim=-1))


@pytest.mark.parametrize("bias", [False, True])
def test_the_number_of_parameters_does_not_depend_on_the_heads(bias):
    for n_heads in (1, 2, 3, 4, 6, 12):
        layer = MultiHeadAttention(12, n_heads, bias=bias)
        assert sum(p.numel() for p in layer.parameters()) == 4 * 12 * 12 + bias * 4 * 12


def test_gpt2s_attention_has_2362368_parameters():
    layer = MultiHeadAttention(768, 12, bias=True)
    assert sum(p.numel() for p in layer.parameters()) == 2_362_368


# --- masks and memory ----------------------------------------------------------------------------


def test_causal_attention_looks_back_and_at_itself():
    x, past = random(2, 5, 6), torch.ones(5, 5).tril().bool()
    _, weights = MultiHeadAttention(6, 3, causal=True).double()(x, need_weights=True)
    assert ((weights > 0) == past).all()
    _, weights = SelfAttention(6, causal=True).double()(x)
    assert ((weights > 0) == past).all()


def test_a_causal_module_allows_what_both_masks_allow():
    x, mask = random(2, 5, 6), torch.rand(2, 5, 5) < 0.6
    both = mask & causal_mask(5)
    _, weights = MultiHeadAttention(6, 3, causal=True).double()(x, mask=mask, need_weights=True)
    assert ((weights > 0) == both[:, None]).all()
    _, weights = SelfAttention(6, causal=True).double()(x, mask)
    assert ((weights > 0) == both).all()


def test_a_mask_of_three_axes_has_one_page_per_sequence():
    x = random(3, 5, 6)  # three sequences and three heads: the page must not go to a head
    mask = padding_mask(torch.tensor([1, 3, 5]), 5)[:, None, :]
    _, weights = MultiHeadAttention(6, 3).double()(x, mask=mask, need_weights=True)
    assert ((weights > 0) == mask[:, None]).all()


def test_memory_answers_what_x_asks():
    layer = MultiHeadAttention(6, 2).double()
    x, memory = random(2, 5, 6), random(2, 7, 6)

    def heads(projected):
        return torch.stack(projected.chunk(2, dim=-1), dim=1)

    query, key, value = heads(layer.w_q(x)), heads(layer.w_k(memory)), heads(layer.w_v(memory))
    context, weights = scaled_dot_product_attention(query, key, value)
    wanted = layer.w_o(torch.cat([context[:, 0], context[:, 1]], dim=-1)), weights
    assert_close(layer(x, memory, need_weights=True), wanted)


MASKS = {
    "no mask": None,
    "(T, S)": (5, 7),
    "(1, S)": (1, 7),
    "(S,)": (7,),
    "()": (),
    "(B, T, S)": (2, 5, 7),
    "(B, 1, S)": (2, 1, 7),
    "(B, H, T, S)": (2, 3, 5, 7),
}


@pytest.mark.parametrize("bias", [False, True], ids=["no bias", "bias"])
@pytest.mark.parametrize("shape", MASKS.values(), ids=MASKS.keys())
def test_the_fast_path_equals_the_definition_across(shape, bias):
    layer = MultiHeadAttention(6, 3, bias=bias).double()
    x, memory = random(2, 5, 6), random(2, 7, 6)
    mask = None if shape is None else torch.rand(shape) < 0.5
    context, _ = layer(x, memory, mask=mask, need_weights=True)
    assert_close(layer(x, memory, mask=mask), context)


@pytest.mark.parametrize("causal", [False, True], ids=["full", "causal"])
@pytest.mark.parametrize("shape", [None, (5, 5), (2, 1, 5), (2, 3, 5, 5)], ids=str)
def test_the_fast_path_equals_the_definition_within(shape, causal):
    layer = MultiHeadAttention(6, 3, causal=causal).double()
    x = random(2, 5, 6)
    mask = None if shape is None else torch.rand(shape) < 0.5
    context, _ = layer(x, mask=mask, need_weights=True)
    assert_close(layer(x, mask=mask), context)


def test_a_lone_sequence_takes_a_row_as_its_mask():
    x, real = random(1, 5, 6), padding_mask(torch.tensor([3]), 5)
    layer = MultiHeadAttention(6, 3).double()
    assert_close(layer(x, mask=real), layer(x, mask=real[:, None, :]))


@BOTH_PATHS
def test_a_sequence_that_is_all_padding_gives_the_bias_and_no_nan(need_weights):
    layer = MultiHeadAttention(6, 3, bias=True).double()
    mask = padding_mask(torch.tensor([0, 5]), 5)[:, None, :]
    context = run(layer, random(2, 5, 6), mask=mask, need_weights=need_weights)
    assert_close(context[0], layer.w_o.bias.expand(5, 6))
    context.sum().backward()
    assert all(p.grad.isfinite().all() for p in layer.parameters())


# --- gradients -----------------------------------------------------------------------------------


@BOTH_PATHS
@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
def test_gradient_is_the_derivative(need_weights, masked):
    layer = MultiHeadAttention(4, 2, bias=True).double()
    mask = torch.rand(2, 3, 5) < 0.5
    mask[0, 1] = False
    names, weights = zip(*layer.named_parameters(), strict=True)

    def context(x, memory, *parameters):
        options = {"mask": mask if masked else None, "need_weights": need_weights}
        found = torch.func.functional_call(
            layer, dict(zip(names, parameters, strict=True)), (x, memory), options
        )
        return found[0] if need_weights else found

    x, memory = random(2, 3, 4).requires_grad_(), random(2, 5, 4).requires_grad_()
    assert torch.autograd.gradcheck(context, (x, memory, *weights))


@BOTH_PATHS
def test_gradient_is_the_derivative_under_the_causal_mask(need_weights):
    layer = MultiHeadAttention(4, 2, causal=True).double()
    x = random(2, 3, 4).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: run(layer, x, need_weights=need_weights), (x,))


def test_gradient_is_the_derivative_of_one_head():
    head = SelfAttention(4, 3, causal=True).double()
    assert torch.autograd.gradcheck(head, (random(2, 3, 4).requires_grad_(),))


# --- dropout -------------------------------------------------------------------------------------


@BOTH_PATHS
def test_dropout_is_off_in_evaluation(need_weights):
    layer = MultiHeadAttention(6, 3, dropout=0.5).double().eval()
    never = MultiHeadAttention(6, 3).double()
    never.load_state_dict(layer.state_dict())
    x = random(2, 5, 6)
    context = run(layer, x, need_weights=need_weights)
    assert torch.equal(context, run(never, x, need_weights=need_weights))


def test_dropout_of_one_head_is_on_in_training_and_off_in_evaluation():
    head, x = SelfAttention(6, dropout=0.5).double(), random(2, 5, 6)
    assert (head(x)[1] == 0).any()
    assert not (head.eval()(x)[1] == 0).any()


@BOTH_PATHS
def test_dropout_zero_is_the_identity(need_weights):
    layer, x = MultiHeadAttention(6, 3, dropout=0.0).double(), random(2, 5, 6)
    trained = run(layer, x, need_weights=need_weights)
    assert torch.equal(trained, run(layer.eval(), x, need_weights=need_weights))


@BOTH_PATHS
def test_dropout_scales_up_what_it_keeps_and_is_right_on_average(need_weights):
    # With x = W_V = W_O = I, cell (t, s) of the context is the weight of query t on key s, in the
    # head that owns column s: so the fast path, too, must show its weights.
    n, p, eye = 4000, 0.3, torch.eye(6, dtype=torch.float64)
    layer = with_weights(MultiHeadAttention(6, 2, dropout=p), w_v=eye, w_o=eye)
    weights = layer.eval()(eye[None], need_weights=True)[1][0]  # (H, T, S)
    weights = torch.cat([weights[0, :, :3], weights[1, :, 3:]], dim=1)

    left = run(layer.train(), eye.expand(n, 6, 6), need_weights=need_weights)
    kept = left != 0
    assert_close(left, torch.where(kept, weights / (1 - p), 0.0))
    sigma = weights * (p / (1 - p) / n) ** 0.5  # of the mean of n draws
    assert ((left.mean(dim=0) - weights).abs() < 4.5 * sigma).all()


def test_the_weights_that_come_back_are_those_that_dropout_left():
    layer, x = MultiHeadAttention(6, 3, dropout=0.5).double(), random(2, 5, 6)
    context, weights = layer(x, need_weights=True)
    value = torch.stack(layer.w_v(x).chunk(3, dim=-1), dim=1)
    assert (weights == 0).any()
    assert_close(context, layer.w_o((weights @ value).transpose(1, 2).reshape(2, 5, 6)))


def test_modules_are_ordinary_torch_modules():
    # The state that is saved is the four matrices and nothing else: no mask hides in a buffer.
    layer = MultiHeadAttention(6, 3, causal=True)
    assert isinstance(layer, nn.Module)
    assert set(layer.state_dict()) == {"w_q.weight", "w_k.weight", "w_v.weight", "w_o.weight"}
