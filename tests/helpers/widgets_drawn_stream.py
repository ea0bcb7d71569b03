"""What has to be seen of the stream, the norm, the next token and the tiles."""

import numpy as np
import pytest
import torch
from bars_on_screen import EDGE, columns, row_bars
from screen_pixels import Box, Screen

from attention.widgets import NextToken, NormBars, OnlineSoftmax, ResidualStream


def drawn_stream(screen: Screen, shown: ResidualStream) -> None:
    """Both lengths of every part, pale beyond the chosen one; the guesses; the sum of vectors."""
    layer, lengths, added = shown.layer, shown.lengths, shown.added
    longest = max(lengths.max().item(), added.max().item())
    for bar, sizes, name in [(0, lengths, "accent"), (1, added, "query")]:
        colours = [screen.mixed(1 if part <= layer else 0.35, name) for part in range(len(sizes))]
        row_bars(
            screen, f".afm-stream-parts .afm-share-bar[data-bar='{bar}']",
            (sizes / longest).tolist(), colours,
        )  # fmt: skip
    chances = shown.probabilities[layer]
    order = chances.argsort(descending=True).tolist()[:5]
    order += [] if shown.right in order else [shown.right]
    row_bars(
        screen, ".afm-stream-guesses .afm-share-bar", chances[order].tolist(), screen["accent"]
    )
    before = shown.stream[layer - 1] if layer else torch.zeros_like(shown.stream[0])
    vectors = [before, shown.contributions[layer].double(), shown.stream[layer]]
    torch.testing.assert_close(vectors[0] + vectors[1], vectors[2])
    largest = torch.cat([shown.stream, shown.contributions.double()]).abs().max().item()
    strips = screen.boxes(".afm-stream-sum svg", 3)
    inks = [screen[name] for name in ("accent", "query", "accent")]
    for box, vector, ink in zip(strips, vectors, inks, strict=True):
        unit, middle = box.height / 2.08, box.height / 2
        ends = [middle - unit * x / largest for x in vector.tolist()]
        columns(screen, box, [(min(e, middle), max(e, middle)) for e in ends], ink, edge=1.2)


def drawn_norm(screen: Screen, shown: NormBars) -> None:
    """Each number of each step is a bar to its side of the middle, by the logarithm."""
    steps = {
        "input": shown.input, "centred": shown.centred, "normal": shown.normal,
        "output": shown.output,
    }  # fmt: skip
    for step, numbers in steps.items():
        assert numbers.min() < 0 < numbers.max(), step
        colour = screen["query" if step == "output" else "accent"]
        boxes = screen.boxes(f"[data-step={step}]", len(numbers))
        for i, (box, x) in enumerate(zip(boxes, numbers.tolist(), strict=True)):
            line = box.part(0, 8, 0, box.height - 12)
            places = np.flatnonzero(screen.near(line, colour).all(axis=0))
            half = box.width / 2
            far = half + np.sign(x) * half * np.log1p(abs(x)) / np.log1p(33)
            if abs(far - half) < 2:
                continue  # the middle line covers it
            found = [places[0] / screen.dots, (places[-1] + 1) / screen.dots]
            wanted = sorted([half, far])
            assert found == pytest.approx(wanted, abs=EDGE), f"{step} {i}: {found}, not {wanted}"


def drawn_next(screen: Screen, shown: NextToken) -> None:
    """The chances, and under each its share of the draws."""
    chances, shares = shown.shown, shown.counts / shown.draws
    assert shares.count_nonzero() > 3
    longest = max(chances.max().item(), shares.max().item())
    full = next(width for width in (0.1, 0.2, 0.5, 1) if longest <= width)
    for bar, numbers, name in [(0, chances, "accent"), (1, shares, "query")]:
        row_bars(
            screen, f".afm-share-bar[data-bar='{bar}']", (numbers / full).tolist(), screen[name]
        )


def drawn_online(screen: Screen, shown: OnlineSoftmax) -> None:
    """Each exponential under the present maximum, and under the one before; lines between tiles."""
    now, old = shown.exponentials(), shown.exponentials(now=False)
    assert shown.step < 2 or 0.1 < shown.factor < 0.9, "an example that is rescaled"
    row_bars(screen, ".afm-share-bar[data-bar='0']", now.tolist(), screen["accent"])
    thin = ".afm-share-bar[data-bar='1']"
    if shown.step > 1:
        row_bars(screen, thin, old.tolist(), screen["query"])
    else:  # nothing was there before the first tile
        thins = screen.boxes(thin, len(old))
        assert not any(screen.near(box, screen["query"]).any() for box in thins)
    rows = screen.boxes(".afm-shares li", len(shown.scores))
    for i, row in enumerate(rows):
        line = screen.near(Box(row.x, row.y, row.width, 1), screen["line"]).mean()
        assert (line > 0.9) == (i > 0 and i % shown.size == 0), f"a tile's edge at {i}"
