"""Who is measured against whom: for each case a function that sets up all contenders at one length.

All work on the same shapes in float32: 1 sequence, 12 heads of 64 (GPT-2's), causal, unless a case
says otherwise. Each contender is a function without arguments.
"""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from local_attention import LocalAttention
from torch import Tensor, nn
from transformers import DynamicCache
from transformers.models.deepseek_v3.configuration_deepseek_v3 import DeepseekV3Config
from transformers.models.deepseek_v3.modeling_deepseek_v3 import (
    DeepseekV3Attention,
    DeepseekV3RotaryEmbedding,
)
from transformers.models.gpt2.configuration_gpt2 import GPT2Config
from transformers.models.gpt2.modeling_gpt2 import GPT2Attention
from transformers.models.llama.configuration_llama import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaAttention, LlamaRotaryEmbedding

from attention import (
    GPT,
    GPT2_124M,
    LatentAttention,
    MultiHeadAttention,
    RotaryEmbedding,
    causal_mask,
    flash_attention,
    scaled_dot_product_attention,
    sliding_window_attention,
)
from attention.experiments.measure import Work

N_HEADS, D_HEAD, WINDOW = 12, 64, 256
D_MODEL = N_HEADS * D_HEAD
LARGEST_SQUARE = 4096
"""Beyond this length what stores all n x n weights does not take part: it needs 2.4 GB here."""

MODELS = tuple(f"transformers.models.{name}.modeling_{name}" for name in ("gpt2", "llama"))
MODELS += ("transformers.models.deepseek_v3.modeling_deepseek_v3",)
"""Whose layers take part."""

Contenders = dict[str, Work]


def _forward(work: Callable[..., object]) -> Work:
    def run() -> None:
        with torch.no_grad():
            work()

    return run


def _forward_and_backward(work: Callable[..., Tensor], leaves: list[Tensor]) -> Work:
    def run() -> None:
        for leaf in leaves:
            leaf.grad = None
        work().sum().backward()

    return run


def _attentions(n: int, *, grad: bool) -> tuple[dict[str, Callable[[], Tensor]], list[Tensor]]:
    """Attention itself, without projections, on (1, H, n, d_head)."""
    qkv = [torch.randn(1, N_HEADS, n, D_HEAD, requires_grad=grad) for _ in range(3)]
    local = LocalAttention(
        dim=D_HEAD, window_size=WINDOW, causal=True, look_backward=1, look_forward=0,
        exact_windowsize=True, use_rotary_pos_emb=False, autopad=True,
    )  # fmt: skip
    works = {
        "definition": lambda: scaled_dot_product_attention(*qkv, mask=causal_mask(n))[0],
        "flash_attention": partial(flash_attention, *qkv, causal=True),
        "sliding_window_attention": partial(sliding_window_attention, *qkv, window=WINDOW),
        "torch SDPA": partial(F.scaled_dot_product_attention, *qkv, is_causal=True),
        "local-attention": partial(local, *qkv),
    }
    if n > LARGEST_SQUARE:
        del works["definition"]
    return works, qkv


def attention_forward(n: int) -> Contenders:
    """Attention without projections; the windows are 256 long."""
    works, _ = _attentions(n, grad=False)
    return {name: _forward(work) for name, work in works.items()}


def attention_backward(n: int) -> Contenders:
    """The same, forward and backward."""
    works, leaves = _attentions(n, grad=True)
    return {name: _forward_and_backward(work, leaves) for name, work in works.items()}


