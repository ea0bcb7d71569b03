"""What a widget shows on a page, held against Python's own numbers."""

import re

import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from attention.teaching.plots import visible
from attention.widgets import (
    AlignmentExplorer,
    BlockDiagram,
    GPTExplorer,
    HeadExplorer,
    PositionExplorer,
    ScalingExplorer,
    TranslationExplorer,
)
from attention.widgets.base.edits import percent
from attention.widgets.head_explorer.patterns import PATTERNS, pattern_scores

# A browser tells a list that it was opened after the click is over.
OPENED = """summary => new Promise((opened) => {
  summary.parentElement.addEventListener("toggle", () => opened(), { once: true });
  summary.click();
})"""


def numbers(places: Locator, name: str = "value") -> torch.Tensor:
    found = places.evaluate_all("(all, name) => all.map(e => e.dataset[name])", name)
    return torch.tensor([float(x) for x in found])


def facts(view: Locator) -> dict[str, str]:
    return view.evaluate("view => ({...view.dataset})")


def load(page: Page) -> Locator:
    """Ask for the model; the view when it is there."""
    page.locator(".afm-load").first.click()
    page.wait_for_selector(".afm-gpt[data-model=ready]")
    return page.locator(".afm-gpt").first


def open_lists(view: Locator) -> None:
    """Open what opens, and wait for what is written then, such as a vector's numbers."""
    closed = view.locator("details:not([open]) > summary")
    while closed.count():
        closed.first.evaluate(OPENED)


def same_translation(view: Locator, shown: TranslationExplorer) -> None:
    """What the page shows now is what Python says of the state that the page names."""
    at = facts(view)
    shown.model, shown.length = at["model"], int(at["length"])
    shown.example = int(at["example"])
    words = view.locator(".afm-source li").all_inner_texts()
    assert words == shown.source
    close = {"atol": 1e-6, "rtol": 0}
    torch.testing.assert_close(numbers(view.locator(".afm-vector li")), shown.state, **close)
    drawn = view.locator(".afm-pairs li").evaluate_all(
        "all => all.map(({dataset: {kind, reference, written}}) => [kind, reference, written])"
    )
    assert drawn == [
        [kind, *(None if i is None else str(i) for i in places)]
        for kind, *places in ((e.kind, e.reference, e.written) for e in shown.edits)
    ]
    chances = numbers(view.locator(".afm-pairs li[data-value]"))
    torch.testing.assert_close(chances, torch.tensor(shown.chance), **close)
    written = view.locator(".afm-written").all_inner_texts()
    assert written == shown.output
    told = f"{len(shown.state)} numbers for {len(words)} words"
    share = f"{len(shown.state) / len(words):.1f} numbers a word"
    assert view.locator(".afm-share").inner_text() == f"One vector of {told}: {share}"
    right = sum(edit.kind == "right" for edit in shown.edits)
    assert f"{right} of {len(shown.reference)} words right" in verdict(view)
    place = shown.lengths.index(shown.length)
    score = shown.scores[shown.models.index(shown.model)][place]
    assert f"{shown.model} {percent(score)}" in curve_words(view).replace("\u00a0", " ")
    x, y = spot_at(view.locator(".afm-dot"))
    assert y == pytest.approx(4 + 92 * (1 - score), abs=1e-4)  # six digits are what a style keeps
    low, high = shown.lengths[0], shown.lengths[-1]
    assert x == pytest.approx(4 + 92 * (shown.length - low) / (high - low), abs=1e-4)


def spot_at(spot: Locator) -> tuple[float, float]:
    """Where a spot lies on its drawing, in hundredths of its width and height."""
    x, y = spot.evaluate("({ style }) => [parseFloat(style.left), parseFloat(style.top)]")
    return x, y


def verdict(view: Locator) -> str:
    return view.locator(".afm-verdict").inner_text()


def curve_words(view: Locator) -> str:
    return view.locator(".afm-curve + .afm-readout").text_content()


