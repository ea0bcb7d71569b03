"""The map of a long text: a table that is placed once, and ink and names that follow."""

import pytest
from playwright.sync_api import Locator, Page
from screen_pixels import NEAR, Palette
from widget_examples import gpt
from widget_pages import facts, load, same_gpt

LONG = "To be, or not to be, that is the question: whether it is nobler in the mind " * 3
SIDE = 26  # pixels of a cell


@pytest.fixture
def view(start) -> Locator:
    view = load(page := start(gpt()))
    view.locator("textarea").fill(LONG)
    page.wait_for_selector(".afm-gpt[data-tokens='64']:not([data-behind])")
    return view


def ink(page: Page, query: int, key: int) -> list[int] | None:
    """The ink in a cell's corner, with its opacity; None where the canvas does not reach."""
    return page.evaluate(
        """([query, key]) => {
          const cell = document.querySelector(`td[data-query='${query}'][data-key='${key}']`);
          const canvas = document.querySelector('.afm-ink canvas');
          const [at, from] = [cell, canvas].map(node => node.getBoundingClientRect());
          const [x, y] = [at.x - from.x + 4, at.y - from.y + 4];
          if (x < 0 || y < 0 || x > from.width || y > from.height) return null;
          return canvas.getContext('2d').getImageData(x, y, 1, 1).data.values().toArray();
        }""",
        [query, key],
    )


def scroll(page: Page, x: float, y: float) -> None:
    page.evaluate(
        """([x, y]) => {
          const box = document.querySelector('.afm-gpt .afm-scroll');
          box.scrollTo(x * box.scrollWidth, y * box.scrollHeight);
          return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        }""",
        [x, y],
    )


def in_sight(page: Page) -> list[list[int]]:
    """First and last row and column of which something is seen in the box, beside the names."""
    return page.evaluate(
        """() => {
          const [box, corner] = ['.afm-scroll', '.afm-sheet > .afm-corner']
            .map((name) => document.querySelector(name).getBoundingClientRect());
          const cells = [...document.querySelectorAll('.afm-gpt td[data-key]')].filter((cell) => {
            const {left, top, right, bottom} = cell.getBoundingClientRect();
            const before = right < corner.right + 1 || bottom < corner.bottom + 1;
            return !before && left < box.right - 1 && top < box.bottom - 1;
          });
          const ends = [cells[0], cells.at(-1)];
          return ['query', 'key'].map((name) => ends.map((cell) => +cell.dataset[name]));
        }"""
    )


