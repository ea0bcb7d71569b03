"""What has to be seen of a model that learns to repeat: two charts, two maps."""

import numpy as np
import torch
from ink_on_canvas import Map, all_different, assert_map_drawn
from lines_on_screen import line, spots, upright
from screen_pixels import Screen

from attention.widgets import PhaseChange


def drawn_phase(screen: Screen, shown: PhaseChange) -> None:
    """Each line through its numbers, the step marked on it; the ink of every weight."""
    losses, previous, induction = shown.curves[shown.run].T
    assert (induction - previous).abs().max() > 0.1, "the two scores can be told apart"
    first, last = shown.steps[0], shown.steps[-1]
    highest = shown.curves[..., 0].max()
    x = [100 * (step - first) / (last - first) for step in shown.steps]
    charts = {
        "loss": (1, losses / highest, screen["ink"], 1.0),
        "previous": (2, previous, screen["k"], 0.5),
        "induction": (2, induction, screen["accent"], 1.0),
    }
    here = shown.steps.index(shown.step)
    for name, (chart, shares, colour, dashed) in charts.items():
        plot = screen.box(f".afm-step-chart:nth-child({chart}) .afm-step-plot > svg")
        y = (96 - 90 * shares).tolist()
        spots(screen, f".afm-step-spot[data-line={name}]", plot, [(x[here], y[here])])
        line(
            screen, plot, lambda at, y=y: np.interp(at, x, y), colour,
            between=(2, 98), dashed=dashed,
        )  # fmt: skip
        assert upright(screen, plot, x[here], screen["query"])
    n, query = len(shown.tokens), shown.query_index
    all_different(shown.weights)
    for name, weights in zip(("previous", "induction"), shown.weights, strict=True):
        place = query, int(weights[query].argmax())
        mask = torch.ones(n, n).tril().bool()
        cells = f"[data-map={name}] td[data-key]"
        assert assert_map_drawn(screen, Map(cells, weights, place, mask, least=2)) == 0
