"""Execute the chapters and write them in their normal form.

The normal form is what a reader of the repository sees and what the tests compare with. Outputs
are text only: no images, no widget state, no times; progress bars, which go to the error stream,
are left out; right answers that a cell recorded stay, as no notebook shows them. In place of a
figure stands what its cell says of it. A code cell's execution count is its place, as in one run
from the top: nbval compares no output of a cell without a count. Two executions write the same
bytes.

A cell keeps the id that it has, so that a new cell changes no other; one without an id gets one
from its text. Nobody writes by hand what can be derived:

- what is folded on the site (`hide-input` and its like) and what stands between `solution-start`
  and `solution-end` is hidden in JupyterLab until it is asked for;
- citations and references to other chapters are plain links (see `links.py`);
- the first cell links to the chapter's page, once the book has an address: `AFM_BOOK_URL`, the
  folder that holds `index.html`, says it once, and the notebooks keep it.

    python book/notebooks.py            execute what has changed, write each in normal form
    python book/notebooks.py FILE ...   those only
    python book/notebooks.py --check    execute nothing; fail where a file is not in normal form
    python book/notebooks.py --strip    execute nothing; write the normal form of what is there
"""

import argparse
import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat
from execute import EXECUTED, execute_changed, report, with_outputs
from links import to_links
from nbformat import NotebookNode
from one_at_a_time import one_at_a_time

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "chapters"
CELL_METADATA = ("tags", "mystnb")  # what a chapter's author may say about a cell
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# What folds a cell's code or its output on the site.
CODE_IS_HIDDEN = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
OUTPUT_IS_HIDDEN = {"hide-output", "hide-cell", "remove-output", "remove-cell"}
RECORD = "application/papermill.record/"  # what a cell notes and nobody is shown
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # JupyterLab's ids
GATE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{solution-(?P<which>start|end)\}(?P<rest>.*(?:\n.*)*?)\n(?P=fence)$",
    flags=re.MULTILINE,
)
PAGE = re.compile(r"\[This chapter as a page of the book\]\((https?://\S+/)chapters/[\w-]+\.html\)")
# The site leaves out what is inside of `solution-start`; JupyterLab shows it when it is opened.
OPEN = "The folded cells below, down to the line, hold the solution. Click their three dots."


def read(path: Path) -> NotebookNode:
    """The notebook as it stands in the file: nothing is mended on the way in."""
    notebook = nbformat.reader.reads(path.read_text(encoding="utf-8"))
    if notebook.nbformat != 4:
        raise ValueError(f"nbformat should be 4, but was {notebook.nbformat}")
    return notebook


