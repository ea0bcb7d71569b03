"""The tests are tested: each deliberate fault of ``faults.py`` is caught, by a test of that name.

Each fault goes into a copy of the package beside a copy of three test files, which then run on it
in a process of their own.
"""

import json
import multiprocessing
import shutil
from pathlib import Path

import pytest
from faults import FAULTS, run_tests

TESTS = Path(__file__).parent
SUITE = ["conftest.py", "test_masks.py", "test_functional.py", "test_multihead.py"]

# Importing takes longer than the tests: one process imports, and a fork of it runs each copy.
fork = multiprocessing.get_context("forkserver")
fork.set_forkserver_preload(["pytest", "hypothesis", "matplotlib", "torch.distributed.tensor"])


def failures(folder, edits=(), file=None):
    """Copy the package and the tests into ``folder``, make the edits, and name what fails."""
    package = folder / "attention"
    package.mkdir()
    for source in (TESTS.parent / "attention").glob("*.py"):
        shutil.copy(source, package)
    for source in SUITE:
        shutil.copy(TESTS / source, folder)
    for old, new in edits:
        text = (package / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} should stand in {file} once: mend this fault's edit"
        (package / file).write_text(text.replace(old, new), encoding="utf-8")

    process = fork.Process(target=run_tests, args=(folder,))
    process.start()
    process.join(timeout=120)
    assert process.exitcode == 0, f"the tests did not run: {process}"
    code, failed, log = json.loads((folder / "found.json").read_text())
    assert code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED), log
    return set(failed)


def test_without_a_fault_nothing_fails(tmp_path):
    assert failures(tmp_path) == set()


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_fault_is_caught(fault, tmp_path):
    assert set(fault.caught_by) <= failures(tmp_path, fault.edits, fault.file)