def test_ink_is_drawn_wherever_one_scrolls(view: Locator) -> None:
    page, weights, palette = view.page, gpt(text=LONG).weights[0, 0], Palette(dark=False)
    for x, y in [(1, 1), (0, 0), (0, 1), (1, 0), (0.3, 0.4), (0.31, 0.41)]:
        scroll(page, x, y)
        (top, bottom), (left, right) = in_sight(page)
        assert bottom - top < 40, "the rest is out of sight"
        for query in (top, (top + bottom) // 2, bottom):
            for key in (left, (left + right) // 2, right):
                colour = [*palette.ink(weights[query, key].item()), 255]
                expected = colour if key <= query else [0] * 4
                found = ink(page, query, key)
                assert found == pytest.approx(expected, abs=NEAR), (x, y, query, key)
    assert page.evaluate("document.querySelector('.afm-ink canvas').width") < 40 * SIDE


def test_names_stand_beside_their_cells(view: Locator) -> None:
    page = view.page
    for x, y in [(1, 1), (0, 0), (0.4, 0.6)]:
        scroll(page, x, y)
        found = page.evaluate(
            """() => {
              const rect = (name) => document.querySelector(name).getBoundingClientRect();
              const cell = (k) => rect(`td[data-query='${k}'][data-key='${k}']`);
              const box = rect('.afm-scroll');
              const [left, over] = ['.afm-names-left', '.afm-names-over'].map(rect);
              return {
                rows: [left.top - cell(0).top, left.bottom - cell(63).bottom],
                columns: [over.left - cell(0).left, over.right - cell(63).right],
                edges: [left.left - box.left, over.top - box.top].map(Math.abs),
              };
            }"""
        )
        assert max(found.pop("edges")) <= 3, "they stay at the box's edges"
        for name, offsets in found.items():
            assert offsets == pytest.approx([0, 0], abs=0.5), (name, x, y)
    lines = page.locator(".afm-names").evaluate_all(
        "all => all.map(strip => parseFloat(getComputedStyle(strip).lineHeight))"
    )
    assert lines == [SIDE, SIDE]


def test_cells_are_pointed_at_clicked_and_walked(view: Locator) -> None:
    page = view.page
    query, key = (last - 3 for _, last in in_sight(page))
    cell = view.locator(f"td[data-query='{query}'][data-key='{key}']")
    cell.hover()
    weight = float(cell.get_attribute("data-weight"))
    assert f"weight {weight:.3f}" in view.locator(".afm-readout").inner_text()
    cell.click()
    assert (facts(view)["query"], facts(view)["key"]) == (str(query), str(key))
    word = view.locator("[data-chosen] .afm-word").text_content()
    assert view.locator(".afm-names .afm-now").text_content() == word
    for press, at in [
        ("ArrowUp", (query - 1, key)),
        ("Home", (query - 1, 0)),
        ("PageUp", (0, 0)),
        ("Control+End", (63, 63)),
        ("ArrowRight", (63, 63)),
    ]:
        page.keyboard.press(press)
        assert (int(facts(view)["query"]), int(facts(view)["key"])) == at
        seen = page.evaluate(
            """() => {
              const cell = document.activeElement;
              const at = cell.getBoundingClientRect();
              const [x, y] = [at.x + at.width / 2, at.y + at.height / 2];
              const framed = document.querySelector('.afm-cell-frame').getBoundingClientRect();
              return {
                focused: [+cell.dataset.query, +cell.dataset.key],
                seen: document.elementFromPoint(x, y) === cell,
                framed: ['x', 'y', 'width'].every((k) => Math.abs(at[k] - framed[k]) < 0.5),
              };
            }"""
        )
        assert seen == {"focused": list(at), "seen": True, "framed": True}, press


def test_what_a_shorter_text_has_too_much_of_is_cut_off(view: Locator) -> None:
    page = view.page
    view.locator("textarea").fill("To be, or not")
    page.wait_for_selector(".afm-gpt[data-tokens='5']:not([data-behind])")
    same_gpt(view, gpt())
    beyond = view.locator("td[data-query='5'][data-key='5']")
    assert view.locator("tr[aria-hidden=true]").count() == 59
    assert view.locator("tbody tr").first.locator("[aria-hidden=true]").count() == 59
    sheet = view.locator(".afm-sheet").bounding_box()
    assert max(sheet["width"], sheet["height"]) < 5 * SIDE + 80
    assert view.locator(".afm-scroll").evaluate("box => box.scrollWidth <= box.clientWidth")
    assert beyond.bounding_box()["y"] >= sheet["y"] + sheet["height"] - 1
    assert not beyond.evaluate(
        """cell => {
          const {x, y} = cell.getBoundingClientRect();
          return document.elementFromPoint(x + 9, y + 9) === cell;
        }"""
    )
    view.locator("td[tabindex='0']").press("ArrowRight")
    assert facts(view)["key"] == "4"


def test_a_text_that_comes_while_the_last_is_written_is_shown_in_the_end(start) -> None:
    page = start(shown := gpt(), own=True)
    view = load(page)
    area = view.locator("textarea")
    area.fill(LONG)
    same_gpt(view, shown)
    page.clock.install(time=0)
    page.clock.pause_at(60_000)
    for pause in (399, 401, 403, 405):
        area.fill(LONG + "a" * pause)
        page.clock.run_for(pause)
        area.fill(LONG + "b")
        assert view.get_attribute("data-behind") == ""
        page.clock.run_for(300)
        assert view.get_attribute("data-behind") == "", "the map is still that of another text"
        page.clock.run_for(200)
        same_gpt(view, shown)


def test_what_takes_the_focus_is_never_hidden(start) -> None:
    """Between the slices in which cells are written, too: axe finds it only at such a moment."""
    page = start(gpt())
    view = load(page)
    page.evaluate(
        """() => {
          window.seen = new Set();
          const look = () => {
            const hidden = document.querySelectorAll('[aria-hidden] [tabindex="0"]');
            for (const { dataset } of hidden) seen.add(`${dataset.query}, ${dataset.key}`);
            if (document.querySelector('[data-behind]')) seen.behind = true;
          };
          const all = { subtree: true, attributes: true, childList: true };
          new MutationObserver(look).observe(document.body, all);
        }"""
    )
    for text in ("To be", LONG, "", "To", LONG):
        view.locator("textarea").fill(text)
        page.wait_for_selector(".afm-gpt:not([data-behind])")
    assert page.evaluate("seen.behind"), "no moment was looked at in which the map was behind"
    assert page.evaluate("[...seen]") == []
