"""The book's figures: heat maps of attention, curves with their seeds' spread, cost by length.

Every function draws on axes that it is given or makes, and returns them. Colour is one hue from
white to blue, so that it survives grey print; what a mask forbids is hatched, not just pale.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from torch import Tensor

from attention._checks import shape

STYLE = Path(__file__).with_name("book.mplstyle")

# The widgets' colours by day (widgets/js/widget.css): queries, keys, values, weights. No two are
# told apart by colour alone: each has its letter beside it.
QUERY, KEY, VALUE, WEIGHT = "#a8460f", "#00502d", "#9c35b4", "#0b5c8a"


def use_style() -> None:
    """Put on the book's style for all figures that follow."""
    plt.style.use(STYLE)


def heat_map(
    values: Tensor,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    ax: Axes | None = None,
    title: str = "",
    mask: Tensor | None = None,
    numbers: bool = False,
    signed: bool = False,
    limit: float | None = None,
) -> Axes:
    """Draw a matrix of weights or scores: one row per query, one column per key.

    Args:
        values: The matrix, (T, S).
        rows: The T queries' labels.
        columns: The S keys' labels.
        ax: Axes to draw on; new ones when not given.
        title: Title above the map.
        mask: A bool matrix (T, S), True = may attend; forbidden cells are hatched.
        numbers: Whether to write each value into its cell.
        signed: Whether values may be negative: then the scale is symmetric about 0, from orange
            over white to purple.
        limit: The value of the darkest cell; the largest one present when not given.

    Returns:
        The axes.

    Raises:
        ValueError: If ``values`` is not a matrix or the labels do not fit it.
    """
    if values.ndim != 2:
        raise ValueError(f"values should have shape (T, S), but had {shape(values)}")
    if (len(rows), len(columns)) != values.shape:
        raise ValueError(
            f"rows and columns should have {values.shape[0]} and {values.shape[1]} labels, "
            f"but had {len(rows)} and {len(columns)}"
        )
    matrix = values.detach().double().numpy()
    allowed = np.ones(matrix.shape, bool) if mask is None else mask.numpy()
    shown = np.where(allowed & np.isfinite(matrix), matrix, np.nan)
    top = limit or float(np.nanmax(np.abs(shown), initial=0.0)) or 1.0
    if ax is None:
        side = 0.42 if numbers else 0.3
        size = (1.6 + side * len(columns), 1.2 + side * len(rows))
        ax = plt.subplots(figsize=size)[1]
    cmap = "PuOr" if signed else "Blues"
    image = ax.imshow(shown, cmap=cmap, vmin=-top if signed else 0.0, vmax=top)
    for i, j in zip(*np.nonzero(~allowed), strict=True):
        ax.add_patch(
            plt.Rectangle(
                (j - 0.5, i - 0.5), 1, 1, fill=False, hatch="////", edgecolor="#b9c1c9", lw=0
            )
        )
    if numbers:
        for (i, j), value in np.ndenumerate(shown):
            if np.isfinite(value):
                ax.text(
                    j, i, f"{value:.2f}", ha="center", va="center", fontsize=9,
                    color=_legible_on(image.to_rgba(value)),
                )  # fmt: skip
    ax.set_xticks(range(len(columns)), [visible(c) for c in columns], rotation=50, ha="right")
    ax.set_yticks(range(len(rows)), [visible(r) for r in rows])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_title(title)
    return ax


def _legible_on(colour: Any) -> str:
    """Black or white, which stands out more: one of them has a contrast of 4.5 on any colour.

    Source:
        WCAG 2.2, relative luminance and contrast ratio.
    """
    shares = np.asarray(colour[:3])
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    return "black" if luminance + 0.05 > (1.05 * 0.05) ** 0.5 else "white"


