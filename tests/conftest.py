"""Every run of the tests is the same run: one thread, fixed seeds, no window on a screen."""

from collections.abc import Iterator

import matplotlib
import pytest
import torch
from browser import launch
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

matplotlib.use("Agg")
torch.set_num_threads(1)
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all the tests of a session that need one."""
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()
