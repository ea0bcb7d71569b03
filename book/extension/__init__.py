"""The Sphinx extension of this book: what stands between the chapters and the pages.

Conventions for chapter authors ------------------------------- *Figures.* A code cell that draws
ends with `plt.show()` and says what the figure shows in its cell metadata:

    {"mystnb": {"image": {"alt": "Heat map of ...: the diagonal is darkest"},
                "figure": {"caption": "What to look at.", "name": "fig-causal-weights"}}}

`image.alt` is required (a page with an image that has no alt text fails the build); `figure` is
optional and gives a numbered caption that text can point at with `{numref}`. One figure a cell.
Several images in one cell share the alt text, so do not. In Markdown: `![alt text](path)` or the
`figure` directive with `:alt:`.

*Widgets.* A cell whose last expression is a widget of `attention.widgets` becomes a live widget
on the page, with the widget's own PNG and alt text beneath it for readers without JavaScript. Any
other ipywidgets view (`interact`, a `VBox`) needs a kernel; the page says "runs live" in its
place. Draw the static figure of the default state in the next cell.

*Hidden cells.* Cell tags: `hide-input` (a closed "Show code" above the output), `remove-input`
(no code at all), `hide-cell`, `remove-cell`. Progress bars write to stderr, which no page shows.

*Exercises.* sphinx-exercise: an `exercise` directive with a `:label:`, a `hint` admonition with
`:class: dropdown`, and a `solution` directive with `:class: dropdown`. Use `solution-start` /
`solution-end` around code cells that must run. Every admonition with the class `dropdown` is a
native `<details>`: it opens without JavaScript and prints open.

*Words.* `{term}` links to the glossary, `{cite:p}` and `{cite:t}` to the references, `{eq}` to a
labelled equation (`$$ ... $$ (eq-label)`), `{doc}` or `[](other.ipynb)` to a chapter, `{py:func}`
and `{py:class}` to the package reference. A target that does not exist fails the build.

The parts: `outputs` (what becomes of a cell's output), `models` (a trained model that a widget
loads when it is asked to), `disclosure` (dropdowns), `pages` (what a page loads), `numbering`
(chapter numbers from file names), `repository` (launch and edit links), `roles` (links of a stored
notebook), `search_texts` (quotes in search results).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from extension import (
    disclosure,
    models,
    numbering,
    outputs,
    pages,
    repository,
    roles,
    search_texts,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part."""
    app.add_config_value(
        "comments_config", {}, ""
    )  # jupyter-book always sets it; we load no comments
    for part in (repository, roles, numbering, outputs, models, disclosure, search_texts, pages):
        part.setup(app)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": False}
