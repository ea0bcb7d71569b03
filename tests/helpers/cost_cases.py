"""What attention costs: by the published models, and by the package for the page's JavaScript."""

from dataclasses import asdict, replace
from itertools import product
from typing import Any

from attention.functional.costs import (
    MODELS,
    CacheConfig,
    attention_share,
    block_flops,
    cache_bytes,
    projection_bytes,
    readable_bytes,
    readable_flops,
    score_bytes,
    three_digits,
)
from attention.widgets import CacheCalculator
from attention.widgets.cache_calculator.picture import compared, kind_of

TABLE = [  # name, KiB of a token, context, the whole
    ("GPT-2 124M", 36, 1024, "36 MiB"),
    ("GPT-2 XL", 300, 1024, "300 MiB"),
    ("Llama-2 7B", 512, 4096, "2 GiB"),
    ("Llama-2 70B", 320, 4096, "1.25 GiB"),
    ("Llama-3 8B", 128, 8192, "1 GiB"),
    ("Llama-3.1 405B", 504, 131_072, "63 GiB"),
    ("Mistral 7B v0.1", 128, 8192, "512 MiB"),
    ("DeepSeek-V2", 67.5, 131_072, "8.44 GiB"),
    ("DeepSeek-V3", 68.625, 131_072, "8.58 GiB"),
]
NUMBERS = [
    *(0, 1, 7, 99.5, 99.96, 100.5, 999, 999.5, 1000, 1023, 1023.6, 1024, 1125, 1152, 9.995),
    *(67.5 * 1024, 68.625 * 1024, 1.125 * 2**20, 8.4375 * 2**30, 1.005e9, 2.5e12, 2**50, 7.2e17),
    *(0.125, 0.004, 0.005, 0.9949, 56.888888, 3.14159e10),
]


def cost_cases() -> dict[str, Any]:
    """FLOPs, memory, the caches of models in several settings, and numbers in words."""
    return {
        "flops": [flops_case(n, d) for n, d in product((64, 1024, 4608, 131_072), (64, 768, 8192))],
        "memory": [
            {"n": n, "heads": h, "d": 64 * h, "scores": score_bytes(n, h),
             "vectors": projection_bytes(n, 64 * h)}
            for n, h in product((64, 96, 131_072), (1, 12, 128))
        ],
        "caches": [
            cache_case(config, context, size)
            for config in settings()
            for context, size in product((256, 4096, 6144, 131_072), (1, 2, 4))
        ],
        "numbers": [
            {"value": x, "digits": three_digits(x), "bytes": readable_bytes(x),
             "flops": readable_flops(x)}
            for x in NUMBERS
        ],
        "compared": [[a, b, compared(a, b, "x")] for a, b in product((7, 56, 8064), repeat=2)],
        "models": CacheCalculator().get_state()["models"],
    }  # fmt: skip


def flops_case(n: int, d_model: int) -> dict[str, Any]:
    """The parts of a block's FLOPs, and the share of scores and context."""
    flops = block_flops(n, d_model)
    sums = {"linear": flops.linear, "total": flops.total, "share": attention_share(n, d_model)}
    return {"n": n, "d": d_model, **flops._asdict(), **sums}


def settings() -> list[CacheConfig]:
    """All published models, each as it is, with one head, with a window, and with a latent."""
    changes: list[dict[str, int]] = [
        {}, {"n_kv_heads": 1}, {"window": 4096}, {"d_latent": 384, "d_rope": 32},
        {"window": 300, "d_latent": 2048, "d_rope": 64},
    ]  # fmt: skip
    return [replace(config, **change) for config, change in product(MODELS.values(), changes)]


def cache_case(config: CacheConfig, context: int, size: int) -> dict[str, Any]:
    """A model as the page gets it, and the sizes of its cache."""
    return {
        "config": {name: value or 0 for name, value in asdict(config).items()},
        "context": context,
        "size": size,
        "layer": config.numbers_per_layer,
        "kind": kind_of(config),
        "token": cache_bytes(config, bytes_per_number=size),
        "total": cache_bytes(config, context, bytes_per_number=size),
        "multi_head": cache_bytes(config.multi_head, context, bytes_per_number=size),
    }
