"""The table of widgets holds every widget, and the chapters that show it."""

import ast
from pathlib import Path

import nbformat
import pytest
from widget_table import TABLE

from attention import widgets

CHAPTERS = Path(__file__).parents[3] / "chapters"


def built_in(chapter: Path) -> set[str]:
    """The widgets that a chapter's cells build."""
    cells = nbformat.read(chapter, as_version=4).cells
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    called = {
        node.func.id
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return called & set(widgets.__all__)


def test_every_widget_has_one_row_and_no_row_is_left_over() -> None:
    assert sorted(row.name for row in TABLE) == sorted(widgets.__all__)


def test_a_row_names_the_chapters_that_show_the_widget_and_no_others() -> None:
    shown = {path.stem: built_in(path) for path in CHAPTERS.glob("*.ipynb")}
    assert any(shown.values())
    for row in TABLE:
        stems = {stem for stem, names in shown.items() if row.name in names}
        assert set(row.chapters) == stems, row.name


def test_two_widgets_are_told_apart_by_their_views() -> None:
    assert len({row.view for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_example_is_of_the_kind_and_can_be_asked_for_its_number(row) -> None:
    shown = row.make()
    assert isinstance(shown, row.kind)
    before = eval(row.number, {"w": shown})
    assert isinstance(before, int | float)
    assert row.slider in row.controls
    other, value = row.also
    new = eval(value, {"w": shown})
    assert getattr(shown, other) != new, "or nothing would be seen to change"
    setattr(shown, other, new)
    assert getattr(shown, other) == new
