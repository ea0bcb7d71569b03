"""The package as it is installed: complete, and usable away from the repository."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]  # it is made once
USE = """
import attention, torch
from attention.widgets import AttentionExplorer
from attention.trained.heads_by_count import trained_example
from attention.teaching.set_up import set_up
set_up()
example = trained_example()
shown = AttentionExplorer(
    example.tokens, example.query, example.key, example.value, head_choices=example.head_choices
)
assert "export default" in shown._esm or "export {" in shown._esm
assert ".afm-" in shown._css
context, _ = attention.scaled_dot_product_attention(*(torch.randn(1, 3, 2) for _ in range(3)))
assert context.shape == (1, 3, 2)
print(attention.__file__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of a copy of the package, so that no build folder is left in the repository."""
    home = tmp_path_factory.mktemp("wheel")
    copy = home / "copy"
    leave_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "attention", copy / "attention", ignore=leave_out)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    (copy / "tests").mkdir()
    (copy / "tests" / "__init__.py").touch()
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", home, copy], check=True)
    return next(home.glob("*.whl"))


def test_the_wheel_holds_every_file_of_the_package_and_no_other(wheel):
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = (path for path in (ROOT / "attention").rglob("*") if path.is_file())
    here = {path.relative_to(ROOT).as_posix() for path in files if path.suffix != ".pyc"}
    assert {Path(name).suffix for name in here} >= {".py", ".js", ".css", ".safetensors", ".json"}
    assert inside == here


def test_it_works_away_from_the_repository(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    command = [sys.executable, "-c", USE]
    run = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert Path(run.stdout.strip()).is_relative_to(tmp_path)
