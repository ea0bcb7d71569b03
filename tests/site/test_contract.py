"""What a chapter of the second edition promises its reader, held as bounds.

These are the chapters that ask their reader something (`book/terms.py`). The core path is the open
text before the section "Exercises" (`book/extension/measure.py`).
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import nbformat
import numpy as np
import pytest
from browsing import DESK, HIDE_AGAIN, REVEAL, SITE, visit
from extension.measure import LEVELS, page_of
from PIL import Image
from terms import second_edition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from browsing import Visit
    from extension.measure import Page
    from playwright.sync_api import Browser

WORDS, CODE, ASSERTS = 2200, 110, 6
TO_SEE, TO_ANSWER = 8, 4
SCREENS, TAB_STOPS = 20, 40
# Chapter 1 is on the way to attention: a reader is through it in half of what another chapter may
# take. Things to see stand in it as densely as elsewhere, and it has as many questions.
SHORT = {"01_rnn_bottleneck": 10}
MINUTES = 20  # of the core path, by the measure
PALE = 190  # of 255: what is paler in all three colours glares on a dark page

EXERCISE = re.compile(r"^`{3,}\{exercise\}.*\n(?::.*\n)*\n*(.*)", re.MULTILINE)
PLACE = re.compile(r"\*(?:Recall|Apply|Extend), (?:in|with) \w[^*]*\.\*")

pytestmark = [
    pytest.mark.parametrize(
        "chapter",
        [
            pytest.param(name, marks=pytest.mark.xdist_group(f"chapters/{name}.html"))
            for name in second_edition()
        ],
        scope="module",
    )
]


def measured(chapter: str) -> Page:
    return page_of(SITE.parent / ".doctrees", f"chapters/{chapter}")


def screens(chapter: str) -> int:
    """How many screens a reader may have to pass before the exercises."""
    return SHORT.get(chapter, SCREENS)


@pytest.fixture(scope="module")
def desk(browser: Browser, bases: dict[str, str], chapter: str) -> Iterator[Visit]:
    """The chapter on a desk, in the dark."""
    context, opened = visit(browser, bases["http"], color_scheme="dark", viewport=DESK)
    opened.open(f"chapters/{chapter}.html")
    yield opened
    context.close()


def test_the_core_path_is_short(chapter: str) -> None:
    core = measured(chapter).core
    assert core.words <= WORDS
    assert core.code <= CODE, "lines of visible code"
    assert core.asserts <= ASSERTS, "visible asserts: fold them in a '# Checked:' cell"
    assert round(core.minutes) <= MINUTES


def test_there_is_something_to_look_at_and_to_answer(chapter: str) -> None:
    core = measured(chapter).core
    assert core.figures + core.widgets >= TO_SEE * screens(chapter) / SCREENS
    assert core.boxes >= TO_ANSWER


def test_exercises_go_from_recall_to_what_extends(chapter: str) -> None:
    """Each begins with its level, as in "*Apply, in Python.*", and the levels rise."""
    levels = measured(chapter).levels
    assert set(levels) == set(LEVELS), "an exercise begins with Recall, Apply or Extend"
    assert list(levels) == sorted(levels, key=LEVELS.index)


def test_each_exercise_says_where_it_is_done(chapter: str) -> None:
    """After its level, as in "*Recall, with pen and paper.*" and "*Apply, in Python.*"."""
    cells = nbformat.read(SITE.parents[1] / "chapters" / f"{chapter}.ipynb", as_version=4).cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    begun = [line for text in texts for line in EXERCISE.findall(text)]
    assert len(begun) == len(measured(chapter).levels)
    assert [line for line in begun if not PLACE.match(line)] == []


def test_the_exercises_come_within_so_many_screens(desk: Visit, chapter: str) -> None:
    place = desk.page.evaluate(
        """() => [...document.querySelectorAll("article h2")]
          .filter(head => /Exercises/.test(head.textContent))
          .map(head => head.getBoundingClientRect().top + scrollY)"""
    )
    assert len(place) == 1, f"{chapter} should have one section called Exercises"
    assert place[0] / DESK["height"] <= screens(chapter)


def test_no_visible_code_is_cut_off(desk: Visit, chapter: str) -> None:
    code = desk.page.locator("article div.cell_input pre:visible")
    assert code.count() >= 3, f"the code of {chapter}"
    cut = code.evaluate_all(
        "all => all.filter(pre => pre.scrollWidth > pre.clientWidth + 1)"
        ".map(pre => pre.textContent.slice(0, 80))"
    )
    assert cut == []


def test_no_figure_glares_on_the_dark_page(desk: Visit, chapter: str) -> None:
    """Of what is on the screen, and of what a prediction covers, no figure is half pale."""
    covered = desk.page.locator("article .box-covered img")
    covered.evaluate_all(f"all => all.forEach({REVEAL})")
    glaring = []
    figures = desk.page.locator("article .cell_output img:visible").all()
    assert figures, f"the figures of {chapter}"
    for figure in figures:
        picture = Image.open(io.BytesIO(figure.screenshot())).convert("RGB")
        if (np.asarray(picture).min(-1) > PALE).mean() > 0.5:
            glaring.append(figure.get_attribute("alt"))
    desk.page.evaluate(HIDE_AGAIN)
    assert glaring == [], chapter


def test_the_first_control_is_near(desk: Visit, chapter: str) -> None:
    page = desk.page
    page.evaluate("scrollTo(0, 0); document.activeElement.blur()")
    for _ in range(TAB_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate(
            "document.activeElement.closest('.afm-widget, .box')"
            " && document.activeElement.matches('input, button, [tabindex], select')"
        ):
            return
    pytest.fail(f"no control of a widget or a question within {TAB_STOPS} Tab stops")
