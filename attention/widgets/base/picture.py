"""What the widgets' pictures share; they are for GitHub, print and pages without JavaScript."""

import base64
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from attention.teaching import plots

Shown: TypeAlias = Any
"""What a picture is drawn of: a widget, or anything with the same arguments and properties."""

# The page's colours by day (js/widget.css): orange is the chosen query, blue is weight.
CHOSEN, WEIGHT, MIDDLE = plots.QUERY, plots.WEIGHT, "#559bd0"
INK, SOFT, LINE = "#1f2933", "#55606b", "#d5dbe1"


@contextmanager
def card(width: float, height: float) -> Iterator[tuple[Figure, Callable[[], str]]]:
    """A white card (legible on a light and on a dark page), and what makes a PNG of it, as base64.

    A Figure of its own, not pyplot's: drawing must not leave a figure open in the notebook. Words
    and tokens are anyone's, so no dollar signs in them begin a formula.
    """
    with style.context([plots.STYLE, {"text.parse_math": False}]):
        figure = Figure(figsize=(width, height))

        def finish() -> str:
            buffer = io.BytesIO()
            figure.savefig(buffer, format="png", metadata={"Software": None})
            return base64.b64encode(buffer.getvalue()).decode("ascii")

        yield figure, finish


def bare(axes: Axes) -> Axes:
    """Axes without frame and ticks, as a place to write on."""
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    return axes


def row_frame(query: int, n: int) -> Rectangle:
    """A frame around the chosen query's row of a heat map with n columns."""
    return Rectangle(
        (-0.5, query - 0.5), n, 1, fill=False, edgecolor=CHOSEN, linewidth=1.5, clip_on=False
    )
