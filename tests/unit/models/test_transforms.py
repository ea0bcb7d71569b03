"""What PyTorch does with a whole model: compile it, map it over samples, run it without numbers."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch.func import functional_call, grad, vmap
from torch.testing import assert_close

from attention import GPT, GPTConfig
from attention.models.attention_lm import AttentionLanguageModel

SMALL = GPTConfig(n_tokens=37, max_len=11, d_model=24, n_layers=2, n_heads=6, d_feed_forward=29)
KINDS = {
    "GPT-2": {},
    "Transformer of 2017": {"norm_order": "post", "position": "sinusoidal"},
    "Llama": {"position": "rotary", "feed_forward": "swiglu", "norm": "rms", "n_kv_heads": 2},
    "ALiBi": {"position": "alibi"},
    "Mistral": {"position": "rotary", "n_kv_heads": 2, "window": 3},
}
ALL_KINDS = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
PADDED = pytest.mark.parametrize("padded", [False, True], ids=["all real", "padded"])
IDS = torch.arange(14).reshape(2, 7)
MASK = torch.tensor([[0, 0, 0, 1, 1, 1, 1], [1] * 7]).bool()


def attention_only():
    return AttentionLanguageModel(37, d_model=24, n_heads=6, n_layers=2, max_len=11)


@ALL_KINDS
@PADDED
def test_a_model_compiles_as_one_graph(kind, padded):
    gpt, options = GPT(replace(SMALL, **kind)).eval(), {"mask": MASK} if padded else {}
    torch.compiler.reset()
    compiled = torch.compile(gpt, fullgraph=True, backend="eager")
    assert_close(compiled(IDS, **options), gpt(IDS, **options))


def test_so_does_attention_alone():
    model = attention_only().eval()
    torch.compiler.reset()
    assert_close(torch.compile(model, fullgraph=True, backend="eager")(IDS), model(IDS))


@ALL_KINDS
@PADDED
def test_reading_looks_at_no_value_for_which_a_gpu_would_wait(kind, padded):
    # The meta device has shapes and dtypes and no numbers: looking at one is an error there.
    with torch.device("meta"):
        gpt = GPT(replace(SMALL, **kind))
        mask = torch.empty(2, 7, dtype=torch.bool) if padded else None
        assert gpt(torch.empty(2, 7, dtype=torch.int64), mask=mask).shape == (2, 7, 37)


def test_attention_alone_looks_at_none_either():
    with torch.device("meta"):
        assert attention_only()(torch.empty(2, 7, dtype=torch.int64)).shape == (2, 7, 37)


# PyTorch maps its own fused kernel one sample at a time, and says so.
@pytest.mark.filterwarnings("ignore:There is a performance drop")
@ALL_KINDS
@PADDED
def test_the_gradient_of_each_sample_by_vmap_is_that_of_the_sample_alone(kind, padded):
    gpt = GPT(replace(SMALL, **kind)).double().eval()
    parameters = {name: p.detach() for name, p in gpt.named_parameters()}

    def loss(parameters, ids, mask):
        options = {"mask": mask[None]} if padded else {}
        logits = functional_call(gpt, parameters, (ids[None],), options)[0]
        return (F.cross_entropy(logits[:-1], ids[1:], reduction="none") * mask[1:]).sum()

    found = vmap(grad(loss), in_dims=(None, 0, 0))(parameters, IDS, MASK)
    for i in range(2):
        alone = grad(loss)(parameters, IDS[i], MASK[i])
        for name, gradient in alone.items():
            assert_close(found[name][i], gradient, msg=name)