def same_alignment(view: Locator, shown: AlignmentExplorer) -> None:
    """What the page draws now is what torch computes for the state that the page names."""
    at = {name: int(value) for name, value in facts(view).items()}
    shown.example, shown.position = at["example"], None
    shown.step = at["step"]
    source, output = shown.sources[shown.example], shown.outputs[shown.example]
    scores, weights = shown.scores[shown.step], shown.weights
    close = {"atol": 1e-6, "rtol": 1e-6}
    cells = view.locator(".afm-grid td[data-key]")
    assert cells.count() == len(source) * len(output)
    written = view.locator(".afm-grid td[data-weight]")
    drawn = numbers(written, "weight").reshape(-1, len(source))
    torch.testing.assert_close(drawn, weights[: shown.step + 1], **close)
    later = view.locator(".afm-grid td[data-masked]")
    assert later.count() == cells.count() - drawn.numel()
    on_words = numbers(view.locator(".afm-sentence label"), "weight")
    torch.testing.assert_close(on_words, weights[shown.step], **close)
    for name, expected in {
        "score": scores,
        "exp": (scores - scores.max()).exp(),
        "weight": weights[shown.step],
    }.items():
        found = numbers(view.locator(f".afm-steps td[data-step={name}]"))
        torch.testing.assert_close(found, expected, atol=2e-6, rtol=1e-5)
    context = numbers(view.locator(".afm-vector li"))
    torch.testing.assert_close(context, shown.context[shown.step], atol=2e-6, rtol=1e-5)
    assert view.locator(".afm-writing li:not([data-later])").count() == shown.step + 1
    assert view.locator(".afm-writing li[data-now]").inner_text() == output[shown.step]
    chances = numbers(view.locator(".afm-candidates li"))
    pairs = shown.candidates[shown.example][shown.step]
    assert chances.tolist() == pytest.approx([chance for _, chance in pairs])
    assert f"{shown.step + 1} of {len(output)}: {output[shown.step]}" in slider_words(view, "step")


def same_scaling(view: Locator, shown: ScalingExplorer) -> None:
    """What the page draws now is what torch computes for the state that the page names."""
    at = facts(view)
    shown.d_k, shown.temperature = int(at["d_k"]), float(at["temperature"])
    shown.scaled = at["scaled"] == "true"
    weights, n = shown.weights, len(shown.weights)
    close = {"atol": 1e-6, "rtol": 1e-6}
    cells = numbers(view.locator(".afm-grid td[data-weight]"), "weight").reshape(n, n)
    torch.testing.assert_close(cells, shown.jacobian, check_dtype=False, **close)
    scores = shown.scores
    for name, expected in {
        "product": shown.products,
        "score": scores,
        "exp": (scores - scores.max()).exp(),
        "weight": weights,
    }.items():
        found = numbers(view.locator(f".afm-steps td[data-step={name}]"))
        torch.testing.assert_close(found, expected, check_dtype=False, **close)
    norm = shown.jacobian.norm().item()
    figures = {
        "square": shown.products.square().mean().item(),
        "deviation": scores.std(correction=0).item(),
        "largest": weights.max().item(),
        "entropy": shown.entropy,
        "jacobian": norm,
        "raw": norm * shown.scale,
    }
    for name, expected in figures.items():
        found = numbers(view.locator(f"[data-figure={name}]"))
        assert found.tolist() == pytest.approx([expected], rel=1e-5, abs=1e-6), name
    dimensions = "dimension" if shown.d_k == 1 else "dimensions"
    assert slider_words(view, "d_k") == f"{shown.d_k} {dimensions}"
    assert slider_words(view, "temperature") == f"temperature {shown.temperature:g}"
    assert view.locator("input[data-control=scaled]").is_checked() == shown.scaled


