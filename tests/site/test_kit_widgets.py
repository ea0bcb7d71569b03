"""What a prediction covers where a widget follows: the result, or the widget where it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browsing import serve, visit
from javascript import violations
from playwright.sync_api import expect
from screens import PHONE
from small_book import HAS_RUN, build, choice, moved, ran, said

from attention.widgets import DotProduct, SoftmaxBars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from browsing import Visit
    from playwright.sync_api import Browser

pytestmark = pytest.mark.xdist_group("kit widgets")
PAGE = "chapters/03_move.html"
CONTENTS = "format: jb-book\nroot: index\nchapters:\n- file: chapters/03_move\n"
ARROWS = "[data-widget=DotProduct]"
BARS = "[data-widget=SoftmaxBars]"


def box(name: str, classes: str) -> str:
    return f"""````{{admonition}} Predict
:class: {classes}
:name: {name}

Which one?

- this
- that

```{{admonition}} Answer
:class: dropdown

This.
```
````"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    cells = [
        said("# Move\n\nText.\n\n## First\n\n" + box("move-first", "predict")),
        ran("x = 1", move_first=choice("this"), move_whole=choice("this"), tags=("hide-input",)),
        moved(DotProduct()),
        said("Move it, then look."),
        ran("print(sum)", "the sum: heron\n"),
        said("## Whole\n\n" + box("move-whole", "predict covers-widget")),
        ran("print(1)", "a printed line\n"),
        moved(SoftmaxBars(names=list("abcdef"))),
    ]
    folder = tmp_path_factory.mktemp("moved")
    pages = {"index": "# Index", "chapters/03_move": cells}
    with serve(build(folder, CONTENTS, pages, settings=HAS_RUN)) as base:
        yield base


@pytest.fixture
def reader(browser: Browser, address: str) -> Iterator[Callable[..., Visit]]:
    contexts = []

    def open_page(**options: object) -> Visit:
        context, opened = visit(browser, address, **options)
        contexts.append(context)
        opened.open(PAGE)
        return opened

    yield open_page
    for context in contexts:
        context.close()


def test_a_widget_to_predict_with_stays_open_and_the_result_is_covered(
    reader: Callable[..., Visit],
) -> None:
    page = reader().page
    slider = page.locator(f"{ARROWS} input[data-control=a1]")
    slider.press("End")
    expect(page.locator(f"{ARROWS} .afm-dot-product")).to_have_attribute("data-a1", "3")
    result = page.locator("pre", has_text="heron")
    expect(result).to_be_hidden()
    page.locator("#move-first input").first.check()
    page.locator("#move-first .box-send").click()
    expect(result).to_be_visible()


def test_a_widget_that_gives_the_answer_is_covered_wholly(reader: Callable[..., Visit]) -> None:
    opened = reader(viewport=PHONE)
    page = opened.page
    expect(page.locator("pre", has_text="a printed line")).to_be_visible()
    shown = page.locator(f"{BARS} *").evaluate_all(
        "all => all.filter(e => e.checkVisibility({visibilityProperty: true})).length"
    )
    assert shown == 0
    cover = page.locator(".box-cover", has_text="Answer first")
    over, under = (page.locator(s).bounding_box() for s in (".box-cover >> nth=1", BARS))
    assert over is not None
    assert under is not None
    assert over["y"] <= under["y"]
    assert over["y"] + over["height"] >= under["y"] + under["height"]
    for block in ("start", "center", "end"):
        cover.evaluate("(e, block) => e.scrollIntoView({block, behavior: 'instant'})", block)
        expect(cover.locator(".box-first")).to_be_in_viewport()
    sizes = cover.locator("a, button").evaluate_all("all => all.map(e => e.offsetHeight)")
    assert min(sizes) >= 44
    assert violations(page, "article") == []
    cover.locator(".box-first").click()
    expect(page.locator("#move-whole input").first).to_be_in_viewport()
    page.locator("#move-whole input").last.check()
    page.locator("#move-whole .box-send").click()
    expect(cover).to_be_hidden()
    page.locator(f"{BARS} input[data-control=temperature]").press("Home")
    assert opened.problems == []


def test_it_can_be_moved_without_predicting_and_is_open_on_paper(
    reader: Callable[..., Visit],
) -> None:
    page = reader().page
    bars = page.locator(f"{BARS} .afm-softmax")
    expect(bars).to_be_hidden()
    page.emulate_media(media="print")
    expect(bars).to_be_visible()
    expect(page.locator(".box-first")).to_be_hidden()
    page.emulate_media(media="screen")
    page.locator(".box-uncover", has_text="Move it").click()
    expect(bars).to_be_visible()
