"""Functions and layers under ``torch.func`` and ``torch.compile``: nothing looks at a number."""

import pytest
import torch
from torch import nn
from torch.func import functional_call, grad, jacrev, vmap
from torch.testing import assert_close

from attention import (
    AdditiveAttention,
    DotAttention,
    GeneralAttention,
    LatentAttention,
    MultiHeadAttention,
    RotaryEmbedding,
    SelfAttention,
    alibi_bias,
    causal_mask,
    flash_attention,
    padding_mask,
    scaled_dot_product_attention,
    sliding_window_attention,
)
from attention.functional.flash import flash_attention_with_logsumexp
from attention.functional.online_softmax import finish, merge, partial_attention

pytestmark = [
    # vmap has no batched form of some of PyTorch's operations, and loops over the samples.
    pytest.mark.filterwarnings("ignore:There is a performance drop"),
    # To trace an autograd function's methods, PyTorch makes an instance of it.
    pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning"),
]

N = 7  # tokens of a sample


def random(*shape):
    return torch.randn(shape, dtype=torch.float64)


def some(*shape):
    """A mask in which the first query may see nothing."""
    mask = torch.rand(shape) < 0.6
    mask[..., 0, :] = False
    return mask


MASK = some(N, N)


def in_two_parts(query, key, value):
    """Attention by the online softmax, over the first keys and the others."""
    scores = query @ key.mT
    return finish(
        merge(
            partial_attention(scores[..., :3], value[..., :3, :]),
            partial_attention(scores[..., 3:], value[..., 3:, :]),
        )
    )[0]


FUNCTIONS = {
    "the definition": lambda q, k, v: scaled_dot_product_attention(q, k, v)[0],
    "with a mask": lambda q, k, v: scaled_dot_product_attention(q, k, v, mask=MASK)[0],
    "causal": lambda q, k, v: scaled_dot_product_attention(q, k, v, mask=causal_mask(N))[0],
    "with a bias": lambda q, k, v: scaled_dot_product_attention(
        q, k, v, mask=MASK, score_bias=alibi_bias(3, N).double()
    )[0],
    "flash": lambda q, k, v: flash_attention(q, k, v, causal=True, block_size=(2, 3)),
    "flash, with the logsumexp": lambda q, k, v: torch.cat(
        [x.flatten() for x in flash_attention_with_logsumexp(q, k, v, block_size=3)]
    ),
    "window": lambda q, k, v: sliding_window_attention(q, k, v, window=3),
    "in two parts": in_two_parts,
}
ALL_FUNCTIONS = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS.keys())


def latent(**options):
    return LatentAttention(12, 3, d_latent=5, d_nope=4, d_rope=2, d_value=3, **options)


def with_options(**options):
    return lambda layer, x: layer(x, **options)


def context(layer, x, **options):
    return layer(x, need_weights=True, **options)[0]


# A layer, and how it is called with a batch of texts, (B, N, 12).
LAYERS = {
    "heads": (MultiHeadAttention(12, 3), with_options()),
    "heads, causal": (MultiHeadAttention(12, 3, causal=True), with_options()),
    "heads, with a mask": (MultiHeadAttention(12, 3, causal=True), with_options(mask=MASK)),
    "heads, with weights": (MultiHeadAttention(12, 3, causal=True), context),
    "heads, with weights and a mask": (
        MultiHeadAttention(12, 3, n_kv_heads=1),
        lambda layer, x: context(layer, x, mask=MASK),
    ),
    "heads, rotary": (
        MultiHeadAttention(12, 3, n_kv_heads=1, causal=True, rotary=RotaryEmbedding(4)),
        with_options(),
    ),
    "heads, alibi": (MultiHeadAttention(12, 3, causal=True, alibi=True), with_options()),
    "heads, window": (MultiHeadAttention(12, 3, causal=True, window=3), with_options()),
    "heads, window and sink": (
        MultiHeadAttention(12, 3, causal=True, window=2, n_sink=1),
        with_options(),
    ),
    "heads, across": (MultiHeadAttention(12, 3), lambda layer, x: layer(x[:, :2], x)),
    "latent, absorbed": (latent(), with_options(absorb=True)),
    "latent, naive": (latent(d_query_latent=7), with_options(absorb=False)),
    "one head": (SelfAttention(12, causal=True), lambda layer, x: layer(x, MASK)[0]),
    "additive": (
        AdditiveAttention(12, 12, 5),
        lambda layer, x: layer(x[:, 0], x, MASK[3].expand(len(x), N))[0],
    ),
    "general": (GeneralAttention(12, 12), lambda layer, x: layer(x, x)[0]),
    "dot": (
        DotAttention(),
        lambda layer, x: layer(x, x, MASK[3].expand(len(x), N))[0],
    ),
}
LAYERS = {name: (layer.double(), call) for name, (layer, call) in LAYERS.items()}
ALL_LAYERS = pytest.mark.parametrize(("layer", "call"), LAYERS.values(), ids=LAYERS.keys())


