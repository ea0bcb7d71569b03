"""The Sphinx extension of this book: what stands between the chapters and the pages.

Conventions for chapter authors
-------------------------------

Figures
    A code cell that draws ends with ``plt.show()`` and says what the figure shows in its cell
    metadata::

        {"mystnb": {"image": {"alt": "Heat map of ...: the diagonal is darkest"},
                    "figure": {"caption": "What to look at.", "name": "fig-causal-weights"}}}

    ``image.alt`` is required: a page with an image that has no alt text fails the build.
    ``figure`` is optional and gives a numbered caption that text can point at with ``{numref}``.
    One figure a cell: several images in one cell would share the alt text.
    In Markdown: ``![alt text](path)``, or the ``figure`` directive with ``:alt:``.
    Draw on white, in dark ink: each PNG is shown in the colours of the page's theme, light or
    dark, without a card (``themes``). On both a stronger colour means more, so never let "dark"
    stand for little.

Widgets
    A cell whose last expression is a widget of ``attention.widgets`` becomes a live widget on the
    page, with the widget's own picture and alt text beneath it for readers without JavaScript.
    Any other ipywidgets view (``interact``, a ``VBox``) needs a kernel: the page leaves its cell
    out. Place a widget of the book beside it, for the page.

What only notebooks show
    The cell tag ``notebook-only``, for Markdown and for code, and a box with the class
    ``notebook-only`` inside other text: the figure of an ``interact`` cell's starting state, and
    the words that announce its sliders. The site leaves them out; they are executed all the same.
    What names Binder in Markdown pages stands in ``{only} repository``: without the repository's
    address there is no link to it.

Folded code
    Cell tags: ``hide-input`` (a fold above the output), ``remove-input`` (no code at all),
    ``hide-cell``, ``remove-cell``. A fold's title is the cell's first line, where that is a
    comment (``# Checked: the loop is a product``, ``# Figure: the shares``, ``# Set-up``), else
    "Show the code". Folded cells in a row with nothing to be seen between them are one fold.
    Progress bars write to stderr, which no page shows.

Code that is seen
    At most 72 characters a line: that fits the column on a desk. A longer line goes on beneath
    itself, further in; nothing is cut off.

Exercises
    An ``exercise`` directive with a ``:label:``, a ``hint`` with ``:class: dropdown``, and a
    ``solution`` directive with ``:class: dropdown``; ``solution-start`` and ``solution-end``
    around code cells that must run. The solution to ``ex-name`` is found at
    ``#ex-name-solution``. Every admonition with the class ``dropdown`` is a native ``<details>``:
    it opens without JavaScript, opens for a link to it, and prints open.

Deeper sections
    An admonition ``Deeper: ...`` with ``:class: deeper``, a ``:name:`` and one sentence opens one;
    ``+++ deeper-end`` on a line of its own, at the same heading level, closes it. Code cells stand
    in it, but no heading, exercise, solution or other deeper section.

Questions
    An admonition with ``:class: predict`` or ``check`` and a ``:name:``: the question, a list of
    options (for a number none), and an admonition ``Answer`` with ``:class: dropdown``. A cell of
    the page calls ``attention.teaching.answers.answer`` with the name. A predict box covers the
    next output of its section.

Titles
    Without dollar signs: ``d_k`` and ``W_Q`` are set as formulas wherever the title is shown.

Side notes
    The ``margin`` directive: a few lines, before the paragraph that they belong to. They stand in
    the margin where there is one, and in the text, further in, on a phone and on paper.

Words
    ``{minutes}`` adds up the core paths of the chapters whose files it names, and ``{progress}``
    says how many questions are done.

    ``{term}`` links to the glossary (its definition opens beside the link, where it is hovered,
    focused or tapped), ``{cite:p}`` and ``{cite:t}`` to the references, ``{eq}`` to
    a labelled equation (``$$ ... $$ (eq-label)``), ``{doc}`` or ``[](other.ipynb)`` to a chapter,
    ``{py:func}`` and ``{py:class}`` to the package reference. A target that does not exist fails
    the build.

The parts
---------

=================  ================================================================
``outputs``        what becomes of a cell's output: widgets, pictures, alt text
``themes``         each picture in the colours of the light page, and of the dark one
``notebook_only``  what the site leaves out, since it needs a kernel
``folds``          folded code: titles, and one fold where several would stand in a row
``listings``       each line of code as an element, so that a long one can go on beneath itself
``models``         a trained model that a widget loads when it is asked to
``executed``       a page is read again when its chapter was executed again
``mathematics``    formulas: their server, what translators leave alone, where no line breaks
``deeper``         sections that are closed until they are asked for, around code cells
``boxes``          what a predict or check box asks, held against what a cell recorded
``boxes_html``     how these boxes are written
``measure``        words, lines, figures, widgets, boxes and minutes of a page
``minutes``        what a page says of its length and of what was done with it
``disclosure``     dropdowns as native ``<details>``; a solution's address
``numbering``      chapter numbers from file names
``addresses``      a heading's id comes from its words, never from its place
``titles``         "d_k" in a title is a formula wherever the title is shown
``short_way``      the short way through the book, marked in the contents
``pages``          what a page loads, and what the built folder keeps
``sheets``         one style sheet for all pages
``purge``          style sheets without rules that no page needs
``repository``     launch and edit links, the book's own address
``roles``          the links of a stored notebook become the site's roles again
``downloads``      the notebook that a page offers says where it is from, and how to run it
``definitions``    the glossary's definitions, for the popovers at links to its terms
``search_texts``   what search results quote, by section
``widget_list``    the reference of the widgets, from what the package hands out
``versions``       the packages whose inner parts are used, and which versions were tried
=================  ================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from extension import (
    addresses,
    boxes,
    boxes_html,
    deeper,
    definitions,
    disclosure,
    downloads,
    executed,
    folds,
    listings,
    mathematics,
    minutes,
    models,
    notebook_only,
    numbering,
    outputs,
    pages,
    repository,
    roles,
    search_texts,
    sheets,
    short_way,
    titles,
    versions,
    widget_list,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PARTS = (
    versions,
    executed,
    repository,
    roles,
    numbering,
    addresses,
    titles,
    notebook_only,
    outputs,
    models,
    folds,
    listings,
    mathematics,
    disclosure,
    deeper,
    boxes,
    boxes_html,
    minutes,
    downloads,
    definitions,
    search_texts,
    widget_list,
    short_way,
    pages,
    sheets,
)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part."""
    # jupyter-book always sets this value, and the extension that would know it is not loaded.
    app.add_config_value("comments_config", {}, "")
    for part in PARTS:
        part.setup(app)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": False}
