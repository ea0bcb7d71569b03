"""How nbval compares the chapters: all that they print, but not their progress bars."""

import pytest


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Leave out the error stream: it carries progress bars, which tell of time."""
    if collector.path and collector.path.suffix == ".ipynb":
        collector.skip_compare += ("stderr",)