# --- gradients of each sample --------------------------------------------------------------------


@ALL_FUNCTIONS
def test_gradients_of_each_sample(function):
    query, key, value = random(5, 3, N, 4), random(5, 3, N, 4), random(5, 3, N, 2)

    def loss(*tensors):
        return function(*tensors).sin().sum()

    found = vmap(grad(loss, argnums=(0, 1, 2)))(query, key, value)
    alone = [grad(loss, argnums=(0, 1, 2))(*x) for x in zip(query, key, value, strict=True)]
    assert_close(found, tuple(map(torch.stack, zip(*alone, strict=True))))
    tensors = [x.clone().requires_grad_() for x in (query, key, value)]
    for i, gradients in enumerate(alone):
        one = [x[i] for x in tensors]
        assert_close(gradients, torch.autograd.grad(loss(*one), one))


@ALL_FUNCTIONS
def test_one_tensor_for_all_samples(function):
    queries, key, value = random(3, N, 5, 4), random(3, N, 4), random(3, N, 2)
    found = vmap(function, in_dims=(2, None, None))(queries, key, value)
    alone = [function(query, key, value) for query in queries.unbind(2)]
    assert_close(found, torch.stack(alone))


def test_a_mask_for_each_sample():
    query, key, value, masks = random(3, N, 4), random(3, N, 4), random(3, N, 2), some(5, N, N)

    def attend(mask):
        return scaled_dot_product_attention(query, key, value, mask=mask)[0]

    with torch.no_grad():
        assert_close(vmap(attend)(masks), torch.stack([attend(mask) for mask in masks]))
    assert_close(vmap(attend)(masks), torch.stack([attend(mask) for mask in masks]))


@ALL_LAYERS
def test_gradients_of_a_layers_weights_for_each_sample(layer, call):
    x = random(5, N, 12)
    weights = dict(layer.named_parameters())

    def loss(weights, sample):
        class Called(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = layer

            def forward(self, x):
                return call(self.layer, x)

        named = {f"layer.{name}": weight for name, weight in weights.items()}
        return functional_call(Called(), named, (sample[None],)).sin().sum()

    by_weight, by_sample = vmap(grad(loss, argnums=(0, 1)), in_dims=(None, 0))(weights, x)
    for i in range(5):
        sample = x[i].clone().requires_grad_()
        wanted = torch.autograd.grad(
            call(layer, sample[None]).sin().sum(), [sample, *weights.values()]
        )
        found = [by_sample[i], *(gradient[i] for gradient in by_weight.values())]
        assert_close(found, list(wanted))


def test_a_jacobian_of_flash_attention():
    query, key, value = random(1, 3, 2), random(1, 3, 2), random(1, 3, 2)
    found = jacrev(lambda q: flash_attention(q, key, value, causal=True, block_size=2))(query)
    wanted = jacrev(lambda q: scaled_dot_product_attention(q, key, value, mask=causal_mask(3))[0])(
        query
    )
    assert_close(found, wanted)


# --- one graph -----------------------------------------------------------------------------------


def compiled(function):
    torch.compiler.reset()
    return torch.compile(function, fullgraph=True, backend="aot_eager")


@ALL_FUNCTIONS
def test_a_function_is_one_graph(function):
    tensors = [random(2, 3, N, d).requires_grad_() for d in (4, 4, 2)]
    wanted, found = function(*tensors), compiled(function)(*tensors)
    assert_close(found, wanted)
    gradients = torch.autograd.grad(found.sin().sum(), tensors)
    assert_close(gradients, torch.autograd.grad(wanted.sin().sum(), tensors))


@ALL_LAYERS
def test_a_layer_is_one_graph(layer, call):
    x = random(2, N, 12).requires_grad_()
    leaves = [x, *layer.parameters()]
    wanted, found = call(layer, x), compiled(lambda x: call(layer, x))(x)
    assert_close(found, wanted)
    gradients = torch.autograd.grad(found.sin().sum(), leaves)
    assert_close(gradients, torch.autograd.grad(wanted.sin().sum(), leaves))


def test_a_padding_mask_is_part_of_one_graph():
    lengths = torch.tensor([0, 3, 7])
    assert torch.equal(compiled(padding_mask)(lengths, 7), padding_mask(lengths, 7))


@pytest.mark.parametrize("options", [{}, {"window": 3}, {"window": 2, "n_sink": 1}], ids=str)
@torch.no_grad()
def test_a_step_with_a_cache_is_one_graph(options):
    layer, x = MultiHeadAttention(12, 3, causal=True, **options).double(), random(2, N, 12)
    step, cache = compiled(layer), layer.new_cache(2, N)
    found = [step(chunk, cache=cache) for chunk in x.split([4, 1, 1, 1], dim=1)]
    assert_close(torch.cat(found, dim=1), layer(x))
