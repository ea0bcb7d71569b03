"""Deeper sections, boxes and minutes: what the build writes, and what it refuses."""

from __future__ import annotations

import base64
import json
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import kit_book
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from extension import minutes
from extension.measure import Exercises, Measure, Page, level_of, page_of
from small_book import HAS_RUN, build

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("kit")  # one process, so that its book is built once


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder `_build` of the kit's book."""
    folder = tmp_path_factory.mktemp("kit")
    build(folder, kit_book.CONTENTS, kit_book.PAGES, settings=HAS_RUN)
    return folder / "_build"


@pytest.fixture(scope="module")
def ask(book: Path) -> Any:
    """The page with the boxes."""
    return _page(book, "chapters/03_ask")


def _page(book: Path, name: str) -> Any:
    return BeautifulSoup((book / "html" / f"{name}.html").read_text("utf-8"), "html.parser")


def _key(box: Any) -> Any:
    return json.loads(base64.b64decode(box["data-key"]))


def test_a_deeper_section_holds_what_stands_between_its_gates(ask: Any) -> None:
    section = ask.select_one("article details.deeper#ask-proof")
    assert not section.has_attr("open")
    assert section.select_one(".deeper-title .katex")
    assert section.select_one(".deeper-lead").text == "Five wishes leave nothing open."
    assert section.select_one(".deeper-minutes").text == "2 minutes"
    body = section.select_one(".deeper-body").text
    assert "The proof, with a platypus in it." in body
    assert "inside" in body
    assert "After it." not in body
    after = section.find_next_sibling("p")
    assert after.text == "After it. See why e^x alone will do."
    assert after.a["href"] == "#ask-proof"
    assert "deeper-end" not in ask.select_one("article").text


def test_a_choice_is_radio_buttons_and_a_closed_answer(ask: Any) -> None:
    box = ask.select_one("[data-predict='ask-fog']")
    assert box["id"] == "ask-fog"
    assert box["data-kind"] == "choice"
    assert _key(box) == {"right": 0}
    options = box.select("fieldset > legend ~ ul > li > label > input[type=radio]")
    assert [option["value"] for option in options] == ["0", "1", "2"]
    assert box.select_one("fieldset")["aria-describedby"] == "ask-fog-question"
    assert "largest" in box.select_one("#ask-fog-question em").text
    assert not box.select_one("img"), "an option became HTML"
    assert not box.select_one("details.box-answer").has_attr("open")
    assert "zebrafish" in box.select_one("details.box-answer .box-why").text
    assert box.select_one(".box-verdict")["role"] == "status"


def test_a_number_has_a_field_and_its_typical_mistakes(ask: Any) -> None:
    box = ask.select_one("[data-check='ask-paper']")
    assert _key(box) == {
        "right": -9.0,
        "within": 0.05,
        "instead": [14.0, 10.5],
        "rooms": [0.05, 0.05],
    }
    field = box.select_one("input.box-field")
    assert box.find("label", attrs={"for": field["id"]}).text == "Your answer"
    assert field["inputmode"] == "text", "a phone's keys for numbers have no minus"
    assert [item.text.strip() for item in box.select("li.box-instead")] == [
        "If you got 14.0: you took the largest weight alone.",
        "If you got 10.5: you took the plain mean.",
    ]


def test_lines_are_to_be_put_in_order(ask: Any) -> None:
    box = ask.select_one("[data-check='ask-lines']")
    assert box["data-kind"] == "order"
    assert _key(box) == {"right": [2, 0, 1]}
    assert [line["data-line"] for line in box.select("ol.box-lines > li")] == ["0", "1", "2"]
    assert len(box.select("li button[aria-label]")) == 6


def test_a_prediction_covers_the_next_output_and_no_other(ask: Any) -> None:
    covered = ask.select(".cell_output.box-covered")
    assert [one.text.split()[-1] for one in covered] == ["ostrich"]
    assert covered[0].select_one(".box-cover")["data-covers"] == "ask-fog"


def test_what_is_recorded_shows_nowhere(book: Path, ask: Any) -> None:
    assert "papermill" not in (book / "html/chapters/03_ask.html").read_text("utf-8")
    outputs = [one.get_text(strip=True) for one in ask.select(".cell_output .output")]
    assert outputs == ["shown", "the weights: ostrich", "inside"]


def test_search_leads_to_a_deeper_section_and_gives_no_answer_away(book: Path) -> None:
    script = (book / "html/_static/texts/chapters/03_ask.js").read_text("utf-8")
    _, parts = json.loads(f"[{re.fullmatch(r'BookText.(.*).', script.strip())[1]}]")
    listed = {address: (heading, words) for address, heading, words in parts}
    heading, words = listed["ask-proof"]
    assert heading == "why e^x alone will do"
    assert "platypus" in words
    assert "2 minutes" not in words
    everything = " ".join(words for _, words in listed.values())
    assert "Which share is the largest" in everything
    for hidden in ("zebrafish", "plain mean", "Show without", "About 1 minute", "Your answer"):
        assert hidden not in everything


