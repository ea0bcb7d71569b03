"""The diagram of a GPT as a picture: boxes from top to bottom, the residual stream at the left."""

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from attention.widgets.base.picture import INK, LINE, SOFT, WEIGHT, Shown, bare, card
from attention.widgets.block_diagram.sizes import TITLES, Stage

ROW = 0.31  # inches
STREAM, LEFT, RIGHT, BRANCH = 0.35, 0.1, 5.0, 0.9


def draw_png(diagram: Shown) -> str:
    """Draw the boxes with their parameters, and beside each the shape of what comes out.

    Returns:
        A PNG, as base64.
    """
    before, block, after = diagram.stages
    heading = f"Block, {diagram.n_layers} times: {diagram.block_parameters:,} parameters each"
    rows: list[Stage | str] = [*before, heading, *block, *after]
    height = ROW * (len(rows) + 2.5)
    with card(7.2, height) as (figure, finish):
        axes = bare(figure.subplots())
        axes.set(xlim=(-0.03, 7.38), ylim=(len(rows) + 0.6, -1.6))
        axes.text(
            LEFT, -1.0, f"A GPT of {diagram.parameters:,} parameters",
            fontsize=11, fontweight="bold", color=INK, va="center",
        )  # fmt: skip
        axes.plot([STREAM, STREAM], [0, len(rows) - 1], color=WEIGHT, lw=2, zorder=1)
        first = rows.index(heading)
        axes.add_patch(
            FancyBboxPatch(
                (0.0, first - 0.5), 7.35, len(block) + 1.0, boxstyle="round,pad=0,rounding_size=.1",
                fill=False, edgecolor=SOFT, linewidth=0.8, linestyle=(0, (4, 3)),
            )
        )  # fmt: skip
        for y, row in enumerate(rows):
            before_it = rows[y - 1]
            if not isinstance(row, str) and row.place == "branch":
                joined = not isinstance(before_it, str) and before_it.place == "branch"
                start = (BRANCH + 0.25, y - 1) if joined else (STREAM, y)
                end = (BRANCH + 0.25, y)
                axes.plot(*zip(start, end, strict=True), color=WEIGHT, lw=1, zorder=1)
            if isinstance(row, str):
                axes.text(BRANCH, y, row, fontsize=8.5, fontweight="bold", color=INK, va="center")
            else:
                _draw_stage(axes, y, row)
        return finish()


def _draw_stage(axes: Axes, y: int, stage: Stage) -> None:
    title = TITLES[stage.name]
    if stage.place == "add":
        axes.plot([STREAM, BRANCH + 0.25], [y, y], color=WEIGHT, lw=1, zorder=1)
        axes.plot([BRANCH + 0.25] * 2, [y, y - 0.6], color=WEIGHT, lw=1, zorder=1)
        axes.plot(STREAM, y, "o", ms=11, mfc="white", mec=WEIGHT, mew=1.4, zorder=2)
        axes.text(STREAM, y, "+", ha="center", va="center", fontsize=9, color=WEIGHT, zorder=3)
        axes.text(BRANCH + 0.5, y, title, fontsize=8, color=SOFT, va="center")
    else:
        left = LEFT if stage.place == "stream" else BRANCH
        axes.add_patch(
            FancyBboxPatch(
                (left, y - 0.36), RIGHT - left, 0.72, boxstyle="round,pad=0,rounding_size=.08",
                facecolor="white", edgecolor=LINE, linewidth=1, zorder=2,
            )
        )  # fmt: skip
        axes.text(left + 0.12, y, title, fontsize=8, color=INK, va="center", zorder=3)
        count = f"{stage.parameters:,}" if stage.parameters else ""
        axes.text(RIGHT - 0.12, y, count, fontsize=8, color=SOFT, ha="right", va="center", zorder=3)
    axes.text(RIGHT + 0.15, y, f"→ {stage.shape}", fontsize=8, color=INK, va="center")


def alt_text(diagram: Shown) -> str:
    """Say in words what the picture shows."""
    before, block, after = diagram.stages
    sizes = diagram.activations
    largest = max(sizes, key=lambda name: sizes[name])

    def listed(part: list[Stage]) -> str:
        return "; ".join(TITLES[stage.name] for stage in part)

    return (
        f"{diagram.label}, {diagram.norm_order}-norm: first {listed(before)}. "
        f"Then {diagram.n_layers} times the block: {listed(block)}. Then {listed(after)}. "
        f"With width {diagram.d_model}, "
        f"{diagram.n_heads} heads, {diagram.n_tokens:,} tokens and {diagram.max_len:,} positions "
        f"it has {diagram.parameters:,} parameters, {diagram.block_parameters:,} in each block. "
        f"For {diagram.batch} × {diagram.length} tokens the scores of one block are "  # noqa: RUF001
        f"{sizes['scores']:,} numbers; the largest tensor holds {sizes[largest]:,} ({largest})."
    )