def _layers(n: int) -> tuple[dict[str, Callable[[], Tensor]], list[Tensor]]:
    """Whole layers, with their four projections, on (1, n, d_model)."""
    x = torch.randn(1, n, D_MODEL, requires_grad=True)
    ours = MultiHeadAttention(D_MODEL, N_HEADS, causal=True, bias=True)
    torchs = nn.MultiheadAttention(D_MODEL, N_HEADS, batch_first=True).eval()
    forbidden = ~causal_mask(n)
    gpt2 = {kind: _gpt2(kind) for kind in ("sdpa", "eager")}
    # The eager layer must be given its mask; the other takes itself for causal without one.
    minus = torch.zeros(1, 1, n, n).masked_fill(forbidden, -torch.inf)
    llama, angles = _llama(n, N_HEADS)
    works: dict[str, Callable[[], Tensor]] = {
        "MultiHeadAttention": lambda: ours(x),
        "MultiHeadAttention, weights": lambda: ours(x, need_weights=True)[0],
        "GPT-2, SDPA": lambda: gpt2["sdpa"](x)[0],
        "GPT-2, eager": lambda: gpt2["eager"](x, attention_mask=minus)[0],
        "Llama, SDPA": lambda: llama(x, angles, None)[0],
        "nn.MultiheadAttention": lambda: torchs(
            x, x, x, attn_mask=forbidden, is_causal=True, need_weights=False
        )[0],
    }
    modules = [ours, torchs, llama, *gpt2.values()]
    return works, [x, *(weight for module in modules for weight in module.parameters())]


def _gpt2(kind: str) -> GPT2Attention:
    config = GPT2Config(attn_pdrop=0.0, resid_pdrop=0.0, attn_implementation=kind)
    return GPT2Attention(config, layer_idx=0)


def _llama(n: int, n_kv_heads: int) -> tuple[LlamaAttention, tuple[Tensor, Tensor]]:
    config = LlamaConfig(
        hidden_size=D_MODEL, num_attention_heads=N_HEADS, num_key_value_heads=n_kv_heads,
        max_position_embeddings=32_768, attn_implementation="sdpa",
    )  # fmt: skip
    angles = LlamaRotaryEmbedding(config)(torch.zeros(1), torch.arange(n)[None])
    return LlamaAttention(config, layer_idx=0), angles


def layer_forward(n: int) -> Contenders:
    """A layer in inference."""
    works, _ = _layers(n)
    return {name: _forward(work) for name, work in works.items()}


def layer_backward(n: int) -> Contenders:
    """A layer in training, forward and backward."""
    works, leaves = _layers(n)
    return {name: _forward_and_backward(work, leaves) for name, work in works.items()}


def decode(n: int) -> Contenders:
    """One token more, after ``n - 1`` cached ones: a layer's step. Rotary, without bias."""
    x, past = torch.randn(1, 1, D_MODEL), torch.randn(1, n - 1, D_MODEL)
    contenders: Contenders = {}
    for name, n_kv_heads in (("MHA", 12), ("GQA-4", 4), ("MQA", 1)):
        layer = MultiHeadAttention(
            D_MODEL, N_HEADS, n_kv_heads=n_kv_heads, causal=True, rotary=RotaryEmbedding(D_HEAD)
        )
        contenders[name] = _step(layer, x, past)
    window = MultiHeadAttention(
        D_MODEL, N_HEADS, causal=True, window=WINDOW, rotary=RotaryEmbedding(D_HEAD)
    )
    contenders["MHA, window"] = _step(window, x, past)
    for name, n_kv_heads in (("Llama, MHA", 12), ("Llama, GQA-4", 4)):
        llama, angles = _llama(n, n_kv_heads)
        contenders[name] = _their_step(llama, x, past, angles)
    return contenders


def attention_decode(n: int) -> Contenders:
    """The attention of one decoding step alone: one query, n cached keys, no projections."""
    query = torch.randn(1, N_HEADS, 1, D_HEAD)
    contenders: Contenders = {}
    for name, n_kv_heads in (("MHA", 12), ("GQA-4", 4), ("MQA", 1)):
        key, value = (torch.randn(1, n_kv_heads, n, D_HEAD) for _ in range(2))
        rows = query.view(1, n_kv_heads, -1, D_HEAD)  # a group's queries as rows
        contenders[name] = _forward(partial(F.scaled_dot_product_attention, rows, key, value))
        if n_kv_heads != N_HEADS:
            contenders[f"{name}, repeated"] = _forward(partial(_repeated, query, key, value))
    # The cache that grows by torch.cat copies all it holds at each step.
    past = [torch.randn(1, N_HEADS, n - 1, D_HEAD) for _ in range(2)]
    new = [torch.randn(1, N_HEADS, 1, D_HEAD) for _ in range(2)]
    contenders["MHA, cache by torch.cat"] = _forward(partial(_concatenated, query, past, new))
    return contenders


