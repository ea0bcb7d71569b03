"""Widgets on the page: sliders work by keyboard, and what is drawn is what torch computes."""

from __future__ import annotations

import base64
import copy
import inspect
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from browsing import (
    DESK,
    NOT_BUILT,
    REVEAL,
    SITE,
    in_sight,
    models_on,
    on_pages,
    page_names,
    texts_on,
    with_widgets,
)
from playwright.sync_api import expect
from walks import WALKS
from widget_pages import (
    open_lists,
)
from widget_table import BY_NAME, TABLE

from attention import widgets
from attention.widgets import AttentionExplorer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from browsing import Visit
    from playwright.sync_api import ElementHandle, Locator, Page, Route


SHOWN = """w => ({
  drawn: [...w.querySelectorAll("[data-weight]")].map(e => e.dataset.weight).join()
    + [...w.querySelectorAll("[data-value]")].map(e => e.dataset.value).join()
    + [...w.querySelectorAll("canvas")].map(c => c.toDataURL()).join()
    + [...w.querySelectorAll("svg path")].map(p => p.getAttribute("d")).join()
    + [...w.querySelectorAll("tr[data-chosen]")].map(r => r.rowIndex).join()
    + [...w.querySelectorAll(".afm-figures")].map(f => f.textContent).join(),
  said: [...w.querySelectorAll("input")].map(i => i.ariaValueText || "").join("|")
    + [...w.querySelectorAll("table, .afm-verdict, .afm-share")].map(t => t.textContent).join("|"),
})"""


MOVES = """async (slider, moves) => {
  const low = +slider.min, choices = +slider.max - low + 1, first = +slider.value - low;
  const { dataset } = slider.closest(".afm");
  const name = slider.dataset.control;
  let drawn = 0;
  for (let i = 1; i <= moves; i += 1) {
    await new Promise(requestAnimationFrame);
    const before = dataset[name];
    slider.value = low + ((first + i) % choices);
    slider.dispatchEvent(new Event("input", {bubbles: true}));
    await new Promise(done => queueMicrotask(() => queueMicrotask(done)));
    drawn += dataset[name] !== before;
  }
  return drawn;
}"""


def synced(kind: type) -> set[str]:
    """The traits that a kind of widget sends to the page, beside those of every widget."""
    return {name for name in kind.class_traits(sync=True) if not name.startswith("_")} - {
        "layout", "tabbable", "tooltip"
    }  # fmt: skip


def models_of(name: str, kind: type) -> list[str]:
    """The ids of the models of a kind on a page."""
    models = {key: set(model["state"]) for key, model in models_on(name).items()}
    return [key for key, state in models.items() if synced(kind) == state - {"_esm", "_css"}]


def on_places(kinds: Iterable[str]) -> pytest.MarkDecorator:
    """Run a test for each kind and each page on which it stands; where there is none, it fails."""
    found = []
    for kind in kinds:
        pages = [page for page in page_names() if models_of(page, getattr(widgets, kind))]
        for page in pages or [NOT_BUILT]:
            group = pytest.mark.xdist_group(page)
            found.append(pytest.param(kind, page, marks=group, id=f"{kind}-{page}"))
    return pytest.mark.parametrize(("kind", "where"), found, scope="module")


WITH_FIGURES = [name for name in WALKS if ".afm-figures" in str(getattr(widgets, name)._css)]


def test_every_kind_of_widget_stands_on_a_page_and_is_tried(site: object) -> None:
    assert WALKS.keys() == {row.name for row in TABLE if row.chapters}
    assert BY_NAME.keys() == set(widgets.__all__)
    kinds = [getattr(widgets, name) for name in widgets.__all__]
    models = {page: models_on(page).keys() for page in page_names()}
    known = {page: [key for kind in kinds for key in models_of(page, kind)] for page in models}
    assert {page: sorted(keys) for page, keys in models.items()} == {
        page: sorted(keys) for page, keys in known.items()
    }
    for row in BY_NAME.values():
        pages = {page for page in models if models_of(page, row.kind)}
        assert {f"chapters/{chapter}.html" for chapter in row.chapters} <= pages, row.name


def shown(widget: ElementHandle) -> dict[str, str]:
    """What a widget draws, and what it says in words."""
    return widget.evaluate(SHOWN)


def press(page: Page, slider: ElementHandle) -> None:
    """Move a slider one step by keyboard, away from the end at which it may stand."""
    slider.focus()
    at_end = slider.evaluate("s => +s.value >= +s.max")
    page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
    page.wait_for_timeout(40)


@pytest.mark.parametrize("where", on_pages(with_widgets()))
def test_every_slider_moves_by_keyboard(tab: Callable[..., Visit], where: str) -> None:
    opened = tab("file")
    page = opened.open(where)
    found = page.query_selector_all(".afm-widget")
    assert len(found) >= len(models_on(where)) > 0
    for widget in found:
        widget.evaluate(REVEAL)
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
    heard = 0
    for row in TABLE:
        for status in page.locator(f"{row.view} [role=status]").all():
            expect(status).to_have_text(re.compile(row.announces), timeout=20_000)
            heard += 1
    assert heard == page.locator(".afm-widget [role=status]").count()
    assert opened.problems == []


