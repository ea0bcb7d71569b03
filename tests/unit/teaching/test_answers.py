"""Recorded answers: what is kept of them, and what is refused."""

import json
from types import SimpleNamespace

import nbformat
import pytest
import torch
from nbval.plugin import IPyNbCell
from notebooks import dumps, normal_form

from attention.teaching import answers
from attention.teaching.answers import RECORD, answer, record


@pytest.fixture
def published(monkeypatch):
    """What a kernel would be sent."""
    sent = []
    monkeypatch.setattr(answers, "get_ipython", lambda: object())
    monkeypatch.setattr(
        answers, "publish_display_data", lambda data, metadata: sent.append((data, metadata))
    )
    return sent


def test_an_answer_is_recorded_under_its_name_and_shown_nowhere(published):
    assert answer("qkv-fog", "clear") is None
    (data, metadata) = published[0]
    assert list(data) == [RECORD + "text/plain"]
    assert json.loads(data[RECORD + "text/plain"]) == {
        "name": "qkv-fog",
        "kind": "choice",
        "value": "clear",
    }
    assert metadata == {"scrapbook": {"name": "qkv-fog", "mime_prefix": RECORD}}


def test_outside_a_notebook_it_does_nothing(capsys):
    answer("qkv-fog", "clear")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("value", "recorded"),
    [
        (9.00004, 9.0),
        (0.123449, 0.1234),
        (-1234.56, -1235.0),
        (124439808, 124439808),
        (torch.tensor(0.25), 0.25),
        (torch.tensor([7]), 7),
        (torch.tensor(0.1), 0.1),
    ],
)
def test_numbers_are_recorded_with_digits_that_hold_elsewhere(value, recorded):
    kept = record("x", value, 0.5, ())
    assert kept == {"kind": "number", "value": recorded, "within": 0.5, "instead": []}
    assert type(kept["value"]) is type(recorded)


def test_typical_mistakes_keep_their_order():
    assert record("x", 9.0, 0.05, [14.00001, torch.tensor(10.5)])["instead"] == [14.0, 10.5]


def test_lines_keep_their_order():
    assert record("x", ("b", "a"), 0.0, ()) == {"kind": "order", "value": ["b", "a"]}


def test_float32_does_not_need_room_of_its_own():
    assert record("x", torch.tensor(0.1), 0.0, ())["value"] == 0.1


@pytest.mark.parametrize("name", ["", "Fog", "a b", "-a", "a-", 'a"b', 3])
def test_a_name_is_one_for_an_address(name):
    with pytest.raises(ValueError, match="name should be small letters, digits and hyphens"):
        answer(name, "clear")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((" ", 0.0, ()), ValueError, "value of 'x' should be the text of an option"),
        (("clear", 0.1, ()), ValueError, "within and instead of 'x' should be left out"),
        (("clear", 0.0, [1]), ValueError, "within and instead of 'x' should be left out"),
        ((["a"], 0.0, ()), ValueError, "two or more different lines"),
        ((["a", "a"], 0.0, ()), ValueError, "two or more different lines"),
        ((["a", 1], 0.0, ()), TypeError, "a list of lines"),
        ((True, 0.0, ()), TypeError, "value of 'x' should be a number, but was True"),
        ((None, 0.0, ()), TypeError, "value of 'x' should be a number, but was None"),
        ((torch.ones(2), 0.0, ()), TypeError, "value of 'x' should be a number"),
        ((float("nan"), 0.0, ()), ValueError, "value of 'x' should be finite"),
        ((1.0, -0.1, ()), ValueError, "within of 'x' should be 0 or more"),
        ((1 / 3, 0.0, ()), ValueError, "within of 'x' should be at least 3e-05"),
        ((9.0, 0.5, [9.4]), ValueError, "instead of 'x' should be wrong, but 9.4 counts as right"),
        ((9.0, 0.0, [8, 8]), ValueError, "instead of 'x' should be different numbers"),
        ((9.0, 0.5, [8.0, 7.6]), ValueError, "instead of 'x' should be 0.5 apart"),
        ((9.0, 0.5, ["8"]), TypeError, "instead of 'x' should be a number, but was '8'"),
    ],
)
def test_what_is_no_answer_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        record("x", *arguments)


def cell_with(text):
    """A code cell that recorded ``text``."""
    output = nbformat.v4.new_output(
        "display_data",
        data={RECORD + "text/plain": text},
        metadata={"scrapbook": {"name": "x", "mime_prefix": RECORD}},
    )
    return nbformat.v4.new_code_cell(
        "answer('x', 'a')", outputs=[output], execution_count=1, id="a"
    )


def test_the_normal_form_of_a_chapter_keeps_it():
    cell = cell_with('{"kind": "choice", "value": "a"}')
    normal = normal_form(nbformat.v4.new_notebook(cells=[cell]))
    assert normal.cells[0].outputs == cell.outputs
    assert normal_form(normal) == normal
    dumps(normal)


def test_comparing_a_chapter_with_its_execution_compares_it():
    def compares(stored, ran):
        cell = SimpleNamespace(sanitize=str, format_output_compare=print)
        cell.colors = SimpleNamespace(FAIL="", ENDC="", OKBLUE="")
        outputs = [cell_with(text).outputs for text in (ran, stored)]
        return IPyNbCell.compare_outputs(cell, *outputs, skip_compare=("metadata",))

    assert compares("same", "same")
    assert not compares("stored", "other")
