"""The chapters on another processor: executed at its lowest level and at its highest, compared.

PyTorch, MKL and oneDNN choose their code by what the processor can do, and sums come out otherwise
in the last digits. What a chapter prints and asserts must not hang on that. So nbval executes all
chapters twice: with nothing but what every processor of this kind can do, and with all that this
one can. Where there is only one level (PyTorch for Arm has no other), it runs that one and says so.

    python tests/helpers/elsewhere.py              all chapters
    python tests/helpers/elsewhere.py FILE ...     those only
"""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / "_build" / "reports"
ASK = "import torch; print(torch.backends.cpu.get_cpu_capability())"
# Each library's own name for the least that it can do.
LOWEST = {
    "ATEN_CPU_CAPABILITY": "default",
    "MKL_CBWR": "COMPATIBLE",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
}
NAMES = tuple(LOWEST)


class Level(NamedTuple):
    """What the libraries may use of the processor.

    Attributes:
        name: PyTorch's name for it.
        variables: What is set in the environment.
    """

    name: str
    variables: dict[str, str]


class Result(NamedTuple):
    """How many cells of all ran and printed what is stored."""

    right: int
    cells: int


def capability(variables: dict[str, str]) -> str:
    """What PyTorch says of the level that it runs at."""
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env=environment(variables),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def environment(variables: dict[str, str]) -> dict[str, str]:
    """This process's environment, with no level but the one that is asked for."""
    kept = {name: value for name, value in os.environ.items() if name not in NAMES}
    return kept | variables


def levels() -> list[Level]:
    """The lowest and the highest level of this processor: two, or one where they are the same.

    The highest is what PyTorch takes when it is told nothing. To ask for a level by name would not
    do: it takes any name that it knows, and dies of the first instruction that is not there.
    """
    lowest, highest = Level(capability(LOWEST), LOWEST), Level(capability({}), {})
    return [highest] if lowest.name == highest.name else [lowest, highest]


def run(level: Level, files: list[str]) -> Result:
    """Execute the chapters at one level and compare what they print with what is stored."""
    report = REPORTS / f"elsewhere-{level.name.lower().replace(' ', '-')}.xml"
    report.unlink(missing_ok=True)
    jobs = os.environ.get("JOBS") or "2"
    command = [
        *(sys.executable, "-m", "pytest", "-p", "no:nbval", "-p", "nbval.plugin", "--nbval"),
        *(files or ["chapters"]),
        *("-n", jobs, "--dist", "loadscope", "-o", "filterwarnings=default"),
        *("-q", "-p", "no:cacheprovider", f"--junitxml={report}"),
    ]
    subprocess.run(command, cwd=ROOT, env=environment(level.variables), check=False)
    return count(report)


def count(report: Path) -> Result:
    """What a report of pytest says: a run that broke off before its end counts as nothing."""
    if not report.exists():
        return Result(0, 0)
    cases = list(ET.parse(report).iter("testcase"))
    kinds = ("failure", "error", "skipped")
    wrong = sum(any(case.find(kind) is not None for kind in kinds) for case in cases)
    return Result(len(cases) - wrong, len(cases))


def main() -> int:
    """Run every level, then say how many cells held at each."""
    found = levels()
    if len(found) == 1:
        print(f"PyTorch knows one level of this processor, {found[0].name}: it is run alone")
    results = {}
    for level in found:
        said = " ".join(f"{name}={value}" for name, value in level.variables.items())
        print(f"\n=== {level.name} {said}".rstrip(), flush=True)
        results[level.name] = run(level, sys.argv[1:])
    print()
    for name, (right, cells) in results.items():
        print(f"{name:8} {right} of {cells} cells as stored")
    return 0 if all(right == cells > 0 for right, cells in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
