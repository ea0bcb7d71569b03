"""A book of three pages, built with the extension and the settings of this one."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from small_book import build

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("small book")  # one process, so that it is built once
CONTENTS = """
format: jb-book
root: index
parts:
  - caption: One
    numbered: true
    chapters: [{file: chapters/05_order}]
  - caption: Two
    numbered: true
    chapters: [{file: chapters/09_inside}]
"""
PAGES = {
    "index": """
# A small book

See {doc}`chapters/05_order` and {eq}`eq-order`.
""",
    "chapters/05_order": r"""
# Order

The score is $q_i \\cdot k / \\sqrt{d_k}$, *bent* by a `tanh`<!-- no space -->.

## Turns

$$ \\frac{a + b}{2} $$ (eq-order)

```{exercise} On paper
:label: ex-order-paper

How long?
```

```{hint}
:class: dropdown
Count.
```

```{solution-start} ex-order-paper
:class: dropdown
```

As long as it takes.

```{solution-end}
```

```{exercise} In code
:label: ex-order-code

How short?
```

````{solution} ex-order-code
:class: dropdown

As in {eq}`eq-order`.
````
""".replace("\\\\", "\\"),
    "chapters/09_inside": """
# Inside

## A part

See {ref}`ex-order-paper-solution` and {ref}`ex-order-code`.

$$ a = b $$ (eq-inside)

### 1,024

Of [the others](#a-part-1), too.

## A part

### 1,024
""",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built pages."""
    return build(tmp_path_factory.mktemp("book"), CONTENTS, PAGES)


def page(book: Path, name: str) -> Any:
    return BeautifulSoup((book / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def parts(book: Path, name: str) -> dict[str, tuple[str, str]]:
    """Heading and words of each part of a page, by its address, as the search reads them."""
    script = (book / "_static" / "texts" / f"{name}.js").read_text(encoding="utf-8")
    found, listed = json.loads(f"[{re.fullmatch(r'BookText.(.*).', script.strip())[1]}]")
    assert found == name
    return {address: (heading, words) for address, heading, words in listed}


def test_a_chapter_has_the_number_of_its_file(book: Path) -> None:
    headings = [
        title.get_text()
        for name in ("chapters/05_order", "chapters/09_inside")
        for title in page(book, name).select("article h1, article h2")
    ]
    numbers = [text.split("#")[0] for text in headings]
    assert numbers == ["5. Order", "5.1. Turns", "9. Inside", "9.1. A part", "9.2. A part"]


def test_a_heading_has_the_address_of_its_words(book: Path) -> None:
    inside = page(book, "chapters/09_inside")
    assert [section["id"] for section in inside.select("article section")] == [
        *("inside", "a-part", "a-part-1-024"),
        *("section-a-part", "section-a-part-1-024"),
    ]
    assert inside.find("a", string="the others")["href"] == "#section-a-part"
    links = inside.select(".page-toc a, #pst-page-toc-nav a")
    assert [link["href"] for link in links][-2:] == ["#section-a-part", "#section-a-part-1-024"]


def test_a_translator_leaves_formulas_alone(book: Path) -> None:
    formulas = page(book, "chapters/05_order").select(".katex")
    assert len(formulas) >= 2
    assert [str(one) for one in formulas if not one.find_parent(class_="notranslate")] == []


def test_no_line_begins_with_the_comma_behind_a_formula(book: Path) -> None:
    wholes = page(book, "chapters/05_order").select("p .book-whole")
    assert [whole.contents[-1] for whole in wholes] == [","]
    assert wholes[0].select_one(".katex")
    assert wholes[0].next_sibling == " "


def test_equations_and_exercises_are_numbered_by_the_chapter(book: Path) -> None:
    assert page(book, "index").find("a", href=re.compile("#equation-eq-order")).text == "(5.1)"
    assert page(book, "chapters/09_inside").select_one(".eqno").text.startswith("(9.1)")
    link = page(book, "chapters/09_inside").find("a", href=re.compile("#ex-order-code$"))
    assert link.text == "Exercise 5.2"


def test_a_solution_is_found_under_the_label_of_its_exercise(book: Path) -> None:
    order = page(book, "chapters/05_order")
    assert [box["id"] for box in order.select("article details.solution")] == [
        "ex-order-paper-solution",
        "ex-order-code-solution",
    ]
    link = page(book, "chapters/09_inside").find("a", href=re.compile("05_order.html#.*-solution"))
    assert link["href"] == "05_order.html#ex-order-paper-solution"


def test_the_search_reads_what_a_reader_sees(book: Path) -> None:
    read = parts(book, "chapters/05_order")
    assert read["order"] == ("5. Order", "5. Order The score is q_i⋅k/√(d_k), bent by a tanh.")
    assert read["turns"] == ("5.1. Turns", "5.1. Turns (a+b)/2 Hint Count.")
    assert read["ex-order-paper"] == (
        "Exercise 5.1 (On paper)",
        "Exercise 5.1 (On paper) How long?",
    )
    assert read["ex-order-code-solution"] == (
        "Solution to Exercise 5.2 (In code)",
        "Solution to Exercise 5.2 (In code) As in (5.1).",
    )
    assert len(read) == 6


def test_formulas_are_set_and_the_pages_lead_to_the_repository(book: Path) -> None:
    order = page(book, "chapters/05_order")
    assert len(order.select("article .katex math")) == 2
    edit = order.find("a", href=re.compile("/edit/"))
    assert edit["href"] == "https://github.com/someone/a-book/edit/main/chapters/05_order.md"
