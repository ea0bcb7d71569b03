"""Where the repository and the book are: launch and edit links, only when the address is known.

The repository's address is read when the book is built: the environment variable
`AFM_REPOSITORY_URL`, else git's remote `origin` when that is on a host that Binder knows. The
book's own address is `AFM_BOOK_URL`, else where that host publishes a repository's pages. What is
not known is left out; there are no placeholders.
"""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

KNOWN = re.compile(
    r"(?:https://|git@|ssh://git@)(github\.com|gitlab\.com)[/:]([\w.-]+)/([\w.-]+?)(?:\.git)?/?$"
)
PAGES = {"github.com": "github.io", "gitlab.com": "gitlab.io"}


def _parts(cwd: str) -> tuple[str, str, str] | None:
    """Host, owner and name of the repository, or None."""
    address = os.environ.get("AFM_REPOSITORY_URL")
    if address is None:
        command = ["git", "remote", "get-url", "origin"]
        try:
            done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
        except OSError:
            return None
        address = done.stdout.strip()
    match = KNOWN.match(address)
    return (match[1], match[2], match[3]) if match else None


def repository_url(cwd: str) -> str | None:
    """The repository's address as a web link, or None."""
    parts = _parts(cwd)
    return "https://{}/{}/{}".format(*parts) if parts else None


def book_url(cwd: str) -> str | None:
    """The address of the published book, with a slash at its end, or None."""
    given = os.environ.get("AFM_BOOK_URL")
    if given is not None:
        return f"{given.rstrip('/')}/" if given.startswith(("https://", "http://")) else None
    parts = _parts(cwd)
    if parts is None:
        return None
    host, owner, name = parts
    home = f"{owner.lower()}.{PAGES[host]}"
    return f"https://{home}/" if name.lower() == home else f"https://{home}/{name}/"


def branch() -> str:
    """The branch that edit and launch links lead to."""
    return os.environ.get("AFM_REPOSITORY_BRANCH", "main")


def configure(app: Sphinx, config: Config) -> None:
    """Tell the theme, before it reads its options."""
    options = config.html_theme_options
    url = repository_url(str(app.srcdir))
    options["repository_url"] = url or ""
    options["use_edit_page_button"] = bool(url)
    options["use_repository_button"] = bool(url)
    options["launch_buttons"] = {"notebook_interface": "jupyterlab"}
    if url:
        app.tags.add("repository")  # for `only`: what speaks of links that there would not be
        options["repository_branch"] = branch()
        options["launch_buttons"]["binderhub_url"] = "https://mybinder.org"


def setup(app: Sphinx) -> None:
    """Run before the theme's own set-up."""
    app.connect("config-inited", configure, priority=100)
