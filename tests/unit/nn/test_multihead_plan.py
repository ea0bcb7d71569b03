"""Which kernel computes a call of multi-head attention, and which mask: the plan, as a table."""

import itertools

import pytest
import torch

import attention.nn.heads
from attention import KVCache, MultiHeadAttention, RotatingKVCache
from attention.nn.multihead_plan import Plan, make_plan, visible_mask

CALL = {
    "causal": True,
    "window": None,
    "n_sink": 0,
    "n_queries": 7,
    "n_keys": 7,
    "n_cached": 0,
    "has_mask": False,
    "has_bias": False,
    "has_dropout": False,
    "need_weights": False,
}
"""A causal layer that reads a text of seven tokens."""

FUSED, DEFINITION, WINDOW = "fused", "definition", "window"
WITH_MASK = "own mask"  # the module's own mask is made and handed to the kernel
KERNEL_HIDES = "is_causal"  # the kernel hides what lies ahead by itself
ANY_ORDER = "any order"  # a cache may hand out its memory as it stands

# What differs from CALL; the kernel; and what else the plan says.
CASES = {
    "plain": ({}, FUSED, {KERNEL_HIDES, ANY_ORDER}),
    "full": ({"causal": False}, FUSED, {ANY_ORDER}),
    "full, across": ({"causal": False, "n_keys": 11}, FUSED, {ANY_ORDER}),
    "full, with a mask": ({"causal": False, "has_mask": True}, FUSED, set()),
    "full, with weights": ({"causal": False, "need_weights": True}, DEFINITION, set()),
    "with a mask": ({"has_mask": True}, FUSED, {WITH_MASK}),
    "with a bias": ({"has_bias": True}, FUSED, {WITH_MASK}),
    "with weights": ({"need_weights": True}, DEFINITION, {WITH_MASK}),
    "with weights and a mask": (
        {"need_weights": True, "has_mask": True},
        DEFINITION,
        {WITH_MASK},
    ),
    "with dropout": ({"has_dropout": True}, FUSED, {KERNEL_HIDES, ANY_ORDER}),
    "a chunk after the first": ({"n_cached": 4, "n_keys": 11}, FUSED, {WITH_MASK, ANY_ORDER}),
    "the first token": ({"n_queries": 1, "n_keys": 1}, FUSED, {ANY_ORDER}),
    "a later token": ({"n_queries": 1, "n_cached": 10, "n_keys": 11}, FUSED, {ANY_ORDER}),
    "a later token, with a mask": (
        {"n_queries": 1, "n_cached": 10, "n_keys": 11, "has_mask": True},
        FUSED,
        set(),
    ),
    "a later token, with weights": (
        {"n_queries": 1, "n_cached": 10, "n_keys": 11, "need_weights": True},
        DEFINITION,
        set(),
    ),
    "a window": ({"window": 3}, WINDOW, {ANY_ORDER}),
    "a window that hides nothing": ({"window": 7}, FUSED, {KERNEL_HIDES, ANY_ORDER}),
    "a window that hides one key": ({"window": 6}, WINDOW, {ANY_ORDER}),
    "a window, with dropout": (
        {"window": 3, "has_dropout": True},
        FUSED,
        {WITH_MASK, ANY_ORDER},
    ),
    "a window, with weights": ({"window": 3, "need_weights": True}, DEFINITION, {WITH_MASK}),
    "a window, with a mask": ({"window": 3, "has_mask": True}, FUSED, {WITH_MASK}),
    "a window, with a bias": ({"window": 3, "has_bias": True}, FUSED, {WITH_MASK}),
    "a window and sinks": ({"window": 3, "n_sink": 1}, FUSED, {WITH_MASK, ANY_ORDER}),
    "a window and sinks that hide nothing": (
        {"window": 5, "n_sink": 2},
        FUSED,
        {KERNEL_HIDES, ANY_ORDER},
    ),
    "a window, a later chunk": ({"window": 3, "n_cached": 4, "n_keys": 11}, WINDOW, {ANY_ORDER}),
    "a window, a later token, all cached": (
        {"window": 3, "n_queries": 1, "n_cached": 10, "n_keys": 11},
        WINDOW,
        {ANY_ORDER},
    ),
    "a window, a later token, no more cached than it sees": (
        {"window": 3, "n_queries": 1, "n_cached": 10, "n_keys": 3},
        FUSED,
        {ANY_ORDER},
    ),
    "sinks, a later token, no more cached than it sees": (
        {"window": 3, "n_sink": 2, "n_queries": 1, "n_cached": 10, "n_keys": 5},
        FUSED,
        {ANY_ORDER},
    ),
}


@pytest.mark.parametrize(("call", "kernel", "says"), CASES.values(), ids=CASES.keys())
def test_the_plan_is(call, kernel, says):
    wanted = Plan(
        kernel,
        own_mask=WITH_MASK in says,
        is_causal=KERNEL_HIDES in says,
        in_order=ANY_ORDER not in says,
    )
    assert make_plan(**CALL | call) == wanted


