"""What has to be seen of each widget: its screen held to the numbers that Python computes.

For each widget a check, and often an example whose numbers would look different if they were
transposed, shifted, of another head or of another query: the chosen ones are neither the first nor
the last. ``widget_table.py`` says which check is whose.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
import torch
from bars_on_screen import cell_bars, columns, row_bars, sentence, strip, vector_list
from ink_on_canvas import Map, all_different, assert_map_drawn, assert_thumbnail_drawn
from lines_on_screen import colour_at, line, spots, upright
from playwright.sync_api import Page
from screen_pixels import Box, Screen
from widget_examples import (
    alignment,
    attention,
    translation,
    translation_arguments,
)
from widget_pages import facts, open_lists

from attention.widgets import (
    AlignmentExplorer,
    AttentionExplorer,
    AttentionPicture,
    GPTExplorer,
    HeadExplorer,
    HeadSplit,
    PositionExplorer,
    ScalingExplorer,
    TranslationExplorer,
)
from attention.widgets.attention_picture.parts import PARTS
from attention.widgets.base.widget import BookWidget
from attention.widgets.head_explorer.patterns import PATTERNS, pattern_scores

CAUSAL = torch.ones(64, 64).tril().bool()


def steps(screen: Screen, weights: torch.Tensor) -> None:
    """The bars in the table of the arithmetic."""
    row_bars(
        screen, ".afm-steps td[data-step=weight]", weights.tolist(), screen.mixed(0.28),
        start="right",
    )  # fmt: skip


def drawn_attention(screen: Screen, shown: AttentionExplorer) -> None:
    weights, mask, query = shown.weights, shown.mask_table, shown.query_index
    all_different(weights)
    one, n = weights[shown.head], shown.length
    assert ((one < 5e-4) & mask).any(), "no weight of 0 is not masked"
    cells = ".afm-grid td[data-key]"
    assert assert_map_drawn(screen, Map(cells, one, (query, query), mask)) == mask.sum()
    thumbs = screen.boxes(".afm-thumb canvas", shown.n_heads)
    for box, head in zip(thumbs, weights, strict=True):
        assert_thumbnail_drawn(screen, box, head, mask)
    sentence(screen, one[query], mask[query], beyond=len(shown.tokens) - n)
    steps(screen, one[query])
    masked = screen.boxes(".afm-steps tbody tr:not([hidden]) td[data-step=masked]", n)
    for key, box in enumerate(masked):
        hatched = screen.is_hatched(screen.pixels(box.part(1, 1, 1, box.height - 6)))
        assert hatched != mask[query, key], key
    vector_list(screen, ".afm-vector li", shown.context[shown.head, query])


def drawn_picture(screen: Screen, shown: AttentionPicture) -> None:
    """Every small matrix in its ink, crossed where it is hidden, framed where the token asks; and
    the lit numbers, each on its tint."""
    inks = {"q": "query", "weight": "accent", "ink": "soft"}
    for part in PARTS:
        values = shown.steps[part.name]
        all_different([values])
        mini = f"[data-part={part.name}] .afm-mini"
        finite = values[values.isfinite()]
        low = min(0.0, finite.min().item())
        shares = (values - low) / (finite.max() - low)
        ink = screen[inks.get(part.ink, part.ink)]
        cells = screen.boxes(f"{mini} rect[data-row]", values.numel())
        for cell, share in zip(cells, shares.flatten().tolist(), strict=True):
            middle = cell.part(2.3, 2.3, 2.3, 2.3)
            hidden = share == -math.inf
            crossed = screen.near(middle, screen["soft"], 60).any()
            assert crossed or not hidden, f"{part.name}: a hidden cell is not crossed"
            if not hidden:
                wanted = share * ink + (1 - share) * screen["surface"]
                assert screen.near(middle, wanted).all(), f"{part.name}: {share}"
        if part.name in ("key", "value"):
            continue
        frame = screen.box(f"{mini} .afm-asks")
        row = cells[shown.query * values.shape[1]]
        assert frame.middle[1] == pytest.approx(row.middle[1], abs=0.6), part.name
        assert screen.near(Box(frame.x + 4, frame.y - 0.3, 4, 0.6), screen["query"], 60).any()
    values = shown.steps[shown.part]
    told = screen.page.locator(f"{screen.view} .afm-numbers tbody td").filter(visible=True)
    assert [float(text.replace("\u2212", "-")) for text in told.all_inner_texts()] == pytest.approx(
        values.flatten().tolist(), abs=0.005
    )
    badge, box = screen.box(".afm-you-are-here"), screen.box(f"[data-part={shown.here}] .afm-face")
    assert box.x - 4 <= badge.x < box.x + box.width
    assert badge.y + badge.height == pytest.approx(box.y, abs=5)


def drawn_translation(screen: Screen, shown: TranslationExplorer) -> None:
    strip(screen, ".afm-strip", shown.state)
    vector_list(screen, ".afm-vector li", shown.state)
    row_bars(screen, ".afm-pairs .afm-chance", shown.chance, screen["accent"])
    ruler, words = screen.box(".afm-ruler"), len(shown.source)
    orange = screen.near(ruler.part(0, ruler.height - 0.7, 0, 0), screen["query"], 60)
    assert (np.diff(orange.any(axis=0).astype(int)) == 1).sum() + orange[:, 0].any() == words
    plot, low, high = screen.box(".afm-plot > svg"), shown.lengths[0], shown.lengths[-1]

    def place(length: float, score: float) -> tuple[float, float]:
        return 4 + 92 * (length - low) / (high - low), 4 + 92 * (1 - score)

    every = [[place(*at) for at in zip(shown.lengths, row, strict=True)] for row in shown.scores]
    spots(screen, ".afm-dots", plot, [at for row in every for at in row])
    m, here = shown.models.index(shown.model), shown.lengths.index(shown.length)
    spots(screen, ".afm-dot", plot, [every[m][here]])
    assert colour_at(screen, plot, *every[m][here], screen["query"])
    x, y = zip(*every[m], strict=True)
    line(
        screen, plot, lambda at: np.interp(at, x, y), screen["accent"],
        between=(4, 96), dashed=0.6,
    )  # fmt: skip
    assert upright(screen, plot, every[m][here][0], screen["query"])
    seen = shown.trained + 0.5
    for length, colour in [(seen - 0.05, "panel"), (seen + 0.05, "surface")]:
        assert colour_at(screen, plot, *place(length, 0.35), screen[colour]), length


def drawn_alignment(screen: Screen, shown: AlignmentExplorer) -> None:
    weights, step = shown.weights, shown.step
    all_different([weights])
    written = torch.arange(len(weights))[:, None].expand_as(weights) <= step
    cells = ".afm-grid td[data-key]"
    read = assert_map_drawn(
        screen,
        Map(cells, weights, (step, shown.followed), written, least=0.005, empty="panel"),
    )
    assert read == (weights[: step + 1] >= 0.005).sum()
    sentence(screen, weights[step], least=0.005)
    chances = [chance for _, chance in shown.candidates[shown.example][step]]
    row_bars(screen, ".afm-candidates .afm-chance", chances, screen["accent"])
    steps(screen, weights[step])
    strip(screen, ".afm-strip", shown.context[step])
    vector_list(screen, ".afm-vector li", shown.context[step])


def drawn_scaling(screen: Screen, shown: ScalingExplorer) -> None:
    weights, scores, best = shown.weights, shown.scores, int(shown.weights.argmax())
    n, jacobian = len(weights), shown.jacobian
    cells = ".afm-grid td[data-key]"
    read = assert_map_drawn(
        screen,
        Map(cells, jacobian, (best, best), least=0.005, shade=lambda x: min(1, abs(x) / 0.25)),
    )
    assert read == (jacobian.abs() >= 0.005).sum() > n
    assert (scores < 0).any()
    assert (scores > 0).any()
    top = 30 * 10 ** max(0, math.ceil(math.log10(scores.abs().max() / 30)))
    up = (38 * scores.sign() * (scores.abs() / top).sqrt()).tolist()
    ink, orange = screen["accent"], screen["query"]
    colours = [orange if key == best else ink for key in range(n)]
    charts = screen.boxes(".afm-bars-plot > svg", 2)
    for chart, zero, heights in [
        (charts[0], 50, up), (charts[1], 96, (88 * weights).tolist())
    ]:  # fmt: skip
        ends = [(sorted((zero, zero - height))) for height in heights]
        spans = [(a / 100 * chart.height, b / 100 * chart.height) for a, b in ends]
        columns(screen, chart, spans, colours, edge=1.5)
    gauges = [weights.max().item(), shown.entropy / math.log2(n), 2 * jacobian.norm().item()]
    row_bars(screen, ".afm-figures [data-gauge]", gauges, ink, top=-3)
    steps(screen, weights)


def drawn_position(screen: Screen, shown: PositionExplorer) -> None:
    weights, place = shown.weights, shown.place
    all_different([weights])
    n = len(weights)
    mask = CAUSAL[:n, :n]
    cells = ".afm-grid td[data-key]"
    assert assert_map_drawn(screen, Map(cells, weights, (place, place), mask)) == mask.sum()
    sentence(screen, weights[place], mask[place])
    row_bars(
        screen, ".afm-moved td[data-cell=far]", (shown.moved / 2).clamp(max=1).tolist(),
        screen.mixed(0.28), start="right",
    )  # fmt: skip


def assert_wanted(screen: Screen, cells: str, tokens: list[str]) -> None:
    """Dashed frames stand where an induction head looks: after an earlier occurrence."""
    n, count = len(tokens), 0
    boxes = screen.boxes(cells, n * n)
    for t, s in np.ndindex(n, n):
        wanted = 0 < s <= t and tokens[s - 1] == tokens[t]
        over = boxes[t * n + s].part(6, 3, 6, boxes[0].height - 5)
        dashes = screen.near(over, screen["query"]).any(axis=0).mean()
        assert (0.3 < dashes < 0.9) if wanted else dashes == 0, (t, s)
        count += wanted
    assert count > 1


def drawn_heads(screen: Screen, shown: HeadExplorer) -> None:
    all_different(shown.weights.flatten(0, 1))
    n, query = len(shown.tokens), shown.query_index
    weights, mask = shown.weights[shown.layer, shown.head], CAUSAL[:n, :n]
    place = query, int(weights[query].argmax())
    cells = ".afm-map td[data-key]"
    read = assert_map_drawn(screen, Map(cells, weights, place, mask, least=0.005))
    assert read == (weights >= 0.005).sum()
    assert_wanted(screen, cells, shown.tokens)
    scores, place = shown.scores.T, (shown.head, shown.layer)
    cells = ".afm-overview td[data-key]"
    assert assert_map_drawn(screen, Map(cells, scores, place, least=2, framed="cell")) == 0
    own = [pattern_scores(name, shown.weights, shown.tokens) for name in PATTERNS]
    row_bars(
        screen, ".afm-patterns td[data-cell=score]",
        [every[shown.layer, shown.head].item() for every in own], screen.mixed(0.28),
    )  # fmt: skip


def drawn_split(screen: Screen, shown: HeadSplit) -> None:
    """The query before and after its split: each number's bar, in the colour of its columns."""
    assert shown.step == "split"
    heads = torch.arange(12).div(12 // shown.n_heads, rounding_mode="floor").expand(5, 12)
    places = {"before": heads.flatten(), "after": shown.split(heads.contiguous()).flatten()}
    values = {"before": shown.query.flatten(), "after": shown.after.flatten()}
    for side, numbers in values.items():
        cells = f"[data-panel={side}] td[data-cell]"
        colours = [screen.head(h) for h in places[side].tolist()]
        cell_bars(screen, cells, numbers.tolist(), colours)
    assert shown.transposed != torch.equal(values["before"], values["after"]), "in memory"


def drawn_gpt(screen: Screen, shown: GPTExplorer) -> None:
    n, query = len(shown.names), int(facts(screen.page.locator(screen.view))["query"])
    assert 0 < query < n - 1
    weights, mask = shown.weights, CAUSAL[:n, :n]
    all_different(weights.flatten(0, 1))
    one = weights[shown.layer, shown.head]
    row = "tbody tr:not([aria-hidden]) td[data-key]:not([aria-hidden])"
    read = assert_map_drawn(screen, Map(row, one, (query, query), mask, least=0.005))
    assert read == (one >= 0.005).sum()
    every = weights.flatten(0, 1)
    thumbs = screen.boxes(".afm-thumb canvas", len(every))
    for box, head in zip(thumbs, every, strict=True):
        assert_thumbnail_drawn(screen, box, head, mask)
    sentence(screen, one[query], mask[query], least=0.005, masked_text=False)
    row_bars(screen, ".afm-guess .afm-chance", [p for _, p in shown.guesses], screen["accent"])


class Drawn(NamedTuple):
    """A widget with asymmetric numbers, and what has to be seen of it.

    Attributes:
        make: Builds it.
        check: Holds the screen to its numbers.
        before: What is done on the page first.
    """

    make: Callable[[], BookWidget]
    check: Callable[[Screen, BookWidget], None]
    before: Callable[[Page], object] = lambda page: None


def open_all(page: Page) -> None:
    open_lists(page.locator(".afm"))


def load_and_choose(page: Page) -> None:
    page.locator(".afm-load").click()
    page.wait_for_selector(".afm-gpt[data-model=ready]:not([data-behind])")
    page.locator(".afm-sentence label[data-position='4']").click()


def sharp_attention() -> AttentionExplorer:
    query = 5 * torch.randn(7, 12)
    return attention(query=query, n_heads=3, head=1, length=6, query_index=3)


def three_lengths() -> TranslationExplorer:
    given = translation_arguments()
    chances = [
        [[torch.rand(len(words)).tolist() for words in of] for of in model]
        for model in given["outputs"]
    ]
    signs = torch.tensor([1, -1, -1, 1, -1])
    given |= {"chances": chances, "states": given["states"].abs() * signs, "trained": 1}
    return translation(**given | {"length": 2, "model": "reversed source", "example": 0})


def unsure_translator() -> AlignmentExplorer:
    """At each step the candidates have other probabilities."""
    chances = (0.9, 0.8, 0.55, 0.7, 0.6)
    first = [[(f"t{t}", p), ("other", (1 - p) / 2)] for t, p in enumerate(chances)]
    second = alignment().candidates[1]
    return alignment(candidates=[first, second], step=2, position=4)
