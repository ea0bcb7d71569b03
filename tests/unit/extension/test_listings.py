"""Each line of code is an element, and nothing of the code is lost."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from extension.listings import in_lines
from extension.pages import PLAIN_CODE
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

CODE = (
    'def f(x):\n    """Two\n    lines, a < b."""\n\n    if x:\n        return [\n            1]\n'
)


# What a phone shows in two lines, and where it may be broken.
LONG = (
    "    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n",
    '    plt.title("GPT-2, a name", horizontal_size=0.5 * a, loc="left")\n',
    "    hidden = scores.masked_fill(~mask, -torch.inf)[0]\n",
)
BROKEN = (
    "    torch.|nn.|utils.|clip_grad_norm_(|model.|parameters(), 1.0)\n",
    '    plt.title("GPT-2, a name", horizontal_size=|0.5 * a, loc="left")\n',
    "    hidden = scores.|masked_fill(|~mask, -torch.inf)[0]\n",
)


def page(kind: str = "highlight-ipython3 notranslate", code: str = CODE) -> str:
    return f'<div class="{kind}">{highlight(code, PythonLexer(), HtmlFormatter()).strip()}</div>'


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


@pytest.mark.parametrize(("code", "broken"), list(zip(LONG, BROKEN, strict=True)))
def test_a_long_line_is_broken_between_its_parts_and_not_in_a_word(code: str, broken: str) -> None:
    """What is written between two tags is one text by then, as on a page."""
    plain = PLAIN_CODE.sub(r"\1", page(code=f"def f():\n{code}"))
    shown = BeautifulSoup(in_lines(plain), "html.parser").select(".code-line")[1]
    assert shown.get_text() == code, "what is copied"
    for place in shown.select("wbr"):
        place.replace_with("|")
    assert shown.get_text() == broken
    whole = [part.get_text() for part in shown.select(".code-whole")]
    assert whole == [f"-{letter}" for letter in re.findall(r"-(\w)", code)]


def test_a_line_that_fits_is_left_alone() -> None:
    assert "<wbr>" not in in_lines(page(code="model.fit(x.mean(), y)\n"))


def test_what_is_printed_keeps_its_lines() -> None:
    printed = page("output stream highlight-myst-ansi notranslate")
    assert in_lines(printed) == printed
