"""All that can be done with this repository, on any system: `python make.py book`, and so on.

`python make.py` alone lists it. Where there is make, `make book` is the same: the Makefile only
calls this file. Each target sets up what it needs in `.venv`, says what it does, and prints at the
end where the time went. These variables, in the environment or behind `make`, decide by hand what
is otherwise found out:

    CPU=1, CPU=0   take PyTorch's build for the CPU, or the one that PyPI has for this system
    HERE=1         use the Python that runs this file, with the packages that it has, and no .venv
    JOBS=3         how many chapters and tests run at a time (otherwise one a core)
    KEEP_GOING=1   go on after a step that failed
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BUILD = ROOT / "_build"
OLDEST = (3, 11)
PINS = ("requirements.txt", "requirements-data.txt")
PATIENCE = 4  # seconds that PyTorch's own index has to answer in

# What a step runs: arguments of the environment's Python, one line a process.
PYTEST = "-m pytest -p no:nbval -n {jobs} --dist loadgroup"
STEPS = {
    "lint": [
        "-m ruff check .",
        "-m ruff format --check .",
        "-m mypy",
        "-c 'from importlinter.cli import lint_imports_command as lint; lint()' --no-cache",
        "book/notebooks.py --check",
    ],
    "lint JavaScript": ["tests/helpers/javascript.py install", "tests/helpers/javascript.py lint"],
    "find a browser": ["tests/helpers/browser.py"],
    "execute the chapters": ["book/execute.py"],
    "render the pages": ["book/build.py"],
    "compare what the chapters print": [
        "-m pytest -p no:nbval -p nbval.plugin --nbval chapters --executed"
        " -o filterwarnings=default --junitxml=_build/reports/notebooks.xml"
    ],
    "package, quick": [f'{PYTEST} tests/unit tests/node tests/project tests/faults -m "not slow"'],
    "package": [f"{PYTEST} --ignore=tests/site --ignore=tests/live"],
    "site": [f"{PYTEST} --no-loadscope-reorder tests/site"],
    "JupyterLab": ["-m pytest tests/live"],
    "package, site, JupyterLab": [f"{PYTEST} --no-loadscope-reorder"],  # no core waits in between
    "chapters elsewhere": ["tests/helpers/elsewhere.py"],
    "newest packages": ["tests/helpers/newest.py"],
    "write the chapters": ["book/notebooks.py"],
    "train": [
        "scripts/train_heads_by_count.py",
        "scripts/train_translators.py",
        "scripts/train_role_taggers.py",
        "scripts/train_induction.py",
        "scripts/grow_induction.py",
        "scripts/train_small_gpt.py",
        "scripts/train_small_transformer.py",
        "scripts/train_position_writers.py",
        "scripts/read_smollm2.py",
    ],
    "measure": ["-m pip install --no-deps -r benchmarks/requirements.txt", "benchmarks/run.py"],
    "measure the pages": ["benchmarks/lighthouse/run.py"],
    "serve": ["-m http.server 8000 --bind 127.0.0.1 --directory _build/html"],
    "open JupyterLab": ["-m jupyterlab chapters"],
}

UNTIL_STOPPED = ("serve", "open JupyterLab")  # these end with Ctrl-C

LINT = ["lint", "lint JavaScript"]
BOOK = ["execute the chapters", "render the pages"]
NOTEBOOKS = ["execute the chapters", "compare what the chapters print"]
PACKAGE = ["lint JavaScript", "find a browser", "package"]
SITE = ["lint JavaScript", "find a browser", *BOOK, "site"]
LIVE = ["find a browser", "JupyterLab"]
TOGETHER = ("package", "site", "JupyterLab")

# What a target does, and its steps; those of `test` are the parts that CI runs apart.
TARGETS = {
    "setup": ("make the environment in .venv, and nothing else", []),
    "book": ("build the website into _build/html", BOOK),
    "serve": ("build it and serve it on http://localhost:8000", [*BOOK, "serve"]),
    "lab": ("open the chapters in JupyterLab", ["open JupyterLab"]),
    "quick": ("what to run at every change: lint, types, the package's fast tests, JavaScript",
              [*LINT, "package, quick"]),
    "test": ("run everything: lint, chapters, package, JavaScript, site, JupyterLab",
             [*LINT, *NOTEBOOKS, "render the pages", "find a browser", ", ".join(TOGETHER)]),
    "test-package": ("the package, the deliberate faults, and each widget in a browser", PACKAGE),
    "test-notebooks": ("execute the chapters and compare what they print", NOTEBOOKS),
    "test-site": ("build the site and look at each page in a browser", SITE),
    "test-live": ("the chapters in a JupyterLab that has Binder's packages", LIVE),
    "lint": ("style, types, imports, JavaScript, the chapters' normal form", LINT),
    "lint-js": ("JavaScript alone, and the workflows", ["lint JavaScript"]),
    "notebooks": ("execute the chapters and write them in normal form", ["write the chapters"]),
    "elsewhere": ("the chapters on the least and the most of a processor", ["chapters elsewhere"]),
    "newest": ("quick tests and the book with the newest of every package", ["newest packages"]),
    "examples": ("train the example models again (an hour or two)", ["train"]),
    "bench": ("time and memory beside other libraries (on a quiet machine)", ["measure"]),
    "lighthouse": ("how fast the pages are on a phone (on a quiet machine)",
                   ["find a browser", *BOOK, "measure the pages"]),
    "clean": ("remove what was built, and .venv", []),
}  # fmt: skip


class StepFailedError(Exception):
    """A step that did not end well; the message is for the reader."""


def main() -> int:
    """Run the targets of the command line; return the exit status."""
    targets = sys.argv[1:]
    unknown = [target for target in targets if target not in TARGETS]
    if unknown or not targets:
        print("\n".join(f"{name:15} {does}" for name, (does, _) in TARGETS.items()))
        return 2 if set(unknown) - {"help"} else 0
    if "clean" in targets:
        clean()
    if targets == ["clean"]:
        return 0
    steps = dict.fromkeys(step for target in targets for step in TARGETS[target][1])
    clock = Clock()
    try:
        with clock.timing("set up", needed=True):
            check_writable()
            python = environment()
        for step in steps:
            with clock.timing(step):
                run(step, python)
    except KeyboardInterrupt:
        print("\nmake: stopped by hand", file=sys.stderr)
    except StepFailedError as error:
        print(f"\nmake: {error}", file=sys.stderr)
    clock.show()
    return 1 if clock.failed else 0


def run(step: str, python: Path) -> None:
    """Run a step's commands, one after the other.

    Raises:
        StepFailedError: One of them failed.
    """
    print(f"\n=== {step}", flush=True)
    for line in STEPS[step]:
        command = [str(python), *shlex.split(line.format(jobs=jobs()))]
        status = subprocess.run(command, cwd=ROOT, env=child_environment(), check=False).returncode
        if status:
            raise StepFailedError(f"{step}: python {line.format(jobs=jobs())} failed ({status})")


class Clock:
    """Where the time went: the seconds of each step, and which of them failed."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []

    @contextmanager
    def timing(self, step: str, *, needed: bool = False) -> Iterator[None]:
        """Time a step; note that it failed, and go on if KEEP_GOING asks and the rest can."""
        start = time.monotonic()
        try:
            yield
        except (StepFailedError, KeyboardInterrupt) as error:
            if not (isinstance(error, KeyboardInterrupt) and step in UNTIL_STOPPED):
                self.failed.append(step)
            going = not needed and os.environ.get("KEEP_GOING")
            if isinstance(error, KeyboardInterrupt) or not going:
                raise
            print(f"\nmake: {error}", file=sys.stderr)
        finally:
            self.seconds[step] = time.monotonic() - start

    def show(self) -> None:
        """Print the table."""
        print("\nwhere the time went")
        for step, seconds in [*self.seconds.items(), ("in all", sum(self.seconds.values()))]:
            print(f"  {step:32}{seconds:6.0f} s{'  FAILED' * (step in self.failed)}")
        sys.stdout.flush()


