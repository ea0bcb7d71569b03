"""The tests are tested: each fault of ``tables`` is caught by the tests that it names."""

import ast

import pytest
from running import TESTS, Fault, Outcome, edited, run_tests
from tables import (
    caches_as_shown,
    decoder_step,
    definition_and_heads,
    encoder_decoder_machine,
    flash,
    gpt,
    growth,
    loading,
    order,
    passes,
    pictures,
    positions_and_caches,
    quality,
    seq2seq,
    small_pictures,
    windowed_heads,
    windows_and_latents,
)

TABLES = (
    definition_and_heads,
    seq2seq,
    small_pictures,
    encoder_decoder_machine,
    positions_and_caches,
    gpt,
    loading,
    flash,
    windows_and_latents,
    windowed_heads,
    pictures,
    decoder_step,
    caches_as_shown,
    growth,
    quality,
    order,
    passes,
)
ROWS = {name: (table, fault) for table in TABLES for name, fault in table.FAULTS.items()}


def outcome(table, file: str, names: list[str], fault: Fault | None = None) -> Outcome:
    """Run the tests of these names, which have to be there."""
    found = run_tests(table.SUITES[file], names, fault)
    assert found.code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED), found.log
    assert found.ran == set(names)
    return found


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_fault_finds_its_text_and_its_tests(table):
    lost = []
    for name, fault in table.FAULTS.items():
        try:
            compile(edited(fault), fault.file, "exec")
        except (LookupError, SyntaxError) as error:
            lost.append(f"{name}: {error}")
        texts = [(TESTS / file).read_text(encoding="utf-8") for file in table.SUITES[fault.file]]
        known = {
            node.name
            for text in texts
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef)
        }
        lost += [f"{name}: no {test}" for test in fault.caught_by if test not in known]
    assert lost == []


def test_no_two_faults_have_one_name():
    assert len(ROWS) == sum(len(table.FAULTS) for table in TABLES) > 200


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "file"), [(table, file) for table in TABLES for file in table.SUITES]
)
def test_without_a_fault_nothing_fails_of_those_that_are_named(table, file):
    faults = [fault for fault in table.FAULTS.values() if fault.file == file]
    named = {test for fault in faults for test in fault.caught_by}
    assert outcome(table, file, sorted(named)).failed == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
def test_fault_is_caught_by_those_that_are_named(name):
    table, fault = ROWS[name]
    found = outcome(table, fault.file, fault.caught_by, fault)
    assert found.failed == set(fault.caught_by)
    assert found.slips == set(), "the edit itself is wrong"
