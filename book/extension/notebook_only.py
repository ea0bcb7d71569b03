"""What only a kernel can answer stays in the notebooks; the site leaves it out.

Three things are left out: a cell with the tag `notebook-only`, Markdown or code; a box with the
class `notebook-only`; and, tagged or not, a code cell that shows a view of ipywidgets which is no
widget of this book (`interact`, a `VBox`), since on a page nothing would move it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from docutils import nodes
from myst_nb.core.render import WIDGET_VIEW_MIMETYPE
from sphinx.transforms import SphinxTransform

from extension.outputs import page_state

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MARK = "notebook-only"


def drop_markdown(app: Sphinx, docname: str, source: list[str]) -> None:
    """Empty the Markdown cells that have the tag; myst-nb finds outputs by the code cells alone."""
    if not app.env.doc2path(docname).endswith(".ipynb"):
        return
    notebook = json.loads(source[0])
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and MARK in cell["metadata"].get("tags", ()):
            cell["source"] = ""
    source[0] = json.dumps(notebook)


class NotebookOnly(SphinxTransform):  # type: ignore[misc]
    """Take out of a page what only a notebook shows."""

    default_priority = 5  # before figures are numbered, and before exercises gather their cells

    def apply(self, **_kwargs: Any) -> None:
        """Visit every cell and every box."""
        state = page_state(self.env, self.env.docname)
        for node in list(self.document.findall(nodes.Element)):
            classes = node.get("classes", ())
            cell = isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"
            if (
                MARK in classes
                or (cell and f"tag_{MARK}" in classes)
                or (cell and any(needs_python(view, state) for view in views(node)))
            ):
                forget(node, self.document)
                node.parent.remove(node)


def views(cell: nodes.Element) -> list[str]:
    """The ids of the models of which a cell shows a view."""
    forms = cell.findall(
        lambda node: (
            node.get("mime_type") == WIDGET_VIEW_MIMETYPE
            if isinstance(node, nodes.container)
            else False
        )
    )
    return [form[0]["model_id"] for form in forms if form.children and "model_id" in form[0]]


def needs_python(model_id: str, state: dict[str, Any]) -> bool:
    """Whether a view is of something else than a widget that computes in the page."""
    return model_id in state and state[model_id]["model_module"] != "anywidget"


def forget(node: nodes.Element, document: nodes.document) -> None:
    """Let no link lead to what is left out."""
    for part in node.findall(nodes.Element):
        for name in part.get("names", ()):
            document.nameids.pop(name, None)
            document.nametypes.pop(name, None)
        for known in part.get("ids", ()):
            document.ids.pop(known, None)


def setup(app: Sphinx) -> None:
    """Read each chapter's source before its parser does, and its tree after."""
    app.connect("source-read", drop_markdown)
    app.add_transform(NotebookOnly)
