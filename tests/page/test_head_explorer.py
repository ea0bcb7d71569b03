"""HeadExplorer on a page without a kernel: keyboard, numbers, words."""

import pytest
import torch
from widget_examples import HEADS_TOKENS, heads, stored_heads
from widget_pages import facts, numbers, press, same_heads, slider_words


def choose(page, pattern: str) -> None:
    page.locator("select[data-control=pattern]").select_option(pattern)


def test_every_control_by_keyboard_draws_what_torch_computes(open_page) -> None:
    shown = heads()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-head-explorer")
    same_heads(view, shown)
    for control, key in [
        ("layer", "ArrowRight"), ("head", "ArrowRight"), ("layer", "Home"), ("head", "Home"),
    ]:  # fmt: skip
        before = facts(view)
        press(view, control, key)
        assert facts(view) != before
        same_heads(view, shown)
    pattern = page.locator("select[data-control=pattern]")
    pattern.focus()
    for name in ("current", "induction", "first", "previous"):
        page.keyboard.press("End" if name == "current" else "ArrowUp")
        assert facts(view)["pattern"] == name
        same_heads(view, shown)


def test_of_the_stored_model(open_page) -> None:
    shown = stored_heads()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-head-explorer")
    same_heads(view, shown)
    for pattern, layer, head in [
        ("previous", 16, 0), ("first", 18, 8), ("current", 11, 6), ("induction", 17, 4)
    ]:  # fmt: skip
        choose(page, pattern)
        page.locator("button[data-control=strongest]").press("Enter")
        same_heads(view, shown)
        assert (facts(view)["layer"], facts(view)["head"]) == (str(layer), str(head))
        assert page.locator(f"tr[data-pattern={pattern}]").get_attribute("data-rank") == "1"


def test_a_head_is_chosen_on_the_picture_by_pointer_and_by_arrow_keys(open_page) -> None:
    shown = heads()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-head-explorer")
    readout = page.locator(".afm-overview .afm-readout")
    cell = page.locator(".afm-overview td[data-query='1'][data-key='2']")
    cell.hover()
    score = shown.scores[2, 1]
    assert readout.inner_text() == f"Layer 2, head 1: induction {score:.2f}"
    assert (facts(view)["layer"], facts(view)["head"]) == ("1", "0"), "it is only pointed at"
    cell.click()
    assert (facts(view)["layer"], facts(view)["head"]) == ("2", "1")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    assert (facts(view)["layer"], facts(view)["head"]) == ("1", "0")
    focused = page.evaluate("({...document.activeElement.dataset})")
    assert (focused["query"], focused["key"]) == ("0", "1")
    assert page.locator(".afm-overview [tabindex='0']").count() == 1
    page.locator("h1").hover()
    assert readout.inner_text().startswith("Layer 1, head 0:")
    assert page.locator(".afm-overview td[aria-selected]").get_attribute("aria-label") == (
        f"{shown.scores[1, 0]:.2f}"
    )


def test_frames_stand_where_the_pattern_wants_the_weight(open_page) -> None:
    shown = heads()
    page = open_page(shown.model_id, models=[shown])
    marked = """cells => cells.map(({dataset: {query, key}}) => [+query, +key])"""
    for pattern, places in {
        "induction": [[2, 1], [3, 2]],
        "previous": [[1, 0], [2, 1], [3, 2], [4, 3]],
        "first": [[1, 0], [2, 0], [3, 0], [4, 0]],
        "current": [[1, 1], [2, 2], [3, 3], [4, 4]],
    }.items():
        choose(page, pattern)
        assert page.locator("td[data-wanted]").evaluate_all(marked) == places
        weights = shown.weights[1, 0]
        mean = torch.stack([weights[t, s] for t, s in places]).mean()
        value = numbers(page.locator(f"tr[data-pattern={pattern}]"))
        torch.testing.assert_close(value[0], mean, atol=1e-6, rtol=0)
    cell = page.locator(".afm-map td[data-query='2'][data-key='2']")
    cell.hover()
    said = page.locator(".afm-map .afm-readout")
    assert said.inner_text() == (
        f"“an” (2) → “an” (2)\nweight {shown.weights[1, 0, 2, 2]:.3f}: in the pattern"
    )
    page.locator(".afm-map td[data-query='1'][data-key='3']").hover()
    assert said.inner_text() == "“·owl” (1) → “·owl” (3)\nmasked: it comes later"


