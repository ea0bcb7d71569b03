"""The ratios of a run: all of them as a table, and those that the project promises."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib.pyplot as plt

from attention.experiments.measure import best_seconds, fitted_slope, peak_memory
from attention.teaching.plots import cost_by_length, provenance, use_style

PEER = {
    "attention, forward": "torch SDPA",
    "attention, forward and backward": "torch SDPA",
    "layer, forward": "GPT-2, SDPA",
    "layer, forward and backward": "GPT-2, SDPA",
    "decoding step of a layer": "MHA",
    "decoding step, attention alone": "MHA",
    "decoding step of latent attention": "naive",
    "GPT-2, a pass": "prefill",
    "recurrence, width 128": "attention",
}
"""For each case, the contender whose time is 1."""


def print_ratios(found: dict[str, Any]) -> None:
    """Print each contender's time as a multiple of the peer's, turn by turn: median and range."""
    results = found["results"]
    print(f"{found['date']}, {found['machine']['processor']}, {found['machine']['cores']} cores")
    for case in dict.fromkeys(row["case"] for row in results):
        print(f"\n{case}: time / {PEER[case]}'s, median of the turns (least to most)")
        rows = [row for row in results if row["case"] == case]
        peers = {row["n"]: row for row in rows if row["name"] == PEER[case]}
        for name in dict.fromkeys(row["name"] for row in rows):
            cells = []
            for row in (row for row in rows if row["name"] == name):
                pairs = zip(row["seconds"], peers[row["n"]]["seconds"], strict=True)
                ratios = [ours / theirs for ours, theirs in pairs]
                spread = f"{median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
                memory = row.get("peak_bytes")
                cells.append(
                    f"  n = {row['n']:>6,}: {spread}"
                    + ("" if memory is None else f", {memory / 2**20:,.0f} MiB")
                )
            print(name, *cells, sep="\n")


def draw(found: dict[str, Any], folder: Path) -> list[Path]:
    """Draw each case's times, and its memory where it was taken, into PNG files."""
    use_style()
    folder.mkdir(parents=True, exist_ok=True)
    results, files = found["results"], []
    for case in dict.fromkeys(row["case"] for row in results):
        rows = [row for row in results if row["case"] == case]
        names = list(dict.fromkeys(row["name"] for row in rows))
        costs = {"seconds": {name: best_seconds(results, case, name) for name in names}}
        if any("peak_bytes" in row for row in rows):
            # What a process does not grow by has no place on a logarithmic axis.
            memory = {name: peak_memory(results, case, name) for name in names}
            costs["bytes"] = {
                name: {n: max(taken, 2**16) for n, taken in by_length.items()}
                for name, by_length in memory.items()
            }
        for unit, cost in costs.items():
            ax = cost_by_length(cost, ylabel=unit)
            ax.set_title(f"{case}\n{provenance(found)}", fontsize=9)
            file = folder / f"{case.replace(', ', '-').replace(' ', '-')}-{unit}.png"
            ax.figure.savefig(file, bbox_inches="tight")
            plt.close(ax.figure)
            files.append(file)
    return files


@dataclass(frozen=True)
class Promise:
    """A ratio with a bound, and how it is computed from the results."""

    text: str
    value: Callable[[list[dict[str, Any]]], float]
    bound: float
    at_most: bool = True


def _ratio(case: str, one: str, other: str, n: int) -> Callable[[list[dict[str, Any]]], float]:
    """How many times longer ``one`` takes than ``other``, least disturbed turns."""
    return lambda rows: best_seconds(rows, case, one)[n] / best_seconds(rows, case, other)[n]


def _slope(
    case: str, name: str, start: int, cost: Callable[..., dict[int, Any]] = best_seconds
) -> Callable[[list[dict[str, Any]]], float]:
    """The exponent with which a cost grows from a length on."""

    def value(rows: list[dict[str, Any]]) -> float:
        taken = {n: found for n, found in cost(rows, case, name).items() if n >= start}
        return fitted_slope(list(taken), list(taken.values()))

    return value


FORWARD, BOTH = "attention, forward", "attention, forward and backward"
LAYER, STEP = "layer, forward", "decoding step, attention alone"
OURS, WEIGHTS = "MultiHeadAttention", "MultiHeadAttention, weights"
FLASH, WINDOW, SDPA = "flash_attention", "sliding_window_attention", "torch SDPA"
PROMISES = [
    Promise("layer / GPT-2 SDPA", _ratio(LAYER, OURS, "GPT-2, SDPA", 1024), 1.05),
    Promise(
        "layer / GPT-2 SDPA, and backward",
        _ratio("layer, forward and backward", OURS, "GPT-2, SDPA", 1024),
        1.05,
    ),
    Promise(
        "nn.MultiheadAttention / layer",
        _ratio(LAYER, "nn.MultiheadAttention", OURS, 1024),
        2,
        at_most=False,
    ),
    Promise("definition / GPT-2 eager", _ratio(LAYER, WEIGHTS, "GPT-2, eager", 1024), 1.0),
    Promise("flash / SDPA, n = 4,096", _ratio(FORWARD, FLASH, SDPA, 4096), 1.6),
    Promise("flash / SDPA, and backward", _ratio(BOTH, FLASH, SDPA, 4096), 1.6),
    Promise(
        "flash, memory at 4,096, MB", lambda rows: peak_memory(rows, BOTH, FLASH)[4096] / 1e6, 100
    ),
    Promise(
        "definition, memory at 4,096, MB",
        lambda rows: peak_memory(rows, BOTH, "definition")[4096] / 1e6,
        2000,
        at_most=False,
    ),
    Promise("flash, slope of memory from 4,096", _slope(BOTH, FLASH, 4096, peak_memory), 1.1),
    Promise("window, slope of time from 4,096", _slope(FORWARD, WINDOW, 4096), 1.1),
    Promise("SDPA / window, n = 16,384", _ratio(FORWARD, SDPA, WINDOW, 16_384), 11, at_most=False),
    Promise(
        "local-attention / window",
        _ratio(FORWARD, "local-attention", WINDOW, 16_384),
        3.5,
        at_most=False,
    ),
    Promise("MHA / GQA-4, decoding", _ratio(STEP, "MHA", "GQA-4", 4096), 2, at_most=False),
    Promise("MHA / MQA, decoding", _ratio(STEP, "MHA", "MQA", 4096), 5, at_most=False),
    Promise(
        "naive / absorbed, decoding",
        _ratio("decoding step of latent attention", "naive", "absorbed", 4096),
        20,
        at_most=False,
    ),
]
"""What the README says of speed and memory."""


def unkept(found: dict[str, Any]) -> list[str]:
    """Print each promise with what was measured, and return those that were not kept."""
    broken = []
    print()
    for promise in PROMISES:
        value = promise.value(found["results"])
        kept = value <= promise.bound if promise.at_most else value >= promise.bound
        sign = "<=" if promise.at_most else ">="
        print(
            f"{'kept ' if kept else 'MISSED'} {promise.text}: {value:.2f} ({sign} {promise.bound})"
        )
        if not kept:
            broken.append(promise.text)
    return broken