def same_position(view: Locator, shown: PositionExplorer) -> None:
    """What the page draws now is what torch computes for the state that the page names."""
    at = facts(view)
    shown.scheme, shown.order = at["scheme"], [int(word) for word in at["order"].split(",")]
    shown.word, shown.causal = int(at["word"]), at["causal"] == "true"
    assert int(at["place"]) == shown.place
    weights, n = shown.weights, len(shown.words)
    close = {"atol": 1e-6, "rtol": 1e-6, "check_dtype": False}
    cells = numbers(view.locator(".afm-grid td[data-weight]"), "weight").reshape(n, n)
    torch.testing.assert_close(cells, weights, **close)
    masked = view.locator(".afm-grid td[data-masked]").count()
    assert masked == (n * (n - 1) // 2 if shown.causal else 0)
    on_words = numbers(view.locator(".afm-sentence label"), "weight")
    torch.testing.assert_close(on_words, weights[shown.place], **close)
    in_order = [shown.words[word] for word in shown.order]
    for names in (".afm-sentence .afm-word", "tbody th[scope=row][role]", "th[scope=col][role]"):
        assert view.locator(names).all_inner_texts() == in_order, names
    rows = view.locator(".afm-moved tbody tr")
    moved = numbers(rows)
    torch.testing.assert_close(moved, shown.moved, **close)
    assert torch.equal(moved == 0, shown.moved == 0), "exactly 0 in both"
    assert rows.evaluate_all("all => all.map(row => row.dataset.role)") == shown.answers
    places = [shown.order.index(word) for word in range(n)]
    assert numbers(rows, "place").tolist() == places
    told = f"place {shown.place + 1} of {n}: {shown.words[shown.word]}"
    assert slider_words(view, "place") == told


def same_heads(view: Locator, shown: HeadExplorer) -> None:
    """What the page draws now is what torch computes for the state that the page names."""
    at = facts(view)
    with shown.hold_trait_notifications():
        shown.layer, shown.head = int(at["layer"]), int(at["head"])
        shown.pattern, shown.query_index = at["pattern"], int(at["query"])
    close = {"atol": 1e-6, "rtol": 0, "check_dtype": False}
    n, weights = len(shown.tokens), shown.weights[shown.layer, shown.head]
    cells = numbers(view.locator(".afm-map td[data-weight]"), "weight").reshape(n, n)
    torch.testing.assert_close(cells, weights, **close)
    assert view.locator(".afm-map td[data-masked]").count() == n * (n - 1) // 2
    scores = shown.scores
    cells = numbers(view.locator(".afm-overview td[data-weight]"), "weight")
    torch.testing.assert_close(cells.reshape(scores.shape[::-1]).T, scores, **close)
    for pattern in PATTERNS:
        line = view.locator(f".afm-patterns tr[data-pattern={pattern}]")
        if pattern == "induction" and len(set(shown.tokens)) == n:
            assert line.inner_text().split() == [pattern, "\u2013", "\u2013"]
            continue
        every = pattern_scores(pattern, shown.weights, shown.tokens)
        own = every[shown.layer, shown.head]
        assert float(line.get_attribute("data-value")) == pytest.approx(own.item(), abs=1e-6)
        # Scores that differ by rounding alone have one rank or another.
        low, high = (int((every > own + slack).sum()) + 1 for slack in (1e-6, -1e-6))
        assert low <= int(line.get_attribute("data-rank")) <= max(low, high)
    assert slider_words(view, "layer").startswith(f"layer {shown.layer},")
    assert slider_words(view, "head").startswith(f"head {shown.head},")
    assert view.locator("select[data-control=pattern]").input_value() == shown.pattern


def same_gpt(view: Locator, shown: GPTExplorer) -> None:
    """What the page shows now is what torch computes for the text and the state on the page."""
    at = facts(view)
    text, n = view.locator("textarea").input_value(), int(at["length"])
    shown.length, shown.text, shown.mask = None, text, at["mask"]
    shown.layer, shown.head = int(at["layer"]), int(at["head"])
    assert int(at["tokens"]) == len(shown.ids)
    if not shown.ids:
        assert not view.locator(".afm-grid, .afm-guess").first.is_visible()
        assert "needs at least one token" in view.locator(".afm-lacking").inner_text()
        return
    names = shown.names
    shown.length = n
    words = view.locator(".afm-sentence label:not([hidden]) .afm-word").all_text_contents()
    assert words == [visible(name) for name in names]
    expect(view).not_to_have_attribute("data-behind", "")
    for heads in ("thead th", "tbody tr:not([aria-hidden]) th"):
        spoken = view.locator(f".afm-grid {heads}:not([aria-hidden])")
        assert spoken.evaluate_all("all => all.map(th => th.ariaLabel)") == words[:n], heads
    lines = [re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", "\ufffd", word) for word in words[:n]]
    for strip in (".afm-names-left", ".afm-names-over"):
        assert view.locator(strip).text_content().split("\n") == lines, strip
    weights = shown.weights[shown.layer, shown.head]
    close = {"atol": 1e-5, "rtol": 0}
    row = "tbody tr:not([aria-hidden]) td[data-key]:not([aria-hidden])"
    torch.testing.assert_close(numbers(view.locator(row), "weight").reshape(n, n), weights, **close)
    masked = view.locator(f"{row}[data-masked]").count()
    assert masked == (n * (n - 1) // 2 if shown.mask == "causal" else 0)
    on_words = numbers(view.locator(".afm-sentence label[data-weight]"), "weight")
    torch.testing.assert_close(on_words, weights[int(at["query"])], **close)
    guesses = view.locator("li:not([hidden]) > .afm-guess")
    chances = numbers(guesses)
    expected = shown.guesses
    torch.testing.assert_close(chances, torch.tensor([p for _, p in expected]), **close)
    told = dict(zip(guesses.locator(".afm-word").all_text_contents(), chances, strict=True))
    for name, p in expected[:-1]:  # the last could be a draw with one that is not shown
        assert told[visible(name)] == pytest.approx(p, abs=1e-5)
    assert slider_words(view, "length") == f"{n} of {len(names)} token{'s' * (len(names) > 1)}"


def same_block(view: Locator, shown: BlockDiagram) -> None:
    """What the page shows now is what Python says of the state that the page names."""
    at = facts(view)
    names = ("length", "n_heads", "n_layers", "d_model")
    with shown.hold_trait_notifications():
        for name in names:
            setattr(shown, name, int(at[name]))
        shown.norm_order = at["norm_order"]
    parts = shown.stages
    found = view.locator("li[data-stage]").evaluate_all(
        "all => all.map(({dataset: {stage, place, value, shape}}) => [stage, place, value, shape])"
    )
    assert found == [
        [stage.name, stage.place, str(stage.parameters), ",".join(map(str, stage.shape))]
        for part in parts
        for stage in part
    ]
    written = view.locator(".afm-out b").all_inner_texts()
    assert written == [str(stage.shape) for part in parts for stage in part]
    sizes = shown.activations
    figures = {
        "parameters": shown.parameters,
        "block": shown.block_parameters,
        "scores": sizes["scores"],
        "largest": max(sizes.values()),
    }
    for name, expected in figures.items():
        figure = view.locator(f"[data-figure={name}]")
        assert int(figure.get_attribute("data-value")) == expected, name
        assert figure.inner_text() == f"{expected:,}"
    largest = view.locator(".afm-figures").get_attribute("data-largest")
    assert sizes[largest] == max(sizes.values())


def slider_words(view: Locator, name: str) -> str:
    return view.locator(f"input[data-control={name}]").first.get_attribute("aria-valuetext")


def press(view: Locator, control: str, key: str) -> None:
    """Press a key on a slider, or on the chosen one of some radio buttons."""
    inputs = view.locator(f"input[data-control={control}]")
    if inputs.count() > 1:
        inputs = view.locator(f"input[data-control={control}]:checked")
    inputs.press(key)
