"""A chapter's plain links become the site's roles again.

A notebook stores links, which read in every host (see `links.py`). Here, before a chapter is
parsed, they become the roles that they were written for, so that the site resolves and checks them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from links import to_roles

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def restore(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put roles for the links into the Markdown cells of a chapter."""
    if not app.env.doc2path(docname).endswith(".ipynb"):
        return
    notebook = json.loads(source[0])
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = to_roles("".join(cell["source"]))
    source[0] = json.dumps(notebook)


def setup(app: Sphinx) -> None:
    """Read each chapter's source before its parser does."""
    app.connect("source-read", restore)
