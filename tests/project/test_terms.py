"""What counts as a term in a text, and as its definition."""

from __future__ import annotations

import pytest
import terms
from docutils import nodes
from terms import Use, glossary, in_text, uses


def found(text: str, kind: type[nodes.TextElement] = nodes.inline) -> list[tuple[str, bool]]:
    """The terms of a paragraph's part, and whether each is defined there."""
    part = kind("", "", nodes.Text(text))
    nodes.paragraph("", "", part)
    return [(use.term, use.defined) for use in in_text("03_x", part[0])]


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("two Queries and a key", ["query", "key"]),
        ("a keyboard, a low-key remark, the masked rows", ["mask"]),
        ("the causal mask hides", ["causal mask"]),
        ("weights in batches, of vocabularies", ["attention weight", "batch", "vocabulary"]),
        ("a minus means bitter; the mean of both", ["mean"]),
        ("what each attended to along an axis", ["attention", "axis"]),
        ("GPT-2 has a context length and a context", ["GPT", "context length", "context vector"]),
        ("the temperature in °C", []),
    ],
)
def test_a_term_is_found_in_its_forms(text: str, met: list[str]) -> None:
    assert found(text) == [(term, False) for term in met]


def test_emphasis_defines_when_it_is_all_there_is() -> None:
    assert found("keys", nodes.strong) == [("key", True)]
    assert found("keys", nodes.emphasis) == [("key", True)]
    assert found("all the keys", nodes.emphasis) == [("key", False)]
    assert found("key", nodes.literal) == []
    assert found("Keys", nodes.title) == []


def _page() -> nodes.document:
    page = nodes.document(None, None)
    link = nodes.container(reftype="term", reftarget="Softmax")
    link += nodes.inline("", "softmaxes")
    closed = nodes.admonition("", nodes.paragraph("", "a gradient"), classes=["dropdown"])
    core = nodes.section("", nodes.title("", "Keys"), nodes.paragraph("", "", link), closed)
    core += nodes.paragraph("", "softmax of scores")
    page += core
    page += nodes.section("", nodes.title("", "Exercises"), nodes.paragraph("", "a loss"))
    return page


def test_a_core_path_ends_at_the_exercises_and_leaves_out_what_is_closed() -> None:
    met = list(uses("03_x", _page()))
    assert [(use.term, use.defined) for use in met] == [
        ("softmax", True),
        ("softmax", False),
        ("score", False),
    ]
    assert {use.section for use in met} == {"Keys"}


def test_what_stands_bare_first_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    met = {
        "01_a": [Use("key", "01_a", "", True, ""), Use("loss", "01_a", "", False, "")],
        "02_b": [Use(term, "02_b", "", term == "mask", "") for term in ("key", "loss", "mask")],
    }
    monkeypatch.setattr(terms, "document", lambda chapter: chapter)
    monkeypatch.setattr(terms, "uses", lambda chapter, _: met[chapter])
    held_both = terms.first_uses(met, held=met)
    assert [(use.term, use.chapter, use.defined) for use in held_both] == [
        ("key", "01_a", True),
        ("loss", "01_a", False),
        ("mask", "02_b", True),
    ]
    held_second = terms.first_uses(met, held=["02_b"])
    assert [(use.term, use.chapter) for use in held_second if not use.defined] == [("loss", "02_b")]


def test_each_entry_of_the_glossary_is_read_with_its_names() -> None:
    assert glossary()["gru"] == glossary()["gated recurrent unit"] == ("gated recurrent unit", 1)
    assert glossary()["weight"][0] == "attention weight"
    assert len({first for first, _ in glossary().values()}) > 100
    assert set(terms.FORMS) <= {first for first, _ in glossary().values()}
