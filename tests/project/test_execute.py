"""Executing the chapters: only those that must be, and nothing is lost when one fails."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("execute", "kernels", "inputs", "one_at_a_time", "replay")
PROJECT = '[tool.pytest.ini_options]\npythonpath = ["book"]\naddopts = "--import-mode=importlib"\n'
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("execute")]  # each starts kernels


class Book:
    """A book of its own in a folder, with the scripts of this one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for script in SCRIPTS:
            self.write(f"book/{script}.py", (ROOT / f"book/{script}.py").read_text())
        for name in ("requirements.txt", "requirements-data.txt", "attention/__init__.py"):
            self.write(name, "")
        self.write("chapters/conftest.py", (ROOT / "chapters/conftest.py").read_text())
        self.write("pyproject.toml", PROJECT)

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text, encoding="utf-8")

    def chapter(self, name: str, *cells: str, text: str = "Text.", prints: str = "") -> None:
        """Write a chapter of which the last cell is stored to print something."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
        notebook.cells += [nbformat.v4.new_code_cell(cell, execution_count=1) for cell in cells]
        if prints:
            output = nbformat.v4.new_output("stream", name="stdout", text=prints)
            notebook.cells[-1].outputs = [output]
        self.write(f"chapters/{name}.ipynb", nbformat.writes(notebook))

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "JOBS": "2", "PYTHONPATH": ""}
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def execute(self) -> subprocess.CompletedProcess[str]:
        return self.run("book/execute.py")

    def compare(self) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "pytest", "-q", "--nbval", "chapters", "--executed")

    def kept(self, name: str) -> nbformat.NotebookNode:
        return nbformat.read(self.root / "_build" / "executed" / f"{name}.ipynb", as_version=4)

    def pages(self) -> dict[str, list[str]]:
        """What stands in each page that would be rendered: its text, and what its cells printed."""
        code = (
            "import sys, json; sys.path.insert(0, 'book'); import execute as e\n"
            "both = lambda nb: [str(c.get('outputs', c.source)) for c in nb.cells]\n"
            "found = {s.stem: both(e.with_outputs(e.read(s), s)) for s in e.sources()}\n"
            "print(json.dumps(found))"
        )
        done = self.run("-c", code)
        return json.loads(done.stdout) if done.returncode == 0 else {"error": [done.stderr]}


def two_chapters(root: Path) -> Book:
    made = Book(root)
    made.chapter("01_one", "print(1 + 1)", prints="2\n")
    made.chapter("02_two", "x = 20", "print(x + 2)", prints="22\n")
    return made


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return two_chapters(tmp_path)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a book whose chapters were executed."""
    made = two_chapters(tmp_path_factory.mktemp("executed"))
    done = made.execute()
    assert done.returncode == 0, done.stderr
    return made.root


@pytest.fixture
def executed(once: Path, tmp_path: Path) -> Book:
    """A copy of it, to do with as one likes."""
    shutil.copytree(once, tmp_path, dirs_exist_ok=True)
    return Book(tmp_path)


def test_a_second_time_only_what_changed_is_executed(book):
    first = book.execute()
    assert first.returncode == 0, first.stderr
    assert "executing 2 of 2 chapters" in first.stdout
    assert "2/2" in first.stdout
    assert book.kept("02_two").cells[2].outputs[0].text == "22\n"
    assert "nothing to execute" in book.execute().stdout
    book.chapter("01_one", "print(1 + 2)", prints="3\n")
    second = book.execute().stdout
    assert "executing 1 of 2 chapters" in second
    assert "01_one: the chapter's code changed" in second
    assert book.kept("01_one").cells[1].outputs[0].text == "3\n"


def test_new_text_takes_the_outputs_that_there_are_and_new_code_takes_none(executed):
    executed.chapter("01_one", "print(1 + 1)", text="Other words.")
    assert "nothing to execute" in executed.execute().stdout
    text, output = executed.pages()["01_one"]
    assert text == "Other words."
    assert "2\\n" in output
    executed.chapter("01_one", "print(7)")
    assert "01_one.ipynb has changed since it was executed" in executed.pages()["error"][0]
    executed.chapter("03_three", "print(3)")
    (executed.root / "chapters" / "01_one.ipynb").unlink()
    assert "03_three.ipynb has not been executed" in executed.pages()["error"][0]


