"""A heading's address comes from its words, so that a link to it lasts.

Where the words give docutils no id (a bare number), or one that is taken (the second "Exercises" of
a page), it counts such headings instead, `id15`: one more before it, and the link leads elsewhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SERIAL = re.compile(r"id\d+")


def address(section: nodes.section) -> str:
    """Its words, after those of the section that it is in, or after "section" where there is none.

    The result begins with a letter, as an id has to that style sheets and scripts look for.
    """
    words = re.sub(r"[\W_]+", "-", section.next_node(nodes.title).astext().lower()).strip("-")
    above = section.parent["ids"] if isinstance(section.parent.parent, nodes.section) else []
    return f"{above[0] if above else 'section'}-{words}"


class LastingAddresses(SphinxTransform):  # type: ignore[misc]
    """Give such headings an id of their words."""

    default_priority = 200  # before anything refers to an id

    def apply(self, **_kwargs: Any) -> None:
        """Replace each, wherever it is noted."""
        ids, slugs = self.document.ids, getattr(self.document, "myst_slugs", {})
        for section in self.document.findall(nodes.section):
            (old, *_) = section["ids"] or [""]
            if not SERIAL.fullmatch(old) or (new := address(section)) in ids:
                continue
            section["ids"] = [new, *section["ids"][1:]]
            ids[new] = ids.pop(old)
            self.document.nameids.update(
                {name: new for name, known in self.document.nameids.items() if known == old}
            )
            slugs.update(
                {slug: (line, new, text) for slug, (line, at, text) in slugs.items() if at == old}
            )


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_transform(LastingAddresses)
