"""WindowCache on a page without a kernel: token by token, against the package's own cache."""

import pytest
from cache_cases import held_by_the_package
from widget_examples import windowed
from widget_pages import facts, press, slider_words

from attention.widgets import WindowCache

VALUES = "all => all.filter(li => !li.hidden).map(li => Number(li.dataset.value))"
KINDS = "all => all.map(li => li.dataset.kind)"


@pytest.mark.parametrize(("window", "n_sink", "n_layers"), [(4, 0, 2), (3, 2, 1), (12, 0, 1)])
def test_token_by_token(open_page, window: int, n_sink: int, n_layers: int) -> None:
    shown = WindowCache(window=window, n_sink=n_sink, n_layers=n_layers)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-window")
    for step in range(1, 13):
        shown.step = step
        assert facts(view)["step"] == str(step)
        assert slider_words(view, "step").startswith(f"{step} of 12 read, the newest")
        held = view.locator(".afm-window-places li").evaluate_all(VALUES)
        assert held == held_by_the_package(window, n_sink, step)
        assert view.locator(".afm-window-text li").evaluate_all(KINDS) == shown.kinds
        (new,) = view.locator("li[data-new]").all()
        lost = shown.overwritten
        told = new.locator(".afm-window-told").text_content()
        assert told == ("new" if lost is None else f"over {lost}")
        figures = {
            "seen": int(shown.seen.sum()),
            "held": sum(p >= 0 for p in held),
            "lost": step - sum(p >= 0 for p in held),
            "reach": int(shown.reached.sum()),
        }
        for name, number in figures.items():
            value = view.locator(f"[data-figure={name}]").get_attribute("data-value")
            assert value == str(number), name
        view.locator("[data-control=next]").press("Enter")
    assert facts(view)["step"] == "12", "after the last token there is none"
    view.locator("[data-control=again]").press("Enter")
    assert facts(view)["step"] == "1"


def test_other_windows_sinks_and_layers(open_page) -> None:
    shown = windowed()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-window")
    for control in ("window", "n_sink", "n_layers"):
        press(view, control, "ArrowRight")
        setattr(shown, control, getattr(shown, control) + 1)
        held = view.locator(".afm-window-places li").evaluate_all(VALUES)
        assert held == shown.places.tolist()
        assert view.locator(".afm-window-text li").evaluate_all(KINDS) == shown.kinds


def test_a_token_that_is_markup_is_text(open_page) -> None:
    words = ["<b>bold</b>", "\n", " a", "a very long word that no card can hold"]
    shown = WindowCache(tokens=words, step=4)
    page = open_page(shown.model_id, models=[shown])
    told = page.locator(".afm-window-text .afm-window-word").all_text_contents()
    assert told == ["<b>bold</b>", "↵", "·a", words[3]]
    assert page.locator(".afm-window b").count() == 0