def rebuilt(where: str, model_id: str, kind: type) -> Any:
    """The widget in Python, from the state that the page holds."""
    model = copy.deepcopy(models_on(where)[model_id])
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


def with_twins(page: Page, where: str, kind: type, view: str) -> Iterator[tuple[Locator, Any]]:
    """Every widget of a kind on a page, each with its twin in Python."""
    ids = models_of(where, kind)
    found = page.locator(f".afm-widget:has({view})").all()
    assert {place.get_attribute("data-model-id") for place in found} == set(ids) != set()
    for place in found:
        yield (
            place.locator(view),
            rebuilt(where, place.get_attribute("data-model-id"), kind),
        )


def has(twin: Any, control: str) -> bool:
    """Whether a widget has a control: that of the heads may be told to leave some out."""
    name = control.partition("=")[0]
    if not isinstance(twin, AttentionExplorer):
        return True
    return name in twin.controls and (name != "heads" or len(twin.head_choices) > 1)


def positions(view: Locator, control: str) -> Iterator[None]:
    """Bring a control into each of its positions: a slider, radio buttons, a list; turn a box."""
    control, _, choice = control.partition("=")
    found = view.locator(f"[data-control={control}]")
    assert found.count() > 0, f"no control {control}"
    kind = found.first.evaluate("e => e.type")
    if kind == "range":
        low, high = (int(found.get_attribute(end)) for end in ("min", "max"))
        assert low < high
        found.press("Home")
        yield
        for _ in range(low, high):
            found.press("ArrowRight")
            yield
        assert int(found.input_value()) == high
    elif kind == "select-one":
        options = found.locator("option:enabled")
        assert options.count() > 1
        values = [option.get_attribute("value") for option in options.all()]
        for value in [choice] if choice else values:
            found.select_option(value)
            yield
    else:
        assert kind == "checkbox" or found.count() > 1
        for option in found.all() if not choice else [view.locator(f"[value={choice}]")]:
            option.focus()
            view.page.keyboard.press("Space")
            yield


def walk(view: Locator, controls: tuple[str, ...]) -> Iterator[None]:
    """Every position of the last control, at every position of those before it."""
    for _ in positions(view, controls[0]):
        if controls[1:]:
            yield from walk(view, controls[1:])
        else:
            yield


@pytest.fixture
def place(visits: Callable[[str, str], Visit], where: str) -> Visit:
    """A page on which a kind of widget stands."""
    opened = visits(where, "light")
    opened.resize(DESK)
    return opened


@on_places(WALKS)
def test_a_move_is_drawn_before_the_next_frame(place: Visit, kind: str) -> None:
    view = place.page.locator(BY_NAME[kind].view).first
    tried = 0
    for control in WALKS[kind].at_once:
        slider = view.locator(f"input[data-control={control}]")
        if slider.count():  # an AttentionExplorer may leave controls out
            assert slider.evaluate(MOVES, 24) == 24, control
            tried += 1
    assert tried


@on_places(WITH_FIGURES)
def test_figures_keep_their_own_margins_and_stand_on_one_line(place: Visit, kind: str) -> None:
    view = place.page.locator(BY_NAME[kind].view).first
    parts = view.locator(".afm-figures, .afm-figures dt, .afm-figures dd")
    figures = view.locator(".afm-figure-number")
    assert parts.count() > figures.count() > 0
    margins = parts.evaluate_all("all => all.map(n => getComputedStyle(n).margin)")
    assert set(margins) == {"0px"}  # the theme indents lists of this kind in prose
    for width in (320, 390, 1280):
        place.resize({"width": width, "height": 900})
        wide = figures.evaluate_all(
            "all => all.filter(n => n.scrollWidth > n.clientWidth).map(n => n.textContent)"
        )
        assert wide == [], width


@on_places(kind for kind in WALKS if WALKS[kind].ways)
def test_every_position_shows_what_python_computes(place: Visit, kind: str, where: str) -> None:
    walks = WALKS[kind]
    for view, twin in with_twins(place.page, where, getattr(widgets, kind), BY_NAME[kind].view):
        ways = {tuple(c for c in way if has(twin, c)): None for way in walks.ways}
        tried = 0
        with in_sight(view):
            for _ in (place for way in ways if way for place in walk(view, way)):
                open_lists(view)  # a move may bring new ones
                walks.same(view, twin)
                tried += 1
        assert tried > 3


@pytest.mark.parametrize("where", on_pages(with_widgets()[:1]))
def test_broken_widget_shows_its_picture(tab: Callable[..., Visit], where: str) -> None:
    opened = tab("http")

    def broken(route: Route) -> None:
        text = (SITE / where).read_text(encoding="utf8")
        number = next(iter(models_on(where).values()))["state"]["_esm"]
        start = text.index(json.dumps(texts_on(where)[number])[1:60])
        text = text[:start] + "throw new Error('broken');" + text[start:]
        route.fulfill(body=text, content_type="text/html")

    opened.page.route(f"**/{where}", broken)
    page = opened.open(where)
    widget = page.locator('.afm-widget[data-state="failed"]').first
    assert widget.locator(".afm-fallback img:visible").count() == 1  # of two: one for each theme
    assert "could not start" in widget.locator(".afm-note").inner_text()
    assert [p for p in opened.problems if p.startswith("page error")] == []
