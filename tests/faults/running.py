"""A mistake put into the package on its way into Python, and the tests that are run on it.

A fault is a list of edits, text for text, in one file of the package. Every old text must stand
there exactly once, so that a fault whose line has moved is noticed and not passed over. No file is
changed and none is copied: the edited text is compiled in place of what the file holds, in a
process of its own.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGE, TESTS = ROOT / "attention", ROOT / "tests"

# Importing takes longer than the tests: one process imports, and a fork of it runs each fault.
fork = multiprocessing.get_context("forkserver")
PRELOAD = ["pytest", "hypothesis", "matplotlib", "torch.distributed.tensor", "torch._dynamo"]
PRELOAD += ["gguf", "tokenizers", "safetensors.torch", "huggingface_hub.file_download"]
PRELOAD += [f"transformers.models.{name}.modeling_{name}" for name in ("gpt2", "llama")]
fork.set_forkserver_preload(PRELOAD)
COMPILED = TemporaryDirectory()  # what no fault touches is compiled once, not for each of them

SLIPS = (NameError, ImportError, SyntaxError)
"""What a test raises when the edit itself is wrong, so that the test says nothing of the fault."""


class Fault(NamedTuple):
    """A mistake.

    Attributes:
        file: Where it is made, inside the package.
        edits: Old text and new text, in the order in which they are made.
        caught_by: The tests that must fail of it, each of them.
    """

    file: str
    edits: list[tuple[str, str]]
    caught_by: list[str]


class Outcome(NamedTuple):
    """What became of the tests that were run: their names, and what pytest wrote."""

    code: int
    ran: set[str]
    failed: set[str]
    slips: set[str]
    log: str


def edited(fault: Fault) -> str:
    """The text of the fault's file with the fault in it."""
    text = (PACKAGE / fault.file).read_text(encoding="utf-8")
    for old, new in fault.edits:
        found = text.count(old)
        if found != 1:
            raise LookupError(f"{old!r} stands in {fault.file} {found} times, and should once")
        text = text.replace(old, new)
    return text


class Edited(MetaPathFinder, SourceFileLoader):
    """Gives one module of the package another text than its file has."""

    def __init__(self, file: str, text: str) -> None:
        name = ".".join(Path("attention", file).with_suffix("").parts)
        super().__init__(name.removesuffix(".__init__"), str(PACKAGE / file))
        self.code = compile(text, self.path, "exec")

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """The module, where it is the edited one."""
        found = fullname == self.name
        return spec_from_file_location(fullname, self.path, loader=self) if found else None

    def get_code(self, fullname: str) -> object:
        """What is run instead of the file."""
        return self.code


def run_tests(files: Sequence[str], names: Sequence[str], fault: Fault | None = None) -> Outcome:
    """Run the tests of these names, in these files under ``tests``, on the package with a fault."""
    here, there = fork.Pipe(duplex=False)
    process = fork.Process(target=_run, args=(there, COMPILED.name, files, set(names), fault))
    process.start()
    there.close()
    try:
        if not here.poll(120):
            raise TimeoutError(f"the tests did not end within two minutes: {names}")
        return here.recv()
    finally:
        process.kill()
        process.join()


def _run(
    answer: Connection, compiled: str, files: Sequence[str], names: set[str], fault: Fault | None
) -> None:
    """What the process does: everything is imported anew, and so with the fault."""
    import pytest
    from hypothesis import Phase, settings

    ran, failed, slips = set(), set(), set()

    def name_of(item: pytest.Item) -> str:
        return item.name.partition("[")[0]

    class Listener:
        def pytest_collection(self) -> None:
            # That a law is broken is enough; the smallest case that breaks it takes long to find.
            quick = {"max_examples": 10, "phases": [Phase.generate], "report_multiple_bugs": False}
            settings.register_profile("broken or not", settings.default, **quick)
            settings.load_profile("broken or not")

        def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
            items[:] = [item for item in items if name_of(item) in names]

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_setup(self, item: pytest.Item) -> None:
            ran.add(name_of(item))
            if name_of(item) in failed:
                pytest.skip("another case of it has failed")

        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo) -> object:
            report = yield
            if report.failed:
                failed.add(name_of(item))
                if call.excinfo and call.excinfo.errisinstance(SLIPS):
                    slips.add(f"{name_of(item)}: {call.excinfo.exconly()}")
            return report

    os.chdir(ROOT)
    sys.pycache_prefix, sys.dont_write_bytecode = compiled, False
    sys.path.insert(0, str(ROOT))  # before an installed package
    if fault:
        sys.meta_path.insert(0, Edited(fault.file, edited(fault)))
    # Plug-ins would take longer to start than the tests to run.
    os.environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    options = ["-q", "--tb=no", "-p", "no:cacheprovider", "-p", "no:unraisableexception"]
    with redirect_stdout(io.StringIO()) as log:
        code = pytest.main([*options, *(str(TESTS / file) for file in files)], [Listener()])
    answer.send(Outcome(int(code), ran, failed, slips, log.getvalue()))
