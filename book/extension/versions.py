"""The packages whose inner parts the extension uses, and the versions that it was tried with.

What these packages promise is not enough here: a part of the extension reads or replaces
something that they may change without notice. Another version stops the build and says what to
look at; once the pages are as before, the new version is written here.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from sphinx.application import Sphinx

TRIED = {
    "Sphinx": ("7.4", "assets/search.js: Search._performSearch and what it returns"),
    "myst-nb": ("1.4", "outputs.py: NbMetadataCollector, nb_element and mime_type of containers"),
    "sphinx-exercise": ("1.2", "disclosure.py: the solution directives, the ids of contents"),
    "sphinxcontrib-katex": ("0.9", "mathematics.py: KaTeXServer, its `server`, the two visitors"),
}


def complaints() -> list[str]:
    """What is installed in another version than the one that was tried, and where that matters."""
    found = []
    for package, (tried, where) in TRIED.items():
        installed = version(package)
        if installed.split(".")[:2] != tried.split("."):
            found.append(f"{package} is {installed}, tried was {tried}: look at book/{_at(where)}")
    return found


def _at(where: str) -> str:
    return where if "/" in where.split(":")[0] else f"extension/{where}"


def check(_app: Sphinx | None = None) -> None:
    """Stop the build where a version was not tried."""
    wrong = complaints()
    if wrong:
        raise ExtensionError(
            "The book's extension uses inner parts of other packages. "
            + "; ".join(wrong)
            + ". If the pages are as before, write the new version in book/extension/versions.py."
        )


def setup(_app: Sphinx) -> None:
    """Check before anything is registered."""
    check()