def jobs() -> int:
    """How many tests to run at a time: one a core, at most eight."""
    usable = getattr(os, "sched_getaffinity", None)  # Linux alone says what a container may use
    cores = len(usable(0)) if usable else os.cpu_count() or 1
    return int(os.environ.get("JOBS") or min(cores, 8))


def child_environment() -> dict[str, str]:
    """What the steps see: this checkout before an installed one, and UTF-8 on Windows too."""
    path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), "PYTHONUTF8": "1"}


# --- the environment ---


def environment() -> Path:
    """Make `.venv`, or bring it up to date when a list of packages has changed; its Python.

    A `.venv` that is a link belongs to another checkout, and is used as it is.
    """
    if sys.version_info < OLDEST:
        raise StepFailedError(
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, but {sys.executable} is "
            f"{sys.version_info[0]}.{sys.version_info[1]}: make book PYTHON=python3.11"
        )
    if os.environ.get("HERE"):
        return Path(sys.executable)
    python, stamp, wanted = python_of(VENV), VENV / "ready", pins_digest()
    ready = stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted
    if VENV.is_symlink() or (ready and python.exists()):
        return python
    if not python.exists() or made_by_another_python(VENV):
        call(sys.executable, "-m", "venv", "--clear", VENV)
    call(python, "-m", "pip", "install", *pytorch_index(), "-r", PINS[0])
    call(python, "-m", "pip", "install", "--no-deps", "-r", PINS[1])
    call(python, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "-e", ".")
    stamp.write_text(wanted, encoding="utf-8")
    return python