def test_a_chapter_says_its_minutes_and_questions(ask: Any, book: Path) -> None:
    title = ask.select_one("article h1")
    said = title.find_next_sibling("p")
    assert said["class"] == ["book-minutes"]
    deeper, exercises = "2 more in 1 deeper section", "exercises about 5, and 5 more"
    assert said.text == f"About 1 minute; {deeper}; {exercises} that go further."
    line = said.find_next_sibling("p")
    assert line["data-page"] == "chapters/03_ask"
    assert line.select_one(".book-done-count").text == "3 questions to answer in the page"
    more = _page(book, "chapters/04_more")
    assert more.select_one(".book-minutes").text == "About 1 minute."
    assert not more.select(".book-progress")


def test_the_first_page_adds_up_and_can_forget(book: Path) -> None:
    index = _page(book, "index")
    assert "In all 1 minute, with everything 7 minutes." in index.select_one("article").text
    line = index.select_one("article .book-progress")
    assert json.loads(line["data-pages"]) == {"chapters/03_ask": 3}
    assert line.select_one("button.book-forget").text == "Forget what I did"
    assert not index.select(".book-minutes")


def test_a_page_is_measured_by_what_a_reader_meets(book: Path) -> None:
    page = page_of(book / ".doctrees", "chapters/03_ask")
    assert page.core.code == 4  # neither empty lines nor what is folded
    assert page.core.asserts == 1
    assert page.core.boxes == 3
    assert page.boxes == ("ask-fog", "ask-paper", "ask-lines")
    assert 60 < page.core.words < 110
    assert list(page.deeper) == ["ask-proof"]
    assert 400 < page.deeper["ask-proof"].words < 420
    assert page.deeper["ask-proof"].code == 1
    assert page.levels == ("recall", "extend", "")
    assert (page.exercises.count, page.further.count) == (2, 1)
    assert (page.exercises.said.words, page.exercises.said.code) == (13, 0)
    assert (page.exercises.solved.words, page.exercises.solved.code) == (4, 0)
    assert (page.further.said.words, page.further.said.code) == (8, 1)
    assert (page.further.solved.words, page.further.solved.code) == (7, 2)


def test_minutes_follow_from_what_was_measured() -> None:
    part = Measure(words=400, code=24, figures=3, widgets=2)
    assert part.minutes == 2 + 2 + 1.5 + 4
    assert Exercises(2, said=Measure(words=200), solved=Measure(code=24)).minutes == 2 * 3 + 1 + 1
    assert Exercises().minutes == 0


def test_exercises_that_go_further_are_said_apart() -> None:
    core = Measure(words=3800)
    some, more = Exercises(5), Exercises(3)
    said = {
        "About 19 minutes; exercises about 15, and 10 more that go further": (some, more),
        "About 19 minutes; exercises about 15": (some, Exercises()),
        "About 19 minutes; exercises that go further about 10": (Exercises(), more),
        "About 19 minutes": (Exercises(), Exercises()),
    }
    for line, (exercises, further) in said.items():
        assert minutes.line_of(Page(core, exercises=exercises, further=further)) == line


@pytest.mark.parametrize(
    ("begins", "level"),
    [
        ("*Recall, in the page.* How long?", "recall"),
        ("*Apply in the page, extend in Python.* How?", "apply"),
        ("*Extend, in Python.* How?", "extend"),
        ("*Extended*, perhaps.", ""),
        ("*...* Recall.", ""),
        ("Recall *this*.", ""),
    ],
)
def test_an_exercise_begins_with_its_level(begins: str, level: str) -> None:
    parts = re.split(r"\*(.+?)\*", begins)
    paragraph = nodes.paragraph()
    for i, part in enumerate(parts):
        paragraph += nodes.emphasis("", part) if i % 2 else [nodes.Text(part)] * bool(part)
    assert level_of(nodes.container("", nodes.title("", "Recall"), paragraph)) == level


@pytest.mark.parametrize(
    ("number_of", "words"),
    [
        (0.1, "1 minute"),
        (19.4, "19 minutes"),
        (89, "89 minutes"),
        (131, "2 hours 10 minutes"),
        (178, "3 hours"),
        (92, "1 hour 30 minutes"),
    ],
)
def test_minutes_are_said_as_one_would(number_of: float, words: str) -> None:
    assert minutes.in_words(number_of) == words


def test_a_page_that_speaks_of_others_is_written_again_with_them() -> None:
    found = {"index", "chapters/01_a", "outlook"}
    env: Any = SimpleNamespace(found_docs=found, book_asking={"outlook", "gone"})
    app: Any = SimpleNamespace(config=SimpleNamespace(root_doc="index"))
    assert minutes.renew(app, env) == ["index", "outlook"]