def rows(mask):
    """A mask as text, one word a row: x = may attend."""
    return " ".join("".join("x" if cell else "." for cell in row) for row in mask.tolist())


MASKS = {
    "the past": ((None, 0, 3, 3), "x.. xx. xxx"),
    "the past, after two cached keys": ((None, 0, 2, 4), "xxx. xxxx"),
    "a window": ((2, 0, 4, 4), "x... xx.. .xx. ..xx"),
    "a window and a sink": ((1, 1, 4, 4), "x... xx.. x.x. x..x"),
    "a window and a sink, with a gap behind it": ((2, 1, 2, 4), "xxx. x.xx"),
}


@pytest.mark.parametrize(("sizes", "wanted"), MASKS.values(), ids=MASKS.keys())
def test_by_hand_the_own_mask(sizes, wanted):
    assert rows(visible_mask(*sizes, device=torch.device("cpu"))) == wanted


# --- what a layer does with it -------------------------------------------------------------------


@pytest.fixture
def kernels(monkeypatch):
    """Which kernels a call uses, in their order: what each is given besides query, key, value."""
    calls = []

    def watch(place, name):
        function = getattr(place, name)

        def watched(*tensors, **options):
            calls.append((name, options))
            return function(*tensors, **options)

        monkeypatch.setattr(place, name, watched)

    watch(attention.nn.heads, "scaled_dot_product_attention")
    watch(attention.nn.heads, "sliding_window_attention")
    watch(torch.nn.functional, "scaled_dot_product_attention")
    return calls


@pytest.mark.parametrize("window", [None, 3])
@pytest.mark.parametrize("need_weights", [False, True])
def test_evaluation_takes_the_same_kernels_with_dropout_as_without(window, need_weights, kernels):
    found = []
    for dropout in (0.0, 0.5):
        layer = MultiHeadAttention(12, 3, causal=True, window=window, dropout=dropout).eval()
        kernels.clear()
        layer(torch.randn(2, 7, 12), need_weights=need_weights)
        found.append([(name, options.get("is_causal"), options.get("dropout_p", 0.0),
                       options.get("attn_mask") is None) for name, options in kernels])  # fmt: skip
    assert found[0] == found[1]
    by_window = "sliding_window_attention" in [name for name, *_ in found[1]]
    assert by_window == (window is not None and not need_weights)


def test_a_plain_causal_layer_hands_no_mask_to_the_kernel(kernels):
    MultiHeadAttention(12, 3, causal=True)(torch.randn(2, 7, 12))
    ((_, options),) = kernels
    assert (options["attn_mask"], options["is_causal"]) == (None, True)


@pytest.mark.parametrize("window", [None, 3])
@torch.no_grad()
def test_a_lone_token_after_cached_ones_hands_no_mask_to_the_kernel(window, kernels):
    layer = MultiHeadAttention(12, 3, causal=True, window=window)
    cache = layer.new_cache(2, 8)
    layer(torch.randn(2, 7, 12), cache=cache)
    kernels.clear()
    layer(torch.randn(2, 1, 12), cache=cache)
    ((_, options),) = kernels
    assert (options["attn_mask"], options["is_causal"]) == (None, False)


# --- what a cache says of itself -----------------------------------------------------------------


@pytest.mark.parametrize("n_sink", [0, 1, 3])
@pytest.mark.parametrize("window", [1, 2, 5])
@pytest.mark.parametrize("rotates", [False, True], ids=["all kept", "rotating"])
def test_a_cache_says_which_keys_it_will_give_back(rotates, window, n_sink):
    for start, n_new in itertools.product(range(9), range(1, 5)):
        cache = KVCache(1, 1, 13, 1)
        if rotates:
            cache = RotatingKVCache(1, 1, window, 1, n_sink=n_sink)
        positions = torch.arange(start + n_new, dtype=torch.float32)[None, None, :, None]
        for i in range(start):
            cache.append(*(positions[:, :, i : i + 1],) * 2)
        n_seen = cache.n_seen(n_new)
        columns = cache.columns_seen(positions.mT, n_new)
        assert torch.equal(cache.columns_seen(positions.mT[..., :1], n_new), positions.mT[..., :1])
        keys, _ = cache.append(*(positions[:, :, start:],) * 2)
        assert keys.shape[2] == n_seen
        assert torch.equal(columns, keys.mT)


def test_a_cache_fits_the_layers_that_find_in_it_all_that_they_look_at():
    assert KVCache(1, 1, 5, 1).fits(None, 0)
    assert KVCache(1, 1, 5, 1).fits(3, 1)
    assert RotatingKVCache(1, 1, 3, 1, n_sink=1).fits(3, 1)
    for other in ((None, 0), (3, 0), (2, 1)):
        assert not RotatingKVCache(1, 1, 3, 1, n_sink=1).fits(*other)