def head_maps(
    weights: Tensor,
    tokens: Sequence[str],
    *,
    mask: Tensor | None = None,
    titles: Sequence[str] | None = None,
    per_row: int = 4,
) -> Figure:
    """Draw one small heat map per head, all on one scale from 0 to 1.

    Args:
        weights: Weights of self-attention, (H, T, T).
        tokens: The T tokens.
        mask: A bool matrix (T, T), True = may attend.
        titles: One title per head; "head 0" and so on when not given.
        per_row: Number of maps side by side.

    Returns:
        The figure.
    """
    n_heads = weights.shape[0]
    titles = titles or [f"head {i}" for i in range(n_heads)]
    columns = min(n_heads, per_row)
    lines = -(-n_heads // columns)
    side = 0.22 * len(tokens) + 0.4
    figure, grid = plt.subplots(
        lines, columns, squeeze=False, figsize=(side * columns + 0.6, side * lines + 0.8)
    )
    for i, ax in enumerate(grid.flat):
        if i >= n_heads:
            ax.set_visible(False)
            continue
        heat_map(weights[i], tokens, tokens, ax=ax, title=titles[i], mask=mask, limit=1.0)
        if i % columns:
            ax.set_yticks([])
        if i + columns < n_heads:
            ax.set_xticks([])
    return figure


def curve(
    x: ArrayLike,
    runs: ArrayLike,
    label: str,
    *,
    ax: Axes | None = None,
    color: str | None = None,
    smooth: int = 1,
) -> Axes:
    """Draw the median of several runs as a line, their spread as a band, and the name at the end.

    Args:
        x: The n points on the horizontal axis.
        runs: One run (n,) or several (seeds, n).
        label: The curve's name, written at its right end.
        ax: Axes to draw on; new ones when not given.
        color: Colour; the style's next one when not given.
        smooth: Width of a running mean, in points.

    Returns:
        The axes.
    """
    ax = plt.subplots()[1] if ax is None else ax
    points, values = np.asarray(x, float), np.atleast_2d(np.asarray(runs, float))
    if smooth > 1:
        kernel = np.ones(smooth) / smooth
        values = np.stack([np.convolve(run, kernel, mode="valid") for run in values])
        points = points[smooth - 1 :]
    middle = np.median(values, axis=0)
    (line,) = ax.plot(points, middle, color=color)
    if len(values) > 1:
        ax.fill_between(
            points, values.min(0), values.max(0), color=line.get_color(), alpha=0.18, lw=0
        )
    ax.annotate(
        label, (points[-1], middle[-1]), xytext=(9, 0), textcoords="offset points",
        color=line.get_color(), va="center", annotation_clip=False,
    )  # fmt: skip
    return ax


def cost_by_length(
    costs: Mapping[str, Mapping[int, float]], *, ax: Axes | None = None, ylabel: str
) -> Axes:
    """Draw what each contender costs at each length, both axes logarithmic.

    Args:
        costs: For each label, the cost at each length. The label stands at the end of its line.
        ax: Axes to draw on; new ones when not given.
        ylabel: What is drawn, with its unit.

    Returns:
        The axes.
    """
    if ax is None:
        ax = plt.subplots(figsize=(6.4, 3.8))[1]
    ends = {}
    for label, by_length in costs.items():
        (line,) = ax.plot(list(by_length), list(by_length.values()), "o-", ms=3)
        ends[label] = (max(by_length), by_length[max(by_length)], line.get_color())
    lengths = sorted({n for by_length in costs.values() for n in by_length})
    ax.set(xscale="log", yscale="log", xlabel="length, n", ylabel=ylabel)
    named = sorted(lengths[::-1][:: 1 + (len(lengths) > 4)])  # the last, and room for each
    ax.set_xticks(named, [f"{n:,}" for n in named])
    ax.minorticks_off()
    ax.set_xlim(lengths[0] * 0.9, lengths[-1] * 1.1)
    _label_ends(ax, ends)
    return ax


def _label_ends(ax: Axes, ends: Mapping[str, tuple[float, float, Any]]) -> None:
    """Write labels at the right edge, moved apart where they would touch.

    A line that ends before the edge has its label above its end.
    """
    last = max(x for x, _, _ in ends.values())
    for label, (x, y, color) in ends.items():
        if x < last:
            ax.annotate(
                label,
                (x, y),
                xytext=(0, 6),
                textcoords="offset points",
                ha="center",
                color=color,
                fontsize=9,
            )
    to_axes = ax.transData + ax.transAxes.inverted()
    places = {label: to_axes.transform(end[:2]) for label, end in ends.items() if end[0] == last}
    lowest = -np.inf
    for label in sorted(places, key=lambda label: places[label][1]):
        lowest = max(places[label][1], lowest + 0.075)
        ax.annotate(
            label,
            ends[label][:2],
            xytext=(1.02, lowest),
            textcoords="axes fraction",
            color=ends[label][2],
            va="center",
            fontsize=9,
        )


def provenance(found: Mapping[str, Any]) -> str:
    """Where and when something was measured, for a figure's caption or corner.

    Args:
        found: What ``attention.experiments.measure.measurements`` returns.
    """
    machine, versions = found["machine"], found["versions"]
    return (
        f"{found['date']}, {machine['processor']}, {machine['cores']} cores, "
        f"torch {versions['torch'].split('+')[0]}"
    )


def visible(token: str) -> str:
    """A token as a figure shows it: a leading space as a raised dot, a line break as an arrow."""
    leading = len(token) - len(token.lstrip(" "))
    return ("\u00b7" * leading + token[leading:]).replace("\n", "\u21b5")
