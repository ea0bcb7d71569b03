"""Passes that read and write: what the package counts, for the page's script."""

from itertools import product

from attention.widgets import PrefillDecode


def pass_cases() -> list[dict]:
    """Some prompts, batches and sizes, each with its first passes."""
    sizes = product((1, 7, 156, 512, 4096), (1, 5, 1024), ((32, 4096), (1, 8), (12, 768)))
    return [case(*size, step) for size in sizes for step in (0, 1, 3)]


def case(prompt: int, batch: int, size: tuple[int, int], step: int) -> dict:
    """A pass, in Python's numbers."""
    layers, width = size
    given = {"prompt": prompt, "batch": batch, "n_layers": layers, "d_model": width}
    shown = PrefillDecode(**given, written=3, step=step)
    now = shown.current
    counts = {
        "flops": now.flops, "parameters": now.parameter_bytes, "caches": now.cache_bytes,
        "moved": now.bytes_moved, "intensity": now.intensity,
    }  # fmt: skip
    return {
        "state": given, "step": step, "counts": counts, "waits": shown.waits_for,
        "balance": shown.balance,
    }  # fmt: skip
