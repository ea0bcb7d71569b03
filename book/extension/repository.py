"""Launch and edit links: only when the repository's address is known.

The address is read when the book is built: the environment variable `AFM_REPOSITORY_URL`, else
git's remote `origin` when that is on a host that Binder knows. Without one the links are left
out; there are no placeholders.
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


def repository_url(cwd: str) -> str | None:
    """The repository's address as a web link, or None."""
    address = os.environ.get("AFM_REPOSITORY_URL")
    if address is None:
        command = ["git", "remote", "get-url", "origin"]
        try:
            done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
        except OSError:
            return None
        address = done.stdout.strip()
    match = KNOWN.match(address)
    return "https://{}/{}/{}".format(*match.groups()) if match else None


def configure(app: Sphinx, config: Config) -> None:
    """Tell the theme, before it reads its options."""
    options = config.html_theme_options
    url = repository_url(str(app.srcdir))
    options["repository_url"] = url or ""
    options["use_edit_page_button"] = bool(url)
    options["use_repository_button"] = bool(url)
    options["launch_buttons"] = {"notebook_interface": "jupyterlab"}
    if url:
        options["repository_branch"] = os.environ.get("AFM_REPOSITORY_BRANCH", "main")
        options["launch_buttons"]["binderhub_url"] = "https://mybinder.org"


def setup(app: Sphinx) -> None:
    """Run before the theme's own set-up."""
    app.connect("config-inited", configure, priority=100)
