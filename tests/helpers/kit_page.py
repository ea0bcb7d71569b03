"""The page of the kit's book that asks, and what a reader does on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

ASK = "chapters/03_ask.html"
KEY = "attention-mechanism"
OSTRICH = ".cell_output:has(.box-cover) pre"


def kept(page: Page) -> Any:
    return json.loads(page.evaluate(f"localStorage.getItem('{KEY}')") or "{}")


def predict(page: Page, option: int) -> None:
    page.locator("#ask-fog input").nth(option).check()
    page.locator("#ask-fog .box-send").click()


def check(page: Page, number: str) -> str:
    page.locator("#ask-paper .box-field").fill(number)
    page.locator("#ask-paper .box-send").click()
    return page.locator("#ask-paper .box-verdict").inner_text()
