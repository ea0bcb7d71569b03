"""The parts of the extension that can be tried without a book."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
import pytest
from extension import downloads, outputs, pages, repository, versions
from myst_nb.core.render import load_mime_renders
from PIL import Image
from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from pathlib import Path


def test_the_themes_script_measures_nothing_or_the_build_stops() -> None:
    theme = f"const boxes = document.querySelectorAll({pages.MEASURED});"
    quiet = 'const boxes = document.querySelectorAll(":not(*)");'
    assert pages.measuring_nothing(theme) == pages.measuring_nothing(quiet) == quiet
    with pytest.raises(ExtensionError, match="scrollWidth"):
        pages.measuring_nothing("const boxes = [];")


def test_myst_nb_finds_the_renderer_of_outputs() -> None:
    assert outputs.OutputRenderer in load_mime_renders()


@pytest.mark.parametrize(("dpi", "size"), [(192, (150, 100)), (96, (300, 200)), (None, (300, 200))])
def test_a_picture_is_as_large_as_its_resolution_says(
    tmp_path: Path, dpi: int | None, size: tuple[int, int]
) -> None:
    path = tmp_path / "figure.png"
    resolution = {"dpi": (dpi, dpi)} if dpi else {}
    Image.new("RGB", (300, 200)).save(path, **resolution)
    assert outputs.natural_size(path) == size


@pytest.mark.parametrize(
    ("address", "repository_address", "site"),
    [
        ("https://github.com/Ada/the-book.git", "Ada/the-book", "https://ada.github.io/the-book/"),
        ("git@github.com:ada/ada.github.io", "ada/ada.github.io", "https://ada.github.io/"),
    ],
)
def test_the_addresses_follow_from_the_repository(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    address: str,
    repository_address: str,
    site: str,
) -> None:
    monkeypatch.delenv("AFM_BOOK_URL", raising=False)
    monkeypatch.setenv("AFM_REPOSITORY_URL", address)
    assert repository.repository_url(str(tmp_path)) == f"https://github.com/{repository_address}"
    assert repository.book_url(str(tmp_path)) == site


def test_what_is_not_known_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AFM_BOOK_URL", raising=False)
    monkeypatch.setenv("AFM_REPOSITORY_URL", "https://example.org/ada/book")
    assert repository.repository_url(str(tmp_path)) is None
    assert repository.book_url(str(tmp_path)) is None
    monkeypatch.setenv("AFM_BOOK_URL", "https://example.org/book")
    assert repository.book_url(str(tmp_path)) == "https://example.org/book/"


def test_a_download_says_where_it_is_from_and_what_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "05_order.ipynb"
    old = nbformat.v4.new_markdown_cell("[This chapter as a page](https://...)", id="page")
    own = nbformat.v4.new_markdown_cell("# Order", id="title")
    nbformat.write(nbformat.v4.new_notebook(cells=[old, own]), path)
    page = "https://ada.github.io/b/chapters/05_order.html"
    source = "https://github.com/ada/b"
    text = downloads.first_cell("Order", page, source, downloads.data_packages("# data\na==1\nb\n"))
    for _ in range(2):  # a second build finds what the first one left
        downloads.mark(path, text)
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.id for cell in cells] == ["from-the-book", "title"]
    said = cells[0].source
    assert page in said
    assert "pip install git+https://github.com/ada/b\n" in said
    assert "pip install --no-deps a==1 b\n" in said
    assert "Not `pip install attention`" in said


def test_a_download_without_addresses_has_no_empty_link() -> None:
    said = downloads.first_cell("Order", "", None, ["a==1"])
    assert "](" not in said
    assert "pip install .\n" in said
    assert "in a copy of the book's repository" in said


def test_an_untried_version_stops_the_build_and_says_where_to_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    versions.check()
    monkeypatch.setitem(versions.TRIED, "myst-nb", ("0.9", "outputs.py: NbMetadataCollector"))
    with pytest.raises(ExtensionError, match=r"myst-nb is 1\.\S+, tried was 0\.9") as failure:
        versions.check()
    assert "look at book/extension/outputs.py: NbMetadataCollector" in str(failure.value)
