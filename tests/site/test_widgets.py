"""Widgets on the page: sliders work by keyboard, and what is drawn is what torch computes."""

from __future__ import annotations

import base64
import inspect
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import torch
from browsing import SITE, page_names
from widget_pages import (
    open_lists,
    same_alignment,
    same_block,
    same_heads,
    same_position,
    same_scaling,
    same_translation,
)
from widget_pages_costs import same_cache, same_costs

from attention import causal_mask, scaled_dot_product_attention, sliding_window_mask
from attention.widgets import (
    AlignmentExplorer,
    BlockDiagram,
    CacheCalculator,
    CostExplorer,
    HeadExplorer,
    PositionExplorer,
    ScalingExplorer,
    TranslationExplorer,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from browsing import Visit
    from playwright.sync_api import ElementHandle, Locator, Page, Route

STATE = 'script[type="application/vnd.jupyter.widget-state+json"]'
SHOWN = """w => ({
  drawn: [...w.querySelectorAll("[data-weight]")].map(e => e.dataset.weight).join()
    + [...w.querySelectorAll("[data-value]")].map(e => e.dataset.value).join()
    + [...w.querySelectorAll("canvas")].map(c => c.toDataURL()).join()
    + [...w.querySelectorAll("svg path")].map(p => p.getAttribute("d")).join(),
  said: [...w.querySelectorAll("input")].map(i => i.ariaValueText || "").join("|")
    + [...w.querySelectorAll("table, .afm-verdict, .afm-share")].map(t => t.textContent).join("|"),
})"""
FRAMES = """async (slider) => {
  const times = [], low = +slider.min, choices = +slider.max - low + 1, first = +slider.value - low;
  const { dataset } = slider.closest(".afm");
  const name = slider.dataset.control;
  let drawn = 0;
  for (let i = 1; i <= 120; i += 1) {
    await new Promise(requestAnimationFrame);
    const before = dataset[name];
    slider.value = low + ((first + i) % choices);
    const start = performance.now();
    slider.dispatchEvent(new Event("input", {bubbles: true}));
    await new Promise(done => queueMicrotask(() => queueMicrotask(done)));
    slider.getBoundingClientRect();
    document.body.offsetHeight;
    times.push(performance.now() - start);
    drawn += dataset[name] !== before;
  }
  return {times: times.sort((a, b) => a - b), drawn};
}"""


def with_widgets() -> list[str]:
    """Pages that show a widget."""
    names = page_names()
    if not (SITE / names[0]).is_file():
        return names
    return [n for n in names if 'class="afm-widget"' in (SITE / n).read_text(encoding="utf8")]


on_widget_pages = pytest.mark.parametrize("where", with_widgets())


def shown(widget: ElementHandle) -> dict[str, str]:
    """What a widget draws, and what it says in words."""
    return widget.evaluate(SHOWN)


def press(page: Page, slider: ElementHandle) -> None:
    """Move a slider one step by keyboard, away from the end at which it may stand."""
    slider.focus()
    at_end = slider.evaluate("s => +s.value >= +s.max")
    page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
    page.wait_for_timeout(40)


@on_widget_pages
def test_every_slider_moves_by_keyboard(tab: Callable[..., Visit], where: str) -> None:
    opened = tab("file")
    page = opened.open(where)
    for widget in page.query_selector_all(".afm-widget"):
        window = widget.query_selector('input[type=radio][value="window"]')
        if window:
            window.focus()
            page.keyboard.press("Space")
        sliders = widget.query_selector_all("input[type=range]")
        assert sliders
        for slider in sliders:
            name = slider.get_attribute("data-control")
            assert slider.is_enabled(), name
            before, value = shown(widget), slider.get_attribute("aria-valuetext")
            press(page, slider)
            after = shown(widget)
            assert slider.get_attribute("aria-valuetext") != value, name
            assert after["drawn"] != before["drawn"], name
            assert after["said"] != before["said"], name
        page.wait_for_timeout(800)
        said = widget.query_selector("[role=status]").inner_text()
        patterns = "most weight on|words? right|contexts? moved|parameters|FLOPs|than multi-head"
        assert re.search(patterns, said)
    assert opened.problems == []


def tensors(page: Page, model_id: str) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """The state of a model as the page holds it, and its tensors (N, T, d_model)."""
    model = json.loads(page.locator(STATE).text_content())["state"][model_id]
    found = {}
    for buffer in model["buffers"]:
        packed = model["state"][buffer["path"][0]]
        raw = bytearray(base64.b64decode(buffer["data"]))
        numbers = torch.frombuffer(raw, dtype=torch.int16).double() * packed["step"]
        shape = packed["shape"]
        found[buffer["path"][0]] = numbers.reshape([1, *shape][-3:])
    return model["state"], found


def expected(
    state: dict[str, Any], found: dict[str, torch.Tensor], at: dict[str, str]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights and context of every head, by the package, for the state that the DOM names."""
    heads, length = int(at["heads"]), int(at["length"])
    trained = len(found["query"]) > 1
    which = state["head_choices"].index(heads) if trained else 0
    parts = [
        found[name][which, :length].unflatten(-1, (heads, -1)).movedim(-2, 0)
        for name in ("query", "key", "value")
    ]
    mask = {
        "none": torch.ones(length, length, dtype=torch.bool),
        "causal": causal_mask(length),
        "window": sliding_window_mask(length, int(at.get("window", 1))),
    }[at["mask"]]
    context, weights = scaled_dot_product_attention(*parts, mask=mask)
    return weights, context


def compare(page: Page, explorer: ElementHandle, model_id: str) -> None:
    """Hold the numbers in the DOM against torch's."""
    at = explorer.evaluate("e => ({...e.dataset})")
    at["window"] = explorer.evaluate(
        "e => { const s = e.querySelector('[data-control=window]');"
        " return s ? s.ariaValueText.match(/[0-9]+/)[0] : '1'; }"
    )
    weights, context = expected(*tensors(page, model_id), at)
    head, query, length = int(at["head"]), int(at["query"]), int(at["length"])
    cells = explorer.eval_on_selector_all(
        ".afm-grid td[data-weight]",
        "all => all.map(c => [+c.dataset.query, +c.dataset.key, +c.dataset.weight])",
    )
    inside = [(q, k, w) for q, k, w in cells if q < length and k < length]
    assert len(inside) == length * length
    for q, k, weight in inside:
        assert weight == pytest.approx(weights[head, q, k].item(), abs=1e-6)
    words = explorer.eval_on_selector_all(
        ".afm-sentence [data-weight]", "all => all.map(w => +w.dataset.weight)"
    )[:length]
    assert words == pytest.approx(weights[head, query].tolist(), abs=1e-6)
    vector = explorer.eval_on_selector_all(
        ".afm-vector li[data-value]", "all => all.map(v => +v.dataset.value)"
    )
    size = context.shape[-1]
    assert vector[:size] == pytest.approx(context[head, query].tolist(), abs=1e-6)


@on_widget_pages
def test_drawn_weights_are_torchs(tab: Callable[..., Visit], where: str) -> None:
    page = tab("http").open(where)
    for widget in page.query_selector_all(".afm-widget:has(.afm-explorer)"):
        explorer = widget.query_selector(".afm-explorer")
        model_id = widget.get_attribute("data-model-id")
        compare(page, explorer, model_id)
        for mask in ("none", "window", "causal"):
            choice = explorer.query_selector(f'input[type=radio][value="{mask}"]')
            if choice is None:
                continue
            choice.focus()
            page.keyboard.press("Space")
            for slider in explorer.query_selector_all("input[type=range]:enabled"):
                press(page, slider)
                compare(page, explorer, model_id)


def rebuilt(page: Page, model_id: str, kind: type) -> Any:
    """The widget in Python, from the state that the page holds."""
    model = json.loads(page.locator(STATE).text_content())["state"][model_id]
    state = model["state"]
    for buffer in model.get("buffers", []):
        *path, last = buffer["path"]
        owner = state
        for part in path:
            owner = owner[part]
        owner[last] = base64.b64decode(buffer["data"])
    given = {}
    for argument in list(inspect.signature(kind).parameters):
        name = {"keys": "key_vectors"}.get(argument, argument)
        read = kind.class_traits()[name].metadata.get("from_json", lambda value, _: value)
        given[argument] = read(state[name], None)
    return kind(**given)


def walk(view: Locator, control: str, choices: str) -> Iterator[None]:
    """Choose one after the other of some radio buttons, and each time walk the whole slider."""
    options = view.locator(f"input[data-control={choices}]")
    slider = view.locator(f"input[data-control={control}]")
    for option in range(max(options.count(), 1)):
        if options.count():
            options.nth(option).focus()
            view.page.keyboard.press("Space")
        slider.press("Home")
        yield
        for _ in range(int(slider.get_attribute("max"))):
            slider.press("ArrowRight")
            yield


def shown_as(page: Page, name: str, kind: type) -> Iterator[tuple[Locator, Any]]:
    """Every widget of a kind on a page, its lists open, with its twin in Python."""
    for place in page.locator(f".afm-widget:has({name})").all():
        view = place.locator(name)
        open_lists(view)
        yield view, rebuilt(page, place.get_attribute("data-model-id"), kind)


@on_widget_pages
def test_shown_translations_are_the_models(tab: Callable[..., Visit], where: str) -> None:
    page = tab("http").open(where)
    for view, twin in shown_as(page, ".afm-translation", TranslationExplorer):
        for choices in ("model", "example"):
            for _ in walk(view, "length", choices):
                same_translation(view, twin)


@on_widget_pages
def test_drawn_alignments_are_torchs(tab: Callable[..., Visit], where: str) -> None:
    page = tab("http").open(where)
    for view, twin in shown_as(page, ".afm-alignment", AlignmentExplorer):
        for _ in walk(view, "step", "example"):
            open_lists(view)  # another sentence has its own
            same_alignment(view, twin)


@on_widget_pages
def test_drawn_saturation_is_torchs(tab: Callable[..., Visit], where: str) -> None:
    page = tab("http").open(where)
    for view, twin in shown_as(page, ".afm-scaling", ScalingExplorer):
        for control, switch in [("d_k", "no"), ("temperature", "no"), ("d_k", "scaled")]:
            for _ in walk(view, control, switch):
                same_scaling(view, twin)


@on_widget_pages
def test_moved_contexts_are_torchs(tab: Callable[..., Visit], where: str) -> None:
    page = tab("http").open(where)
    for view, twin in shown_as(page, ".afm-position", PositionExplorer):
        for choices in ("scheme", "causal"):
            for _ in walk(view, "place", choices):
                same_position(view, twin)


@on_widget_pages
def test_drawn_heads_are_the_stored_model_s(tab: Callable[..., Visit], where: str) -> None:
    page = tab("http").open(where)
    for view, twin in shown_as(page, ".afm-head-explorer", HeadExplorer):
        for option in view.locator("select[data-control=pattern] option:enabled").all():
            view.locator("select").select_option(option.get_attribute("value"))
            same_heads(view, twin)
        for control in ("layer", "head"):
            for _ in walk(view, control, "no"):
                same_heads(view, twin)


@on_widget_pages
def test_diagrams_are_those_of_the_gpt(tab: Callable[..., Visit], where: str) -> None:
    page = tab("http").open(where)
    for view, twin in shown_as(page, ".afm-block-diagram", BlockDiagram):
        for control in ("length", "n_heads", "n_layers"):
            for _ in walk(view, control, "norm_order"):
                same_block(view, twin)


@on_widget_pages
def test_costs_are_those_of_the_formulas(tab: Callable[..., Visit], where: str) -> None:
    page = tab("http").open(where)
    for view, twin in shown_as(page, ".afm-cost", CostExplorer):
        for control in ("length", "n_heads", "n_layers"):
            for _ in walk(view, control, "no"):
                same_costs(view, twin)


@on_widget_pages
def test_caches_are_those_of_the_formulas(tab: Callable[..., Visit], where: str) -> None:
    page = tab("http").open(where)
    for view, twin in shown_as(page, ".afm-calculator", CacheCalculator):
        for option in view.locator("select[data-control=model] option").all():
            view.locator("select").select_option(option.get_attribute("value"))
            same_cache(view, twin)
        view.locator("select").select_option("Llama-3 8B")
        for control, choices in [("n_kv_heads", "bytes_per_number"), ("context", "kind")]:
            for _ in walk(view, control, choices):
                same_cache(view, twin)


@on_widget_pages
def test_figures_keep_their_own_margins_and_stand_on_one_line(
    tab: Callable[..., Visit], where: str
) -> None:
    page = tab("http").open(where)  # the theme indents lists of this kind in prose
    for node in page.locator(".afm-figures, .afm-figures dt, .afm-figures dd").all():
        assert node.evaluate("n => getComputedStyle(n).margin") == "0px"
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        for number in page.locator(".afm-figure-number").all():
            assert number.evaluate("n => n.scrollWidth <= n.clientWidth"), number.inner_text()


@on_widget_pages
def test_picture_stands_in_without_javascript(tab: Callable[..., Visit], where: str) -> None:
    page = tab("file", java_script_enabled=False).page
    page.goto(f"{SITE.as_uri()}/{where}")
    pictures = page.locator(".afm-widget .afm-fallback img")
    assert pictures.count() == page.locator(".afm-widget").count() > 0
    for picture in pictures.all():
        assert picture.is_visible()
        assert len(picture.get_attribute("alt") or "") > 40
        assert picture.evaluate("i => i.naturalWidth") > 300


@on_widget_pages
def test_broken_widget_shows_its_picture(tab: Callable[..., Visit], where: str) -> None:
    opened = tab("http")

    def broken(route: Route) -> None:
        text = (SITE / where).read_text(encoding="utf8")
        start = text.index('"_esm":"') + len('"_esm":"')
        text = text[:start] + "throw new Error('broken');" + text[start:]
        route.fulfill(body=text, content_type="text/html")

    opened.page.route(f"**/{where}", broken)
    page = opened.open(where)
    widget = page.locator('.afm-widget[data-state="failed"]').first
    assert widget.locator(".afm-fallback img").is_visible()
    assert "could not start" in widget.locator(".afm-note").inner_text()
    assert [p for p in opened.problems if p.startswith("page error")] == []


@on_widget_pages
def test_a_move_is_drawn_before_the_next_frame(
    tab: Callable[..., Visit], record_property: Callable[..., None], where: str
) -> None:
    page = tab("http").open(where)
    for control in ("length", "step", "d_k", "temperature", "place", "layer", "context"):
        for slider in page.query_selector_all(f'input[data-control="{control}"]'):
            found = slider.evaluate(FRAMES)
            times = found["times"]
            median, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
            print(f"{where}, {control}: median {median:.1f} ms, p95 {p95:.1f} ms")
            record_property(f"p95_ms {control}", round(p95, 1))
            assert found["drawn"] == len(times) == 120
