"""Groups of tests that one process runs, so that what they share is made once.

xdist writes a test's group behind its name, and reads it there. Version 3.8 writes it where pytest
9.2 no longer looks, and then says nothing: each test goes to the process that is free. Here it is
written where pytest looks now. ``tests/project/test_groups.py`` sees that it holds.
"""

from __future__ import annotations

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Name the groups, in the processes of ``--dist loadgroup``."""
    if not config.getoption("loadgroup", default=False):
        return
    for item in items:
        mark = item.get_closest_marker("xdist_group")
        if mark and not item.nodeid.endswith(name := f"@{mark.args[0]}"):
            item._id = type(item.id).parse(item.nodeid + name)
