"""The built site, a browser without a network, and a record of what each page asked for."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
NOT_BUILT = "(site not built)"
PHONE, DESK = {"width": 320, "height": 720}, {"width": 1280, "height": 900}
STATE = "application/vnd.jupyter.widget-state+json"
# Open the closed sections around a place in the page, and say which these were.
UNFOLD = """place => {
  const closed = [];
  for (let box = place.closest("details"); box; box = box.parentElement.closest("details"))
    if (!box.open) closed.push(box), (box.open = true);
  return closed;
}"""
# Widgets start when they come near the view: go to each, through closed sections, and come back.
WAKE_ALL = f"""async () => {{
  if (!document.querySelector('script[src*="afm-host"]')) return;
  for (const place of document.querySelectorAll(".afm-widget")) {{
    const closed = ({UNFOLD})(place);
    place.scrollIntoView({{behavior: "instant"}});
    const end = Date.now() + 15000;
    while (!place.dataset.state && Date.now() < end) await new Promise((r) => setTimeout(r, 10));
    if (!place.dataset.state) throw new Error("a widget did not start: " + place.dataset.modelId);
    for (const box of closed) box.open = false;
  }}
  scrollTo({{top: 0, behavior: "instant"}});
}}"""
# Open the closed sections around a widget and lift the cover from it, as a reader does.
REVEAL = f"""place => {{
  for (const box of ({UNFOLD})(place)) box.dataset.opened = "";
  const cover = place.closest(".box-covered")?.querySelector(".box-cover");
  if (cover) cover.parentElement.classList.remove("box-covered"), (cover.dataset.lifted = "");
}}"""
HIDE_AGAIN = """() => {
  for (const box of document.querySelectorAll("[data-opened]"))
    (box.open = false), delete box.dataset.opened;
  for (const cover of document.querySelectorAll("[data-lifted]"))
    cover.parentElement.classList.add("box-covered"), delete cover.dataset.lifted;
}"""
# How far things have moved, half a second after the page was there.
SHIFTS = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const entry of list.getEntries()) sum += entry.value; })
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 500);
})"""
NEXT_FRAME = "() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))"


@cache
def page_names() -> list[str]:
    """Every page of the site, as a path inside it; a stand-in that fails when none is built."""
    pages = sorted(p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html"))
    return [p for p in pages if not p.startswith("_")] or [NOT_BUILT]


def on_pages(names: list[str]) -> list[Any]:
    """Parameters for a test that runs on these pages, all the tests of a page in one process."""
    return [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in names]


@cache
def _carried(name: str) -> dict[str, Any]:
    text = "" if name == NOT_BUILT else (SITE / name).read_text(encoding="utf-8")
    found = re.search(rf'<script type="{re.escape(STATE)}">(.*?)</script>', text, re.DOTALL)
    return json.loads(found[1]) if found else {"state": {}, "texts": []}


def models_on(name: str) -> dict[str, dict[str, Any]]:
    """The widget models that a page carries, by their ids."""
    return _carried(name)["state"]


@cache
def with_widgets() -> list[str]:
    """The pages that carry widgets; a stand-in that fails when none is built."""
    return [name for name in page_names() if models_on(name)] or [NOT_BUILT]


def texts_on(name: str) -> list[str]:
    """The styles and programs of a page's widgets, which the models name by their numbers."""
    return _carried(name)["texts"]


def need_site() -> Path:
    """The built site, or a failure that says how to make it."""
    if not (SITE / "index.html").is_file():
        pytest.fail(f"{SITE} holds no site. Build it first: make book", pytrace=False)
    return SITE


class QuietHandler(SimpleHTTPRequestHandler):
    """A file server that does not write to the terminal, not even of a tab that closed early."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Send a file to a tab that may be gone."""
        with suppress(ConnectionError):
            super().copyfile(source, outputfile)


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on a free local port; yield its address."""
    handler = partial(QuietHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Visit:
    """One browser tab and what happened in it.

    Attributes:
        page: The tab.
        base: Where the site is.
        size: How large the tab was opened.
        requests: What was asked for so far.
        loaded: What the page asked for until it stood.
        problems: What the page complained of.
        answer: What it said to the question that was asked while its widgets were asleep.
    """

    page: Page
    base: str
    size: dict[str, int] = field(default_factory=lambda: DESK)
    requests: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    answer: Any = None

    def open(self, name: str, *, asleep: str = "") -> Page:
        """Go to a page of the site and let all its widgets draw themselves or give up.

        An address inside the page is left alone: the reader stays where it leads.

        Args:
            name: The page, and perhaps an address inside it.
            asleep: What to ask it, in JavaScript, before the widgets start.
        """
        self.page.goto(self.base + name, wait_until="load")
        if asleep:
            self.answer = self.page.evaluate(asleep)
        if "#" not in name:
            self.page.evaluate(WAKE_ALL)
        self.loaded = list(self.requests)
        return self.page

    def resize(self, size: dict[str, int]) -> Page:
        """Give the tab another size, and the page the time to follow."""
        if self.page.viewport_size != size:
            self.page.set_viewport_size(size)
            self.page.wait_for_function(f"innerWidth === {size['width']}")
            self.page.evaluate(NEXT_FRAME)
        return self.page

    @property
    def foreign(self) -> list[str]:
        """Requests that left the site."""
        own = ("data:", "blob:", "about:", self.base)
        return [url for url in self.requests if not url.startswith(own)]

    def files(self) -> list[Path]:
        """The site's files that the page asked for to stand."""
        paths = {unquote(urlsplit(url).path) for url in self.loaded if url.startswith(self.base)}
        start = unquote(urlsplit(self.base).path)
        return [SITE / path.removeprefix(start) for path in sorted(paths)]


@contextmanager
def in_sight(widget: Locator) -> Iterator[Locator]:
    """A widget that can be seen and moved; then its page is as it was, for other tests."""
    widget.evaluate(REVEAL)
    try:
        yield widget
    finally:
        widget.page.evaluate(HIDE_AGAIN)


def visit(browser: Browser, base: str, **options: Any) -> tuple[BrowserContext, Visit]:
    """Open a tab that can reach the site and nothing else."""
    size = options.setdefault("viewport", DESK)
    context = browser.new_context(**options)
    tab = Visit(context.new_page(), base, size)
    # What is the site's own passes without a question to this process.
    foreign = re.compile(f"^(?!{re.escape(base)}|data:|blob:)")
    context.route(foreign, lambda route: route.abort())
    page = tab.page
    page.on("request", lambda request: tab.requests.append(request.url))
    page.on("pageerror", lambda error: tab.problems.append(f"page error: {error}"))
    page.on(
        "console",
        lambda message: (
            tab.problems.append(f"console: {message.text}")
            if message.type in ("error", "warning")
            else None
        ),
    )
    return context, tab
