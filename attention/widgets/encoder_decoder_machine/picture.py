"""The machine as a picture: the encoder's state, the one vector, the decoder's state, and words."""

from matplotlib.axes import Axes
from torch import Tensor

from attention.teaching.plots import visible
from attention.widgets.base.picture import CHOSEN, INK, LINE, SOFT, WEIGHT, Shown, bare, card

PER_LINE = 8


def draw_png(shown: Shown) -> str:
    """Draw the three vectors as strips of bars, the tokens read above, the written ones below.

    Returns:
        A PNG, as base64.
    """
    source = [(visible(word), i < shown.n_read) for i, word in enumerate(shown.source)]
    written = list(zip(map(visible, shown.written), shown.right, strict=True))
    vectors = {
        "encoder": (shown.state, SOFT if shown.context is not None else WEIGHT),
        "the one vector, c": (shown.context, WEIGHT),
        "decoder": (shown.decoder_state, WEIGHT),
    }
    lines = [1 + (len(words) - 1) // PER_LINE for words in (source, written)]
    heights = [0.3 + 0.24 * lines[0], 0.75, 0.75, 0.75, 0.3 + 0.24 * lines[1]]
    with card(7.2, sum(heights) + 0.3) as (figure, finish):
        parts = figure.subplots(5, 1, height_ratios=heights)
        inks = [(word, INK if is_read else SOFT) for word, is_read in source]
        _write(bare(parts[0]), f"read: {shown.n_read} of {len(source)}", inks)
        for axes, (name, (vector, colour)) in zip(parts[1:4], vectors.items(), strict=True):
            _strip(bare(axes), name, vector, len(shown.state), colour)
        inks = [(word, INK if is_right else CHOSEN) for word, is_right in written]
        _write(bare(parts[4]), f"written: {len(written)}", inks)
        return finish()


def _strip(axes: Axes, name: str, vector: Tensor | None, size: int, colour: str) -> None:
    axes.axhline(0, color=LINE, linewidth=0.8)
    if vector is not None:
        axes.bar(range(size), vector.tolist(), width=0.72, color=colour)
    axes.set(xlim=(-0.6, size - 0.4), ylim=(-1.05, 1.05))
    axes.set_title(name, fontsize=9, loc="left")


def _write(axes: Axes, title: str, words: list[tuple[str, str]]) -> None:
    for i, (word, colour) in enumerate(words):
        axes.text(i % PER_LINE, i // PER_LINE, word, fontsize=9, color=colour, va="center")
    axes.set(xlim=(-0.1, PER_LINE), ylim=(1 + max(0, len(words) - 1) // PER_LINE - 0.4, -0.6))
    axes.set_title(title, fontsize=9, loc="left")


def alt_text(shown: Shown) -> str:
    """Say in words what the picture shows."""
    source = " ".join(map(visible, shown.source))
    told = f"{shown.label}: of “{source}”, {shown.n_read} of {len(shown.source)} tokens are read"
    if shown.context is None:
        return f"{told}. The state has {len(shown.state)} numbers; nothing is handed on."
    if not shown.written:
        return f"{told}, and one vector of {len(shown.state)} numbers is handed on."
    wrong = shown.right.count(False)
    return (
        f"{told}, one vector of {len(shown.state)} numbers was handed on, and the decoder has "
        f"written “{' '.join(map(visible, shown.written))}”, {wrong} of {len(shown.right)} wrong."
    )
