"""What readers met on other books' pages, each as a question to a page that is open.

Each function takes the page as it stands and leaves it as it found it, as far as that can be done,
so that a page that is open for something else can be asked, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

OPAQUE = """(node) => {
  const paint = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  paint.fillStyle = getComputedStyle(node).backgroundColor;
  paint.fillRect(0, 0, 1, 1);
  return paint.getImageData(0, 0, 1, 1).data[3];
}"""
# How much of a dropdown's content would reach the paper at the moment at which it is printed.
ON_PAPER = """() => {
  window.dispatchEvent(new Event("beforeprint"));
  const seen = (node) => {
    let share = 1;
    for (let at = node; at; at = at.parentElement) share *= +getComputedStyle(at).opacity;
    return node.getClientRects().length ? share : 0;
  };
  const inside = [...document.querySelectorAll("article details")].map(box => box.lastElementChild);
  const lightness = (name, node) =>
    getComputedStyle(node)[name].match(/[\\d.]+/g).slice(0, 3).reduce((sum, one) => sum + +one, 0);
  const found = {
    shown: inside.map(seen),
    paper: lightness("backgroundColor", document.body),
    ink: [...document.querySelectorAll("article :is(h1, h2, p, pre, td)")]
      .map(node => lightness("color", node)),
  };
  window.dispatchEvent(new Event("afterprint"));
  return found;
}"""


def drawers_are_opaque(page: Page) -> None:
    """Contents and "on this page" open over the text, and nothing shines through."""
    for side in ("primary", "secondary"):
        page.locator(f"button.{side}-toggle").click()
        drawer = page.locator(f"#pst-{side}-sidebar-modal")
        drawer.wait_for(state="visible")
        assert drawer.evaluate(OPAQUE) == 255, f"the {side} drawer lets the text through"
        assert drawer.locator("a").count() > 5
        page.keyboard.press("Escape")
        drawer.wait_for(state="hidden")


def contents_are_offered_once(page: Page) -> None:
    """Either they stand at the side, or a button opens them."""
    for width in (320, 958, 962, 985, 1000, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        beside = page.locator("#pst-primary-sidebar a").first
        button = page.locator("button.primary-toggle")
        expect(beside).to_be_visible(visible=width >= 960)
        expect(button).to_be_visible(visible=width < 960)


def print_is_whole_and_light(page: Page) -> None:
    """What is folded reaches the paper at once, and is dark on light."""
    theme = page.evaluate("document.documentElement.dataset.theme")
    page.emulate_media(media="print")
    found: dict[str, Any] = page.evaluate(ON_PAPER)
    page.emulate_media(media="screen")
    assert len(found["shown"]) > 5
    assert set(found["shown"]) == {1}, "what is folded is not printed"
    assert found["paper"] == 3 * 255, "the paper is not white"
    assert len(found["ink"]) > 20
    assert max(found["ink"]) < 3 * 140, "some text is pale on paper"
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert page.locator("article details[open]").count() == 0


def margins_fit_a_phone(page: Page) -> None:
    """The text has 16 px to each side."""
    for width in (320, 390, 700):
        page.set_viewport_size({"width": width, "height": 800})
        box = page.locator("article > section > p").first.bounding_box()
        assert box
        assert (box["x"], width - box["x"] - box["width"]) == (16, 16), f"at {width} px"


def header_fits_large_type(page: Page) -> None:
    """With a reader's letters of twice the size, all buttons are still on a phone's screen."""
    page.set_viewport_size({"width": 390, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    buttons = page.locator(".bd-header-article :is(button, summary):visible").all()
    assert len(buttons) == 5
    right = [box["x"] + box["width"] for button in buttons if (box := button.bounding_box())]
    assert max(right) <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate("document.documentElement.style.fontSize = ''")


def search_box_is_plain(page: Page) -> None:
    """The magnifier stands before what is typed, and what has the focus has one ring."""
    page.keyboard.press("Control+k")
    box = page.locator("#pst-search-dialog form.bd-search")
    field = box.locator("input")
    field.wait_for(state="visible")
    glass = box.locator(".fa-magnifying-glass").bounding_box()
    text = field.evaluate(
        "i => i.getBoundingClientRect().x + parseFloat(getComputedStyle(i).paddingLeft)"
    )
    assert glass
    assert glass["width"] > 8
    assert glass["x"] + glass["width"] <= text, "the magnifier lies on the text"
    rings = page.evaluate(
        """() => [...document.querySelectorAll(
          "#pst-search-dialog form.bd-search, #pst-search-dialog form.bd-search input"
        )].map(getComputedStyle).map(style =>
          (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
          + (style.boxShadow !== "none"))"""
    )
    assert sum(rings) == 1, f"rings around the form and the field: {rings}"
    page.keyboard.press("Escape")


def a_link_opens_a_dropdown(page: Page) -> None:
    """A link to a closed box opens it, brings it into view and marks it, a second time, too."""
    box = page.locator("article details.solution[id]").last
    address = box.get_attribute("id")
    page.evaluate(
        """address => {
          const link = Object.assign(document.createElement("a"), {
            href: "#" + address, id: "to-the-box", textContent: "to the box"});
          document.querySelector("h1").append(link);
        }""",
        address,
    )
    for _ in range(2):
        page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
        page.evaluate("document.querySelector('#to-the-box').click()")
        page.wait_for_function("id => document.getElementById(id).open", arg=address)
        page.wait_for_function(
            "id => { const {top} = document.getElementById(id).getBoundingClientRect();"
            " return top >= 0 && top < innerHeight; }",
            arg=address,
        )
        assert box.locator("summary").evaluate(OPAQUE) == 255, "it is not marked"
        box.evaluate("box => { box.open = false; }")
    page.evaluate("document.querySelector('#to-the-box').remove()")


def text_is_found(page: Page, base: str, question: str) -> list[str]:
    """The addresses that the search gives for a question, best first."""
    page.goto(f"{base}search.html?q={question.replace(' ', '+')}")
    page.wait_for_selector("#search-results li a")
    links = page.eval_on_selector_all("#search-results li a", "all => all.map(a => a.href)")
    return [link.removeprefix(base) for link in links]
