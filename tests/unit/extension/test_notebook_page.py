"""A notebook as its page shows it: folds, and what only a notebook has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from browsing import STATE
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from small_book import build

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("notebook page")  # one process: it is built once
VIEW = "application/vnd.jupyter.widget-view+json"


def code(source: str, printed: str = "", *, tags: tuple[str, ...] = ("hide-input",)) -> Any:
    outputs = [new_output("stream", name="stdout", text=printed)] if printed else []
    return new_code_cell(
        source, outputs=outputs, execution_count=1, metadata={"tags": list(tags)} if tags else {}
    )


def slider() -> Any:
    data = {VIEW: {"model_id": "slider", "version_major": 2, "version_minor": 0}}
    cell = code("interact(look, n=(1, 9))")
    cell.outputs = [new_output("display_data", data={**data, "text/plain": "interactive"})]
    return cell


CELLS = [
    new_markdown_cell("# Folds"),
    code("# Set-up\nimport math"),
    new_markdown_cell("Between."),
    code("a = 1"),
    code("# Checked: it holds.\nassert a == 1", "it holds\n"),
    code("# Figure: the shares\n# with a note\nprint(a)", "1\n"),
    new_markdown_cell("Text."),
    code("# Checked: one & all"),
    code("# Checked: another\nassert True"),
    code("x = [\n    1,\n]", tags=()),
    slider(),
    code("look(3)", "starting state\n", tags=("hide-input", "notebook-only")),
    new_markdown_cell("Two sliders stand here.", metadata={"tags": ["notebook-only"]}),
    new_markdown_cell(
        "More text.\n\n```{admonition} Runs live\n:class: tip notebook-only\nIn Binder.\n```\n"
    ),
]


@pytest.fixture(scope="module")
def article(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("notebook")
    notebook = new_notebook(cells=CELLS)
    state = {"slider": {"model_name": "X", "model_module": "@jupyter-widgets/x", "state": {}}}
    notebook.metadata["widgets"] = {STATE: {"state": state, "version_major": 2, "version_minor": 0}}
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    (folder / "chapters").mkdir()
    nbformat.write(notebook, folder / "chapters" / "05_folds.ipynb")
    contents = "format: jb-book\nroot: index\nchapters: [{file: chapters/05_folds}]\n"
    pages = {"index": "# A small book\n\n```{only} repository\nIn Binder.\n```\n"}
    site = build(
        folder,
        contents,
        pages,
        settings={"execute_notebooks: cache": "execute_notebooks: 'off'"},
        repository="",
    )
    assert "Binder" not in (site / "index.html").read_text(encoding="utf-8")
    text = (site / "chapters" / "05_folds.html").read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser").select_one("article")


def folds(article: Any) -> list[tuple[str, list[str]]]:
    """The title of each fold, and the code of the cells in it."""
    return [
        (
            box.summary.get_text(strip=True),
            [pre.get_text().rstrip("\n") for pre in box.select("pre")],
        )
        for box in article.select("details.book-fold")
    ]


def test_a_fold_is_named_after_its_first_line_and_neighbours_are_one(article: Any) -> None:
    assert folds(article) == [
        ("Set-up", ["import math"]),
        ("Checked: it holds", ["a = 1", "assert a == 1"]),
        ("Figure: the shares", ["# with a note\nprint(a)"]),
        ("Checked: one & all", ["# Checked: one & all", "# Checked: another\nassert True"]),
    ]


def test_the_name_that_is_heard_is_the_one_that_is_seen(article: Any) -> None:
    assert article.select("summary[aria-label], summary [aria-label], summary [aria-hidden]") == []
    assert all(box.summary.get_text(strip=True) for box in article.select("details"))


def test_what_a_folded_cell_prints_is_seen(article: Any) -> None:
    outside = [out.get_text().strip() for out in article.select(".cell_output")]
    assert outside == ["it holds", "1"]
    assert article.select("details .cell_output") == []


def test_what_needs_a_kernel_is_not_on_the_page(article: Any) -> None:
    text = article.get_text()
    assert "More text." in text
    for absent in ("interact", "starting state", "look(3)", "sliders", "Runs live", "Binder"):
        assert absent not in text
