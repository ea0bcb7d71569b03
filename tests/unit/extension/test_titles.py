"""Letters with an index in titles, and the definitions that a popover shows."""

from __future__ import annotations

import pytest
from docutils import nodes
from extension.definitions import definitions
from extension.titles import plain, set_letters


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("The root of d_k?", ["The root of ", "$d_k$", "?"]),
        ("W_Q and W_K", ["$W_Q$", " and ", "$W_K$"]),
        ("How wide is d_model", ["How wide is ", r"$d_{\text{model}}$"]),
        ("snake_case, load_gpt2", ["snake_case, load_gpt2"]),
        (r"already $d_k$", [r"already $d_k$"]),
    ],
)
def test_what_has_an_index_is_a_formula(text: str, parts: list[str]) -> None:
    title = nodes.title("", text)
    set_letters(title)
    seen = [f"${p.astext()}$" if isinstance(p, nodes.math) else p.astext() for p in title.children]
    assert seen == parts


def test_code_in_a_title_stays_code() -> None:
    title = nodes.title("", "", nodes.literal("", "w_q"))
    set_letters(title)
    assert title.children[0].astext() == "w_q"
    assert not list(title.findall(nodes.math))


def test_the_name_of_a_page_is_plain() -> None:
    formula = (
        '<span class="katex"><span class="katex-mathml"><math><mi>d</mi><annotation>d_k'
        '</annotation></math></span><span class="katex-html" aria-hidden="true">dk</span></span>'
    )
    assert plain(f"The root of {formula}?") == "The root of d_k?"


def test_definitions_are_those_of_the_glossary_without_its_links() -> None:
    page = """<dl class="simple glossary">
    <dt id="term-key">key<a class="headerlink" href="#term-key">#</a></dt>
    <dt id="term-keys">keys</dt><dd><p id="x">What a <a href="#term-query">query</a> meets.</p></dd>
    </dl><dl><dt id="other">other</dt><dd>no</dd></dl>"""
    text = "<p>What a query meets.</p>"
    assert definitions(page) == {"term-key": text, "term-keys": text}
