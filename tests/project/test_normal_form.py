"""The chapters stand in the repository in normal form, and keep to the rules of the book."""

import json
import re

import nbformat
import pytest
from notebooks import CHAPTERS, OPEN, dumps, main, normal_form, read

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
    assert text == dumps(normal_form(read(path), path.stem)), "run: make notebooks"


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


def markdown(source, **more):
    return nbformat.from_dict({"cell_type": "markdown", "metadata": {}, "source": source} | more)


def code(source, **metadata):
    cell = nbformat.v4.new_code_cell(source, metadata=metadata)
    del cell["id"]
    return cell


def notebook_of(*cells):  # nbformat's own constructor would mend ids
    parts = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return nbformat.from_dict(parts)


def in_form(*cells, chapter=""):
    return normal_form(notebook_of(*cells), chapter).cells


def test_a_new_cell_changes_no_other_cells_id():
    before = in_form(markdown("one"), code("2"), markdown("three"))
    ids = [cell.id for cell in before]
    assert len(set(ids)) == 3
    after = in_form(before[0], code("new"), code("2"), *before[1:])
    assert [after[0].id, after[3].id, after[4].id] == ids
    assert len({cell.id for cell in after}) == 5
    assert all(re.fullmatch("[0-9a-f]{8}", cell.id) for cell in after)
    assert [cell.id for cell in in_form(*after)] == [cell.id for cell in after]
    assert [cell.get("execution_count") for cell in after] == [None, 1, 2, 3, None]


def test_an_edited_cell_keeps_its_id():
    (before,) = in_form(markdown("one"))
    before.source = "one and a half"
    assert in_form(before)[0].id == before.id


def test_long_ids_of_jupyterlab_are_cut_short():
    (cell,) = in_form(markdown("one", id="0f8fad5b-d9cb-469f-a165-70867728950e"))
    assert cell.id == "0f8fad5b"


def test_two_cells_with_one_id_are_refused(tmp_path, monkeypatch, capsys):
    cells = markdown("one", id="same"), markdown("two", id="other"), markdown("three", id="same")
    with pytest.raises(ValueError, match="ids of their own, but 0 and 2 have 'same'"):
        in_form(*cells)
    path = tmp_path / "copied.ipynb"
    path.write_text(json.dumps(notebook_of(*cells)), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["notebooks.py", "--check", str(path)])
    assert main() == 1
    assert "copied.ipynb: cells should have ids of their own" in capsys.readouterr().err
    assert read(path).cells[2].id == "same"  # nothing was mended without a word


EXERCISE = """Write it.

```{solution-start} ex-one
:class: dropdown
```

It is short."""
AFTER = """And so on.

```{solution-end}
```

Next."""


def test_what_the_site_folds_is_hidden_in_jupyterlab():
    hide = {"source_hidden": True}
    cells = in_form(
        code("import math", tags=["hide-input"]),
        code("1", tags=["hide-cell"]),
        code("2", tags=["hide-output"], jupyter=hide),
        code("3", tags=["nbval-ignore-output"]),
        markdown(EXERCISE),
        code("4"),
        markdown(AFTER, id="after"),
        code("5"),
    )
    both = hide | {"outputs_hidden": True}
    said = [(cell.source.split("\n")[0], cell.metadata.get("jupyter")) for cell in cells]
    assert said == [
        ("import math", hide),
        ("1", both),
        ("2", {"outputs_hidden": True}),
        ("3", None),
        ("Write it.", None),
        ("It is short.", hide),
        ("4", both),
        ("And so on.", hide),
        ("```{solution-end}", None),
        ("5", None),
    ]
    assert cells[4].source.endswith(f":class: dropdown\n\n{OPEN}\n```")
    assert cells[8].id == "after"
    assert in_form(*cells) == cells


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([EXERCISE], "the solution to ex-one should have a solution-end"),
        ([AFTER], "a solution should start before its solution-end"),
        ([EXERCISE, EXERCISE, AFTER], "the solution to ex-one should end before"),
    ],
)
def test_a_solution_that_does_not_start_or_end_is_refused(cells, message):
    with pytest.raises(ValueError, match=message):
        in_form(*map(markdown, cells))


def test_a_stored_figure_is_what_its_cell_says_of_it():
    said = {"figure": {"caption": "Look here."}, "image": {"alt": "A line that falls."}}
    cell = code("plot()", mystnb=said)
    cell.outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="1\n"),
        nbformat.v4.new_output(
            "display_data", data={"image/png": "AAAA", "text/plain": "<Figure size 1x1>"}
        ),
        nbformat.v4.new_output("display_data", data={"text/plain": "Explorer(n=1)"}),
    ]
    (stored,) = in_form(cell)
    assert stored.outputs[1].data == {
        "text/markdown": "**Figure.** Look here.\n\nA line that falls.",
        "text/plain": "<Figure size 1x1>",
    }
    assert "data" not in stored.outputs[0]
    assert stored.outputs[2].data == {"text/plain": "Explorer(n=1)"}
    assert in_form(stored) == [stored]


def test_the_first_cell_links_to_the_page_once_the_address_is_known(monkeypatch):
    monkeypatch.delenv("AFM_BOOK_URL", raising=False)
    title = markdown("# Title", id="title")
    assert [cell.id for cell in in_form(title, chapter="01_one")] == ["title"]

    monkeypatch.setenv("AFM_BOOK_URL", "https://example.org/book/")
    first, second = in_form(title, chapter="01_one")
    link = "[This chapter as a page of the book](https://example.org/book/chapters/01_one.html)"
    assert first.source == link
    assert first.metadata.tags == ["remove-cell"]
    assert second.id == "title"

    monkeypatch.delenv("AFM_BOOK_URL")
    assert in_form(first, second, chapter="01_one") == [first, second]  # kept, and once
    assert in_form(first, second, chapter="02_two")[0].source == link.replace("01_one", "02_two")

    monkeypatch.setenv("AFM_BOOK_URL", "http://localhost:8000")
    moved = in_form(first, second, chapter="01_one")
    assert [cell.id for cell in moved] == [first.id, "title"]
    assert "(http://localhost:8000/chapters/01_one.html)" in moved[0].source


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_running_all_keeps_the_readers_functions(path):
    """A solution's function has a name of its own: the exercise's name is the reader's."""
    cells = read(path).cells
    theirs, ours = set(), set()
    for cell in cells:
        if cell.cell_type == "code":
            names = set(re.findall(r"^(?:def|class) (\w+)", cell.source, flags=re.MULTILINE))
            solves = cell.metadata.get("jupyter", {}).get("outputs_hidden", False)
            (ours if solves else theirs).update(names)
    assert ours, "every chapter has an exercise in Python"
    assert not ours & theirs


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_exercise_has_a_hint_and_a_solution(path):
    text = "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    exercises = re.split(r"^[`:]{3,}\{exercise\}", text, flags=re.MULTILINE)[1:]
    assert exercises
    for exercise in exercises:
        title = exercise.partition("\n")[0]
        label = re.search(r"^:label: (\S+)$", exercise, flags=re.MULTILINE)
        assert label, f"{title}: no label"
        solution = re.search(
            rf"\{{solution(-start)?\}} {re.escape(label[1])}$", exercise, flags=re.MULTILINE
        )
        assert solution, f"{title}: no solution to {label[1]} before the next exercise"
        assert "{hint}" in exercise[: solution.start()], f"{title}: no hint"
