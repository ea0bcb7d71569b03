"""A real JupyterLab in a clean environment made from what Binder installs."""

import hashlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from make import pytorch_index

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "_build" / "live"
INPUTS = ("binder/requirements.txt", "requirements-data.txt", "pyproject.toml")


@dataclass
class Lab:
    """A running JupyterLab."""

    url: str
    token: str
    chapters: Path
    runtime: Path

    def connection_files(self) -> set[Path]:
        """One file per kernel that runs."""
        return set(self.runtime.glob("kernel-*.json"))

    def answers(self) -> bool:
        """Whether the server takes requests yet."""
        try:
            urllib.request.urlopen(f"{self.url}/api", timeout=10).close()
        except (urllib.error.URLError, ConnectionError):
            return False
        return True


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], cwd=ROOT, check=True)


@pytest.fixture(scope="session")
def binder_python() -> Path:
    """Python of an environment with Binder's packages only; made anew when they change."""
    digest = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in INPUTS)).hexdigest()
    python = HOME / "venv" / "bin" / "python"
    stamp = HOME / "venv" / "made-from"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return python
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    run(sys.executable, "-m", "venv", HOME / "venv")
    # The extra index keeps CUDA out where PyTorch comes from PyPI: taken where `make` takes it.
    lines = (ROOT / "binder/requirements.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    pins = [line for line in lines if not line.startswith("--extra-index-url")]
    (HOME / "requirements.txt").write_text("".join(pins), encoding="utf-8")
    run(python, "-m", "pip", "install", "-q", *pytorch_index(), "-r", HOME / "requirements.txt")
    run(python, "-m", "pip", "install", "-q", "--no-deps", "-r", ROOT / "requirements-data.txt")
    stamp.write_text(digest, encoding="utf-8")
    return python


@pytest.fixture(scope="module")
def lab(binder_python: Path, tmp_path_factory: pytest.TempPathFactory):
    """JupyterLab over a copy of the chapters, so that running them changes no file of the book."""
    home = tmp_path_factory.mktemp("lab")
    chapters, runtime, settings = home / "chapters", home / "runtime", home / "settings"
    shutil.copytree(ROOT / "chapters", chapters)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "JUPYTER"))
    }
    environment |= {
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "PATH": f"{binder_python.parent}{os.pathsep}{os.environ['PATH']}",
    }
    notification = (
        settings / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    )
    notification.parent.mkdir(parents=True)
    notification.write_text('{"fetchNews": "false", "checkForUpdates": false}', encoding="utf-8")
    url = f"http://127.0.0.1:{port}"
    log = home / "lab.log"
    with log.open("w") as output:
        command = [
            binder_python, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={port}", f"--ServerApp.root_dir={chapters}", "--allow-root",
            f"--IdentityProvider.token={token}",
        ]  # fmt: skip
        server = subprocess.Popen(command, cwd=home, env=environment, stdout=output, stderr=output)
    running = Lab(url, token, chapters, runtime)
    try:
        for _ in range(240):
            if running.answers() or server.poll() is not None:
                break
            time.sleep(0.25)
        if not running.answers():
            pytest.fail(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')}")
        yield running
    finally:
        server.terminate()
        server.wait(20)
