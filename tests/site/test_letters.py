"""On a phone the letters of every chapter's figures can be read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from browsing import SITE, on_pages
from screens import PHONE

from attention.teaching import plots

if TYPE_CHECKING:
    from collections.abc import Callable

    from browsing import Visit

LEAST, IN_A_SECTION = 9, 8  # CSS pixels; a section that opens is 28 pixels narrower
CHAPTERS = sorted(f"chapters/{path.name}" for path in (SITE / "chapters").glob("[0-9]*.html"))
STYLE = plots.STYLE.read_text(encoding="utf-8")
DOTS = float(re.search(r"^figure\.dpi: (\d+)$", STYLE, re.MULTILINE)[1])  # an inch
SIZES = r"\b(?:font|label|title)?size[\"']?[=:]\s*([\d.]+)"
ASKED = r"\b(?:font|label)?size(?:=|[\"']: *)([\d.]+)"  # not a number's format, {size:5.0f}
POINTS = min(float(size) for size in re.findall(SIZES, STYLE))  # an inch has 72

# Each figure of a cell: how wide it is shown, how many dots it has, and the code that drew it. An
# unopened section has no width, so all are opened first.
FIGURES = """() => {
  for (const box of document.querySelectorAll("article details")) box.open = true;
  return [...document.querySelectorAll("article .cell")].flatMap(cell => {
    const code = cell.querySelector(".cell_input")?.textContent ?? "";
    return [...cell.querySelectorAll(".cell_output img")]
      .filter(img => code.includes("plt.") || code.includes("heat_map("))
      .map(img => [img, img.getBoundingClientRect().width])
      .filter(([, width]) => width > 0)
      .map(([img, width]) => [img.alt, width, img.naturalWidth, !!img.closest("details"), code]);
  });
}"""


@pytest.mark.parametrize("where", on_pages(CHAPTERS or ["(site not built)"]))
def test_letters_of_figures_can_be_read_on_a_phone(tab: Callable[..., Visit], where: str) -> None:
    """The smallest letter is the style's or one that the cell asks for, as wide as it is shown."""
    page = tab("file", viewport=PHONE, has_touch=True).open(where)
    page.evaluate(
        "() => document.querySelectorAll('img').forEach(img => { img.loading = 'eager' })"
    )
    page.wait_for_function("() => [...document.images].every(img => img.complete)")
    figures = page.evaluate(FIGURES)
    assert figures, where
    small = []
    for alt, shown, dots, inside, code in figures:
        own = [float(size) for size in re.findall(ASKED, code)]
        letter = min([POINTS, *own]) * DOTS / 72 * shown / dots
        if letter < (IN_A_SECTION if inside else LEAST):
            small.append(f"{letter:.1f} px, {shown:.0f} wide of {dots} dots: {alt[:60]}")
    assert small == []


def test_what_the_package_draws_has_no_smaller_letters() -> None:
    code = plots.__loader__.get_source(plots.__name__)
    sizes = [float(size) for size in re.findall(r"fontsize=([\d.]+)", code)]
    assert min(sizes) >= POINTS
