"""One browser and one server for the whole session; a fresh tab without a network for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from browsing import need_site, page_names, serve, visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from browsing import Visit
    from playwright.sync_api import Browser


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `name` on every page."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", page_names())


@pytest.fixture(scope="session")
def site() -> Path:
    return need_site()


@pytest.fixture(scope="session")
def bases(site: Path) -> Iterator[dict[str, str]]:
    """The two ways to read the site: from a server, and as a folder."""
    with serve(site) as address:
        yield {"http": address, "file": f"{site.as_uri()}/"}


@pytest.fixture
def tab(browser: Browser, bases: dict[str, str]) -> Iterator[Callable[..., Visit]]:
    """A function that opens a tab: `tab("file", color_scheme="dark")`."""
    contexts = []

    def open_tab(way: str = "http", **options: Any) -> Visit:
        context, opened = visit(browser, bases[way], **options)
        contexts.append(context)
        return opened

    yield open_tab
    for context in contexts:
        context.close()
