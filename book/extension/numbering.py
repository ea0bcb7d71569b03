"""Chapter numbers come from file names: `chapters/06_causal_attention` is chapter 6."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx_external_toc.collectors import TocTreeCollectorWithStyles as Collector

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

CHAPTER = re.compile(r"chapters/(\d\d)_")
_assign = Collector.assign_section_numbers


def assign_section_numbers(self: Collector, env: BuildEnvironment) -> list[str]:
    """Let Sphinx number the sections, then put the chapter's own number first."""
    changed = _assign(self, env)
    for docname, numbers in env.toc_secnumbers.items():
        match = CHAPTER.match(docname)
        if match is None:
            continue
        chapter = int(match.group(1))
        for anchor, number in numbers.items():
            numbers[anchor] = (chapter, *number[1:]) if number else number
        titled = [*env.tocs[docname].findall(nodes.reference), env.titles[docname]]
        for node in titled:
            if node.get("secnumber"):
                node["secnumber"] = [chapter, *node["secnumber"][1:]]
    return changed


def setup(_app: Sphinx) -> None:
    """Take the place of the numbering that jupyter-book uses."""
    Collector.assign_section_numbers = assign_section_numbers  # type: ignore[method-assign]
