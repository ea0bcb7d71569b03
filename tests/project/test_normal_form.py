"""The chapters stand in the repository in normal form, and keep to the rules of the book."""

import json
import re

import nbformat
import pytest
from notebooks import CHAPTERS, dumps, normal_form

FILES = sorted(CHAPTERS.glob("*.ipynb"))
FORBIDDEN = {
    "installs a package": r"^\s*[!%]\s*pip|^\s*[!%]conda",
    "plays with the import path": r"sys\.path|PYTHONPATH",
    "uses the network": r"\b(requests|urllib|httpx|wget|curl)\b|https?://",
    "unpickles": r"torch\.load\(|pickle",
    "measures time": r"\btime\.(time|perf_counter|monotonic)\(|%time",
    "is unfinished": r"\b(TODO|FIXME|XXX)\b",
}


def test_there_are_chapters():
    assert len(FILES) >= 3


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_chapter_is_in_normal_form(path):
    text = path.read_text(encoding="utf-8")
    assert text == dumps(normal_form(nbformat.reads(text, as_version=4))), "run: make notebooks"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("fault", FORBIDDEN)
def test_no_code_cell(path, fault):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    found = [source for source in code if re.search(FORBIDDEN[fault], source, flags=re.MULTILINE)]
    assert not found, f"a cell {fault}: {found[0]}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_chapter_asserts_what_it_claims(path):
    notebook = nbformat.read(path, as_version=4)
    asserts = sum("assert " in cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert asserts >= 5


def test_normal_form_drops_what_changes_from_run_to_run():
    cell = nbformat.v4.new_code_cell("1", execution_count=7, metadata={"editable": True})
    cell.outputs = [
        nbformat.v4.new_output("stream", name="stderr", text="50% [===]"),
        nbformat.v4.new_output("stream", name="stdout", text="kept "),
        nbformat.v4.new_output("stream", name="stderr", text="100% [===]"),
        nbformat.v4.new_output("stream", name="stdout", text="whole\n"),
        nbformat.v4.new_output(
            "display_data", data={"image/png": "AAAA", "text/plain": "<Figure>"}
        ),
        nbformat.v4.new_output("execute_result", data={"text/plain": "1"}, execution_count=7),
    ]
    normal = normal_form(nbformat.v4.new_notebook(cells=[cell], metadata={"widgets": {"x": 1}}))
    text = dumps(normal)
    assert "image/png" not in text
    assert "widgets" not in text
    assert "50%" not in text
    assert [output.output_type for output in normal.cells[0].outputs] == [
        "stream",
        "display_data",
        "execute_result",
    ]
    assert normal.cells[0].outputs[0].text == "kept whole\n"
    assert normal.cells[0].execution_count == normal.cells[0].outputs[2].execution_count == 1
    assert normal.cells[0].metadata == {}
