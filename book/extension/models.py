"""The trained model that a widget of a page loads when the reader asks, as a script of the site.

A script, since a page that is opened from a folder may not fetch a file. A widget says in its
trait ``script`` which one it needs; the file is made from the package's weights at each build.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util import logging

from extension.outputs import page_state

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

LOG = logging.getLogger(__name__)


def wanted(env: BuildEnvironment) -> dict[str, str]:
    """The scripts that the widgets of the book ask for, each with a page that does."""
    states = {docname: page_state(env, docname) for docname in sorted(env.found_docs)}
    named = {
        model["state"].get("script"): docname
        for docname, state in states.items()
        for model in state.values()
    }
    return {name: docname for name, docname in named.items() if name}


def write_scripts(app: Sphinx, exception: Exception | None) -> None:
    """Write the scripts that were asked for."""
    if exception or app.builder.name != "html":
        return
    from attention.trained.small_gpt import small_gpt_reader
    from attention.widgets.gpt_explorer.reader import script, script_name

    for name, docname in wanted(app.env).items():
        if name == script_name(small_gpt_reader()):
            text = script(small_gpt_reader())
            (Path(app.outdir) / "_static" / name).write_text(text, encoding="utf-8")
        else:
            LOG.warning(
                "a widget asks for %s, which no model is: run it again", name, location=docname
            )


def setup(app: Sphinx) -> None:
    """Write after `pages`, which reads every script that it finds."""
    app.connect("build-finished", write_scripts, priority=995)
