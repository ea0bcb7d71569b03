"""AttentionPicture on a page without a kernel: its height, its links, its mask, its words."""

from pathlib import Path

import pytest
from javascript import violations
from playwright.sync_api import Page

from attention.teaching.story import TAUGHT_IN
from attention.widgets import AttentionPicture
from attention.widgets.attention_picture.parts import NAMES, PARTS

BOOK_CSS = (Path(__file__).parents[2] / "book/assets/book.css").read_text(encoding="utf-8")
PLACE = """() => {
  const place = document.createElement("div");
  place.className = "afm-widget";
  place.dataset.widget = "AttentionPicture";
  const picture = document.createElement("figure");
  picture.className = "afm-fallback";
  picture.textContent = "picture";
  place.append(picture);
  const there = document.querySelector(".afm-widget");
  there.dataset.widget = "AttentionPicture";
  there.after(place);
  return [there, place].map(node => node.getBoundingClientRect().height);
}"""
PARTS_OF = "[data-control=part]"
ROOM = """() => {
  const face = document.querySelector("[data-chosen] .afm-face");
  const words = document.createRange();
  words.selectNodeContents(face.querySelector(".afm-part-name"));
  const [out, inner] = [face.getBoundingClientRect(), words.getBoundingClientRect()];
  return Math.min(inner.left - out.left, out.right - inner.right) - 1; // its border
}"""

CROSSED = """() => {
  const mark = document.querySelector(".afm-you-are-here").getBoundingClientRect();
  const path = document.querySelector(".afm-lines-wide path"); // hidden, it has no place on screen
  const [length, onScreen] = [path.getTotalLength(), path.getScreenCTM()];
  const inside = [];
  let walked = 0;
  for (let far = 0; far <= length; far += 0.2, walked += 1) {
    const { x, y } = path.getPointAtLength(far).matrixTransform(onScreen);
    const [across, down] = [x - mark.left, y - mark.top];
    if (across > 0 && down > 0 && across < mark.width && down < mark.height)
      inside.push([Math.round(across), Math.round(down)]);
  }
  return { inside, walked };
}"""


def light(page: Page, name: str) -> None:
    page.locator(f"{PARTS_OF}[value={name}]").dispatch_event("click")


@pytest.mark.parametrize("width", [1280, 900, 760, 700, 390, 330])
def test_no_name_touches_the_frame_of_the_lit_box(open_page, width: int) -> None:
    shown = AttentionPicture(here="softmax")
    page = open_page(shown.model_id, models=[shown], width=width)
    for name in NAMES:
        light(page, name)
        assert page.evaluate(ROOM) > 2.4, name


@pytest.mark.parametrize("width", [1280, 730, 640, 390, 320])
def test_it_has_one_height_whatever_is_lit(open_page, width: int) -> None:
    """It stands at the head of a page: nothing under it may move."""
    shown = AttentionPicture(here="softmax")
    page = open_page(shown.model_id, models=[shown], width=width)
    height = "document.querySelector('.afm').getBoundingClientRect().height"
    first = page.evaluate(height)
    for name in NAMES:
        light(page, name)
        for key in ("Home", "End"):
            page.locator("[data-control=query]").press(key)
            assert page.evaluate(height) == first, (name, key)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("[data-control=causal]").dispatch_event("click")
    light(page, "mask")
    assert page.evaluate(height) == first


@pytest.mark.parametrize("width", [1000, 752, 720, 700, 640, 500, 390, 375, 360, 320])
def test_its_place_on_a_page_of_the_book_is_as_high_before_it_is_there(
    open_page, width: int
) -> None:
    shown = AttentionPicture(here="weights")
    page = open_page(shown.model_id, models=[shown], width=width)
    page.add_style_tag(content=BOOK_CSS)
    there, waiting = page.evaluate(PLACE)
    assert waiting == pytest.approx(there, abs=1)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [1000, 390])
def test_where_you_are_can_be_read(open_page, name: str, width: int) -> None:
    """No part of the picture lies over the words "you are here"."""
    shown = AttentionPicture(here=name)
    page = open_page(shown.model_id, models=[shown], width=width)
    covered = page.locator(".afm-you-are-here").evaluate(
        """mark => {
          const { left, right, top, height } = mark.getBoundingClientRect();
          return Array.from({ length: 20 }, (_, i) => left + 1 + ((right - left - 2) * i) / 19)
            .filter(x => document.elementFromPoint(x, top + height / 2) !== mark);
        }"""
    )
    assert covered == []


@pytest.mark.parametrize("width", [1280, 1000, 752, 730])
def test_no_line_runs_through_where_you_are(open_page, width: int) -> None:
    """Walk along the lines of a desk's drawing: no point lies in the box of the words.

    On a phone the lines run between the rows, and the words' own ground interrupts one.
    """
    crossed = []
    for name in NAMES:
        shown = AttentionPicture(here=name)
        page = open_page(shown.model_id, models=[shown], width=width)
        found = page.evaluate(CROSSED)
        assert found["walked"] > 1000, "its lines are walked along"
        crossed += [(name, *point) for point in found["inside"]]
    assert not crossed, {name for name, *_ in crossed}


def test_each_part_says_its_sentence_and_links_to_its_chapter(open_page) -> None:
    shown = AttentionPicture(here="query", query=0)
    page = open_page(shown.model_id, models=[shown])
    link = page.locator("a.afm-taught")
    for part in PARTS:
        light(page, part.name)
        says = page.locator(".afm-says").inner_text()
        assert says.replace("\n", "") == part.says.format(token="The").replace("_", "")
        path = TAUGHT_IN[part.name]
        assert link.get_attribute("href").endswith(f"/book/{path}.html")
        assert link.inner_text() == f"Taught in chapter {int(path.split('/')[1][:2])}"
    assert page.locator(".afm-you-are-here").inner_text() == "you are here"
    chosen = page.get_by_role("radio", name="you are here Q Queries")
    assert chosen.count() == 1, "the mark is heard, too"


def test_arrow_keys_walk_along_the_way_and_the_mask_comes_with_its_part(open_page) -> None:
    shown = AttentionPicture(part="scores")
    page = open_page(shown.model_id, models=[shown])
    switch = page.locator("[data-control=causal]")
    assert not switch.is_visible()
    page.locator(f"{PARTS_OF}:checked").press("ArrowRight")
    assert page.locator(".afm-path").get_attribute("data-part") == "mask"
    assert switch.is_visible()
    hidden = page.locator(".afm-numbers td[data-hidden]")
    assert hidden.count() == 0
    switch.press("Space")
    assert hidden.all_inner_texts() == ["\u2212\u221e"] * 6
    page.locator(f"{PARTS_OF}:checked").press("ArrowLeft")
    assert switch.is_visible(), "a mask that is on can be taken off"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everyone_can_read_it(open_page, theme: str) -> None:
    shown = AttentionPicture(here="value", label="<b>way</b>", caption="</script><i>under</i>")
    page = open_page(shown.model_id, models=[shown], theme=theme)
    assert page.locator(".afm b, .afm i").count() == 0
    for name in NAMES:
        light(page, name)
        assert violations(page) == [], name
    sizes = page.locator(".afm-way label").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect()).map(r => Math.min(r.width, r.height))"
    )
    assert min(sizes) >= 44
