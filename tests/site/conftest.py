"""One browser and one server for a whole process; a page is opened once and asked everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from browsing import DESK, PHONE, SITE, need_site, on_pages, page_names, serve, visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from browsing import Visit
    from playwright.sync_api import Browser, Page

# Between them the visits of a page have both colour schemes, both widths, and both ways to read the
# site: from a server, and as a folder.
LIGHT: dict[str, Any] = {"color_scheme": "light", "viewport": DESK}
DARK: dict[str, Any] = {"color_scheme": "dark", "viewport": PHONE}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `name` on every page."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", on_pages(page_names()), scope="module")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest first, and all that is asked of a page together.

    A group is a page, or a kind of widget and the page on which all its positions are tried.
    """

    def place(item: pytest.Item) -> tuple[int, str]:
        group = item.get_closest_marker("xdist_group")
        name = group.args[0] if group else ""
        kind, _, page = name.rpartition(" ")
        size = (SITE / page).stat().st_size if (SITE / page).is_file() else 0
        return (-size * (2 if kind else 1), name)

    items.sort(key=place)


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


@pytest.fixture(scope="module")
def light(browser: Browser, bases: dict[str, str], name: str) -> Iterator[Visit]:
    """The page from a server, on a desk, for all the tests that ask something of it."""
    context, opened = visit(browser, bases["http"], **LIGHT)
    opened.open(name)
    yield opened
    context.close()


@pytest.fixture(scope="module")
def dark(browser: Browser, bases: dict[str, str], name: str) -> Iterator[Visit]:
    """The page from a folder, on a phone, in the dark."""
    context, opened = visit(browser, bases["file"], **DARK)
    opened.open(name)
    yield opened
    context.close()


@pytest.fixture(scope="module", params=["light", "dark"])
def shown(request: pytest.FixtureRequest, name: str) -> Visit:
    """Each of the two."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def plain(browser: Browser, bases: dict[str, str], name: str) -> Iterator[Page]:
    """The page from a folder in a browser that runs no script."""
    context, opened = visit(browser, bases["file"], java_script_enabled=False)
    opened.page.goto(opened.base + name)
    yield opened.page
    context.close()
