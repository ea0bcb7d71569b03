"""Execute the chapters and write them in their normal form.

The normal form is what a reader of the repository sees and what the tests compare with: text
outputs only. No images, no widget state, no times; progress bars, which go to the error stream, are
left out. A code cell's execution count is its place, as in one run from the top: nbval compares
no output of a cell without a count. Two executions write the same bytes.

    python book/notebooks.py            execute all chapters, write each in normal form
    python book/notebooks.py FILE ...   those only
    python book/notebooks.py --check    execute nothing; fail where a file is not in normal form
    python book/notebooks.py --strip    execute nothing; write the normal form of what is there
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "chapters"
CELL_METADATA = ("tags", "mystnb")  # what a chapter's author may say about a cell
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def normal_form(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy of ``notebook`` in normal form."""
    cells, place = [], 0
    for number, cell in enumerate(notebook.cells):
        kept = {key: cell.metadata[key] for key in CELL_METADATA if key in cell.metadata}
        normal: dict[str, Any] = {
            "cell_type": cell.cell_type,
            "id": f"cell-{number:03d}",
            "metadata": kept,
            "source": cell.source.rstrip(),
        }
        if cell.cell_type == "code":
            place += 1
            normal["execution_count"] = place
            normal["outputs"] = _normal_outputs(cell.outputs, place)
        cells.append(nbformat.from_dict(normal))
    return nbformat.from_dict(
        {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    )


def _normal_outputs(outputs: list[nbformat.NotebookNode], place: int) -> list[dict[str, Any]]:
    """The outputs worth keeping; text that arrived in pieces is one text again."""
    kept: list[dict[str, Any]] = []
    for output in filter(None, (_normal_output(output, place) for output in outputs)):
        follows = kept and output["output_type"] == kept[-1]["output_type"] == "stream"
        if follows:
            kept[-1]["text"] += output["text"]
        else:
            kept.append(output)
    return kept


def _normal_output(output: nbformat.NotebookNode, place: int) -> dict[str, Any] | None:
    """The text of an output of the code cell at ``place``, or nothing where it has none to keep."""
    if output.output_type == "stream":
        kept = {"name": output.name, "output_type": "stream", "text": output.text}
        return None if output.name == "stderr" else kept
    if output.output_type == "error":
        return dict(output)
    text = output.data.get("text/plain")
    if text is None:
        return None
    normal = {"data": {"text/plain": text}, "metadata": {}, "output_type": output.output_type}
    if output.output_type == "execute_result":
        normal["execution_count"] = place
    return normal


def dumps(notebook: nbformat.NotebookNode) -> str:
    """The bytes that stand in the repository."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook, indent=1) + "\n"


def execute(path: Path) -> float:
    """Execute one chapter where it stands, write its normal form, return the seconds it took."""
    notebook = nbformat.read(path, as_version=4)
    start = time.monotonic()
    client = NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    path.write_text(dumps(normal_form(notebook)), encoding="utf-8")
    return time.monotonic() - start


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
    wrong = []
    for path in files:
        if arguments.check or arguments.strip:
            text = dumps(normal_form(nbformat.read(path, as_version=4)))
            if text != path.read_text(encoding="utf-8"):
                wrong.append(path)
                if arguments.strip:
                    path.write_text(text, encoding="utf-8")
            continue
        print(f"{path.name} ...", end=" ", flush=True)
        print(f"{execute(path):.0f} s")
    if arguments.check and wrong:
        names = ", ".join(str(path) for path in wrong)
        print(f"not in normal form: {names}\nrun: make notebooks", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
