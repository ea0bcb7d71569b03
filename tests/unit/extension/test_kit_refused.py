"""Boxes and sections that do not fit: the build fails of each and says where."""

from __future__ import annotations

import re
from typing import Any

import pytest
from small_book import HAS_RUN, attempt, choice, number, order, ran, said


def _deeper(name: str = "d", *, title: str = "Deeper: why", lead: str = "One sentence.") -> str:
    named = f":name: {name}\n" if name else ""
    return f"```{{admonition}} {title}\n:class: deeper\n{named}\n{lead}\n```\n\n"


END = "\n\n+++ deeper-end\n\n"


def _box(
    name: str, options: str = "", answer: str = "So it is.", kind: str = "check", ask: str = "What?"
) -> Any:
    named = f":name: {name}\n" if name else ""
    listed = "".join(f"- {option}\n" for option in options.split("|") if options)
    why = f"```{{admonition}} Answer\n:class: dropdown\n\n{answer}\n```\n" if answer else ""
    return said(
        f"````{{admonition}} Box\n:class: {kind}\n{named}\n{ask}\n\n{listed}\n{why}````\n\n"
    )


def _recorded(**answers: dict[str, Any]) -> Any:
    return ran("answers", **answers)


WRONG_14 = "So.\n\n- If you got 14.0: no."
FAULTS: dict[str, tuple[list[Any], str]] = {
    "unclosed": (
        [said(_deeper("open") + "Text.")],
        "deeper section 'open' should have a +++ deeper-end",
    ),
    "heading": (
        [said("## A\n\n" + _deeper("open") + "Text.\n\n## Inner\n\nMore." + END)],
        "'open' should have no heading inside: 'Inner'",
    ),
    "nested": (
        [said(_deeper("outer") + _deeper("inner") + "Text." + END)],
        "'outer' should end (+++ deeper-end) before the one called 'inner' starts",
    ),
    "stray": ([said("Text." + END)], "+++ deeper-end stands here, but no deeper section is open"),
    "unnamed": (
        [said(_deeper("") + "Text." + END)],
        "deeper section 'without a name' should have a :name: and a title that begins with",
    ),
    "untitled": (
        [said(_deeper("d1", title="Why") + "Text." + END)],
        "'d1' should have a :name: and a title that begins with 'Deeper: '",
    ),
    "unsaid": (
        [said(_deeper("d2", lead="- one\n- two") + "Text." + END)],
        "'d2' should say in one sentence what it shows",
    ),
    "exercise": (
        [said(_deeper("d") + "```{exercise}\n:label: ex-inner\n\nDo.\n```" + END)],
        "deeper section 'd' should hold no exercise and no solution",
    ),
    "no-name": ([_box("", "a|b")], "check box 'without a name' should have a :name:"),
    "unrecorded": (
        [_box("box-u", "a|b", kind="predict")],
        "predict box 'box-u' should have a cell of its page that calls answer('box-u', ...)",
    ),
    "missing-option": (
        [_recorded(b_m=choice("c")), _box("b-m", "a|b")],
        "'b-m' should have the recorded answer 'c' once among its options, but has it 0 times",
    ),
    "twice-option": (
        [_recorded(b_t=choice("a")), _box("b-t", "a|b|`a`")],
        "'b-t' should have the recorded answer 'a' once among its options, but has it 2 times",
    ),
    "no-answer": (
        [_recorded(b_n=choice("a")), _box("b-n", "a|b", answer="")],
        "'b-n' should end with an admonition 'Answer' of :class: dropdown",
    ),
    "no-list": (
        [_recorded(b_l=choice("a")), _box("b-l")],
        "'b-l' should list its options before the Answer",
    ),
    "count": (
        [_recorded(b_c=number(9.0, 0.1, (14.0, 10.5))), _box("b-c", answer=WRONG_14)],
        "'b-c' should have one 'If you got' line for each of the 2 numbers",
    ),
    "other-number": (
        [_recorded(b_o=number(9.0, 0.1, (14.06,))), _box("b-o", answer=WRONG_14)],
        "'b-o' says 'If you got 14.0', but the number recorded in this place is 14.06",
    ),
    "no-number": (
        [
            _recorded(b_f=number(9.0, 0.1, (14.0,))),
            _box("b-f", answer="So.\n\n- If you got more: no."),
        ],
        "'b-f' should say 'If you got NUMBER: ...', but says 'If you got more: no.'",
    ),
    "in-order": (
        [_recorded(b_i=order("a", "b")), _box("b-i", "a|b")],
        "'b-i' should list its lines in another order than the right one",
    ),
    "extra-line": (
        [_recorded(b_e=order("b", "a")), _box("b-e", "a|b|c")],
        "'b-e' should list the 2 recorded lines, but lists 3",
    ),
    "no-widget": (
        [
            _recorded(b_w=choice("a")),
            _box("b-w", "a|b", kind="predict covers-widget"),
            ran("print(1)", "1"),
        ],
        "'b-w' should have a widget after it in its section: it is of the class covers-widget",
    ),
    "minutes": (
        [said("{minutes}`03_nowhere`")],
        "minutes of '03_nowhere': there is no such chapter",
    ),
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a build says to a book in which each page has a fault."""
    files = [f"chapters/{20 + i}_{name}" for i, name in enumerate(FAULTS)]
    listed = "".join(f"  - file: {file}\n" for file in files)
    contents = f"format: jb-book\nroot: index\nchapters:\n{listed}"
    pages: dict[str, Any] = {
        file: [said(f"# Page {name}"), *cells]
        for file, (name, (cells, _)) in zip(files, FAULTS.items(), strict=True)
    }
    folder = tmp_path_factory.mktemp("faults")
    pages["index"] = "# Index"
    status, output = attempt(folder, contents, pages, settings=HAS_RUN)
    assert status != 0
    return output


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_the_build_and_says_where(refused: str, fault: str) -> None:
    message = FAULTS[fault][1]
    lines = [line for line in refused.splitlines() if message in line]
    assert len(lines) == 1, [line for line in refused.splitlines() if "WARNING" in line]
    assert re.search(rf"chapters/\d\d_{fault}\.ipynb(:\d+)?: WARNING", lines[0])


def test_a_build_complains_of_nothing_else(refused: str) -> None:
    warnings = [line for line in refused.splitlines() if "WARNING" in line]
    messages = [message for _, message in FAULTS.values()]
    assert [line for line in warnings if not any(known in line for known in messages)] == []