def normal_form(notebook: NotebookNode, chapter: str = "") -> NotebookNode:
    """A copy of ``notebook`` in normal form.

    Args:
        notebook: A notebook of format 4.
        chapter: The name of its file without the ending; with one, and with an address of the
            book, the first cell links to the chapter's page.

    Raises:
        ValueError: If two cells have the same id, a solution does not end, or a citation's key is
            unknown.
    """
    parts = [*_page(notebook.cells, chapter), *_cut_at_gates(notebook.cells)]
    cells, place = [], 0
    for cell, identity, solves in zip(parts, _ids(parts), _in_solutions(parts), strict=True):
        kept = {key: cell.metadata[key] for key in CELL_METADATA if key in cell.metadata}
        normal: dict[str, Any] = {
            "cell_type": cell.cell_type,
            "id": identity,
            "metadata": kept | _hidden(cell, solves),
            "source": cell.source.rstrip(),
        }
        if cell.cell_type == "markdown":
            normal["source"] = to_links(normal["source"])
        if cell.cell_type == "code":
            place += 1
            normal["execution_count"] = place
            normal["outputs"] = _normal_outputs(cell.outputs, place, _said_of_figure(cell))
        cells.append(nbformat.from_dict(normal))
    return nbformat.from_dict(
        {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    )


def _page(cells: list[NotebookNode], chapter: str) -> Iterator[NotebookNode]:
    """The cell that links to the chapter's page, if the book's address is known.

    The site leaves it out. JupyterLab and a repository's web page show it first.
    """
    stored = next((match for cell in cells if (match := _page_link(cell))), None)
    book = os.environ.get("AFM_BOOK_URL") or (stored and stored[1])
    if book and chapter:
        address = f"{book.rstrip('/')}/chapters/{chapter}.html"
        yield nbformat.v4.new_markdown_cell(
            f"[This chapter as a page of the book]({address})",
            id="page",
            metadata={"tags": ["remove-cell"]},
        )


def _page_link(cell: NotebookNode) -> re.Match[str] | None:
    """The link to the chapter's page, if the cell is nothing else."""
    return PAGE.fullmatch(cell.source.strip()) if cell.cell_type == "markdown" else None


def _cut_at_gates(cells: list[NotebookNode]) -> Iterator[NotebookNode]:
    """The cells, cut where a solution starts or ends, so that each lies inside it or outside."""
    for cell in cells:
        if _page_link(cell):
            continue
        if cell.cell_type != "markdown":
            yield cell
            continue
        sources, start = [], 0
        for gate in GATE.finditer(cell.source):
            if gate["which"] == "start":
                sources.append(cell.source[start : gate.start()] + _opened(gate))
                start = gate.end()
            else:
                sources.append(cell.source[start : gate.start()])
                start = gate.start()
        sources.append(cell.source[start:])
        *new, last = [source.strip("\n") for source in sources if source.strip()] or [""]
        for source in new:
            yield nbformat.from_dict({"cell_type": "markdown", "metadata": {}, "source": source})
        yield nbformat.from_dict(cell | {"source": last})  # the last part keeps the id


def _opened(gate: re.Match[str]) -> str:
    """The directive that starts a solution, with what JupyterLab shows inside it."""
    first, *lines = gate["rest"].split("\n")
    options = [line for line in lines if line.startswith(":")]
    head = "\n".join([f"{gate['fence']}{{solution-start}}{first}", *options])
    return f"{head}\n\n{OPEN}\n{gate['fence']}"


def _in_solutions(cells: Iterable[NotebookNode]) -> Iterator[bool]:
    """For each cell, whether it lies between the start and the end of a solution."""
    opened = ""
    for cell in cells:
        gates = GATE.finditer(cell.source) if cell.cell_type == "markdown" else ()
        inside = bool(opened)
        for gate in gates:
            inside = False
            label = gate["rest"].split("\n")[0].strip()
            if (gate["which"] == "start") == bool(opened):
                raise ValueError(
                    f"the solution to {opened} should end before the one to {label} starts"
                    if opened
                    else "a solution should start before its solution-end"
                )
            opened = label if gate["which"] == "start" else ""
        yield inside
    if opened:
        raise ValueError(f"the solution to {opened} should have a solution-end")


def _hidden(cell: NotebookNode, solves: bool) -> dict[str, Any]:
    """What JupyterLab shows only when it is asked to."""
    tags = set(cell.metadata.get("tags", ()))
    hidden = {}
    if solves or (cell.cell_type == "code" and tags & CODE_IS_HIDDEN):
        hidden["source_hidden"] = True
    if cell.cell_type == "code" and (solves or tags & OUTPUT_IS_HIDDEN):
        hidden["outputs_hidden"] = True
    return {"jupyter": hidden} if hidden else {}


def _ids(cells: list[NotebookNode]) -> Iterator[str]:
    """Each cell's id: the one that it has (JupyterLab's long ones cut short), or a new one."""
    given = [cell.get("id") for cell in cells]
    given = [name[:8] if name and UUID.fullmatch(name) else name for name in given]
    taken: dict[str, int] = {}
    for number, name in enumerate(given):
        if name in taken:
            raise ValueError(
                f"cells should have ids of their own, but {taken[name]} and {number} have {name!r}"
            )
        if name:
            taken[name] = number
    for number, (cell, name) in enumerate(zip(cells, given, strict=True)):
        text = cell.source
        while not name or taken.get(name, number) != number:
            name = hashlib.sha256(text.encode()).hexdigest()[:8]
            text += "\n"  # another cell with the same text came before
        taken[name] = number
        yield name


def _said_of_figure(cell: NotebookNode) -> str:
    """A figure in words: its caption and its text alternative, or nothing."""
    said = cell.metadata.get("mystnb", {})
    words = said.get("figure", {}).get("caption"), said.get("image", {}).get("alt")
    paragraphs = [text for text in words if text]
    return "**Figure.** " + "\n\n".join(paragraphs) if paragraphs else ""


def _normal_outputs(outputs: list[NotebookNode], place: int, said: str) -> list[dict[str, Any]]:
    """The outputs worth keeping; text that arrived in pieces is one text again."""
    kept: list[dict[str, Any]] = []
    for output in filter(None, (_normal_output(output, place, said) for output in outputs)):
        follows = kept and output["output_type"] == kept[-1]["output_type"] == "stream"
        if follows:
            kept[-1]["text"] += output["text"]
        else:
            kept.append(output)
    return kept


def _normal_output(output: NotebookNode, place: int, said: str) -> dict[str, Any] | None:
    """The text of an output of the code cell at ``place``, or nothing where it has none to keep."""
    if output.output_type == "stream":
        kept = {"name": output.name, "output_type": "stream", "text": output.text}
        return None if output.name == "stderr" else kept
    if output.output_type == "error":
        return dict(output)
    recorded = {kind: data for kind, data in output.data.items() if kind.startswith(RECORD)}
    if recorded:  # an answer (attention/teaching/answers.py); its name stands in the metadata
        name = {"scrapbook": dict(output.metadata["scrapbook"])}
        return {"data": recorded, "metadata": name, "output_type": output.output_type}
    text = output.data.get("text/plain")
    if text is None:
        return None
    data = {"text/plain": text}
    if said and text.startswith("<Figure "):
        data["text/markdown"] = said
    normal = {"data": data, "metadata": {}, "output_type": output.output_type}
    if output.output_type == "execute_result":
        normal["execution_count"] = place
    return normal


def dumps(notebook: NotebookNode) -> str:
    """The bytes that stand in the repository."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook, indent=1) + "\n"


def executed(files: list[Path]) -> list[Path]:
    """Execute the chapters whose inputs have changed, write all, and name those that failed."""
    with one_at_a_time(EXECUTED.parent):
        failed = report(execute_changed(files))
    for path in files:
        if path not in failed:
            notebook = with_outputs(read(path), path)
            write(path, dumps(normal_form(notebook, path.stem)))
    return failed


def write(path: Path, text: str) -> None:
    """Write a notebook with the same ends of lines on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


def main() -> int:
    """Do as the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--strip", action="store_true")
    arguments = parser.parse_args()
    files = arguments.files or sorted(CHAPTERS.glob("*.ipynb"))
    if not (arguments.check or arguments.strip):
        return 1 if executed([path.resolve() for path in files]) else 0
    wrong = []
    for path in files:
        try:
            text = dumps(normal_form(read(path), path.stem))
        except ValueError as error:
            wrong.append(f"{path}: {error}")
            continue
        if text != path.read_text(encoding="utf-8"):
            if arguments.check:
                wrong.append(f"{path}: not in normal form; run: make notebooks")
            else:
                write(path, text)
    for problem in wrong:
        print(problem, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
