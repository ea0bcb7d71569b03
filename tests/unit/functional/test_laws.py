"""What holds for every input: the laws of attention, tried on inputs that hypothesis draws.

Sizes are distinct (primes, and 1), so that no two axes can be exchanged unseen. Laws of exact
arithmetic are tried in float64; "to the bit" means equality without any tolerance.
"""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from attention import MultiHeadAttention, SelfAttention, padding_mask, scaled_dot_product_attention

BOTH_PATHS = pytest.mark.parametrize("need_weights", [True, False], ids=["definition", "fast"])
SIZES = (1, 2, 3, 5, 7, 11)


def run(module, *inputs, need_weights, **options):
    """The context by either path."""
    found = module(*inputs, need_weights=need_weights, **options)
    return found[0] if need_weights else found


class Case:
    """Axis sizes, how much a mask lets through, and a source of random numbers."""

    def __init__(self, sizes, density, seed):
        self.sizes, self.density = sizes, density
        self.generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape):
        return torch.randn(shape, generator=self.generator, dtype=torch.float64)

    def below(self, n, *shape):
        return torch.randint(n, shape, generator=self.generator)

    def mask(self, *shape):
        """Any mask, from "nothing is visible" to "everything is"; rows of nothing among them."""
        return torch.rand(shape, generator=self.generator) < self.density

    def order(self, n):
        return torch.randperm(n, generator=self.generator)

    def module(self, kind=MultiHeadAttention, **options):
        """Attention with random weights, 3 heads of width 2 if it has several."""
        heads = {"n_heads": 3} if kind is MultiHeadAttention else {}
        module = kind(6, **(heads | options)).double()
        for parameter in module.parameters():
            parameter.data = self.normal(*parameter.shape) / 2
        return module


cases = st.builds(
    Case,
    sizes=st.permutations(SIZES),
    density=st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0]),
    seed=st.integers(0, 2**32),
)

# --- the definition ------------------------------------------------------------------------------


@given(cases)
def test_rows_sum_to_one_or_to_zero_when_fully_masked(case):
    b, t, s, d_k, d_v, _ = case.sizes
    mask = case.mask(b, t, s)
    query, key, value = case.normal(b, t, d_k), case.normal(b, s, d_k), case.normal(b, s, d_v)
    _, weights = scaled_dot_product_attention(3 * query, 3 * key, value, mask=mask)
    assert (weights >= 0).all()
    assert_close(weights.sum(dim=-1), mask.any(dim=-1).double())


@given(cases)
def test_the_context_lies_in_the_convex_hull_of_the_visible_values(case):
    # A point lies in a hull if in every direction some corner reaches at least as far.
    t, s, d_k, d_v, n_directions, _ = case.sizes
    mask = case.mask(t, s)
    query, key, value = case.normal(t, d_k), case.normal(s, d_k), case.normal(s, d_v)
    context, _ = scaled_dot_product_attention(query, key, value, mask=mask)
    direction = case.normal(d_v, n_directions)
    reach = (value @ direction).expand(t, s, -1).masked_fill(~mask[..., None], -torch.inf)
    seeing = mask.any(dim=-1)
    assert (context @ direction <= reach.amax(dim=1) + 1e-12)[seeing].all()


@given(cases)
def test_the_same_shift_of_every_key_changes_nothing(case):
    # It adds one number to all scores of a query, and the softmax knows differences only.
    t, s, d_k, d_v, *_ = case.sizes
    mask = case.mask(t, s)
    query, key, value = case.normal(t, d_k), case.normal(s, d_k), case.normal(s, d_v)
    shifted = scaled_dot_product_attention(query, key + 10 * case.normal(d_k), value, mask=mask)
    assert_close(shifted, scaled_dot_product_attention(query, key, value, mask=mask))


@given(cases)
def test_the_order_of_the_keys_does_not_matter(case):
    t, s, d_k, d_v, *_ = case.sizes
    mask, order = case.mask(t, s), case.order(s)
    query, key, value = case.normal(t, d_k), case.normal(s, d_k), case.normal(s, d_v)
    context, weights = scaled_dot_product_attention(query, key, value, mask=mask)
    moved = scaled_dot_product_attention(query, key[order], value[order], mask=mask[:, order])
    assert_close(moved, (context, weights[:, order]))


