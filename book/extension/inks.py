r"""Queries, keys and values have one colour in pictures, widgets and formulas: here, in formulas.

The chapters' TeX stays plain, so that a notebook shows it anywhere. When a page is built, KaTeX is
given the same formula with ``\htmlClass`` around what is a query, a key or a value, and of what it
sets the visible half is taken. What stands for what is a matter of the chapter: on the pages below
a matrix W_Q, W_K or W_V, and a q, k or v with an index, are always what they seem; a bare letter is
where the table says so (elsewhere k is a number and V the vocabulary). Subscripts, as in d_k, and
words are left alone.
"""

from __future__ import annotations

import re

BARE = {
    "03_queries_keys_values": "QKVqkv",
    "04_scaling": "QKVqk",
    "05_self_attention": "QKVq",
    "06_causal_attention": "QKVq",
    "07_multi_head_attention": "QKVq",
    "08_gpt_block": "QKq",
    "09_inside_a_trained_model": "QKV",
    "10_quadratic_cost": "QKVq",
    "11_efficient_attention": "QKVq",
}
GROUP = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
ARGUMENT = rf"(?:{GROUP}|\\[A-Za-z]+|[^\s{{}}\\])"
PIECES = re.compile(
    rf"""(?P<words>\\(?:text\w*|operatorname\*?|math(?:rm|bf|sf|tt|cal|bb)|begin|end|label|tag)
          \s*{GROUP})
       | (?P<command>\\(?:[A-Za-z]+|.))
       | (?P<matrix>W_(?:\{{(?P<of>[QKV])\}}|(?P<of_one>[QKV]))(?:\^{ARGUMENT})?)
       | (?P<letter>[QKVqkv])(?P<index>_{ARGUMENT})?(?P<power>\^{ARGUMENT})?
       | (?P<below>_\s*{ARGUMENT})""",
    re.VERBOSE,
)
WHOLE = re.compile(r'(<span class="katex-html".*)', re.DOTALL)


def inked(latex: str, page: str) -> str:
    """A formula with a class around its queries, keys and values; the same where it has none.

    Args:
        latex: The formula.
        page: The page's name, as in ``03_queries_keys_values``.
    """
    bare = BARE.get(page)
    if bare is None:
        return latex

    def mark(piece: re.Match[str]) -> str:
        of = piece["of"] or piece["of_one"] or piece["letter"]
        decorated = piece["matrix"] or piece["index"] or (piece["power"] and of.islower())
        if of is None or not (decorated or of in bare):
            return piece[0]
        return rf"\htmlClass{{book-{of.lower()}}}{{{piece[0]}}}"

    return PIECES.sub(mark, latex)


def with_visible_half(html: str, other: str) -> str:
    """What KaTeX made of a formula, with the half for the eye of another one."""
    half = WHOLE.search(other)
    return WHOLE.sub(lambda _: half[1], html, count=1) if half else html
