"""Windows with their caches, and shared heads: what the package holds, for the page's script."""

from itertools import product

import torch
from widget_examples import shared

from attention.nn.cache.rotating import RotatingKVCache
from attention.widgets import WindowCache


def cache_cases() -> dict[str, list[dict]]:
    """The cases of each kind."""
    settings = product((1, 2, 3, 5, 11), (0, 1, 3), (1, 2, 4), (1, 2, 6, 11))
    kinds = product((1, 2, 3, 6), ("heads", "latent"))
    return {
        "windows": [window_case(*setting) for setting in settings],
        "shared": [shared_case(n_kv_heads, kept) for n_kv_heads, kept in kinds],
    }


def held_by_the_package(window: int, n_sink: int, step: int) -> list[int]:
    """Which position each place of the package's own cache holds; -1 of none."""
    cache = RotatingKVCache(1, 1, window, 1, n_sink=n_sink, dtype=torch.float64)
    with torch.no_grad():
        for p in range(step):
            one = torch.full((1, 1, 1, 1), float(p), dtype=torch.float64)
            keys, _ = cache.append(one, one, in_order=False)
    held = [int(p) for p in keys.flatten()]
    return held + [-1] * (n_sink + window - len(held))


def window_case(window: int, n_sink: int, n_layers: int, step: int) -> dict:
    """What the cache holds, and what a query of eleven sees and reaches."""
    shown = WindowCache(
        tokens=[str(i) for i in range(11)],
        window=window, n_sink=n_sink, n_layers=n_layers, step=step,
    )  # fmt: skip
    return {
        "n": 11, "step": step, "nLayers": n_layers, "shape": {"window": window, "nSink": n_sink},
        "held": held_by_the_package(window, n_sink, step), "kinds": shown.kinds,
        "seen": shown.seen.tolist(), "reached": shown.reached.tolist(),
    }  # fmt: skip


def shared_case(n_kv_heads: int, kept: str) -> dict:
    """What is kept of a token, in Python's numbers."""
    shown = shared(n_kv_heads=n_kv_heads, kept=kept)
    layer = {
        "kept": kept, "nHeads": shown.n_heads, "nKvHeads": n_kv_heads, "dHead": shown.d_head,
        "dLatent": shown.d_latent, "dRope": shown.d_rope,
    }  # fmt: skip
    counts = {
        "numbers": shown.numbers, "most": shown.most, "bytes": shown.n_bytes,
        "flops": shown.flops, "intensity": shown.intensity,
    }  # fmt: skip
    return {"layer": layer, "parts": list(shown.parts.items()), "counts": counts}
