"""The tests are tested: each deliberate fault of ``faults.py`` is caught, by a test of that name.

Each fault goes into a copy of the package beside a copy of the test files of that part, which then
run on it in a process of their own.
"""

import json
import multiprocessing
import shutil
from pathlib import Path

import pytest
from efficient import FAULTS as EFFICIENT
from efficient import SUITES as EFFICIENT_SUITES
from history import FAULTS as HISTORY
from loading import FAULTS as LOADING
from loading import SUITES as LOADING_SUITES
from running import FAULTS, run_tests
from transformer import FAULTS as TRANSFORMER
from transformer import SUITES as TRANSFORMER_SUITES

TESTS = Path(__file__).parents[1]
ATTENTION = [
    "unit/functional/test_masks.py",
    "unit/functional/test_definition.py",
    "unit/nn/test_multihead.py",
]
TRANSLATOR = [
    "unit/models/test_encoder.py",
    "unit/models/test_seq2seq.py",
    "unit/models/test_search.py",
]
SUITES = {
    "_checks.py": ATTENTION,
    "functional/masks.py": ATTENTION,
    "functional/definition.py": ATTENTION,
    "nn/heads.py": ATTENTION,
    "nn/multihead.py": ATTENTION,
    "nn/self_attention.py": ATTENTION,
    "nn/scores.py": ["unit/nn/test_scores.py"],
    "models/seq2seq/encoder.py": TRANSLATOR,
    "models/seq2seq/decoder.py": TRANSLATOR,
    "models/seq2seq/model.py": TRANSLATOR,
    "models/seq2seq/search.py": TRANSLATOR,
    "data/vocabulary.py": ["unit/data/test_vocabulary.py"],
}
"""For each file that may have a fault, the test files that are to catch it."""

# Importing takes longer than the tests: one process imports, and a fork of it runs each copy.
fork = multiprocessing.get_context("forkserver")
PRELOAD = ["pytest", "hypothesis", "matplotlib", "torch.distributed.tensor", "torch._dynamo"]
PRELOAD += ["gguf", "tokenizers", "safetensors.torch", "huggingface_hub.file_download"]
PRELOAD += [f"transformers.models.{name}.modeling_{name}" for name in ("gpt2", "llama")]
fork.set_forkserver_preload(PRELOAD)


def failures(folder, suite, edits=(), file=None, only=None):
    """Copy the package and a suite into ``folder``, make the edits, and name what fails."""
    package = folder / "attention"
    left_out = shutil.ignore_patterns("__pycache__", "widgets", "weights")
    shutil.copytree(TESTS.parent / "attention", package, ignore=left_out)
    for source in ("conftest.py", *suite):
        shutil.copy(TESTS / source, folder)
    for old, new in edits:
        text = (package / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} should stand in {file} once: mend this fault's edit"
        (package / file).write_text(text.replace(old, new), encoding="utf-8")

    process = fork.Process(target=run_tests, args=(folder, only))
    process.start()
    process.join(timeout=120)
    assert process.exitcode == 0, f"the tests did not run: {process}"
    code, failed, log = json.loads((folder / "found.json").read_text())
    assert code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED), log
    return set(failed)


@pytest.mark.parametrize(
    "file",
    ["functional/definition.py", "nn/scores.py", "models/seq2seq/model.py", "data/vocabulary.py"],
)
def test_without_a_fault_nothing_fails(file, tmp_path):
    assert failures(tmp_path, SUITES[file]) == set()


@pytest.mark.parametrize(
    "fault", [*FAULTS.values(), *HISTORY.values()], ids=[*FAULTS.keys(), *HISTORY.keys()]
)
def test_fault_is_caught(fault, tmp_path):
    suite = SUITES[fault.file]
    assert set(fault.caught_by) <= failures(tmp_path, suite, fault.edits, fault.file)


BY_NAME = [
    (TRANSFORMER, TRANSFORMER_SUITES),
    (LOADING, LOADING_SUITES),
    (EFFICIENT, EFFICIENT_SUITES),
]
"""Tables of which only the tests that a fault names are run."""


@pytest.mark.parametrize(
    ("table", "suites", "file"),
    [(table, suites, file) for table, suites in BY_NAME for file in suites],
    ids=[file for _, suites in BY_NAME for file in suites],
)
def test_without_a_fault_nothing_fails_of_those_that_are_named(table, suites, file, tmp_path):
    named = {name for f in table.values() if f.file == file for name in f.caught_by}
    assert failures(tmp_path, suites[file], only=sorted(named)) == set()


@pytest.mark.parametrize(
    ("fault", "suite"),
    [(fault, suites[fault.file]) for table, suites in BY_NAME for fault in table.values()],
    ids=[name for table, _ in BY_NAME for name in table],
)
def test_fault_is_caught_by_those_that_are_named(fault, suite, tmp_path):
    found = failures(tmp_path, suite, fault.edits, fault.file, only=fault.caught_by)
    assert found == set(fault.caught_by)
