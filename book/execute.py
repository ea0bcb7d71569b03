"""Execute the chapters whose inputs have changed, several at a time, and keep what came of each.

    python book/execute.py              those that must be
    python book/execute.py --force      all

What a chapter printed and drew is kept in `_build/executed`, with the inputs that it was made from
(`inputs.py`). The pages are rendered from it, `make notebooks` writes its text into the chapters,
and `make test` compares the two. A chapter that fails does not stop the others, and one that was
executed is not lost when another fails.
"""

from __future__ import annotations

import argparse
import asyncio
import atexit
import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import nbformat
from inputs import Package, changes, inputs_of
from kernels import WatchedKernelManager
from nbclient import NotebookClient
from one_at_a_time import CannotWriteError, one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "chapters"
EXECUTED = ROOT / "_build" / "executed"
REPORTS = ROOT / "_build" / "reports"
CELL_SECONDS = 300  # no cell of the book needs a minute on a quiet machine
AT_MOST_AT_ONCE = 4  # each holds about a gigabyte
HEARTBEAT = 20  # seconds between two words on what is running
ENVIRONMENT = {"PYTHONHASHSEED": "0", "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
NOTE = "executed"  # where a kept notebook says what it was made from
ANSI = re.compile(r"\x1b\[[0-9;]*m")
LONG = ("01", "02", "07", "05", "08")  # begin with these where nothing has been measured yet


class Failure(NamedTuple):
    """A chapter that did not run to its end, and what it said."""

    source: Path
    report: str


class NotExecutedError(Exception):
    """What is kept of a chapter is missing or does not belong to its present code."""


def sources() -> list[Path]:
    """Every page that has code: the chapters, and Markdown with cells, such as the first page."""
    written = [*ROOT.glob("*.md"), *CHAPTERS.glob("*.md")]
    return sorted([*CHAPTERS.glob("*.ipynb"), *filter(has_cells, written)])


def has_cells(page: Path) -> bool:
    """Whether a page in Markdown says of itself that it is a notebook."""
    return page.read_text(encoding="utf-8").startswith("---\njupytext:")


def read(source: Path) -> nbformat.NotebookNode:
    """A source as a notebook."""
    if source.suffix == ".ipynb":
        return nbformat.read(source, as_version=4)
    from myst_nb.core.read import read_myst_markdown_notebook  # slow to load

    text = source.read_text(encoding="utf-8")
    return read_myst_markdown_notebook(text, add_source_map=True, path=source)


def kept(source: Path) -> Path:
    """Where what came of a source is kept."""
    return EXECUTED / f"{source.stem}.ipynb"


def code_of(notebook: nbformat.NotebookNode) -> list[str]:
    """The code of a notebook's cells."""
    return [cell.source.rstrip() for cell in notebook.cells if cell.cell_type == "code"]


def note_on(source: Path) -> dict[str, Any]:
    """What was noted when a chapter was executed: its inputs and its seconds; or nothing."""
    try:
        return dict(nbformat.read(kept(source), as_version=4).metadata[NOTE])
    except (OSError, ValueError, KeyError, nbformat.reader.NotJSONError):
        return {}


def with_outputs(notebook: nbformat.NotebookNode, source: Path) -> nbformat.NotebookNode:
    """A chapter's present text with the outputs of its execution.

    Args:
        notebook: The source as it stands in the repository; it is changed.
        source: Its path.

    Raises:
        NotExecutedError: The code has changed since, or was never executed.
    """
    try:
        executed = nbformat.read(kept(source), as_version=4)
    except OSError:
        raise NotExecutedError(f"{source.name} has not been executed: make book") from None
    if code_of(notebook) != code_of(executed):
        raise NotExecutedError(f"{source.name} has changed since it was executed: make book")
    here, there = ([c for c in nb.cells if c.cell_type == "code"] for nb in (notebook, executed))
    for cell, ran in zip(here, there, strict=True):
        cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
    for key in ("language_info", "widgets"):
        if key in executed.metadata:
            notebook.metadata[key] = executed.metadata[key]
    return notebook


def at_once() -> int:
    """How many chapters to execute at a time: one a core, and no more than fit into memory."""
    usable = getattr(os, "sched_getaffinity", None)
    cores = len(usable(0)) if usable else os.cpu_count() or 1
    return int(os.environ.get("JOBS") or min(cores, AT_MOST_AT_ONCE))


def execute_changed(files: Iterable[Path], *, force: bool = False) -> list[Failure]:
    """Execute each of these chapters whose inputs have changed; return those that failed.

    Args:
        files: Chapters.
        force: Execute them all.
    """
    files, package = list(files), Package()
    inputs = {file: inputs_of(code_of(read(file)), package) for file in files}
    notes = {file: note_on(file) for file in files}
    reasons = {file: changes(notes[file].get("inputs", {}), inputs[file]) for file in files}
    stale = [file for file in files if force or reasons[file]]
    for left in set(EXECUTED.glob("*.ipynb")) - {kept(file) for file in sources()}:
        left.unlink()
    if not stale:
        print(f"book: nothing to execute: {len(files)} chapters are up to date", flush=True)
        return []
    print(f"book: executing {len(stale)} of {len(files)} chapters, {at_once()} at a time")
    for file in stale:
        if not force and notes[file]:
            more = f" and {len(reasons[file]) - 2} more" if len(reasons[file]) > 2 else ""
            print(f"book: {file.stem}: {', '.join(reasons[file][:2])}{more} changed")
    order = sorted(stale, key=lambda file: expected_seconds(file, notes[file]), reverse=True)
    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(Execution(order, inputs).run())


def expected_seconds(source: Path, note: dict[str, Any]) -> float:
    """How long a chapter took last time; a guess before the first."""
    return float(note.get("seconds") or (60 if source.name.startswith(LONG) else 30))


class Loop(asyncio.SelectorEventLoop):
    """An event loop that leaves signals alone.

    nbclient takes a signal as the end of one notebook, and the next would begin. Ctrl-C is to end
    them all. (And on Windows, kernels are only heard by a loop of this kind.)
    """

    def add_signal_handler(self, *_: object) -> None:
        """Refuse, as off the main thread; nbclient goes on without."""
        raise RuntimeError("signals end all chapters at once")

    def remove_signal_handler(self, sig: int) -> bool:
        """Say that there was none."""
        return False


class Execution:
    """Several chapters on their way through their kernels, and what is said of them meanwhile.

    Args:
        order: The chapters, the longest first, so that none is left alone at the end.
        inputs: What each is made from.
    """

    def __init__(self, order: list[Path], inputs: dict[Path, dict[str, str]]) -> None:
        self.order, self.inputs = order, inputs
        self.failures: list[Failure] = []
        self.done = 0
        self.started = time.monotonic()
        self.places: dict[Path, str] = {}  # of each chapter that runs, the cell that it is at

    async def run(self) -> list[Failure]:
        """Execute all; return those that failed."""
        free = asyncio.Semaphore(at_once())
        speaking = asyncio.create_task(self._speak())
        await asyncio.gather(*(self._in_turn(source, free) for source in self.order))
        speaking.cancel()
        return self.failures

    async def _speak(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            running = ", ".join(f"{c.stem} at cell {place}" for c, place in self.places.items())
            print(f"book: {time.monotonic() - self.started:4.0f} s  {running}", flush=True)

    async def _in_turn(self, source: Path, free: asyncio.Semaphore) -> None:
        async with free:
            start = time.monotonic()
            try:
                await self._execute(source, start)
                outcome = "executed"
            except Exception as error:  # whatever it is: the other chapters go on
                outcome = "FAILED  "
                self.failures.append(Failure(source, ANSI.sub("", str(error)).strip()))
            self.places.pop(source, None)
            self.done += 1
            seconds, count = time.monotonic() - start, f"{self.done:2d}/{len(self.order)}"
            print(f"book: {outcome} {count}  {seconds:4.0f} s  {source.stem}", flush=True)

    async def _execute(self, source: Path, start: float) -> None:
        notebook = read(source)
        total = len(notebook.cells)

        def tell(cell: nbformat.NotebookNode, cell_index: int) -> None:
            self.places[source] = f"{cell_index + 1} of {total}"

        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_manager_class=WatchedKernelManager,
            resources={"metadata": {"path": str(source.parent)}},
            extra_arguments=["--log-level=CRITICAL"],
            on_cell_start=tell,
        )
        try:
            await client.async_execute(env={**os.environ, **ENVIRONMENT})
        finally:
            atexit.unregister(client._cleanup_kernel)  # done by now; again, it would complain
        note = {"inputs": self.inputs[source], "seconds": round(time.monotonic() - start, 1)}
        notebook.metadata[NOTE] = note
        EXECUTED.mkdir(parents=True, exist_ok=True)
        partial = kept(source).with_suffix(".partial")
        nbformat.write(notebook, partial)
        partial.replace(kept(source))


def report(failures: list[Failure]) -> list[Path]:
    """Print what the failed chapters said, and keep it where CI finds it; return their paths."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    for failure in failures:
        name = REPORTS / f"{failure.source.stem}.err.log"
        name.write_text(failure.report + "\n", encoding="utf-8")
        print(f"\n=== {failure.source.name}\n{failure.report}", file=sys.stderr)
    if failures:
        names = ", ".join(failure.source.stem for failure in failures)
        print(f"\nbook: could not be executed: {names}", file=sys.stderr, flush=True)
    return [failure.source for failure in failures]


def main() -> int:
    """Do as the command line says; return the exit status."""
    parser = argparse.ArgumentParser(description="Execute the chapters that have changed.")
    parser.add_argument("--force", action="store_true", help="execute every chapter again")
    arguments = parser.parse_args()
    try:
        with one_at_a_time(EXECUTED.parent):
            failures = execute_changed(sources(), force=arguments.force)
    except CannotWriteError as error:
        print(f"book: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nbook: stopped; what was executed is kept", file=sys.stderr)
        return 130
    report(failures)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
