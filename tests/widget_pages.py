"""What a widget of the first two chapters shows on a page, held against Python's own numbers."""

import pytest
import torch
from playwright.sync_api import Locator

from attention.widgets import AlignmentExplorer, TranslationExplorer
from attention.widgets._edits import percent


def numbers(places: Locator, name: str = "value") -> torch.Tensor:
    found = places.evaluate_all("(all, name) => all.map(e => e.dataset[name])", name)
    return torch.tensor([float(x) for x in found])


def facts(view: Locator) -> dict[str, str]:
    return view.evaluate("view => ({...view.dataset})")


def open_lists(view: Locator) -> None:
    """Open what opens: a vector's numbers are written when they are asked for."""
    closed = view.locator("details:not([open]) > summary")
    while closed.count():
        closed.first.click()


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
    dot = view.locator(".afm-dot").get_attribute("d")
    x, y = (float(part) for part in dot.removeprefix("M").removesuffix("h0").split())
    assert y == pytest.approx(4 + 92 * (1 - score))
    low, high = shown.lengths[0], shown.lengths[-1]
    assert x == pytest.approx(4 + 92 * (shown.length - low) / (high - low))


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


def slider_words(view: Locator, name: str) -> str:
    return view.locator(f"input[data-control={name}]").first.get_attribute("aria-valuetext")


def press(view: Locator, control: str, key: str) -> None:
    """Press a key on a slider, or on the chosen one of some radio buttons."""
    inputs = view.locator(f"input[data-control={control}]")
    if inputs.count() > 1:
        inputs = view.locator(f"input[data-control={control}]:checked")
    inputs.press(key)