@given(cases)
def test_what_is_masked_might_as_well_not_be_there(case):
    t, s, d_k, d_v, *_ = case.sizes
    kept = case.mask(s)
    kept[0] = True
    query, key, value = case.normal(t, d_k), case.normal(s, d_k), case.normal(s, d_v)
    context, _ = scaled_dot_product_attention(query, key, value, mask=kept)
    assert_close(context, scaled_dot_product_attention(query, key[kept], value[kept])[0])


# --- both paths ----------------------------------------------------------------------------------


@given(cases)
def test_the_fast_path_equals_the_definition_forward_and_backward(case):
    b, t, s, *_ = case.sizes
    module = case.module()
    inputs = case.normal(b, t, 6).requires_grad_(), case.normal(b, s, 6).requires_grad_()
    mask, direction = case.mask(b, 3, t, s), case.normal(b, t, 6)
    found = []
    for need_weights in (True, False):
        context = run(module, *inputs, mask=mask, need_weights=need_weights)
        variables = (*inputs, *module.parameters())
        found.append((context, torch.autograd.grad((context * direction).sum(), variables)))
    assert_close(found[1], found[0])


@BOTH_PATHS
@given(case=cases)
def test_causality_to_the_bit(case, need_weights):
    b, t, *_ = case.sizes
    module, x = case.module(causal=True), case.normal(b, t, 6)
    now = case.below(t).item()
    other = x.clone()
    other[:, now + 1 :] = 100 * case.normal(b, t - 1 - now, 6)
    before, after = (run(module, each, need_weights=need_weights) for each in (x, other))
    assert torch.equal(before[:, : now + 1], after[:, : now + 1])


@BOTH_PATHS
@given(case=cases)
def test_each_position_depends_on_all_that_came_before_and_on_nothing_after(case, need_weights):
    t = case.sizes[0]
    module, x = case.module(causal=True), case.normal(1, t, 6).requires_grad_()
    context = run(module, x, need_weights=need_weights)
    for now in range(t):
        (gradient,) = torch.autograd.grad(context[0, now].sum(), x, retain_graph=True)
        assert (gradient[0, : now + 1] != 0).any(dim=-1).all()
        assert (gradient[0, now + 1 :] == 0).all()


@BOTH_PATHS
@given(case=cases)
def test_without_positions_attention_is_permutation_equivariant(case, need_weights):
    b, t, *_ = case.sizes
    module, x, order = case.module(), case.normal(b, t, 6), case.order(t)
    moved = run(module, x[:, order], need_weights=need_weights)
    assert_close(moved, run(module, x, need_weights=need_weights)[:, order])


@BOTH_PATHS
@given(case=cases)
def test_under_the_causal_mask_it_is_not(case, need_weights):
    # The order itself tells: put the first of several tokens last, and it sees the others.
    b, t = case.sizes[0], case.sizes[1] + 1
    module, x = case.module(causal=True), case.normal(b, t, 6)
    rolled = run(module, x.roll(-1, dims=1), need_weights=need_weights)
    straight = run(module, x, need_weights=need_weights)
    assert (rolled[:, -1] - straight[:, 0]).abs().max() > 1e-6


@BOTH_PATHS
@pytest.mark.parametrize("causal", [False, True], ids=["full", "causal"])
@given(case=cases)
def test_padding_changes_nothing(case, causal, need_weights):
    b, t, *_ = case.sizes
    module = case.module(causal=causal)
    lengths = 1 + case.below(t, b)
    x, other = case.normal(2, b, t, 6)
    mask = padding_mask(lengths, t)
    other[mask] = x[mask]  # the same tokens, other padding
    options = {"mask": mask[:, None, :], "need_weights": need_weights}
    context, again = run(module, x, **options), run(module, other, **options)
    assert torch.equal(context[mask], again[mask])
    for i, length in enumerate(lengths):
        alone = run(module, x[i : i + 1, :length], need_weights=need_weights)
        assert_close(context[i : i + 1, :length], alone)


@BOTH_PATHS
@given(case=cases)
def test_the_other_sequences_of_a_batch_change_nothing(case, need_weights):
    b, t, s, *_ = case.sizes
    module, x, memory = case.module(), case.normal(b, t, 6), case.normal(b, s, 6)
    together = run(module, x, memory, need_weights=need_weights)
    for i in range(b):
        each = slice(i, i + 1)
        alone = run(module, x[each], memory[each], need_weights=need_weights)
        assert_close(together[each], alone)


