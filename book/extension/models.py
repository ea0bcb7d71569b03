"""The trained model that a widget of a page loads when the reader asks, as a script of the site.

A script, since a page that is opened from a folder may not fetch a file. A widget says in its
trait ``script`` which one it needs; the file is made from the package's weights at each build.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util import logging

from extension.outputs import page_state

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

LOG = logging.getLogger(__name__)


def note_scripts(
    app: Sphinx,
    pagename: str,
    _template: str,
    _context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Remember which scripts the widgets of a page will ask for."""
    if doctree is None:
        return
    state = page_state(app.env, pagename)
    wanted = app.builder.__dict__.setdefault("afm_scripts", {})
    for model_id in app.builder.__dict__.get("afm_shown", {}).get(pagename, []):
        name = state[model_id]["state"].get("script")
        if name:
            wanted[name] = pagename


def write_scripts(app: Sphinx, exception: Exception | None) -> None:
    """Write the scripts that were asked for."""
    wanted = app.builder.__dict__.get("afm_scripts", {})
    if exception or app.builder.name != "html" or not wanted:
        return
    from attention.widgets.gpt_explorer import model as gpt_model

    for name, pagename in wanted.items():
        if name == gpt_model.script_name():
            text = gpt_model.script()
            (Path(app.outdir) / "_static" / name).write_text(text, encoding="utf-8")
        else:
            LOG.warning(
                "a widget asks for %s, which no model is: run it again", name, location=pagename
            )


def setup(app: Sphinx) -> None:
    """Connect both hooks.

    The page's comes before that of `outputs`, which takes the state away; the folder's after that
    of `pages`, which reads every script that it finds.
    """
    app.connect("html-page-context", note_scripts, priority=390)
    app.connect("build-finished", write_scripts, priority=995)
