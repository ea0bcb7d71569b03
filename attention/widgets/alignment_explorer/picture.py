"""The alignment explorer as a picture: the matrix as far as it is written, and the present step."""

from typing import Any

from matplotlib.axes import Axes

from attention.teaching.plots import heat_map, visible
from attention.widgets.base.picture import CHOSEN, INK, SOFT, WEIGHT, Shown, bare, card, row_frame


def draw_png(explorer: Shown) -> str:
    """Draw the weights of the present step over the source, the guesses, and the alignment.

    Returns:
        A PNG, as base64.
    """
    source = explorer.sources[explorer.example]
    output = explorer.outputs[explorer.example]
    weights = explorer.weights.clone()
    rows = [visible(w) if t <= explorer.step else "…" for t, w in enumerate(output)]
    matrix = 1.1 + max(0.24 * len(rows), 0.7)
    with card(7.2, 2.1 + matrix) as (figure, finish):
        parts: Any = figure.subfigures(2, 1, height_ratios=[2.1, matrix])
        words, guesses = parts[0].subplots(1, 2, width_ratios=[3, 1])
        _draw_weights(explorer, words)
        _draw_candidates(explorer, guesses)
        weights[explorer.step + 1 :] = float("nan")  # not written yet: an empty row
        axes = heat_map(
            weights, rows, [visible(token) for token in source], ax=parts[1].subplots(), limit=1.0
        )
        axes.tick_params(labelsize=7.5)
        for row, label in enumerate(axes.get_yticklabels()):
            label.set_color(INK if row <= explorer.step else SOFT)
        axes.get_yticklabels()[explorer.step].set(color=CHOSEN, fontweight="bold")
        axes.add_patch(row_frame(explorer.step, len(source)))
        return finish()


def _draw_weights(explorer: Shown, axes: Axes) -> None:
    weights = explorer.weights[explorer.step].tolist()
    source = [visible(token) for token in explorer.sources[explorer.example]]
    written = explorer.outputs[explorer.example]
    axes.bar(range(len(source)), weights, color=WEIGHT, width=0.6)
    narrow = min(7.5, 150 / len(source))  # as wide as a word's place
    for place, weight in enumerate(weights):
        if weight >= 0.01:
            axes.text(
                place, weight + 0.04, f"{weight:.2f}", ha="center", fontsize=narrow, color=INK
            )
    size = 8.5 if len(source) <= 12 else 7
    axes.set_xticks(range(len(source)), source, rotation=60, ha="right", rotation_mode="anchor")
    axes.get_xticklabels()[explorer.followed].set(color=CHOSEN, fontweight="bold")
    axes.set(ylim=(0, 1.15), yticks=[])
    axes.tick_params(axis="x", length=0, labelsize=size)
    axes.spines["left"].set_visible(False)
    word = visible(written[explorer.step])
    axes.set_title(
        f"Step {explorer.step + 1} of {len(written)}: where the decoder looks to write “{word}”",
        fontsize=9,
    )


def _draw_candidates(explorer: Shown, axes: Axes) -> None:
    bare(axes)
    pairs = explorer.candidates[explorer.example][explorer.step]
    for row, (word, probability) in enumerate(pairs):
        axes.barh(row, probability, left=1.0, color=WEIGHT, height=0.55)
        axes.text(0.92, row, visible(word), ha="right", va="center", fontsize=8, color=INK)
        axes.text(
            1.06 + probability, row, _share(probability), va="center", fontsize=7.5, color=SOFT
        )
    axes.set(xlim=(0, 2.4), ylim=(max(len(pairs), 4) - 0.4, -0.6))
    axes.set_title("The next word", fontsize=9)


def _share(probability: float) -> str:
    return f"{probability:.2f}" if probability >= 0.005 else "< 0.01"


def alt_text(explorer: Shown) -> str:
    """Say in words what the picture shows."""
    source = explorer.sources[explorer.example]
    output = explorer.outputs[explorer.example]
    weights = explorer.weights[explorer.step].tolist()
    largest = sorted(range(len(source)), key=lambda place: -weights[place])
    seen = [place for place in sorted(largest[:4]) if weights[place] >= 0.005]
    shares = ", ".join(f"{visible(source[place])} {weights[place]:.2f}" for place in seen)
    guesses = ", ".join(
        f"{visible(word)} {_share(probability)}"
        for word, probability in explorer.candidates[explorer.example][explorer.step]
    )
    before = " ".join(map(visible, output[: explorer.step])) or "nothing"
    return (
        f"{explorer.label}: “{' '.join(map(visible, source))}” is being translated, "
        f"step {explorer.step + 1} of {len(output)}. Written so far: {before}. "
        f"To write “{visible(output[explorer.step])}” the decoder looks at {shares}. "
        f"Candidates for the next word: {guesses}. "
        "Below, the alignment of the words written so far."
    )
