"""Each line of code is an element, and nothing of the code is lost."""

from __future__ import annotations

from bs4 import BeautifulSoup
from extension.listings import in_lines
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

CODE = (
    'def f(x):\n    """Two\n    lines, a < b."""\n\n    if x:\n        return [\n            1]\n'
)


def page(kind: str = "highlight-ipython3 notranslate") -> str:
    return f'<div class="{kind}">{highlight(CODE, PythonLexer(), HtmlFormatter()).strip()}</div>'


def test_each_line_knows_how_far_it_is_indented() -> None:
    lines = BeautifulSoup(in_lines(page()), "html.parser").select("pre > .code-line")
    assert [line.get_text() for line in lines] == CODE.splitlines(keepends=True)
    steps = [line.get("style") for line in lines]
    assert steps == [None, *["--in:4"] * 2, None, "--in:4", "--in:8", "--in:12"]


def test_the_text_is_what_it_was() -> None:
    before, after = (BeautifulSoup(text, "html.parser") for text in (page(), in_lines(page())))
    assert after.get_text() == before.get_text()
    colours = [[tag["class"] for tag in one.select("pre span[class]")] for one in (before, after)]
    assert [kind for kind in colours[1] if kind != ["code-line"]] == colours[0]


def test_what_is_printed_keeps_its_lines() -> None:
    printed = page("output stream highlight-myst-ansi notranslate")
    assert in_lines(printed) == printed
