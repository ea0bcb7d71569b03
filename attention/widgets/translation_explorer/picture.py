"""The translation explorer as a picture: source, vector, translation, quality against length."""

import textwrap
from typing import Any

from matplotlib.axes import Axes

from attention.teaching.plots import visible
from attention.widgets.base.edits import SIGNS, Edit, percent, verdict
from attention.widgets.base.picture import CHOSEN, INK, LINE, SOFT, WEIGHT, Shown, bare, card

_PER_LINE = 11
_DASHES = ["-", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 2, 1, 2))]


def draw_png(explorer: Shown) -> str:
    """Draw the present sentence, its vector, its translation, and the models' curves.

    Returns:
        A PNG, as base64.
    """
    edits = explorer.edits
    source = textwrap.wrap(" ".join(map(visible, explorer.source)), 86)
    lines = [edits[at : at + _PER_LINE] for at in range(0, max(len(edits), 1), _PER_LINE)]
    heights = [0.35 + 0.2 * len(source), 0.85, 0.3 + 0.85 * len(lines), 1.9]
    with card(7.2, sum(heights)) as (figure, finish):
        parts: Any = figure.subplots(4, 1, height_ratios=heights)
        axes = bare(parts[0])
        n_words = len(explorer.source)
        axes.set_title(f"Source: {n_words} words", fontsize=9)
        axes.text(0, 1, "\n".join(source), va="top", fontsize=9, transform=axes.transAxes)
        _draw_vector(explorer, bare(parts[1]))
        _draw_words(explorer, lines, bare(parts[2]))
        _draw_curves(explorer, parts[3])
        return finish()


def _draw_vector(explorer: Shown, axes: Axes) -> None:
    numbers = explorer.state.tolist()
    top = max(map(abs, numbers)) or 1.0
    axes.bar(range(len(numbers)), [x / top for x in numbers], color=WEIGHT, width=0.75)
    axes.axhline(0, color=LINE, lw=0.8, zorder=0)
    axes.set(xlim=(-1, len(numbers)), ylim=(-1.05, 1.05))
    axes.set_title(describe_vector(explorer), fontsize=9)


def describe_vector(explorer: Shown) -> str:
    """The vector in words: one vector of 128 numbers for 23 words, 5.6 numbers a word."""
    size, n_words = len(explorer.state), len(explorer.source)
    words = "word" if n_words == 1 else "words"
    return (
        f"One vector of {size} numbers for {n_words} {words}: {size / n_words:.1f} numbers a word"
    )


def _draw_words(explorer: Shown, lines: list[list[Edit]], axes: Axes) -> None:
    reference, output, chance = explorer.reference, explorer.output, explorer.chance
    for row, line in enumerate(lines):
        for column, edit in enumerate(line):
            wanted = "" if edit.reference is None else visible(reference[edit.reference])
            wrong = edit.kind != "right"
            color = CHOSEN if wrong else INK
            axes.text(column, row, wanted, ha="center", fontsize=7.5, color=SOFT)
            axes.text(column, row + 0.22, SIGNS[edit.kind], ha="center", fontsize=8, color=color)
            if edit.written is None:
                axes.text(column, row + 0.5, "—", ha="center", fontsize=8, color=color)
                continue
            written = visible(output[edit.written])
            style = "bold" if wrong else "normal"
            axes.text(
                column, row + 0.47, written, ha="center", fontsize=8, color=color, fontweight=style
            )
            for share, ink in ((1.0, LINE), (chance[edit.written], WEIGHT)):
                ends = [column - 0.35, column - 0.35 + 0.7 * share]
                axes.plot(ends, [row + 0.6] * 2, color=ink, lw=3, solid_capstyle="butt")
    axes.set(xlim=(-0.6, _PER_LINE - 0.4), ylim=(len(lines) - 0.25, -0.3))
    found = verdict(explorer.edits, len(reference))
    axes.set_title(f"Translation by the model “{explorer.model}”: {found}", fontsize=9)


def _draw_curves(explorer: Shown, axes: Axes) -> None:
    lengths = explorer.lengths
    place = lengths.index(explorer.length)
    for m, (name, row) in enumerate(zip(explorer.models, explorer.scores, strict=True)):
        chosen = name == explorer.model
        color = WEIGHT if chosen else SOFT
        width = 2 if chosen else 1.3
        axes.plot(lengths, row, color=color, ls=_DASHES[m % 4], lw=width, label=name)
        if chosen:
            axes.plot(lengths[place], row[place], "o", c=CHOSEN, ms=6, zorder=3, clip_on=False)
    if explorer.trained is not None:
        axes.axvspan(lengths[0] - 0.3, explorer.trained + 0.5, color=LINE, alpha=0.35, lw=0)
        axes.text(lengths[0] - 0.2, 0.04, "seen in training", fontsize=8, color=SOFT)
    axes.set(ylim=(0, 1.05), yticks=[0, 0.5, 1], xticks=lengths)
    axes.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    axes.set_xlabel(f"{explorer.unit}s", fontsize=8)
    axes.set_title("Held-out sentences translated without a fault", fontsize=9)
    # The curves end in one place, so that labels at their ends could not be told apart.
    axes.legend(
        loc="upper left", bbox_to_anchor=(1, 1), frameon=False, labelcolor="linecolor", fontsize=8
    )


def alt_text(explorer: Shown) -> str:
    """Say in words what the picture shows."""
    place = explorer.lengths.index(explorer.length)
    curves = "; ".join(
        f"{name} {percent(row[place])}"
        for name, row in zip(explorer.models, explorer.scores, strict=True)
    )
    ends = "; ".join(
        f"{name} from {percent(row[0])} at {explorer.lengths[0]} to {percent(row[-1])} "
        f"at {explorer.lengths[-1]}"
        for name, row in zip(explorer.models, explorer.scores, strict=True)
    )
    plural = "" if explorer.length == 1 else "s"
    return (
        f"{explorer.label}: a sentence of {explorer.length} {explorer.unit}{plural}, "
        f"“{' '.join(map(visible, explorer.source))}”. {describe_vector(explorer)}. "
        f"The model “{explorer.model}” wrote “{' '.join(map(visible, explorer.output))}”; "
        f"{verdict(explorer.edits, len(explorer.reference))}. "
        f"Share of held-out sentences without a fault at this length: {curves}; "
        f"over all lengths: {ends}."
    )
