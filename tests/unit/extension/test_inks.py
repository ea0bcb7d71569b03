"""The inks of queries, keys and values in formulas: where they stand, and that they can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from drawn import contrast
from extension.inks import BARE, inked, with_visible_half

from attention import widgets

ROOT = Path(__file__).resolve().parents[3]
THIRD, FIFTH, EIGHTH = "03_queries_keys_values", "05_self_attention", "08_gpt_block"
MARK = re.compile(r"\\htmlClass\{book-([qkv])\}\{((?:[^{}]|\{[^{}]*\})*)\}")


@pytest.mark.parametrize(
    ("page", "latex", "marked"),
    [
        (THIRD, r"Q = X W_Q", ["q: Q", "q: W_Q"]),
        (THIRD, r"\text{softmax}(Q K^\top / \sqrt{d_k})\, V", ["q: Q", r"k: K^\top", "v: V"]),
        (THIRD, r"\lVert k \rVert", ["k: k"]),
        (THIRD, r"\frac{q_t \cdot k_{s+1}}{\sqrt{d_k}}", ["q: q_t", "k: k_{s+1}"]),
        (THIRD, r"d_v = 2, \max_k x, X_{QK}, \text{query } q", ["q: q"]),
        (THIRD, r"W_Q W_K^\top R", ["q: W_Q", r"k: W_K^\top"]),
        (THIRD, r"W_{V} W_O, W_{UK}", ["v: W_{V}"]),
        (FIFTH, r"k \text{ neighbours}, (T, d_k)", []),
        (FIFTH, r"q \cdot (k_j + b)", ["q: q", "k: k_j"]),
        (EIGHTH, r"(B, T, V)", []),
        (EIGHTH, r"W_V W_O, \; v_i", ["v: W_V", "v: v_i"]),
        ("11_efficient_attention", "c, k^R, k", ["k: k^R"]),
        ("02_bahdanau_attention", r"v^\top \tanh(W q)", []),
        ("14_later", r"Q K^\top", []),
        (THIRD, r"\operatorname{Var}(q_i k_i) \quad \begin{aligned} x \end{aligned}",
         ["q: q_i", "k: k_i"]),
    ],
)  # fmt: skip
def test_what_is_a_query_a_key_or_a_value_has_its_class(
    page: str, latex: str, marked: list[str]
) -> None:
    given = inked(latex, page)
    assert [f"{ink}: {what}" for ink, what in MARK.findall(given)] == marked
    assert MARK.sub(lambda mark: mark[2], given) == latex, "nothing else changes"


def test_the_pages_are_there() -> None:
    chapters = {path.stem for path in (ROOT / "chapters").glob("*.ipynb")}
    assert set(BARE) <= chapters


def test_the_eye_gets_the_inks_and_everybody_else_the_formula_as_it_is_written() -> None:
    own = '<span class="katex"><span class="katex-mathml">m</span><span class="katex-html">a</span>'
    other = own.replace(">m<", ">n<").replace(">a<", ">b<")
    assert with_visible_half(own, other) == own.replace(">a<", ">b<")
    assert with_visible_half('<span class="math">', other) == '<span class="math">'


def test_the_inks_are_the_widgets_and_can_be_read_by_day_and_by_night() -> None:
    sheet = (ROOT / "book/assets/book.css").read_text("utf-8")
    of_widgets = (Path(widgets.__file__).parent / "js/widget.css").read_text("utf-8")
    pair = r": light-dark\((#\w{6}), (#\w{6})\)"
    names = {"q": "query", "k": "k", "v": "v"}
    grounds = [
        re.findall(r"--pst-color-(?:\w+-bg|background|on-background|surface): (#\w{6})", block)
        for block in re.findall(
            r'html\[data-theme="(?:light|dark)"\][^{]*\{([^}]*--pst[^}]*)\}', sheet
        )
    ]
    assert [len(of) >= 7 for of in grounds] == [True, True]
    for ink, name in names.items():
        inks = re.search(rf"\.book-{ink} {{ color{pair}", sheet)
        own = re.search(rf"--afm-{name}{pair}", of_widgets)
        assert inks is not None
        assert own is not None
        assert inks.groups() == own.groups()
        for colour, of in zip(inks.groups(), grounds, strict=True):
            for ground in of:
                assert contrast(colour, ground) >= 4.5, (ink, colour, ground)
