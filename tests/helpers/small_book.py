"""A book of a few pages, built with the extension and the settings of this one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from build import environment

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]


def build(
    folder: Path,
    contents: str,
    pages: Mapping[str, str],
    *,
    settings: Mapping[str, str] | None = None,
    repository: str = "https://github.com/someone/a-book",
) -> Path:
    """Build it with every warning an error, and return the folder of its pages.

    Args:
        folder: Where it lies; notebooks may stand there already.
        contents: Its `_toc.yml`.
        pages: The Markdown pages, by their names.
        settings: What stands in place of what in `_config.yml`.
        repository: The repository's address; none when empty.
    """
    shutil.copytree(ROOT / "book", folder / "book")
    shutil.copy(ROOT / "requirements-data.txt", folder)
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    for old, new in (settings or {}).items():
        assert old in config
        config = config.replace(old, new)
    (folder / "_config.yml").write_text(config, encoding="utf-8")
    (folder / "_toc.yml").write_text(contents, encoding="utf-8")
    for name, text in pages.items():
        page = folder / f"{name}.md"
        page.parent.mkdir(exist_ok=True)
        page.write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", "."]
    command += ["--path-output", ".", "--config", "_config.yml", "--toc", "_toc.yml", "-W", "-n"]
    known = {"PYTHONPATH": str(ROOT), "AFM_REPOSITORY_URL": repository}
    home = {key: os.environ[key] for key in ("HOME", "USERPROFILE") if key in os.environ}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**environment(), **known, "PYTHONUTF8": "1", "COLUMNS": "200"} | home,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return folder / "_build" / "html"
