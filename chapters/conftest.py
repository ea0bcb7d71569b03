"""How nbval compares the chapters: all that they print, but not their progress bars."""

import pytest


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Leave out what the stored notebooks say in another way.

    The error stream carries progress bars, which tell of time. A stored figure is its description,
    as Markdown, which no run prints.
    """
    if collector.path and collector.path.suffix == ".ipynb":
        collector.skip_compare += ("stderr", "text/markdown")