def _repeated(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    group = query.shape[1] // key.shape[1]
    repeat = partial(torch.repeat_interleave, repeats=group, dim=1)
    return F.scaled_dot_product_attention(query, repeat(key), repeat(value))


def _concatenated(query: Tensor, past: list[Tensor], new: list[Tensor]) -> Tensor:
    key, value = (torch.cat(pair, dim=2) for pair in zip(past, new, strict=True))
    return F.scaled_dot_product_attention(query, key, value)


def read_and_write(n: int) -> Contenders:
    """A pass of a whole GPT-2, random parameters: n tokens read, or one written after n - 1.

    The one is written for one text, or for several at a time, each with a cache of its own.
    """
    model = GPT(GPT2_124M).eval()
    ids, reading = torch.randint(GPT2_124M.n_tokens, (1, n)), model.new_cache(1, n)

    def prefill() -> None:
        model(ids, reading)
        for cache in reading:
            cache.truncate(0)

    contenders: Contenders = {"prefill": _forward(prefill)}
    for batch in (1, 8, 32):
        name = "decoding" if batch == 1 else f"decoding, {batch} texts"
        contenders[name] = _forward(_write_one(model, batch, n))
    return contenders


def _write_one(model: GPT, batch: int, n: int) -> Callable[[], None]:
    ids, caches = torch.randint(GPT2_124M.n_tokens, (batch, 1)), model.new_cache(batch, n)
    for cache in caches:
        cache.append(*torch.randn(2, batch, N_HEADS, n - 1, D_HEAD))

    def run() -> None:
        model(ids, caches)
        for cache in caches:
            cache.truncate(n - 1)

    return run


def latent_decode(n: int) -> Contenders:
    """One token more after n - 1, in multi-head latent attention with DeepSeek-V3's head sizes.

    16 heads and a width of 2,048 (DeepSeek-V3 has 128 and 7,168), without compressed queries.
    """
    d_model, n_heads = 2048, 16
    x, past = torch.randn(1, 1, d_model), torch.randn(1, n - 1, d_model)
    layer = LatentAttention(d_model, n_heads, d_latent=512, d_nope=128, d_rope=64, d_value=128)
    config = DeepseekV3Config(
        hidden_size=d_model, num_attention_heads=n_heads, num_key_value_heads=n_heads,
        q_lora_rank=None, attn_implementation="sdpa",
    )  # fmt: skip
    theirs = DeepseekV3Attention(config, layer_idx=0)
    angles = DeepseekV3RotaryEmbedding(config)(torch.zeros(1), torch.arange(n)[None])
    return {
        "absorbed": _step(layer, x, past, absorb=True),
        "naive": _step(layer, x, past, absorb=False),
        "DeepSeek-V3, SDPA": _their_step(theirs, x, past, angles),
    }


def _step(layer: nn.Module, x: Tensor, past: Tensor, **options: bool) -> Work:
    """One step of our layer; the token is taken back after each, where the cache can."""
    n_past = past.shape[1]
    cache = layer.new_cache(1, n_past + 1)
    with torch.no_grad():
        for chunk in past.split(1024, dim=1):
            layer(chunk, cache=cache)
    rolls_back = getattr(layer, "window", None) is None

    def run() -> None:
        layer(x, cache=cache, **options)
        if rolls_back:
            cache.truncate(n_past)

    return _forward(run)


def _their_step(layer: nn.Module, x: Tensor, past: Tensor, angles: tuple[Tensor, Tensor]) -> Work:
    """One step of a layer of the transformers library, with its own cache."""
    cache, n_past = DynamicCache(), past.shape[1]
    before = tuple(angle[:, :n_past] for angle in angles)
    now = tuple(angle[:, n_past:] for angle in angles)
    with torch.no_grad():
        layer(past, before, None, cache=cache)

    def run() -> None:
        layer(x, now, None, cache=cache)
        cache.crop(-1)

    return _forward(run)


def recurrence(n: int) -> Contenders:
    """A GRU and a layer of self-attention of the same width, 128, on one sequence."""
    width = 128
    x = torch.randn(1, n, width)
    gru = nn.GRU(width, width, batch_first=True)
    attend = MultiHeadAttention(width, n_heads=1)
    return {"GRU": _forward(partial(gru, x)), "attention": _forward(partial(attend, x))}
