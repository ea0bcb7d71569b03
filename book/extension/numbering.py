"""Chapter numbers come from file names: `chapters/06_causal_attention` is chapter 6.

Sphinx counts the documents of numbered tables of contents. Once it has, the first part of each
number is replaced in what it noted in the environment: sections, titles, figures and equations.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

CHAPTER = re.compile(r"chapters/(\d\d)_")


def renumber(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Put the chapter's own number first; no page is rewritten on this account alone."""
    for docname, sections in env.toc_secnumbers.items():
        match = CHAPTER.match(docname)
        if match is None:
            continue
        chapter = int(match.group(1))
        for anchor, number in sections.items():
            sections[anchor] = (chapter, *number[1:]) if number else number
        for node in [*env.tocs[docname].findall(nodes.reference), env.titles[docname]]:
            if node.get("secnumber"):
                node["secnumber"] = [chapter, *node["secnumber"][1:]]
        for numbers in env.toc_fignumbers.get(docname, {}).values():
            for name, number in numbers.items():
                numbers[name] = (chapter, *number[1:])
    return []


def setup(app: Sphinx) -> None:
    """Come after the collector that counts, which has the usual priority of 500."""
    app.connect("env-get-updated", renumber, priority=600)
