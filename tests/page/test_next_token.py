"""NextToken on a page without a kernel: its chances, what is drawn, words."""

import torch
from widget_examples import next_token
from widget_pages import facts, slider_words

from attention.trained.small_gpt_examples import next_token_example
from attention.widgets import NextToken

VALUES = "bars => bars.map(bar => Number(bar.dataset.value))"


def press(view, control: str, key: str) -> None:
    view.locator(f"[data-control={control}]").press(key)


def bars(view, which: int) -> torch.Tensor:
    found = view.locator(f".afm-share-bar[data-bar='{which}']").evaluate_all(VALUES)
    return torch.tensor(found).double()


def same_as_torch(view, shown: NextToken) -> None:
    torch.testing.assert_close(bars(view, 0), shown.shown, atol=1e-6, rtol=0)
    shares = shown.counts.double() / max(shown.draws, 1)
    torch.testing.assert_close(bars(view, 1), shares, atol=1e-6, rtol=0)


def test_the_trained_model_s_next_token_by_every_control(open_page) -> None:
    shown = NextToken(**next_token_example())
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-next-token")
    same_as_torch(view, shown)
    assert slider_words(view, "top_k") == "the 1024 likeliest tokens"
    for control, key, changes in [
        ("temperature", "ArrowLeft", {"temperature": 0.9}),
        ("many", "Enter", {"draws": 100}),
        ("draw", "Enter", {"draws": 101}),
        ("top_k", "ArrowLeft", {"top_k": 200}),
        ("temperature", "End", {"temperature": 10.0}),
        ("top_k", "Home", {"top_k": 1}),
        ("clear", "Enter", {"draws": 0}),
    ]:
        press(view, control, key)
        for name, value in changes.items():
            setattr(shown, name, value)
        same_as_torch(view, shown)
    assert facts(view) == {"temperature": "10", "top_k": "1", "draws": "0"}


def test_what_is_drawn_and_what_is_cut_is_told(open_page) -> None:
    shown = next_token(top_k=3)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-next-token")
    texts = view.locator("li:not([hidden]) .afm-share-text")
    assert texts.all_text_contents()[3:] == ["cut"] * 3
    assert view.locator(".afm-next-last").text_content() == "nothing drawn yet"
    press(view, "many", "Enter")
    shown.draws = 100
    last = shown.tokens[shown.drawn[-1]].replace(" ", "·")
    assert view.locator(".afm-next-last").text_content() == f"100 draws, the last one: “{last}”"
    told = [f"{p:.3f} · {n}" for p, n in zip(shown.shown[:3], shown.counts[:3], strict=True)]
    assert texts.all_text_contents()[:3] == told
    chosen = view.locator("[data-kind=chosen] .afm-share-name")
    assert chosen.all_text_contents() == [last]
    for _ in range(25):
        press(view, "many", "Enter")
    assert facts(view)["draws"] == "2000"


def test_the_others_are_as_many_as_are_kept(open_page) -> None:
    shown = next_token(top_k=9)
    page = open_page(shown.model_id, models=[shown])
    names = page.locator(".afm-share-name")
    assert names.last.text_content() == "4 others"
    press(page.locator(".afm-next-token"), "top_k", "End")
    assert names.last.text_content() == "12 others"


def test_hostile_words_are_text(open_page) -> None:
    odd = "<img src=x onerror=alert(1)>"
    shown = next_token(tokens=[odd] * 5, text=odd)
    page = open_page(shown.model_id, models=[shown], width=320)
    assert page.locator(".afm-next-token img").count() == 0
    assert page.locator(".afm-share-name").first.text_content() == odd
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
