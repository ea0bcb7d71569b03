"""A book of a few pages, built with the extension and the settings of this one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from browsing import STATE
from build import environment
from ipywidgets import Widget

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
RECORD = "application/papermill.record/"
HAS_RUN = {"execute_notebooks: cache": "execute_notebooks: off"}  # outputs as the cells have them


def build(
    folder: Path,
    contents: str,
    pages: Mapping[str, Any],
    *,
    settings: Mapping[str, str] | None = None,
    repository: str = "https://github.com/someone/a-book",
) -> Path:
    """Build it with every warning an error, and return the folder of its pages.

    Args:
        folder: Where it lies; notebooks may stand there already.
        contents: Its `_toc.yml`.
        pages: By their names the Markdown pages, or the cells of notebooks.
        settings: What stands in place of what in `_config.yml`.
        repository: The repository's address; none when empty.
    """
    status, said = attempt(folder, contents, pages, settings=settings, repository=repository)
    assert status == 0, said[-4000:]
    return folder / "_build" / "html"


def attempt(
    folder: Path,
    contents: str,
    pages: Mapping[str, Any],
    *,
    settings: Mapping[str, str] | None = None,
    repository: str = "",
) -> tuple[int, str]:
    """Build it, to the end even where something is wrong; the status, and all that was said."""
    shutil.copytree(ROOT / "book", folder / "book")
    shutil.copy(ROOT / "requirements-data.txt", folder)
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    for old, new in (settings or {}).items():
        assert old in config
        config = config.replace(old, new)
    (folder / "_config.yml").write_text(config, encoding="utf-8")
    (folder / "_toc.yml").write_text(contents, encoding="utf-8")
    for name, page in pages.items():
        is_text = isinstance(page, str)
        path = folder / f"{name}{'.md' if is_text else '.ipynb'}"
        path.parent.mkdir(exist_ok=True)
        text = page if is_text else nbformat.writes(notebook(page))
        path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", "."]
    command += ["--path-output", ".", "--config", "_config.yml", "--toc", "_toc.yml"]
    command += ["-W", "--keep-going", "-n"]
    known = {"PYTHONPATH": str(ROOT), "AFM_REPOSITORY_URL": repository}
    home = {key: os.environ[key] for key in ("HOME", "USERPROFILE") if key in os.environ}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**environment(), **known, "PYTHONUTF8": "1", "COLUMNS": "200"} | home,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout


def notebook(cells: list[Any]) -> Any:
    """A notebook of these cells, with the state of the widgets that they show."""
    metadata = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    widgets = [cell.metadata.pop("shows") for cell in cells if "shows" in cell.metadata]
    if widgets:
        metadata["widgets"] = {STATE: Widget.get_manager_state(widgets=widgets)}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def said(text: str) -> Any:
    """A Markdown cell."""
    return nbformat.v4.new_markdown_cell(text)


def ran(
    source: str, printed: str = "", *, tags: tuple[str, ...] = (), **recorded: dict[str, Any]
) -> Any:
    """A code cell with what it printed, and the answers that it recorded by name."""
    outputs = [nbformat.v4.new_output("stream", text=printed)] if printed else []
    for name, answer in recorded.items():
        box = name.replace("_", "-")
        outputs.append(
            nbformat.v4.new_output(
                "display_data",
                data={RECORD + "text/plain": json.dumps({"name": box, **answer})},
                metadata={"scrapbook": {"name": box, "mime_prefix": RECORD}},
            )
        )
    return nbformat.v4.new_code_cell(
        source, outputs=outputs, metadata={"tags": list(tags)}, execution_count=1
    )


def moved(widget: Widget) -> Any:
    """A code cell that shows a widget."""
    data, metadata = widget._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    cell = nbformat.v4.new_code_cell("shown", outputs=[output], execution_count=1)
    cell.metadata = {"tags": ["remove-input"], "shows": widget}
    return cell


def choice(value: str) -> dict[str, Any]:
    """The record of a right option."""
    return {"kind": "choice", "value": value}


def order(*lines: str) -> dict[str, Any]:
    """The record of lines in their right order."""
    return {"kind": "order", "value": list(lines)}


def number(value: float, within: float = 0.0, instead: tuple[float, ...] = ()) -> dict[str, Any]:
    """The record of a right number."""
    return {"kind": "number", "value": value, "within": within, "instead": list(instead)}