def test_the_followed_cell_is_the_query_s_largest_until_one_is_chosen(open_page) -> None:
    shown = heads(query_index=3)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-head-explorer")
    for layer in (1, 2):
        best = shown.weights[layer, 0, 3].argmax().item()
        assert (facts(view)["layer"], facts(view)["key"]) == (str(layer), str(best))
        press(view, "layer", "ArrowRight")
    page.locator(".afm-map td[data-query='4'][data-key='1']").click()
    assert (facts(view)["query"], facts(view)["key"]) == ("4", "1")
    press(view, "layer", "Home")
    assert (facts(view)["query"], facts(view)["key"]) == ("4", "1")
    same_heads(view, shown)


def test_in_words(open_page) -> None:
    shown = heads()
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-head-explorer")
    press(view, "layer", "ArrowRight")
    assert slider_words(view, "layer") == "layer 2, counted from 0 to 2"
    status = page.locator("p[role=status]")
    assert status.text_content() == "", "it waits until the reader pauses"
    page.wait_for_function("document.querySelector('p[role=status]').textContent !== ''")
    score, row = shown.scores[2, 0], shown.weights[2, 0, 4]
    rank, best = 1 + int((shown.scores > score).sum()), int(row.argmax())
    assert status.text_content() == (
        f"Layer 2, head 0: induction {score:.2f}, rank {rank} of 6. "
        f"Query  sees: most weight on {HEADS_TOKENS[best]}, {row[best]:.2f}."
    )
    assert "rounded to 1/255" in view.inner_text()


@pytest.mark.parametrize("word", ["<b>x</b>", "</script>", "<img src=x onerror=alert(1)>"])
def test_without_repetition_and_with_markup_for_words(open_page, word: str) -> None:
    shown = heads(tokens=["a", word, "b", "c", "d"], caption=word)
    page = open_page(shown.model_id, models=[shown])
    view = page.locator(".afm-head-explorer")
    same_heads(view, shown)
    assert page.locator("option[value=induction]").is_disabled()
    assert page.locator(".afm :is(b, img, script)").count() == 0
    assert view.inner_text().count(word) >= 2


def test_the_whole_overview_is_seen_at_once_in_a_column_of_text(open_page) -> None:
    shown = stored_heads()
    page = open_page(shown.model_id, models=[shown], width=720)
    for part in ("overview", "map"):
        box = page.locator(f".afm-{part} .afm-scroll")
        assert box.evaluate("b => b.scrollWidth <= b.clientWidth"), part
    assert page.locator(".afm-overview td[data-key]").first.bounding_box()["width"] >= 20
    assert page.locator(".afm-map td[data-key]").first.bounding_box()["width"] >= 24
    page.set_viewport_size({"width": 320, "height": 720})
    assert page.locator(".afm-overview td[data-key]").first.bounding_box()["width"] >= 24


def test_the_overview_is_drawn_anew_for_another_pattern_and_in_the_dark(open_page) -> None:
    shown = heads()
    page = open_page(shown.model_id, models=[shown])
    ink = page.locator(".afm-overview canvas")
    seen = [ink.evaluate("c => c.toDataURL()")]
    choose(page, "first")
    seen.append(ink.evaluate("c => c.toDataURL()"))
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(100)
    seen.append(ink.evaluate("c => c.toDataURL()"))
    assert len(set(seen)) == 3
