"""Every widget of the book, in one table that the tests of all hosts walk.

A row (``widget_row.py``) stands in the file of the first chapter that shows the widget:
``widget_rows_early.py`` has those of chapters 0 to 5, ``widget_rows_late.py`` those of 6 to 11.
``tests/unit/widgets/test_table.py`` holds the table to ``attention.widgets.__all__`` and to the
chapters, so that no widget is forgotten and no check runs on nothing.
"""

from widget_row import Row, read, written
from widget_rows_early import EARLY
from widget_rows_late import LATE

__all__ = ["BY_NAME", "TABLE", "Row", "read", "written"]

TABLE = EARLY + LATE
BY_NAME = {row.name: row for row in TABLE}
