"""A page is read again when its chapter has been executed again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def note_execution(app: Sphinx, docname: str, _source: list[str]) -> None:
    """Name what came of the execution (`book/execute.py`) as something that the page is made of."""
    kept = Path(app.srcdir) / "_build" / "executed" / f"{Path(docname).name}.ipynb"
    if kept.is_file():
        app.env.note_dependency(str(kept))


def setup(app: Sphinx) -> None:
    """Note it when a source is read."""
    app.connect("source-read", note_execution)