# --- heads ---------------------------------------------------------------------------------------


@BOTH_PATHS
@pytest.mark.parametrize("causal", [False, True], ids=["full", "causal"])
@given(case=cases)
def test_one_head_is_self_attention_followed_by_w_o(case, causal, need_weights):
    b, t, *_ = case.sizes
    module = case.module(n_heads=1, causal=causal)
    head = case.module(SelfAttention, causal=causal)
    for name in ("w_q", "w_k", "w_v"):
        getattr(head, name).weight.data = getattr(module, name).weight.data
    x, mask = case.normal(b, t, 6), case.mask(b, t, t)
    context = run(module, x, mask=mask, need_weights=need_weights)
    assert_close(context, module.w_o(head(x, mask)[0]))


@BOTH_PATHS
@given(case=cases)
def test_permuting_the_heads_together_with_w_o_changes_nothing(case, need_weights):
    b, t, *_ = case.sizes
    module, permuted = case.module(bias=True), case.module(bias=True)
    permuted.load_state_dict(module.state_dict())
    order = case.order(3)
    columns = (2 * order[:, None] + torch.arange(2)).flatten()  # heads are 2 wide
    for name in ("w_q", "w_k", "w_v"):
        linear = getattr(permuted, name)
        linear.weight.data, linear.bias.data = linear.weight[columns], linear.bias[columns]
    permuted.w_o.weight.data = permuted.w_o.weight[:, columns]
    x = case.normal(b, t, 6)
    context = run(module, x, need_weights=need_weights)
    assert_close(run(permuted, x, need_weights=need_weights), context)


@given(cases)
def test_multi_head_attention_is_the_sum_of_its_heads_each_through_its_rows_of_w_o(case):
    b, t, *_ = case.sizes
    module, x = case.module(), case.normal(b, t, 6)
    total = torch.zeros(b, t, 6, dtype=torch.float64)
    for i in range(3):
        mine = slice(2 * i, 2 * i + 2)
        head = case.module(SelfAttention, d_head=2)
        for name in ("w_q", "w_k", "w_v"):
            getattr(head, name).weight.data = getattr(module, name).weight.data[mine]
        total += head(x)[0] @ module.w_o.weight[:, mine].T
    assert_close(module(x), total)


# --- extremes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@given(case=cases, largest=st.sampled_from([1.0, 1e2, 1e4]))
def test_finite_output_and_gradient_for_large_scores_and_any_mask(case, largest, dtype):
    b, t, s, d_k, d_v, _ = case.sizes
    query, key, value = case.normal(b, t, d_k), case.normal(b, s, d_k), case.normal(b, s, d_v)
    query *= largest * d_k**0.5 / (query @ key.mT).abs().max()  # the largest score is now that
    inputs = [tensor.to(dtype).requires_grad_() for tensor in (query, key, value)]
    context, weights = scaled_dot_product_attention(*inputs, mask=case.mask(b, t, s))
    context.pow(2).sum().backward()
    found = [context, weights, *(tensor.grad for tensor in inputs)]
    assert all(tensor.isfinite().all() for tensor in found)


@BOTH_PATHS
@pytest.mark.parametrize("causal", [False, True], ids=["full", "causal"])
@given(case=cases, largest=st.sampled_from([1.0, 1e2, 1e4]))
def test_a_module_is_finite_for_large_scores_and_any_mask(case, largest, causal, need_weights):
    b, t, *_ = case.sizes
    module, x = case.module(causal=causal).float(), case.normal(b, t, 6).float()
    query, key = (w(x).unflatten(-1, (3, 2)).transpose(1, 2) for w in (module.w_q, module.w_k))
    module.w_q.weight.data *= largest * 2**0.5 / (query @ key.mT).abs().max()
    x.requires_grad_()
    context = run(module, x, mask=case.mask(b, t, t), need_weights=need_weights)
    context.pow(2).sum().backward()
    gradients = [x.grad, *(parameter.grad for parameter in module.parameters())]
    assert all(tensor.isfinite().all() for tensor in (context, *gradients))
