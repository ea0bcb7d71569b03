"""The small widgets on one page, as a chapter shows them: none changes how another one looks."""

import pytest
from playwright.sync_api import Page
from widget_examples import painter

from attention.widgets import DotProduct, DownhillBall, LineFit

SIZES = """() => [...document.querySelectorAll('.afm')].map(view =>
  [...view.querySelectorAll('*:not([hidden])')].map(node => {
    const { fontSize, fontWeight, color } = getComputedStyle(node);
    const { width, height } = node.getBoundingClientRect();
    return [node.className.baseVal ?? node.className, Math.round(width), Math.round(height),
      fontSize, fontWeight, color].join(' ');
  }))"""


@pytest.mark.parametrize("width", [320, 900])
def test_each_looks_as_it_does_alone(open_page, width: int) -> None:
    shown = [painter(), DotProduct(), DownhillBall(steps=2), LineFit(steps=2)]
    alone = []
    for one in shown:
        page: Page = open_page(one.model_id, models=[one], width=width)
        alone += page.evaluate(SIZES)
    together = open_page(*[one.model_id for one in shown], models=shown, width=width)
    for found, wanted in zip(together.evaluate(SIZES), alone, strict=True):
        assert len(wanted) > 40
        assert found == wanted
