"""What has to be seen of quality by length: each seed's curves, and the faults underlined."""

import numpy as np
from lines_on_screen import line, spots, upright
from screen_pixels import Box, Screen

from attention.widgets import QualityByLength


def drawn_quality(screen: Screen, shown: QualityByLength) -> None:
    """Each curve through its numbers, the medians marked; a line under each fault, and no other."""
    plot = screen.box(".afm-quality-plot > svg")
    low, high = shown.lengths[0], shown.lengths[-1]
    x = [4 + 92 * (n - low) / (high - low) for n in shown.lengths]
    here = x[shown.lengths.index(shown.length)]
    inks = {"whole": (screen["accent"], 1.0), "words": (screen["k"], 0.5)}
    for measure, (name, (colour, dashed)) in enumerate(inks.items()):
        for run in shown.scores[measure].tolist():
            y = [4 + 92 * (1 - share) for share in run]
            line(
                screen, plot, lambda at, y=y: np.interp(at, x, y), colour,
                between=(6, 60), dashed=dashed,
            )  # fmt: skip
        middle = 4 + 92 * (1 - shown.median[measure].item())
        spots(screen, f".afm-quality-spot[data-line={name}]", plot, [(here, middle)])
    assert upright(screen, plot, here, screen["query"])
    items = screen.boxes(".afm-quality-text[data-text=output] li", len(shown.edits))
    kinds = [edit.kind for edit in shown.edits]
    assert len(set(kinds)) > 1
    for box, kind in zip(items, kinds, strict=True):
        foot = Box(box.x, box.y + box.height - 2, box.width, 2)
        assert (screen.near(foot, screen["query"]).mean() > 0.3) == (kind != "right"), kind
