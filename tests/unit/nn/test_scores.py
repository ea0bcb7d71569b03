"""Attention between two sequences: each score on paper, the laws that all share, bad input."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from attention import (
    AdditiveAttention,
    DotAttention,
    GeneralAttention,
    padding_mask,
    scaled_dot_product_attention,
)

KINDS = {
    "additive": lambda d_query, d_key: AdditiveAttention(d_query, d_key, 13),
    "general": GeneralAttention,
    "dot": lambda d_query, d_key: DotAttention(),
}
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)
LN2, LN3 = math.log(2), math.log(3)


def exact(numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def with_weights(module, **matrices):
    """Put matrices into a module as the docstrings write them: W q is ``weight @ q``."""
    module.double()
    for name, matrix in matrices.items():
        getattr(module, name).weight.data = exact(matrix)
    return module


# --- by hand -------------------------------------------------------------------------------------


def test_by_hand_dot():
    # The query reads the first column: scores of ln 1, ln 2, ln 3 stand 1 : 2 : 3.
    keys = exact([[[0.0, 6.0], [LN2, 12.0], [LN3, 18.0]]])
    context, weights = DotAttention()(exact([[1.0, 0.0]]), keys)
    assert_close(weights, exact([[1, 2, 3]]) / 6)
    assert_close(context, exact([[(2 * LN2 + 3 * LN3) / 6, 14.0]]))


def test_by_hand_dot_has_no_scale():
    # Four columns: under the Transformer's scale of 1 / 2 the weights would stand 1 : sqrt 3.
    keys = exact([[[0.0, 0.0, 0.0, 0.0], [LN3, 0.0, 0.0, 0.0]]])
    _, weights = DotAttention()(exact([[1.0, 1.0, 1.0, 1.0]]), keys)
    assert_close(weights, exact([[1, 3]]) / 4)


def test_by_hand_general():
    # W sends the key [a, b, c] to [b, 0]; the query reads the first of the two.
    module = with_weights(GeneralAttention(2, 3), w_key=[[0, 1, 0], [0, 0, 0]])
    keys = exact([[[5.0, 0.0, 1.0], [7.0, LN3, 5.0]]])
    context, weights = module(exact([[1.0, 4.0]]), keys)
    assert_close(weights, exact([[1, 3]]) / 4)
    assert_close(context, exact([[6.5, 0.75 * LN3, 4.0]]))


def test_by_hand_the_matrix_of_the_general_score_stands_between_query_and_key():
    # q W k with W = [[0, 1], [0, 0]] is q_0 k_1; with W transposed it would be q_1 k_0 = 0.
    module = with_weights(GeneralAttention(2, 2), w_key=[[0, 1], [0, 0]])
    _, weights = module(exact([[1.0, 0.0]]), exact([[[1.0, 0.0], [0.0, LN3]]]))
    assert_close(weights, exact([[1, 3]]) / 4)


def test_by_hand_additive():
    # Hidden layers tanh 0 = 0 and tanh a = 1/2: scores of 0 and 2 ln 3 / 2.
    module = with_weights(
        AdditiveAttention(1, 1, 1), w_query=[[0]], w_key=[[1]], score_vector=[[2 * LN3]]
    )
    module.w_query.bias.data = exact([0])
    keys = exact([[[0.0], [math.atanh(0.5)]]])
    context, weights = module(exact([[1.0]]), keys)
    assert_close(weights, exact([[1, 3]]) / 4)
    assert_close(context, exact([[0.75 * math.atanh(0.5)]]))


def test_by_hand_each_matrix_of_the_additive_score_has_its_place():
    # The query enters hidden unit 0, the keys units 0 and 1, the bias unit 2.
    a = math.atanh(0.5)
    module = with_weights(
        AdditiveAttention(1, 2, 3),
        w_query=[[a], [0], [0]],
        w_key=[[-a, 0], [0, a], [0, 0]],
        score_vector=[[2 * LN2, 4 * LN2, 6 * LN2]],
    )
    module.w_query.bias.data = exact([0, 0, a])
    # Hidden layers: [0, 0, 1/2] for the first key, [1/2, 1/2, 1/2] for the second.
    # Scores: 3 ln 2 and (1 + 2 + 3) ln 2, so the weights stand 1 : 8.
    context, weights = module(exact([[1.0]]), exact([[[1.0, 0.0], [0.0, 1.0]]]))
    assert_close(weights, exact([[1, 8]]) / 9)
    assert_close(context, weights)


def test_by_hand_the_mask_comes_before_the_softmax():
    keys = exact([[[0.0], [LN2], [LN3]]])
    context, weights = DotAttention()(exact([[1.0]]), keys, torch.tensor([[True, False, True]]))
    assert_close(weights, exact([[1, 0, 3]]) / 4)
    assert_close(context, exact([[0.75 * LN3]]))


# --- laws ----------------------------------------------------------------------------------------


class Case:
    """Queries, keys and lengths of distinct sizes, and a module with random weights."""

    def __init__(self, sizes, seed):
        self.b, self.t, self.s, d_query, d_key = sizes
        self.d_query, self.d_key = d_query, d_key
        self.generator = torch.Generator().manual_seed(seed)
        self.keys = self.normal(self.b, self.s, d_key)
        self.lengths = 1 + torch.randint(self.s, (self.b,), generator=self.generator)
        self.mask = padding_mask(self.lengths, self.s)

    def normal(self, *shape):
        return torch.randn(shape, generator=self.generator, dtype=torch.float64)

    def order(self, n):
        return torch.randperm(n, generator=self.generator)

    def module(self, kind):
        module = KINDS[kind](self.d_query, self.d_key).double()
        for parameter in module.parameters():
            parameter.data = self.normal(*parameter.shape)
        return module

    def queries(self, kind, *axes):
        return self.normal(*axes, self.d_key if kind == "dot" else self.d_query)


cases = st.builds(Case, st.permutations((2, 3, 5, 7, 11)), st.integers(0, 2**32))


@EVERY_KIND
@given(case=cases)
def test_rows_sum_to_one_and_padding_gets_nothing(kind, case):
    query = case.queries(kind, case.b, case.t)
    context, weights = case.module(kind)(query, case.keys, case.mask)
    assert weights.shape == (case.b, case.t, case.s)
    assert_close(weights.sum(dim=-1), torch.ones(case.b, case.t, dtype=torch.float64))
    assert torch.equal(weights > 0, case.mask[:, None].expand_as(weights))
    assert_close(context, torch.einsum("bts,bsd->btd", weights, case.keys))


@EVERY_KIND
@given(case=cases)
def test_many_queries_at_once_are_each_alone(kind, case):
    module, query = case.module(kind), case.queries(kind, case.b, case.t)
    context, weights = module(query, case.keys, case.mask)
    for t in range(case.t):
        alone = module(query[:, t], case.keys, case.mask)
        assert_close(alone, (context[:, t], weights[:, t]))


@EVERY_KIND
@given(case=cases)
def test_what_is_prepared_need_not_be_prepared_again(kind, case):
    module, query = case.module(kind), case.queries(kind, case.b)
    prepared = module.prepare(case.keys)
    found = module(query, case.keys, case.mask, prepared=prepared)
    assert_close(found, module(query, case.keys, case.mask), rtol=0, atol=0)
    # It is used, and does not stand in for the keys that are summed.
    context, weights = module(query, case.keys, prepared=torch.zeros_like(prepared))
    assert_close(weights, torch.full_like(weights, 1 / case.s))
    assert_close(context, case.keys.mean(dim=1))


@EVERY_KIND
@given(case=cases)
def test_the_order_of_the_source_moves_the_weights_and_not_the_context(kind, case):
    module, query, order = case.module(kind), case.queries(kind, case.b), case.order(case.s)
    context, weights = module(query, case.keys, case.mask)
    moved = module(query, case.keys[:, order], case.mask[:, order])
    assert_close(moved, (context, weights[:, order]))


@EVERY_KIND
@given(case=cases)
def test_padding_appended_changes_nothing(kind, case):
    module, query = case.module(kind), case.queries(kind, case.b)
    context, weights = module(query, case.keys)
    keys = torch.cat([case.keys, 100 * case.normal(case.b, 3, case.d_key)], dim=1)
    mask = padding_mask(torch.full((case.b,), case.s), case.s + 3)
    longer = module(query, keys, mask)
    assert_close(longer, (context, torch.nn.functional.pad(weights, (0, 3))))


@EVERY_KIND
@given(case=cases)
def test_the_other_sequences_of_a_batch_change_nothing(kind, case):
    module, query = case.module(kind), case.queries(kind, case.b)
    context, weights = module(query, case.keys, case.mask)
    for i, length in enumerate(case.lengths):
        alone = module(query[i : i + 1], case.keys[i : i + 1, :length])
        assert_close(alone, (context[i : i + 1], weights[i : i + 1, :length]))
    order = case.order(case.b)
    moved = module(query[order], case.keys[order], case.mask[order])
    assert_close(moved, (context[order], weights[order]))


@EVERY_KIND
def test_a_sequence_that_is_masked_throughout_gets_zeros_and_finite_gradients(kind):
    case = Case((3, 2, 5, 7, 11), seed=0)
    module, query = case.module(kind), case.queries(kind, 3).requires_grad_()
    keys = case.keys.requires_grad_()
    with torch.autograd.set_detect_anomaly(True):
        context, weights = module(query, keys, padding_mask(torch.tensor([5, 0, 2]), 5))
        context.square().sum().backward()
    assert (weights[1] == 0).all()
    assert (context[1] == 0).all()
    assert_close(weights.sum(dim=-1), exact([1, 0, 1]))
    for tensor in (query, keys, *module.parameters()):
        assert tensor.grad.isfinite().all()
    assert (query.grad[1] == 0).all()
    assert (query.grad[0] != 0).all()


@EVERY_KIND
def test_gradient_is_the_derivative(kind):
    case = Case((2, 3, 5, 7, 11), seed=0)
    module, query = case.module(kind), case.queries(kind, 2, 3).requires_grad_()
    mask = padding_mask(torch.tensor([5, 3]), 5)
    names = [name for name, _ in module.named_parameters()]

    def run(query, keys, *parameters):
        state = dict(zip(names, parameters, strict=True))
        return torch.func.functional_call(module, state, (query, keys, mask))

    inputs = query, case.keys.requires_grad_(), *module.parameters()
    assert torch.autograd.gradcheck(run, inputs)


# --- relatives -----------------------------------------------------------------------------------


@given(cases)
def test_the_general_score_with_the_identity_is_the_dot_score(case):
    query = case.queries("dot", case.b, case.t)
    general = GeneralAttention(case.d_key, case.d_key).double()
    general.w_key.weight.data = torch.eye(case.d_key, dtype=torch.float64)
    assert_close(general(query, case.keys, case.mask), DotAttention()(query, case.keys, case.mask))


@given(cases)
def test_the_general_score_is_the_dot_score_of_keys_sent_through_the_matrix(case):
    query, general = case.queries("general", case.b), case.module("general")
    _, weights = general(query, case.keys, case.mask)
    _, same = DotAttention()(query, case.keys @ general.w_key.weight.T, case.mask)
    assert_close(weights, same)


@given(cases)
def test_the_dot_score_is_the_definition_without_scale_whose_values_are_its_keys(case):
    query = case.queries("dot", case.b, case.t)
    found = DotAttention()(query, case.keys, case.mask)
    mask = case.mask[:, None]
    same = scaled_dot_product_attention(query, case.keys, case.keys, mask=mask, scale=1.0)
    assert_close(found, same)
