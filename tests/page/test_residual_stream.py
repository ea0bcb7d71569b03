"""ResidualStream on a page without a kernel: each part's lengths, guesses and words."""

import pytest
import torch
from widget_examples import stream
from widget_pages import press, slider_words

from attention.trained.small_gpt_examples import stream_example
from attention.widgets import ResidualStream

VALUES = "bars => bars.map(bar => Number(bar.dataset.value))"
CLOSE = {"atol": 1e-6, "rtol": 0}


def test_at_every_part_the_page_shows_what_torch_computes(open_page) -> None:
    shown = ResidualStream(**stream_example())
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-stream")
    for bar, expected in enumerate((shown.lengths, shown.added)):
        bars = view.locator(f".afm-stream-parts .afm-share-bar[data-bar='{bar}']")
        found = torch.tensor(bars.evaluate_all(VALUES), dtype=torch.float64)
        torch.testing.assert_close(found, expected, **CLOSE)
    for layer, name in reversed(list(enumerate(shown.names))):
        press(view, "layer", "End" if layer == len(shown.names) - 1 else "ArrowLeft")
        assert slider_words(view, "layer") == f"{name}, part {layer + 1} of 7"
        rows = view.locator(".afm-stream-guesses li:not([hidden])")
        chances = shown.probabilities[layer]
        order = chances.argsort(descending=True).tolist()[:5]
        order += [] if shown.right in order else [shown.right]
        found = rows.locator(".afm-share-bar").evaluate_all(VALUES)
        torch.testing.assert_close(torch.tensor(found).double(), chances[order], **CLOSE)
        words = rows.locator(".afm-share-name").all_text_contents()
        visible = [shown.candidates[n].replace(" ", "·").replace("\n", "↵") for n in order]
        assert words == visible
        assert view.locator("[data-kind=chosen] .afm-share-text").last.text_content().endswith("✓")
        later = view.locator(".afm-stream-parts [data-kind=later] .afm-share-name")
        assert later.all_text_contents() == shown.names[layer + 1 :]


def test_what_is_added_is_told(open_page) -> None:
    shown = stream(layer=3)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-stream")
    press(view, "layer", "ArrowLeft")
    page.wait_for_function("document.querySelector('p[role=status]').textContent !== ''")
    best = int(shown.probabilities[2].argmax())
    told = page.locator("p[role=status]").text_content()
    assert told.startswith(
        f"Up to second: length {shown.lengths[2]:.1f}, of which it added {shown.added[2]:.1f}. "
        f"Likeliest: “{shown.candidates[best].replace(' ', '·').replace(chr(10), '↵')}”"
    )
    words = view.locator(".afm-stream-sum").inner_text()
    assert f"what second adds, length {shown.added[2]:.1f}" in words
    assert f"the stream now, length {shown.lengths[2]:.1f}" in words


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_hostile_words_are_text(open_page, theme: str) -> None:
    odd = "<img src=x onerror=alert(1)>"
    shown = stream(names=[odd] * 4, candidates=[odd] * 6, text=odd)
    page = open_page(shown.model_id, models=[shown], width=320, theme=theme)
    assert page.locator(".afm-stream img").count() == 0
    assert page.locator(".afm-stream-text").text_content() == odd
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
