"""Every term of the glossary is defined where a reader of core paths first meets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from docutils import nodes
from lengths import short_way
from terms import Use, chapters, document, first_uses, glossary, in_text, second_edition

pytestmark = pytest.mark.usefixtures("site")


def bare(order: list[str]) -> list[str]:
    """What stands there without a definition, as one would look it up."""
    held = second_edition()
    assert len(held) > 6, "chapters that were read"
    met = list(first_uses(order, held))
    assert len(met) > 50, "terms that were met"
    found = [use for use in met if not use.defined]
    return [f"{use.chapter}, {use.section}: {use.term} in {use.around!r}" for use in found]


def test_no_term_stands_bare_on_the_short_way() -> None:
    assert bare([Path(name).name for name in short_way()]) == []


def test_no_term_stands_bare_for_a_reader_of_all_chapters() -> None:
    assert bare(chapters()) == []


@pytest.mark.parametrize("chapter", [int(name[:2]) for name in second_edition()])
def test_the_chapter_that_the_glossary_names_introduces_the_term(chapter: int) -> None:
    """There it is a link or emphasised, if only in a deeper section; `d_model` is a formula."""
    name = next(name for name in chapters() if int(name[:2]) == chapter)
    meant: list[Use] = [
        use for text in document(name).findall(nodes.Text) for use in in_text(name, text)
    ]
    introduced = {use.term for use in meant if use.defined}
    named = {term for term, at in glossary().values() if at == chapter and "_" not in term}
    assert sorted(named - introduced) == []
