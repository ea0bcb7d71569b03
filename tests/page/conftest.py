"""A page without a kernel: the book's host, any widgets, opened from disk."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import STATE, WAKE_ALL
from ipywidgets import Widget
from playwright.sync_api import Browser, Page, ViewportSize

from attention.trained.small_gpt import small_gpt_reader
from attention.widgets import GPTExplorer
from attention.widgets.gpt_explorer import reader as reading

READER = small_gpt_reader()

HOST = Path(__file__).parents[2] / "book" / "assets" / "afm-host.js"
PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}"><head><meta charset="utf-8"><title>Page</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{ margin: 0 16px; background: {ground}; color: {ink} }}</style>
<script defer src="{host}"></script></head>
<body><main><h1>Page</h1>{views}</main>
<script type="{kind}">{state}</script></body></html>"""
VIEW = """<div class="afm-widget" data-model-id="{}"><figure class="afm-fallback">picture</figure>
</div>"""

Open = Callable[..., Page]


class Tabs:
    """Tabs that are kept open from test to test: to open one takes longer than most tests do.

    Each test gets the tab as a new one would be, with a new page in it, the pointer away from what
    is drawn, and no media emulated. What cannot be undone (a clock that stands, a script that runs
    on every page) needs a tab of its own.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.free: dict[tuple[bool, int], list[Page]] = {}
        self.taken: list[tuple[Page, tuple[bool, int] | None]] = []

    def take(self, width: int, *, touch: bool, dots: int, own: bool) -> Page:
        """A tab, 800 CSS pixels high."""
        size: ViewportSize = {"width": width, "height": 800}
        free = [] if own else self.free.setdefault((touch, dots), [])
        if free:
            page = free.pop()
            page.set_viewport_size(size)
        else:
            page = self.browser.new_page(viewport=size, has_touch=touch, device_scale_factor=dots)
        self.taken.append((page, None if own else (touch, dots)))
        return page

    def take_back(self) -> None:
        """The test is over: what its page has begun ends here, and no button is held."""
        taken, self.taken = self.taken, []
        for page, kind in taken:
            if kind is None:
                page.close()
                continue
            page.goto("about:blank")  # or its last errors would be heard in the next test
            page.mouse.up()
            page.mouse.move(0, 0)
            page.emulate_media(forced_colors="null")
            self.free[kind].append(page)


@pytest.fixture(scope="session")
def tabs(browser: Browser) -> Tabs:
    return Tabs(browser)


@pytest.fixture
def open_page(tabs: Tabs, tmp_path: Path) -> Iterator[Open]:
    """Write a page with views of the models, and open it from disk.

    Nothing may go wrong on it, then or later, unless it ``may_fail``.
    """
    errors: list[str] = []
    heard: list[tuple[Page, str, Callable]] = []

    def listen(page: Page, event: str, told: Callable) -> None:
        page.on(event, told)
        heard.append((page, event, told))

    def build(
        *model_ids: str,
        models: list[Widget],
        edit: dict[str, object] | None = None,
        theme: str = "light",
        width: int = 900,
        touch: bool = False,
        dots: int = 1,
        own: bool = False,
        may_fail: bool = False,
        before: str = "",
        wake: bool = True,
    ) -> Page:
        state = Widget.get_manager_state(widgets=models)
        for model in state["state"].values():
            model["state"].update(edit or {})
        dark = theme == "dark"
        html = PAGE.format(
            kind=STATE,
            host=HOST.as_uri(),
            theme=theme,
            ground="#121212" if dark else "#fff",
            ink="#eee" if dark else "#111",
            views=before + "".join(VIEW.format(model_id) for model_id in model_ids),
            state=json.dumps(state).replace("</", "<\\/"),
        )
        path = tmp_path / f"page{len(tabs.taken)}.html"
        path.write_text(html, encoding="utf-8")
        page = tabs.take(width, touch=touch, dots=dots, own=own)
        listen(page, "dialog", lambda box: (errors.append(box.message), box.dismiss()))
        if not may_fail:
            listen(page, "pageerror", lambda error: errors.append(str(error)))
            listen(
                page,
                "console",
                lambda line: errors.append(line.text) if line.type == "error" else None,
            )
        page.goto(path.as_uri())
        if wake:
            page.evaluate(WAKE_ALL)
        assert errors == []
        return page

    yield build
    for page, event, told in heard:
        page.remove_listener(event, told)
    tabs.take_back()
    assert errors == []


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """The model's script beside the page; it calls itself by its address."""
    path = tmp_path / "gpt.js"
    path.write_text(reading.script(READER).replace(reading.script_name(READER), path.as_uri()))
    return path


@pytest.fixture
def start(open_page: Open, script: Path) -> Open:
    """Open a page with so many views of a GPTExplorer, whose model lies beside it."""

    def build(shown: GPTExplorer, views: int = 1, **options: object) -> Page:
        edit = {"script": script.as_uri()}
        return open_page(*[shown.model_id] * views, models=[shown], edit=edit, **options)

    return build