def python_of(venv: Path, system: str = os.name) -> Path:
    """The Python of a virtual environment on this or another system (`os.name`)."""
    return venv / "Scripts" / "python.exe" if system == "nt" else venv / "bin" / "python"


def made_by_another_python(venv: Path) -> bool:
    """Whether an environment was made by a Python other than the one that runs this file."""
    text = (venv / "pyvenv.cfg").read_text(encoding="utf-8")
    return f"version = {sys.version_info[0]}.{sys.version_info[1]}." not in text


def pins_digest(root: Path = ROOT) -> str:
    """A name for what an environment is made from: the lists, the package's own, the Python."""
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    ours = {name: project[name] for name in ("build-system", "project")}
    content = [json.dumps(ours), json.dumps(project["tool"]["setuptools"]), sys.version]
    content += [(root / name).read_text(encoding="utf-8") for name in PINS]
    return hashlib.sha256("\0".join(content).encode()).hexdigest()


def call(*command: object) -> None:
    """Run a command of the set-up."""
    status = subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode
    if status:
        raise StepFailedError(f"{' '.join(map(str, command))} failed ({status})")


def check_writable(root: Path = ROOT) -> None:
    """Say what is written where, if it cannot be."""
    try:
        for folder in (root, BUILD) if BUILD.is_dir() else (root,):
            tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise StepFailedError(
            f"cannot write in {root} ({error.strerror}). Three folders are written there: .venv "
            "(the packages), node_modules (what checks JavaScript) and _build (what the chapters "
            "gave, and the website). Copy the repository to a folder that you may write in."
        ) from None


# --- which build of PyTorch ---


def pytorch_index() -> list[str]:
    """The option that gives pip PyTorch's index of builds for the CPU, or nothing; say which.

    The index is written in `binder/requirements.txt` alone.
    """
    lines = (ROOT / "binder/requirements.txt").read_text(encoding="utf-8").splitlines()
    option = next(line for line in lines if line.startswith("--extra-index-url"))
    wants, why = wants_cpu_build(os.environ.get("CPU", ""), sys.platform, has_nvidia())
    if wants and os.environ.get("CPU") != "1" and not answers(option.split()[1]):
        wants, why = False, "PyTorch's index of builds for the CPU does not answer"
    print(f"set up: PyTorch {'for the CPU' if wants else 'as PyPI has it'}: {why}", flush=True)
    return option.split() if wants else []


def wants_cpu_build(by_hand: str, system: str, nvidia: bool) -> tuple[bool, str]:
    """Whether to look for PyTorch's build for the CPU, and why.

    Args:
        by_hand: The variable CPU.
        system: As `sys.platform` names it.
        nvidia: Whether there is a GPU of NVIDIA's.
    """
    if by_hand in ("0", "1"):
        return by_hand == "1", f"CPU={by_hand}"
    if not system.startswith("linux"):
        return False, "it has no CUDA on this system"
    if nvidia:
        return False, "there is an NVIDIA GPU (CPU=1 leaves CUDA out)"
    return True, "there is no NVIDIA GPU (CPU=0 takes CUDA along)"


def has_nvidia() -> bool:
    """Whether this Linux has a GPU of NVIDIA's and its driver."""
    places = ("/proc/driver/nvidia/version", "/dev/nvidia0", "/usr/lib/wsl/lib/libcuda.so.1")
    return bool(shutil.which("nvidia-smi")) or any(Path(place).exists() for place in places)


def answers(index: str) -> bool:
    """Whether a package index answers within a few seconds, whatever keeps it from doing so."""
    found = []

    def ask() -> None:
        try:
            with urllib.request.urlopen(f"{index}/torch/", timeout=PATIENCE) as page:
                found.append(page.status == 200)
        except (OSError, ValueError):
            pass

    thread = threading.Thread(target=ask, daemon=True)  # looking up a name knows no time-out
    thread.start()
    thread.join(PATIENCE)
    return found == [True]


def clean() -> None:
    """Remove what was built, and `.venv` unless it is a link or runs this file."""
    names = ["_build", "node_modules", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"]
    names += [path.name for path in ROOT.glob("*.egg-info")]
    if VENV.is_symlink() or VENV in Path(sys.executable).parents:
        print(f"make: {VENV} is left: it is a link, or runs this")
    else:
        names.append(VENV.name)
    for name in names:
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for folder in ("attention", "book", "chapters", "scripts", "tests", "benchmarks"):
        for path in list((ROOT / folder).rglob("__pycache__")):
            shutil.rmtree(path, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
