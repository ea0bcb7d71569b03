"""The split into heads as a picture: what goes into the present step, and what comes out."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from torch import Tensor

from attention.teaching.plots import visible
from attention.widgets.base.picture import INK, SOFT, WEIGHT, Shown, bare, card

HEADS = ("#0b5c8a", "#a8460f", "#18714f", "#7d3c98", "#7a6200", "#b0305c")
TITLES = {
    "split": ("q", "q of each head"),
    "attend": ("", "context of each head"),
    "rejoin": ("context of each head", "context"),
    "mix": ("context", "output"),
}
NAME, GAP = 2.2, 0.8  # widths, in cells


def draw_png(split: Shown) -> str:
    """Draw the numbers before and after the step as bars in cells, in the colours of the heads.

    Returns:
        A PNG, as base64.
    """
    before, after = TITLES[split.step]
    parts = [(before, _before(split)), (after, split.after)] if before else [(after, split.after)]
    tall = [len(split.tokens) + 2.4 for _ in parts]
    with card(7.2, 0.3 * sum(tall)) as (figure, finish):
        axes = figure.subplots(len(parts), 1, squeeze=False, height_ratios=tall)[:, 0]
        for ax, (title, tensor) in zip(axes, parts, strict=True):
            _draw_tensor(split, bare(ax), title, tensor)
        return finish()


def _before(split: Shown) -> Tensor:
    sources = {"split": "query", "rejoin": "context", "mix": "joined"}
    return getattr(split, sources[split.step]).double()


def _draw_tensor(split: Shown, axes: Axes, title: str, tensor: Tensor) -> None:
    """One table, or one for each head with the names of what its rows hold."""
    length, width = split.query.shape
    heads = tensor.ndim == 3
    d_head = width // split.n_heads
    tables = list(tensor) if heads else [tensor]
    step = NAME + (d_head if heads else width) + GAP
    for h, table in enumerate(tables):
        left = h * step + NAME
        owners = split.owners[h].tolist() if heads else range(length)
        if heads:
            axes.text(left, -0.35, f"head {h}", color=HEADS[h % 6], fontsize=8, fontweight="bold")
        for row, owner in enumerate(owners):
            name = visible(split.tokens[owner])
            name = name if len(name) <= 7 else f"{name[:6]}…"
            size = 8 if step * len(tables) < 26 else 5.5
            place: Any = {"ha": "right", "va": "center", "fontsize": size}
            axes.text(left - 0.2, row + 0.5, name, color=SOFT, **place)
            for column, number in enumerate(table[row].tolist()):
                x, colour = left + column, _colour(split, tensor, title, h, row, column)
                share = 0.46 * number / tensor.abs().max().item()
                ground = Rectangle((x + 0.04, row + 0.04), 0.92, 0.92, fc=colour, alpha=0.14, lw=0)
                axes.add_patch(ground)
                axes.add_patch(Rectangle((x + 0.12, row + 0.5), 0.76, -share, fc=colour, lw=0))
    end = max(len(tables) * step, 24)
    axes.set(xlim=(0, end), ylim=(length + 0.2, -1.2))
    axes.set_title(f"{title}: {tuple(tensor.shape)}", fontsize=9, loc="left", color=INK)


def _colour(split: Shown, tensor: Tensor, title: str, h: int, row: int, column: int) -> str:
    """That of the head whose columns the number comes from."""
    if title == "output":
        return WEIGHT
    length, width = split.query.shape
    d_head = width // split.n_heads
    if tensor.ndim == 3:
        at = (h * length + row) * d_head + column
        column = h * d_head + column if split.transposed else at % width
    return HEADS[column // d_head % 6]


def alt_text(split: Shown) -> str:
    """Say in words what the picture shows."""
    length, width = split.query.shape
    n_heads, d_head = split.n_heads, width // split.n_heads
    first = {
        "split": f"q, of shape {(length, width)}, is cut into heads, {(n_heads, length, d_head)}",
        "attend": f"each head attends with its own numbers: contexts {(n_heads, length, d_head)}",
        "rejoin": f"the contexts {(n_heads, length, d_head)} stand side by side, {(length, width)}",
        "mix": f"the joined contexts, {(length, width)}, times W_O are the output",
    }[split.step]
    names = [dict.fromkeys(visible(split.tokens[t]) for t in row) for row in split.owners.tolist()]
    rows = "; ".join(f"head {h} holds numbers of {', '.join(held)}" for h, held in enumerate(names))
    rows = "each head holds numbers of every token" if split.transposed else rows
    way = "view, then transpose" if split.transposed else "view alone, which mixes tokens"
    return (
        f"{split.label}: {length} tokens of {width} numbers, {n_heads} heads of {d_head}, "
        f"split by {way}: {rows}. Step {split.step}: {first}."
    )
