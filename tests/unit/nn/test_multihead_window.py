"""Multi-head attention within a window, with sinks: equal to the masked definition."""

import pytest
import torch
from torch.testing import assert_close
from window_cases import (
    ALL_POSITIONS,
    BOTH_PATHS,
    GROUPS,
    SINKS,
    LargestTensor,
    by_loop,
    module,
    random,
    run,
)

from attention import (
    MultiHeadAttention,
    RotaryEmbedding,
    sliding_window_mask,
)

# --- the window ----------------------------------------------------------------------------------


@BOTH_PATHS
def test_by_hand_a_window_of_two_is_the_mean_of_the_last_two(need_weights):
    layer = MultiHeadAttention(2, 1, causal=True, window=2).double()
    layer.w_q.weight.data.zero_()  # equal scores everywhere
    layer.w_v.weight.data = layer.w_o.weight.data = torch.eye(2, dtype=torch.float64)
    x = torch.tensor([[[1.0, 0], [3, 0], [5, 2], [9, 4]]], dtype=torch.float64)
    wanted = torch.tensor([[[1.0, 0], [2, 0], [4, 1], [7, 3]]], dtype=torch.float64)
    assert_close(run(layer, x, need_weights=need_weights), wanted)


@BOTH_PATHS
def test_by_hand_a_sink_is_seen_besides_the_window(need_weights):
    layer = MultiHeadAttention(2, 1, causal=True, window=1, n_sink=1).double()
    layer.w_q.weight.data.zero_()
    layer.w_v.weight.data = layer.w_o.weight.data = torch.eye(2, dtype=torch.float64)
    x = torch.tensor([[[1.0, 0], [3, 0], [5, 2], [9, 4]]], dtype=torch.float64)
    wanted = torch.tensor([[[1.0, 0], [2, 0], [3, 1], [5, 2]]], dtype=torch.float64)
    assert_close(run(layer, x, need_weights=need_weights), wanted)


@BOTH_PATHS
@GROUPS
@ALL_POSITIONS
@SINKS
@pytest.mark.parametrize("window", [1, 2, 5, 11, 13])
def test_it_equals_the_masked_definition(need_weights, n_kv_heads, options, n_sink, window):
    layer = module(n_kv_heads, window, n_sink=n_sink, bias=True, **options)
    x, mask = random(2, 11, 24), torch.rand(2, 11, 11) < 0.7
    mask[0, 5] = False  # a query that may see nothing
    for mask_of_x in (None, mask):
        wanted = by_loop(layer, x, mask_of_x)
        found = layer(x, mask=mask_of_x, need_weights=need_weights)
        assert_close(found, wanted if need_weights else wanted[0])


@BOTH_PATHS
@ALL_POSITIONS
def test_it_equals_a_causal_module_that_is_given_the_mask(need_weights, options):
    layer, causal = module(**options), module(window=None, **options)
    causal.load_state_dict(layer.state_dict())
    x = random(2, 11, 24)
    wanted = run(causal, x, mask=sliding_window_mask(11, 3), need_weights=need_weights)
    assert_close(run(layer, x, need_weights=need_weights), wanted)


@BOTH_PATHS
@GROUPS
@pytest.mark.parametrize("window", [11, 12, 1000])
def test_a_window_over_all_is_causal_attention(need_weights, n_kv_heads, window):
    layer, causal = module(n_kv_heads, window), module(n_kv_heads, None)
    causal.load_state_dict(layer.state_dict())
    x = random(2, 11, 24)
    wanted = run(causal, x, need_weights=need_weights)
    assert_close(run(layer, x, need_weights=need_weights), wanted, rtol=1e-12, atol=1e-12)


@BOTH_PATHS
def test_a_window_of_one_gives_each_position_its_own_value(need_weights):
    layer, x = module(6, 1, rotary=RotaryEmbedding(4)), random(2, 11, 24)
    assert_close(run(layer, x, need_weights=need_weights), layer.w_o(layer.w_v(x)))


@pytest.mark.parametrize("window", [1, 4, 11])
def test_each_query_sees_itself_and_the_window_before_it(window):
    layer, x = module(window=window), random(1, 11, 24)
    _, weights = layer(x, need_weights=True)
    counts = (weights > 0).sum(dim=-1)
    assert torch.equal(counts, torch.arange(1, 12).clamp(max=window).expand(1, 6, 11))
    # And so by the fast path: the last position's gradient reaches as far back.
    x.requires_grad_()
    (gradient,) = torch.autograd.grad(layer(x)[0, -1].sum(), x)
    assert gradient[0].any(dim=-1).tolist() == [False] * (11 - window) + [True] * window


@SINKS
def test_gradient_is_the_derivative(n_sink):
    layer = MultiHeadAttention(4, 2, n_kv_heads=1, causal=True, window=2, n_sink=n_sink).double()
    names, weights = zip(*layer.named_parameters(), strict=True)

    def context(x, *parameters):
        by_name = dict(zip(names, parameters, strict=True))
        return torch.func.functional_call(layer, by_name, (x,))

    assert torch.autograd.gradcheck(context, (random(1, 5, 4).requires_grad_(), *weights))


def test_dropout_falls_within_the_window():
    layer, x = module(6, 3, dropout=0.5), random(1, 7, 24)
    wanted = layer(x)
    layer.train()
    drawn = torch.stack([layer(x) for _ in range(500)])
    assert not torch.allclose(drawn[0], wanted)
    spread = drawn.std(dim=0) / 500**0.5
    assert ((drawn.mean(dim=0) - wanted).abs() < 5 * spread + 1e-12).all()


@GROUPS
def test_nothing_as_large_as_all_pairs_is_made(n_kv_heads):
    layer, x = module(n_kv_heads, 5), random(1, 400, 24)
    with torch.no_grad(), LargestTensor() as largest:
        layer(x)
    assert largest.size < 400 * 400 / 2
