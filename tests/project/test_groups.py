"""Tests of one group run in one process."""

import json
import subprocess
import sys
from pathlib import Path

import groups

TESTS = """
import os
from pathlib import Path

import pytest


@pytest.mark.parametrize("i", range(4))
@pytest.mark.parametrize(
    "group", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ("a.html", "b c")]
)
def test_it(group, i):
    here = Path(__file__).parent / f"{group} {i}"
    here.write_text(os.environ["PYTEST_XDIST_WORKER"])
"""


def test_a_group_runs_in_one_process_and_another_in_another(tmp_path):
    helpers = str(Path(groups.__file__).parent)
    conftest = f"import sys\nsys.path.append({json.dumps(helpers)})\n"
    conftest += "from groups import pytest_collection_modifyitems\n"
    (tmp_path / "conftest.py").write_text(conftest, encoding="utf-8")
    (tmp_path / "test_small.py").write_text(TESTS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup"]
    run = subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "8 passed" in run.stdout, run.stdout + run.stderr
    where = {
        name: {(tmp_path / f"{name} {i}").read_text(encoding="utf-8") for i in range(4)}
        for name in ("a.html", "b c")
    }
    assert [len(workers) for workers in where.values()] == [1, 1]
    assert where["a.html"] != where["b c"]
