"""How nbval compares the chapters: all that they print, but not their progress bars.

`pytest --nbval chapters` executes them. With `--executed` it executes nothing, and compares what
the last execution printed (`book/execute.py`), if nothing that it depends on has changed since.
"""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the command line choose where the outputs come from."""
    about = "compare what the last `make book` or `make notebooks` executed"
    parser.addoption("--executed", action="store_true", help=about)


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Leave out what the stored notebooks say in another way.

    The error stream carries progress bars, which tell of time. A stored figure is its description,
    as Markdown, which no run prints.
    """
    if collector.path and collector.path.suffix == ".ipynb":
        collector.skip_compare += ("stderr", "text/markdown")
        if collector.config.getoption("executed"):
            collector.setup = lambda: take_finished_kernel(collector)


def take_finished_kernel(collector: pytest.Collector) -> None:
    """Give a notebook a kernel that has run already."""
    from replay import FinishedKernel

    collector.setup_sanitize_files()
    collector.kernel = FinishedKernel(collector.path)
