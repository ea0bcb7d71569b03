"""One browser and one server for a whole process; a page is opened once and asked everything."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

import kit_book
import pytest
from browsing import DESK, PHONE, SHIFTS, SITE, need_site, on_pages, page_names, serve, visit
from small_book import HAS_RUN, build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from browsing import Visit
    from playwright.sync_api import Browser, BrowserContext, Page

# Between them the visits of a page have both colour schemes, both widths, and both ways to read the
# site: from a server, and as a folder.
LOOKS: dict[str, tuple[str, dict[str, Any]]] = {
    "light": ("http", {"color_scheme": "light", "viewport": DESK}),
    "dark": ("file", {"color_scheme": "dark", "viewport": PHONE}),
    "plain": ("file", {"java_script_enabled": False}),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `name` on every page."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", on_pages(page_names()), scope="module")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest first, and all that is asked of a page together.

    A group is a page; where the package and JupyterLab are tested, too, what they group.
    """

    def place(item: pytest.Item) -> tuple[float, str]:
        group = item.get_closest_marker("xdist_group")
        name = group.args[0] if group else ""
        size = (SITE / name).stat().st_size if (SITE / name).is_file() else bool(name)
        return (-inf if name == "JupyterLab" else -size, name)

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


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The two ways to read the kit's small book."""
    pages = build(
        tmp_path_factory.mktemp("kit"), kit_book.CONTENTS, kit_book.PAGES, settings=HAS_RUN
    )
    with serve(pages) as address:
        yield {"http": address, "file": f"{pages.as_uri()}/"}


@pytest.fixture
def reader(browser: Browser, kit: dict[str, str]) -> Iterator[Callable[..., Visit]]:
    """A function that opens the kit's book in a browser of its own."""
    contexts = []

    def open_book(way: str = "http", **options: Any) -> Visit:
        context, opened = visit(browser, kit[way], **options)
        contexts.append(context)
        return opened

    yield open_book
    for context in contexts:
        context.close()


class Visits:
    """The page that is looked at now: opened once in each look that somebody asks for."""

    def __init__(self, browser: Browser, bases: dict[str, str]) -> None:
        self.browser, self.bases = browser, bases
        self.name = ""
        self.open: dict[str, tuple[BrowserContext, Visit]] = {}

    def __call__(self, name: str, look: str) -> Visit:
        """The page in a look, as the last test that saw it so left it."""
        if name != self.name:
            self.close()
            self.name = name
        if look not in self.open:
            way, options = LOOKS[look]
            context, opened = visit(self.browser, self.bases[way], **options)
            if look == "plain":
                opened.page.goto(opened.base + name)
            else:
                opened.open(name, asleep=SHIFTS if look == "light" else "")
            self.open[look] = context, opened
        return self.open[look][1]

    def close(self) -> None:
        """Leave the page."""
        for context, _ in self.open.values():
            context.close()
        self.open.clear()


@pytest.fixture(scope="session")
def visits(browser: Browser, bases: dict[str, str]) -> Iterator[Visits]:
    """One page after the other, each for all the tests that ask something of it."""
    found = Visits(browser, bases)
    yield found
    found.close()


@pytest.fixture
def light(visits: Visits, name: str) -> Visit:
    """The page from a server, on a desk."""
    return visits(name, "light")


@pytest.fixture
def dark(visits: Visits, name: str) -> Visit:
    """The page from a folder, on a phone, in the dark."""
    opened = visits(name, "dark")
    opened.resize(PHONE)
    return opened


@pytest.fixture(params=["light", "dark"])
def shown(request: pytest.FixtureRequest, name: str) -> Visit:
    """Each of the two."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def plain(visits: Visits, name: str) -> Page:
    """The page from a folder in a browser that runs no script."""
    return visits(name, "plain").page
