"""What has to be seen of a query over its keys, and of scores under softmax."""

from bars_on_screen import columns, row_bars
from lines_on_screen import spots
from screen_pixels import Screen
from widgets_drawn_small import reached

from attention.widgets import QueryArrow, ScoreHistogram, SoftmaxBars


def drawn_query(screen: Screen, shown: QueryArrow) -> None:
    """An arrow for the query and one for each key, each to its tip; a bar for each weight."""
    ground = screen.box(".afm-plane > svg")
    ends = [*shown.key_vectors.tolist(), shown.query.tolist()]
    for end, ink in zip(ends, ["k"] * len(shown.names) + ["query"], strict=True):
        seen = reached(screen, ground, end, screen[ink], room=2.2)
        assert seen[:2] == [True, True], (end, ink)
    assert not seen[2], "the query ends at its tip"
    at = [(100 * (2.2 + x) / 4.4, 100 * (2.2 - y) / 4.4) for x, y in ends]
    spots(screen, ".afm-handle", ground, at)
    row_bars(screen, ".afm-slice-bar", shown.weights.tolist(), screen["accent"], top=6)


def drawn_softmax(screen: Screen, shown: SoftmaxBars) -> None:
    row_bars(screen, ".afm-slice-bar", shown.weights.tolist(), screen["accent"], top=6)
    told = screen.page.locator(f"{screen.view} .afm-slice-number").all_inner_texts()
    assert told == [f"{weight:.2f}" for weight in shown.weights.tolist()]


def drawn_histogram(screen: Screen, shown: ScoreHistogram) -> None:
    """A bar for each bin, that of the best key in orange; the largest weights, then the others."""
    weights, counts = shown.weights, shown.counts
    assert counts.count_nonzero() > 12
    queries, keys = shown.vectors
    best = shown.scale * queries[0] @ keys[weights.argmax()]
    chosen = round(best.item() / 4) + 15
    chart = screen.box(".afm-bars-plot > svg")
    foot, unit = 0.98 * chart.height, 0.84 * chart.height / counts.max().item()
    spans = [(foot - unit * count, foot) for count in counts.tolist()]
    colours = [screen["query" if i == chosen else "accent"] for i in range(len(counts))]
    columns(screen, chart, spans, colours, edge=1.5)
    largest = weights.topk(8).values
    rows = [*largest.tolist(), 1 - largest.sum().item()]
    pale = screen.mixed(0.35, "accent")
    row_bars(screen, ".afm-share-bar", rows, [*[screen["accent"]] * 8, pale])
