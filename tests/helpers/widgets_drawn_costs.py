"""What has to be seen of the block diagram, the cost explorer and the cache calculator."""

import math

import numpy as np
import pytest
from bars_on_screen import row_bars
from lines_on_screen import colour_at, line, spots, upright
from screen_pixels import Screen

from attention.widgets import BlockDiagram, CacheCalculator, CostExplorer


def long_sequence() -> CostExplorer:
    return CostExplorer(length=16384, n_layers=7)


def four_heads() -> CacheCalculator:
    """Three caches of three sizes."""
    return CacheCalculator(model="Mistral 7B v0.1", n_kv_heads=4)


def drawn_diagram(screen: Screen, shown: BlockDiagram) -> None:
    before, block, after = shown.stages
    stages = [(stage, 1) for stage in before]
    stages += [(stage, shown.n_layers) for stage in block]
    stages += [(stage, 1) for stage in after]
    parts = [times * stage.parameters for stage, times in stages if stage.place != "add"]
    assert sum(parts) == shown.parameters
    row_bars(
        screen, ".afm-stage:not([data-place=add]) .afm-op", [part / sum(parts) for part in parts],
        screen["accent"], top=-4, border=1,
    )  # fmt: skip


def drawn_costs(screen: Screen, shown: CostExplorer) -> None:
    flops, inks = shown.flops, ["accent", "middle", "query"]
    parts = [flops.projections, flops.feed_forward, flops.attention]
    stack = screen.box(".afm-stack")
    room, left = stack.width - 4, stack.x  # two gaps of 2 pixels
    for box, part, ink in zip(screen.boxes(".afm-stack > span", 3), parts, inks, strict=True):
        width = room * part / flops.total
        assert (box.x, box.width) == pytest.approx((left, width), abs=0.5), f"share of {ink}"
        assert screen.near(box.part(6, 2, 6, 26), screen[ink]).all(), f"not {ink}"
        left += width + 2
    stored = [shown.score_bytes, shown.projection_bytes, shown.cache_bytes]
    row_bars(
        screen, ".afm-row-bar", [n / max(stored) for n in stored],
        [screen[ink] for ink in ("query", "accent", "accent")],
    )  # fmt: skip
    plot, last = screen.box(".afm-loglog-plot > svg"), 131_072

    def x_of(n: float) -> float:
        return 100 * math.log2(n / 64) / 11

    def y_of(n: float, name: str) -> float:
        d = shown.d_model
        linear, square = 24 * n * d**2, 4 * n**2 * d
        flops = {"linear": linear, "attention": square, "total": linear + square}[name]
        return 10 * (17 - math.log10(shown.n_layers * flops))

    lines = {"total": "ink", "attention": "query", "linear": "accent"}
    n = shown.length
    for name, ink in lines.items():
        spots(screen, f".afm-loglog-dot[data-ink={name}]", plot, [(x_of(n), y_of(n, name))])
        line(
            screen, plot,
            lambda x, name=name: np.array([y_of(64 * 2 ** (0.11 * at), name) for at in x]),
            screen[ink], dashed=0.3,
            between=(0, 70) if name == "total" else (0, 100),  # beyond it lies under another
        )  # fmt: skip
    assert colour_at(screen, plot, x_of(n), y_of(n, "linear"), screen["accent"]), "on top"
    assert upright(screen, plot, x_of(n), screen["soft"]), "the present length"
    ticks = screen.boxes(".afm-loglog-tick", 4)
    at = [plot.x + x_of(n) / 100 * plot.width for n in (64, 1024, 16384, last)]
    assert [tick.middle[0] for tick in ticks] == pytest.approx(at, abs=0.6), "ticks"
    levels = [box.middle[1] for box in screen.boxes(".afm-loglog-level", 3)]
    at = [plot.y + (17 - power) / 10 * plot.height for power in (9, 12, 15)]
    assert levels == pytest.approx(at, abs=0.6), "levels"


def drawn_cache(screen: Screen, shown: CacheCalculator) -> None:
    caches = [shown.multi_head_bytes, shown.published_bytes, shown.total_bytes]
    row_bars(
        screen, ".afm-row-bar", [n / max(caches) for n in caches],
        [screen[ink] for ink in ("soft", "middle", "accent")],
    )  # fmt: skip
