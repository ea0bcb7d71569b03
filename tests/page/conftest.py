"""A page without a kernel: the book's host, any widgets, opened from disk."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import WAKE_ALL
from ipywidgets import Widget
from playwright.sync_api import Browser, Page

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
<script type="application/vnd.jupyter.widget-state+json">{state}</script></body></html>"""
VIEW = """<div class="afm-widget" data-model-id="{}"><figure class="afm-fallback">picture</figure>
</div>"""

Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Write a page with views of the models, and open it from disk."""
    pages = []

    def build(
        *model_ids: str,
        models: list[Widget],
        edit: dict[str, object] | None = None,
        theme: str = "light",
        width: int = 900,
        touch: bool = False,
        dots: int = 1,
        may_fail: bool = False,
        before: str = "",
        wake: bool = True,
    ) -> Page:
        state = Widget.get_manager_state(widgets=models)
        for model in state["state"].values():
            model["state"].update(edit or {})
        dark = theme == "dark"
        html = PAGE.format(
            host=HOST.as_uri(),
            theme=theme,
            ground="#121212" if dark else "#fff",
            ink="#eee" if dark else "#111",
            views=before + "".join(VIEW.format(model_id) for model_id in model_ids),
            state=json.dumps(state).replace("</", "<\\/"),
        )
        (tmp_path / "page.html").write_text(html, encoding="utf-8")
        page = browser.new_page(
            viewport={"width": width, "height": 800}, has_touch=touch, device_scale_factor=dots
        )
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        page.goto((tmp_path / "page.html").as_uri())
        if wake:
            page.evaluate(WAKE_ALL)
        pages.append(page)
        assert may_fail or errors == []
        return page

    yield build
    for page in pages:
        page.close()


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
