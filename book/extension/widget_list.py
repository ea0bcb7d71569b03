"""The reference of all widgets: what `attention.widgets` hands out is listed, and nothing by hand.

In reStructuredText (a page in Markdown says ``{eval-rst}``)::

    .. every-widget::
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from attention import widgets

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def public_members(widget: type) -> list[str]:
    """What a class itself defines for its users: properties and methods, in their order."""
    return [
        name
        for name, member in vars(widget).items()
        if not name.startswith("_") and (isinstance(member, property) or inspect.isroutine(member))
    ]


class EveryWidget(SphinxDirective):  # type: ignore[misc]
    """An ``autoclass`` for each widget, in the order of ``__all__``."""

    def run(self) -> list[nodes.Node]:
        """Write the directives and let them be read."""
        self.env.note_dependency(widgets.__file__)
        lines = StringList()
        for name in widgets.__all__:
            members = public_members(getattr(widgets, name))
            for line in (
                f".. autoclass:: attention.widgets.{name}",
                *([f"   :members: {', '.join(members)}"] if members else []),
                "",
            ):
                lines.append(line, *self.get_source_info())
        found = nodes.Element()
        self.state.nested_parse(lines, self.content_offset, found)
        return found.children


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("every-widget", EveryWidget)
