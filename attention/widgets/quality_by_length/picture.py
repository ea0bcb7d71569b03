"""The seeds' curves as a picture, and under them the sentence of the present length."""

import textwrap

from matplotlib.axes import Axes

from attention.teaching.plots import KEY, visible
from attention.widgets.base.edits import SIGNS, percent, verdict
from attention.widgets.base.picture import CHOSEN, INK, LINE, SOFT, WEIGHT, Shown, bare, card

NAMES = ("whole sentences", "words")
LETTERS = 84  # of a line of text


def draw_png(shown: Shown) -> str:
    """Draw a curve for each measure and seed, and write the sentence with its translations.

    Returns:
        A PNG, as base64.
    """
    with card(7.2, 5.0) as (figure, finish):
        curves, below = figure.subplots(2, 1, height_ratios=[1, 1.05])
        _curves(shown, curves)
        text = "\n".join(
            textwrap.fill(f"{name}: {words}", LETTERS, subsequent_indent="    ")
            for name, words in _texts(shown).items()
        )
        bare(below).text(0, 1, text, va="top", fontsize=9, color=INK, linespacing=1.35)
        return finish()


def _curves(shown: Shown, axes: Axes) -> None:
    lengths, last = shown.lengths, shown.lengths[-1]
    if shown.trained is not None and shown.trained < last:
        axes.axvspan(shown.trained + 0.5, last, color=LINE, alpha=0.35, lw=0)
        axes.text(last, 1.0, "longer than in training ", ha="right", fontsize=8, color=SOFT)
    axes.axvline(shown.length, color=LINE, lw=1, zorder=0)
    for measure, (colour, dashes) in enumerate(((WEIGHT, "-"), (KEY, "--"))):
        for run in shown.scores[measure].tolist():
            axes.plot(lengths, run, color=colour, ls=dashes, lw=1.4)
        middle = shown.median[measure].item()
        axes.plot(shown.length, middle, "o", color=CHOSEN, ms=5, clip_on=False, zorder=3)
    axes.set(xlim=(lengths[0], last), ylim=(0, 1.08), xticks=lengths)
    axes.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    axes.tick_params(labelsize=8)
    axes.set_xlabel(f"{shown.unit}s", fontsize=8)
    axes.set_title(f"share right: {NAMES[0]} solid, {NAMES[1]} dashed", fontsize=9)


def _texts(shown: Shown) -> dict[str, str]:
    """The sentence, its right translation and the model's, in which each fault has its sign."""
    marked = [
        ("" if kind == "right" else SIGNS[kind])
        + visible(shown.reference[wanted] if written is None else shown.output[written])
        for kind, wanted, written in shown.edits
    ]
    return {
        "Sentence": " ".join(map(visible, shown.source)),
        "Right": " ".join(map(visible, shown.reference)),
        "Model": " ".join(marked),
    }


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    parts = [
        f"{name} {percent(middle)} (from {percent(min(runs))} to {percent(max(runs))})"
        for name, middle, runs in zip(NAMES, shown.median.tolist(), shown.now.tolist(), strict=True)
    ]
    ends = [
        f"{name} from {percent(row[0])} to {percent(row[-1])}"
        for name, row in zip(NAMES, shown.scores.median(dim=1).values.tolist(), strict=True)
    ]
    plural = "" if shown.length == 1 else "s"
    texts = _texts(shown)
    return (
        f"{shown.label}: at {shown.length} {shown.unit}{plural} the seeds' median is right in "
        f"{', '.join(parts)}; over all lengths {', '.join(ends)}. “{texts['Sentence']}” should be "
        f"“{texts['Right']}”; the model wrote “{' '.join(map(visible, shown.output))}”: "
        f"{verdict(shown.edits, len(shown.reference))}."
    )
