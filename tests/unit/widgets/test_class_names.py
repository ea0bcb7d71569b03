"""One page, one name: the style sheets of all widgets meet on a page, and share no class."""

import re

import pytest
from class_names import FOLDER, Rule, roots, rules, sheets, used
from widget_table import TABLE

from attention.widgets.base.bundle import _with_imports

SHARED = "js/"


def written_by(folder: str) -> frozenset[str]:
    """The classes that the scripts of a folder write."""
    return frozenset().union(*(u for path, u in used().items() if path.startswith(f"{folder}/")))


def written_outside(folder: str) -> frozenset[str]:
    """The classes that other scripts write."""
    others = [u for path, u in used().items() if not path.startswith(f"{folder}/")]
    return frozenset().union(*others)


def strays(folder: str, own: list[Rule], elsewhere: frozenset[str]) -> list[str]:
    """The rules of a widget's sheets that would hold in another widget, too."""
    return [f"{folder}: {rule.selector}" for rule in own if rule.names <= elsewhere]


def test_a_selector_is_read_as_a_browser_reads_it() -> None:
    text = """/* .afm-no { } */ .afm-a, .afm-b:not(.afm-c) > :is(.afm-d, .afm-e):has(.afm-f) {}
        @container (min-width: 1rem) { .afm-g .afm-h::after { content: "" } }"""
    found = [(sorted(rule.names), sorted(rule.styled)) for rule in rules(text)]
    assert found == [
        (["afm-a"], ["afm-a"]),
        (["afm-b", "afm-c", "afm-d", "afm-e", "afm-f"], ["afm-d", "afm-e"]),
        (["afm-g", "afm-h"], ["afm-h"]),
    ]


def test_no_two_widgets_have_a_root_of_one_name() -> None:
    names = list(roots().values())
    assert len(set(names)) == len(names) == len(TABLE)
    assert {f".{name}" for name in names} == {row.view for row in TABLE}


@pytest.mark.parametrize("folder", sorted(roots()))
def test_a_widget_s_sheets_hold_in_that_widget_alone(folder: str) -> None:
    """Each of their selectors names a class that no other script writes."""
    elsewhere = written_outside(folder) | {"afm"}
    own = [
        rule for path, all_ in sheets().items() if path.startswith(f"{folder}/") for rule in all_
    ]
    assert strays(folder, own, elsewhere) == []


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_what_a_shared_sheet_defines_means_the_same_in_every_widget(row) -> None:
    """A class of a shared sheet that a widget writes itself comes with that sheet."""
    folder = next(name for name, root in roots().items() if row.view == f".{root}")
    modules = _with_imports(f"{folder}/view.js", FOLDER)
    with_it = {path.replace(".js", ".css") for path in modules}
    with_it |= {"js/widget.css", *row.kind.styles}
    own = written_by(folder)
    taken = [
        f"{path}: {rule.selector}"
        for path, all_ in sheets().items()
        if path.startswith(SHARED) and path not in with_it
        for rule in all_
        if rule.names and rule.names <= own | {"afm"}
    ]
    assert taken == []


def test_no_two_shared_sheets_define_one_class_alone() -> None:
    owners: dict[str, set[str]] = {}
    for path, all_ in sheets().items():
        if path.startswith(SHARED):
            for rule in all_:
                if rule.names - {"afm"} == rule.styled and len(rule.styled) == 1:
                    owners.setdefault(next(iter(rule.styled)), set()).add(path)
    assert {name: paths for name, paths in owners.items() if len(paths) > 1} == {}


def test_no_rule_waits_for_a_root_inside_a_root() -> None:
    """A root has the class afm itself: after ".afm " a selector with it would never hold."""
    names = "|".join(roots().values())
    dead = [
        f"{path}: {rule.selector}"
        for path, all_ in sheets().items()
        for rule in all_
        if re.search(rf"\.afm [^,]*\.(?:{names})(?![\w-])", rule.selector)
    ]
    assert dead == []
