"""The notation page knows every letter of every chapter's formulas, and says nothing else."""

from __future__ import annotations

import pytest
from symbols import names, of_chapter, on_the_page
from terms import chapters

pytestmark = pytest.mark.usefixtures("site")


def test_a_name_keeps_the_part_of_its_subscript_that_does_not_count() -> None:
    assert list(names(r"q_i \cdot k_j / \sqrt{d_k}")) == ["q", "i", "k", "j", "d_{k}"]
    assert list(names(r"x_{l+1} + \text{norm}(W_{\text{in}})")) == ["x", "l", r"W_{\text{in}}"]
    assert list(names(r"k_{s,i} = W_{UK,i} c_s")) == ["k", "s", "i", "W_{UK}", "i", "c", "s"]
    assert list(names(r"\overrightarrow{h}_S, \mathbb{E}[q]")) == [
        r"\overrightarrow h",
        "S",
        r"\mathbb E",
        "q",
    ]
    assert list(names(r"e^{-\theta_i} \exp \ln \sum")) == ["e", r"\theta", "i"]


@pytest.mark.parametrize("chapter", chapters())
def test_each_letter_of_a_chapter_has_its_line(chapter: str) -> None:
    everywhere, lines = on_the_page()
    own = {name for letters, at in lines if int(chapter[:2]) in at for name in letters}
    used = of_chapter(chapter)
    assert len(used) > 10, "letters that were met"
    unknown = {name: formulas[0] for name, formulas in used.items() if name not in everywhere | own}
    assert unknown == {}


def test_each_line_of_the_page_names_the_chapters_that_use_it() -> None:
    everywhere, lines = on_the_page()
    used = {int(name[:2]): set(of_chapter(name)) for name in chapters()}
    assert len(everywhere) > 30, "letters on the page"
    assert len(lines) > 30, "lines of single chapters"
    assert sorted(everywhere - set().union(*used.values())) == []
    idle = [(letters, n) for letters, at in lines for n in at if not letters <= used[n]]
    assert idle == []
