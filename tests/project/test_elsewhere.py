"""The run of the chapters on another processor: which levels there are, and what it counts."""

import elsewhere
import nbformat
import pytest
import torch
from elsewhere import LOWEST, Level, capability, levels, main
from notebooks import dumps, normal_form

HERE = torch.backends.cpu.get_cpu_capability()


def test_the_lowest_level_and_the_highest_of_this_processor():
    found = levels()
    assert found[-1] == Level(HERE, {})
    assert found[0].name == capability(LOWEST)
    assert len(found) == 2 - (found[0].name == HERE)


def test_a_level_from_outside_is_not_taken_for_the_highest(monkeypatch):
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")
    assert capability({}) == HERE


@pytest.mark.slow  # it starts kernels
@pytest.mark.parametrize("printed", ["1", "2"])
def test_cells_are_compared_and_counted_at_each_level(printed, tmp_path, monkeypatch, capfd):
    new = nbformat.v4
    cell = new.new_code_cell("print(1)")
    cell.outputs = [new.new_output("stream", name="stdout", text=f"{printed}\n")]
    asks = new.new_code_cell("import os\nassert os.environ['ATEN_CPU_CAPABILITY'] == 'default'")
    path = tmp_path / "small.ipynb"
    path.write_text(dumps(normal_form(new.new_notebook(cells=[cell, asks]))), encoding="utf-8")
    monkeypatch.setattr(elsewhere, "levels", lambda: [Level("LOW", LOWEST)])
    monkeypatch.setattr(elsewhere, "REPORTS", tmp_path)
    monkeypatch.setattr("sys.argv", ["elsewhere.py", str(path)])
    monkeypatch.setenv("JOBS", "1")
    assert main() == int(printed != "1")
    said = capfd.readouterr().out
    assert "PyTorch knows one level of this processor, LOW: it is run alone" in said
    assert f"LOW      {3 - int(printed)} of 2 cells as stored" in said


def test_a_run_that_breaks_off_is_no_success(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(elsewhere, "levels", lambda: [Level("A", {}), Level("B", {})])
    monkeypatch.setattr(elsewhere, "REPORTS", tmp_path)
    monkeypatch.setattr(elsewhere.subprocess, "run", lambda *given, **more: None)
    monkeypatch.setattr("sys.argv", ["elsewhere.py"])
    assert main() == 1
    assert "A        0 of 0 cells as stored" in capfd.readouterr().out