def test_a_page_in_markdown_with_cells_is_executed_too(book):
    head = "---\njupytext:\n  text_representation:\n    format_name: myst\nkernelspec:\n"
    head += "  name: python3\n---\n"
    book.write("index.md", f"{head}\n# First\n\n```{{code-cell}} python\nprint(6 * 7)\n```\n")
    assert "3/3" in book.execute().stdout
    assert "42\\n" in book.pages()["index"][1]


def test_nothing_is_lost_when_one_chapter_fails(book):
    book.chapter("01_one", "x = 1", "raise ValueError('no such head')")
    first = book.execute()
    assert first.returncode == 1
    assert "FAILED" in first.stdout
    assert "=== 01_one.ipynb" in first.stderr
    assert "no such head" in first.stderr
    assert "no such head" in (book.root / "_build/reports/01_one.err.log").read_text()
    assert book.kept("02_two").cells[2].outputs[0].text == "22\n"
    assert not (book.root / "_build/executed/01_one.ipynb").exists()
    book.chapter("01_one", "print('mended')")
    second = book.execute()
    assert "executing 1 of 2 chapters" in second.stdout
    assert second.returncode == 0


def test_what_is_left_of_a_chapter_that_is_gone_goes_too(executed):
    assert (executed.root / "_build/executed/02_two.ipynb").exists()
    (executed.root / "chapters" / "02_two.ipynb").unlink()
    executed.execute()
    assert not (executed.root / "_build/executed/02_two.ipynb").exists()


def test_nbval_compares_what_was_executed_with_what_is_stored(executed):
    passed = executed.compare()
    assert "3 passed" in passed.stdout, passed.stdout
    executed.chapter("02_two", "x = 20", "print(x + 2)", prints="23\n")
    failed = executed.compare()
    assert failed.returncode == 1
    assert "1 failed, 2 passed" in failed.stdout
    assert "02_two.ipynb::Cell 1" in failed.stdout


def test_nbval_compares_nothing_that_was_not_executed(executed):
    executed.chapter("02_two", "x = 21", "print(x + 2)", prints="22\n")
    compared = executed.compare()
    assert compared.returncode == 1
    assert "02_two.ipynb was not executed since this changed: the chapter's code" in compared.stdout


def test_nbval_executes_where_it_is_not_told_otherwise(book):
    run = book.run("-m", "pytest", "-q", "--nbval", "chapters", "-k", "01_one")
    assert "1 passed" in run.stdout, run.stdout + run.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signal to a child")
def test_a_signal_stops_all_chapters_and_keeps_what_was_executed(book):
    wait = "open('../begun', 'w').close(); import time; time.sleep(600)"
    book.chapter("02_two", wait)
    book.chapter("03_three", "print(3)")
    environment = {**os.environ, "JOBS": "1", "PYTHONPATH": ""}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    command = [sys.executable, "book/execute.py"]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a job in the background may not
    with subprocess.Popen(
        command, cwd=book.root, env=environment, preexec_fn=heard, **pipes
    ) as run:
        while not (book.root / "begun").exists():
            assert run.poll() is None
            time.sleep(0.1)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "what was executed is kept" in err
    assert "Traceback" not in err, err
    assert out.count("book: executed") == 1
    assert not (book.root / "_build/executed/03_three.ipynb").exists()


def test_two_at_once_take_turns(book):
    waiting = "import sys; sys.path.insert(0, 'book'); from pathlib import Path\n"
    waiting += "from one_at_a_time import one_at_a_time\n"
    waiting += "with one_at_a_time(Path('_build')):\n    print('mine', flush=True); input()"
    command = [sys.executable, "-c", waiting]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=book.root, **pipes) as first:
        assert first.stdout.readline() == "mine\n"
        with subprocess.Popen(command, cwd=book.root, **pipes) as second:
            assert "waiting for it" in second.stdout.readline()
            first.communicate("\n")
            assert second.stdout.readline() == "mine\n"
            second.communicate("\n")


def test_a_folder_that_cannot_be_written_is_named(book):
    book.write("_build", "a file where a folder should be")
    run = book.execute()
    assert run.returncode == 1
    assert f"cannot write in {book.root / '_build'}" in run.stderr
    assert "Traceback" not in run.stderr
