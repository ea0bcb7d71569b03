"""The book with the newest version of every package: what changed, and what that breaks.

It makes an environment of its own in `_build/newest`, from the packages that `requirements.txt`
asks for itself (not what these bring along), each at its pin or newer, and runs in it the quick
tests, the build, and the comparison of what the chapters print. The report is
`_build/reports/newest.md`, and CI's summary.

    python tests/helpers/newest.py
"""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "_build" / "newest"
REPORT = ROOT / "_build" / "reports" / "newest.md"
BELOW = {"jupyter-book": "2"}  # the second edition reads other files
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)$")
BROUGHT_ALONG = "# What these bring along."
PINNED = "not what_is_installed_is_what_is_pinned"
CHECKS = {
    "style": "-m ruff check .",
    "types": "-m mypy",
    "quick tests": f"-m pytest -q -m 'not slow' -k '{PINNED}' tests/unit tests/node tests/project",
    "book": "book/build.py --force",
    "what the chapters print": "-m pytest -q -p no:nbval -p nbval.plugin --nbval chapters"
    " --executed -o filterwarnings=default",
}


def pins(text: str) -> dict[str, str]:
    """The versions that a list of packages asks for, by name."""
    found = filter(None, (PIN.match(line) for line in text.splitlines()))
    return {name(match[1]): match[2] for match in found}


def name(package: str) -> str:
    """A package's name as an index compares it."""
    return re.sub(r"[-_.]+", "-", package).lower()


def loosened(text: str) -> list[str]:
    """The packages that are asked for themselves, each at its pin or newer."""
    own = pins(text.split(BROUGHT_ALONG)[0])
    limits = {package: f",<{BELOW[package]}" if package in BELOW else "" for package in own}
    return [f"{package}>={version}{limits[package]}" for package, version in own.items()]


def difference(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """A table of what is installed in another version than the one that is pinned."""
    rows = ["| package | pinned | newest |", "|---|---|---|"]
    for package in sorted(old.keys() & new.keys()):
        found = new[package].split("+")[0]  # 2.13.0+cpu is the CPU build of 2.13.0
        if found != old[package]:
            rows.append(f"| {package} | {old[package]} | {found} |")
    return rows


def installed(python: Path) -> dict[str, str]:
    """What an environment holds."""
    command = [python, "-m", "pip", "list", "--format=json"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {name(entry["name"]): entry["version"] for entry in json.loads(listed)}


def main() -> int:
    """Install, check, report; return the exit status."""
    sys.path.insert(0, str(ROOT))
    import make

    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    python = make.python_of(HOME)
    pip = [python, "-m", "pip", "install", "-q"]
    make.call(sys.executable, "-m", "venv", "--clear", HOME)
    make.call(*pip, "--upgrade", *make.pytorch_index(), *loosened(text))
    make.call(*pip, "--no-deps", "-r", "requirements-data.txt")
    make.call(*pip, "--no-deps", "--no-build-isolation", "-e", ".")
    lines = ["# The newest of every package", "", *difference(pins(text), installed(python)), ""]
    status = 0
    for check, arguments in CHECKS.items():
        print(f"\n=== {check}, with the newest packages", flush=True)
        done = subprocess.run([python, *shlex.split(arguments)], cwd=ROOT, check=False)
        lines.append(f"- {check}: {'passed' if done.returncode == 0 else 'FAILED'}")
        status = max(status, min(done.returncode, 1))
    report = "\n".join(lines) + "\n"
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(report, encoding="utf-8")
    if "GITHUB_STEP_SUMMARY" in os.environ:
        with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as summary:
            summary.write(report)
    print(f"\n{report}")
    return status


if __name__ == "__main__":
    sys.exit(main())
