"""The cost explorer as a picture: the FLOPs by part, their growth, and what is stored."""

from typing import Any

from matplotlib.axes import Axes

from attention.functional.costs import block_flops, readable_bytes, readable_flops, three_digits
from attention.widgets.base.picture import CHOSEN, INK, MIDDLE, SOFT, WEIGHT, Shown, bare, card

SHORTEST, LONGEST = 64, 131_072


def draw_png(explorer: Shown) -> str:
    """Draw the parts of the FLOPs, FLOPs against length, and bars of what is stored.

    Returns:
        A PNG, as base64.
    """
    with card(7.2, 4.3) as (figure, finish):
        parts: Any = figure.subfigures(2, 1, height_ratios=[1.35, 3.0])
        _draw_parts(explorer, parts[0].subplots())
        curve, memory = parts[1].subplots(1, 2, width_ratios=[1.25, 1.0])
        _draw_curve(explorer, curve)
        _draw_memory(explorer, memory)
        return finish()


def _draw_parts(explorer: Shown, axes: Axes) -> None:
    bare(axes)
    flops = explorer.flops
    left = 0.0
    for name, value, colour, ink in (
        ("projections", flops.projections, WEIGHT, "white"),
        ("feed-forward", flops.feed_forward, MIDDLE, INK),
        ("scores, context", flops.attention, CHOSEN, "white"),
    ):
        share = value / flops.total
        axes.barh(0, share, left=left, height=1.0, color=colour, edgecolor="white")
        if share >= 0.07:
            middle = left + share / 2
            axes.text(middle, 0, _percent(share), ha="center", va="center", color=ink, fontsize=9)
        if share >= 0.0082 * len(name):  # as wide as the name
            axes.text(left + share / 2, -0.85, name, ha="center", fontsize=8, color=INK)
        left += share
    axes.set(xlim=(0, 1), ylim=(-1.1, 0.6))
    axes.set_title(f"{_setting(explorer)}: {readable_flops(flops.total)}", fontsize=9.5)


def _draw_curve(explorer: Shown, axes: Axes) -> None:
    lengths = [2**i for i in range(6, 18)]
    flops = [block_flops(n, explorer.d_model) for n in lengths]
    axes.axvline(explorer.length, color=SOFT, linewidth=0.8, linestyle=(0, (3, 3)))
    axes.set(xscale="log", yscale="log", xlim=(SHORTEST, LONGEST))
    for name, label, colour, style, width in (
        ("total", "total", INK, "-", 1.0),
        ("attention", "scores, context", CHOSEN, "-", 1.6),
        ("linear", "the rest", WEIGHT, (0, (5, 3)), 1.6),
    ):
        heights = [explorer.n_layers * getattr(part, name) for part in flops]
        axes.plot(lengths, heights, color=colour, linestyle=style, linewidth=width, label=label)
        here = getattr(explorer.flops, name)
        axes.plot(explorer.length, here, "o", c=colour, ms=4.5, zorder=3, clip_on=False)
    ticks = [64, 1024, 16_384, 131_072]
    axes.set_xticks(ticks, [f"{n:,}" for n in ticks])
    low, high = axes.get_ylim()
    levels = [level for level in (1e6, 1e9, 1e12, 1e15) if low <= level <= high]
    axes.set_yticks(levels, [readable_flops(level) for level in levels])
    axes.minorticks_off()
    axes.tick_params(labelsize=7)
    axes.legend(
        loc="lower right", frameon=True, facecolor="white", edgecolor="none", framealpha=1,
        labelcolor="linecolor", fontsize=7.5, borderpad=0.2,
    )  # fmt: skip
    axes.set_title("FLOPs against n, both logarithmic", fontsize=9)


def _draw_memory(explorer: Shown, axes: Axes) -> None:
    rows = _stored(explorer)
    for y, (name, size) in enumerate(rows):
        colour = CHOSEN if y == 0 else WEIGHT
        axes.barh(y, size, height=0.4, color=colour)
        axes.text(0, y - 0.3, f"{name}: {readable_bytes(size)}", fontsize=8, color=INK)
    bare(axes)
    axes.set(xlim=(0, max(size for _, size in rows)), ylim=(2.5, -0.7))
    axes.set_title("stored", fontsize=9)


def alt_text(explorer: Shown) -> str:
    """Say in words what the picture shows."""
    flops = explorer.flops
    stored = "; ".join(f"{name} {readable_bytes(size)}" for name, size in _stored(explorer))
    return (
        f"{explorer.label}: {_setting(explorer)}. A forward pass takes "
        f"{readable_flops(flops.total)}: the projections "
        f"{_percent(flops.projections / flops.total)}, the feed-forward networks "
        f"{_percent(flops.feed_forward / flops.total)}, scores and context "
        f"{_percent(explorer.attention_share)}; they would take half at "
        f"{6 * explorer.d_model:,} tokens. On logarithmic axes the line of scores and context is "
        f"twice as steep as that of the rest. Stored are: {stored}."
    )


def _setting(explorer: Shown) -> str:
    layers = "1 layer" if explorer.n_layers == 1 else f"{explorer.n_layers} layers"
    heads = "1 head" if explorer.n_heads == 1 else f"{explorer.n_heads} heads"
    width = f"d = {explorer.d_model:,}"
    return f"{explorer.length:,} tokens, {layers} of {heads}, {width}"


def _stored(explorer: Shown) -> list[tuple[str, int]]:
    return [
        ("scores of one layer", explorer.score_bytes),
        ("q, k, v, contexts of one layer", explorer.projection_bytes),
        ("KV cache of all layers", explorer.cache_bytes),
    ]


def _percent(share: float) -> str:
    return f"{three_digits(100 * share)}%"
