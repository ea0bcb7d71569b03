"""The browser that the tests drive: where it is, and how it starts.

Run as a script it makes sure that there is one: it installs Debian's Chromium where it may, and
otherwise says what to install. The tests never skip for want of a browser.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
MISSING = (
    "No Chromium was found, and the tests of the site and of JupyterLab need one.\n"
    "Install it (Debian and Ubuntu: sudo apt-get install chromium), "
    "or name a Chromium or Chrome in AFM_BROWSER."
)
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find() -> str | None:
    """The path of a Chromium, or nothing."""
    found = (shutil.which(name) for name in NAMES)
    mac = MAC if os.path.exists(MAC) else None
    return os.environ.get("AFM_BROWSER") or next((path for path in found if path), mac)


def launch(playwright: Playwright) -> Browser:
    """Start the browser; without one, the test fails and says what to install."""
    return playwright.chromium.launch(**_program())


def persistent(browser: Browser, profile: Path) -> BrowserContext:
    """Another browser, with settings of its own that stand in a folder; to be closed."""
    size = {"width": 390, "height": 800}
    return browser.browser_type.launch_persistent_context(
        profile, viewport=size, color_scheme="light", **_program()
    )


def _program() -> dict[str, Any]:
    path = find()
    if path is None:
        pytest.fail(MISSING, pytrace=False)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return {"executable_path": path, "args": ARGUMENTS + ["--no-sandbox"] * root}


def main() -> int:
    """Find a browser, or install one, or say what is missing."""
    if find() is None and shutil.which("apt-get"):
        may = [] if os.geteuid() == 0 else ["sudo", "-n"]
        print("installing chromium with apt-get", flush=True)
        for command in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
            if subprocess.run([*may, "apt-get", *command], check=False).returncode:
                break
    path = find()
    print(f"browser: {path}" if path else MISSING, file=sys.stdout if path else sys.stderr)
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
