"""Bounds that hold on every page, in light and dark, wide and narrow, served and from a folder."""

from __future__ import annotations

import gzip
import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from accessibility import everything, pale_text
from browsing import DESK, PHONE, SHIFTS, models_on
from javascript import violations
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

    from browsing import Visit
    from playwright.sync_api import Page

# The colour under an element: of the nearest one around it that has any.
GROUND = """(node) => {
  while (/, 0\\)$/.test(getComputedStyle(node).backgroundColor)) node = node.parentElement;
  return getComputedStyle(node).backgroundColor.match(/[\\d.]+/g).slice(0, 3).map(Number);
}"""
LIMIT_KB = 300
PACKED = {".woff2", ".png", ".jpg"}
# A picture is loaded when it comes near.
WIDTH_WHEN_THERE = "i => i.decode().then(() => i.naturalWidth)"


def test_page_has_the_colours_that_are_asked_for_and_all_its_widgets(
    shown: Visit, name: str, request: pytest.FixtureRequest
) -> None:
    page = shown.page
    scheme = request.node.callspec.params["shown"]
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    states = page.eval_on_selector_all(".afm-widget", "all => all.map(w => w.dataset.state)")
    assert states == ["ready"] * len(states)
    shown_here = page.eval_on_selector_all(".afm-widget", "all => all.map(w => w.dataset.modelId)")
    assert set(shown_here) == models_on(name).keys()


def test_nothing_on_the_first_screen_moves_when_the_page_wakes(light: Visit) -> None:
    assert light.answer < 0.1, "a shift that is felt"


def test_page_is_light(light: Visit, name: str, record_property: Callable[..., None]) -> None:
    figures, rest = 0, 0
    for path in light.files():
        content = path.read_bytes()
        if "_images" in path.parts:
            figures += len(content)
        else:
            rest += len(content if path.suffix in PACKED else gzip.compress(content, 6))
    print(f"{name}: {rest / 1000:.0f} KB gzipped, figures {figures / 1000:.0f} KB")
    record_property("kilobytes", round(rest / 1000))
    assert 0 < rest <= LIMIT_KB * 1000


def test_pictures_stand_on_the_page_itself(shown: Visit) -> None:
    """In each theme's colours, without a card of their own, and in the room that was kept for them.

    The first and the last of a page: the page's other pictures are made in the same way.
    """
    page = shown.page
    pictures = page.locator("article img:visible").all()
    for picture in pictures[:1] + pictures[1:][-1:]:
        picture.scroll_into_view_if_needed()
        before = picture.evaluate("i => i.offsetHeight")
        picture.evaluate(WIDTH_WHEN_THERE)
        after = picture.evaluate("i => i.offsetHeight")
        assert abs(after - before) <= 1, "the page moved when the picture came"
        with Image.open(io.BytesIO(picture.screenshot())) as seen:
            dots = np.asarray(seen.convert("RGB")).astype(int)
        paper = picture.locator("..").evaluate(GROUND)
        corners = dots[[2, 2, -3, -3], [2, -3, 2, -3]]
        assert np.abs(corners - paper).max() <= 1, f"its paper is {corners}, the page's {paper}"
        ink = np.abs(dots - paper).sum(-1).max()
        assert ink > 300, "nothing stands out"
    asked = {url.rsplit("-", 1)[-1] for url in shown.requests if "/_images/" in url}
    theme = page.evaluate("document.documentElement.dataset.theme")
    assert asked <= {f"{theme}.png"}, "a picture was loaded that nobody sees"


def test_every_code_cell_has_a_copy_button(light: Visit) -> None:
    cells = light.page.locator("div.cell_input div.highlight")
    assert cells.locator("button.copybtn").count() == cells.count()


def test_figures_show_their_captions(shown: Visit) -> None:
    missing = shown.page.locator("article figcaption").evaluate_all(
        """all => all.filter(caption => getComputedStyle(caption).display === "none")
          .map(caption => caption.textContent)"""
    )
    assert missing == []


def test_page_fits_a_phone(shown: Visit) -> None:
    width = shown.resize(PHONE).evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], "it scrolls sideways"


def test_formulas_in_the_text_fit_a_phone_with_letters_of_twice_the_size(light: Visit) -> None:
    page = light.resize(PHONE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    wide = page.locator("article span.math .base").evaluate_all(
        """all => all.filter(part => part.getBoundingClientRect().right > innerWidth)
          .filter(part => !part.closest("table"))
          .filter(part => getComputedStyle(part.closest("p, li")).overflowX !== "auto")
          .map(part => part.closest(".katex").querySelector("annotation").textContent)"""
    )
    page.evaluate("document.documentElement.style.fontSize = ''")
    assert wide == []


def test_a_formula_in_the_text_stands_in_one_line_on_a_desk(light: Visit) -> None:
    page = light.resize(DESK)
    page.evaluate("() => document.fonts.ready")
    high = page.locator("article span.math .base:not(:has(.mtable))")
    letters = high.evaluate_all(
        """all => all.map(part => [part.closest(".katex").querySelector("annotation").textContent,
          part.getBoundingClientRect().height / parseFloat(getComputedStyle(part).fontSize)])"""
    )
    assert [formula for formula, height in letters if height > 2.7] == []


def test_page_is_quiet(shown: Visit) -> None:
    """After all that was done with the page but axe's own work."""
    assert shown.foreign == []
    assert shown.problems == []


def test_text_stands_out_in_the_light(light: Visit) -> None:
    assert pale_text(light.resize(DESK)) == []


def test_page_is_accessible_in_the_dark_on_a_phone(dark: Visit) -> None:
    """The rules that are not about colours hold in all of them; what scrolls, scrolls here."""
    assert everything(dark.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_page_is_accessible_to_its_last_piece(tab: Callable[..., Visit], scheme: str) -> None:
    opened = tab("http", color_scheme=scheme)
    opened.open("chapters/05_self_attention.html")
    for size in (DESK, PHONE) if scheme == "light" else (DESK,):
        assert violations(opened.resize(size)) == [], f"at {size['width']} px"


def test_text_is_there_without_javascript(plain: Page) -> None:
    assert plain.locator("h1").first.is_visible()
    for formula in plain.locator("article .katex").all()[:5]:
        assert formula.bounding_box()
    for box in plain.locator("article details").all()[:3]:
        box.locator("summary").first.click()
        assert box.get_attribute("open") is not None


def test_pictures_stand_in_for_widgets_without_javascript(plain: Page, name: str) -> None:
    for box in plain.locator("article details:not([open]):has(.afm-widget)").all():
        box.locator("summary").first.click()
    pictures = plain.locator(".afm-widget .afm-fallback img:visible")
    assert pictures.count() == plain.locator(".afm-widget").count() >= len(models_on(name))
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        assert len(picture.get_attribute("alt") or "") > 40
        assert picture.evaluate(WIDTH_WHEN_THERE) > 300


@pytest.mark.parametrize("size", [PHONE, {"width": 412, "height": 823}])
def test_nothing_on_a_phone_s_first_screen_moves_when_the_page_wakes(
    tab: Callable[..., Visit], size: dict[str, int], name: str
) -> None:
    opened = tab("http", viewport=size)
    page = opened.page
    page.goto(opened.base + name, wait_until="load")
    assert page.evaluate(SHIFTS) < 0.1, "a shift that is felt"
