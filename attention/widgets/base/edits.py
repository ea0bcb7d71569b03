"""How a text that was written differs from the one that was asked for, word by word."""

import math
from collections.abc import Sequence
from typing import NamedTuple

SIGNS = {"right": "✓", "wrong": "≠", "missing": "\u2212", "extra": "+"}


class Edit(NamedTuple):
    """One place of an alignment.

    Attributes:
        kind: "right", "wrong" (another word stands there), "missing" or "extra".
        reference: Index into the reference; ``None`` for an extra word.
        written: Index into what was written; ``None`` for a missing word.
    """

    kind: str
    reference: int | None
    written: int | None


def edit_alignment(reference: Sequence[str], written: Sequence[str]) -> list[Edit]:
    """Align two texts with the fewest edits, and among those with the most words right.

    Where several alignments are equally good, a pair comes before a missing word and that before
    an extra one. The page does the same (edits.js).

    Source:
        Wagner and Fischer 1974, from the end to the beginning.
    """
    n, m = len(reference), len(written)
    edit = n + m + 1  # dearer than all the right words together
    cost = [[edit * (n - i + m - j) for j in range(m + 1)] for i in range(n + 1)]
    for i in reversed(range(n)):
        for j in reversed(range(m)):
            pair = cost[i + 1][j + 1] + (-1 if reference[i] == written[j] else edit)
            cost[i][j] = min(pair, edit + cost[i + 1][j], edit + cost[i][j + 1])
    edits, i, j = [], 0, 0
    while i < n or j < m:
        same = i < n and j < m and reference[i] == written[j]
        if i < n and j < m and cost[i][j] == cost[i + 1][j + 1] + (-1 if same else edit):
            edits.append(Edit("right" if same else "wrong", i, j))
            i, j = i + 1, j + 1
        elif i < n and cost[i][j] == edit + cost[i + 1][j]:
            edits.append(Edit("missing", i, None))
            i += 1
        else:
            edits.append(Edit("extra", None, j))
            j += 1
    return edits


def percent(number: float) -> str:
    """A share in whole hundredths; all and nothing are said of all and nothing only."""
    whole = math.floor(100 * number + 0.5)
    if whole == 100 and number < 1:
        return "> 99 %"
    return "< 1 %" if whole == 0 and number > 0 else f"{whole} %"


def verdict(edits: Sequence[Edit], n_reference: int) -> str:
    """The whole translation in words: "4 of 17 words right: not a perfect translation"."""
    right = sum(edit.kind == "right" for edit in edits)
    extra = sum(edit.kind == "extra" for edit in edits)
    perfect = right == len(edits)
    words = "word" if n_reference == 1 else "words"
    much = f", {extra} too many" if extra else ""
    found = "a perfect" if perfect else "not a perfect"
    return f"{right} of {n_reference} {words} right{much}: {found} translation"
