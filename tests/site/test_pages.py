"""Bounds that hold on every page, in light and dark, from a server and from a folder."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from browsing import AXE, DESK, PHONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from browsing import Visit

LIMIT_KB = 300
PACKED = {".woff2", ".png", ".jpg"}
NEXT_FRAME = "() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))"
RUN_AXE = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"], preload: false});
  const say = (v, n) => `${v.id}: ${n.target} | ${n.failureSummary}`;
  return found.violations.flatMap(v => v.nodes.map(n => say(v, n)));
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_quiet_accessible_and_fits(
    tab: Callable[..., Visit], name: str, scheme: str
) -> None:
    opened = tab("http", color_scheme=scheme)
    page = opened.open(name)
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    page.evaluate(AXE.read_text(encoding="utf8"))
    for size in (DESK, PHONE) if scheme == "light" else (PHONE,):
        page.set_viewport_size(size)
        page.wait_for_function(f"innerWidth === {size['width']}")
        page.evaluate(NEXT_FRAME)  # in which the page handles the resize
        assert page.evaluate(RUN_AXE) == [], f"axe at {size['width']} px"
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"{name} scrolls sideways at 320 px"
    assert opened.foreign == []
    assert opened.problems == []


def test_page_works_from_a_folder(tab: Callable[..., Visit], name: str) -> None:
    opened = tab("file", viewport=PHONE)
    page = opened.open(name)
    states = page.eval_on_selector_all(".afm-widget", "all => all.map(w => w.dataset.state)")
    assert set(states) <= {"ready"}
    assert opened.foreign == []
    assert opened.problems == []


def test_page_is_light(
    tab: Callable[..., Visit], name: str, record_property: Callable[..., None]
) -> None:
    opened = tab("http")
    opened.open(name)
    figures, rest = 0, 0
    for path in opened.files():
        content = path.read_bytes()
        if "_images" in path.parts:
            figures += len(content)
        else:
            rest += len(content if path.suffix in PACKED else gzip.compress(content, 6))
    print(f"{name}: {rest / 1000:.0f} KB gzipped, figures {figures / 1000:.0f} KB")
    record_property("kilobytes", round(rest / 1000))
    assert rest <= LIMIT_KB * 1000
