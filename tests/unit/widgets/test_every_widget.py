"""Every argument of every widget, with values that are right and wrong by its kind and bounds."""

import inspect
import re
from collections.abc import Iterator

import pytest
import torch
from widget_arguments import refuses, refuses_later, same, state_of
from widget_table import TABLE, Row

from attention.widgets.attention_picture import Links
from attention.widgets.base.levels import CausalWeights
from attention.widgets.base.lists import Items, Nested
from attention.widgets.base.tensors import FixedPoint, FixedPoints
from attention.widgets.base.traits import Argument, Choice, Number, Switch, Text, Whole
from attention.widgets.base.widget import BookWidget
from attention.widgets.block_diagram import Presets
from attention.widgets.gpt_explorer import Model

NAN = float("nan")
TENSORS = ["text", 3, [], torch.zeros(0, 5), torch.zeros(1, 1, 1, 1, 1), torch.full((5, 6), NAN)]
WRONG = {
    Number: ["1", True, NAN, float("inf"), [1.0]],
    Whole: ["4", 2.5, True, [1]],
    Switch: [1, 0, "yes"],
    Text: [3, ["text"], b"text"],
    Choice: ["no such", 7.0, True, ["none"]],
    Items: [[], "text", 3, [1.5]],
    Nested: ["text", 3, [], ["text"], [[3]], [[]]],
    FixedPoints: [*TENSORS, ["text"], [torch.zeros(())], [torch.zeros(0, 3)], [[[NAN]]]],
    FixedPoint: TENSORS,
    CausalWeights: [*TENSORS, torch.ones(3, 2, 5, 5), -torch.eye(5).expand(3, 2, 5, 5)],
    Links: [3, "text", ["query"], {"no such": "page"}, {"query": 3}],
    Model: [3, "small", object()],
    Presets: [3, "small", ["small"], {"small": 3}, {"small": {"d_model": 4}}],
}
"""Values that no trait of the kind takes; a kind stands before those that it is made of."""

on_every_widget = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)


def wrong_values(trait: Argument) -> list[object]:
    kind = next(kind for kind in WRONG if isinstance(trait, kind))
    may_hold = isinstance(trait, Nested) and trait.may_be_empty and trait.depth == 2
    return [value for value in WRONG[kind] if not (may_hold and value == [[]])]


def ends(trait: Argument, shown: BookWidget) -> tuple[float, float] | None:
    """The least and the most that a number may be in the widget's present state."""
    if not isinstance(trait, Whole) or trait.low is None or trait.high is None:
        return None
    low, high = (x(shown) if callable(x) else x for x in (trait.low, trait.high))
    return low, high


def right_values(trait: Argument, shown: BookWidget) -> Iterator[object]:
    yield getattr(shown, trait.name)
    if isinstance(trait, Text) and trait.check is None:
        yield "<b>other</b>"
    if isinstance(trait, Switch):
        yield from (True, False)
    if isinstance(trait, Choice):
        yield from trait.values
    if bounds := ends(trait, shown):
        yield from bounds


@on_every_widget
def test_a_value_of_another_kind_is_refused_at_once_and_later(row: Row) -> None:
    shown = row.make()
    for trait in row.kind._arguments.values():
        told = f"^{trait.argument} should be "
        for value in wrong_values(trait):
            refuses(row.make, trait.argument, value, told, shown)
        if not trait.allow_none:
            refuses_later(shown, trait.argument, None, told)


@on_every_widget
def test_a_number_beyond_its_bounds_is_refused_at_once_and_later(row: Row) -> None:
    shown = row.make()
    for trait in row.kind._arguments.values():
        if bounds := ends(trait, shown):
            for value in (bounds[0] - 1, bounds[1] + 1):
                refuses(row.make, trait.argument, value, f"^{trait.argument} should ", shown)


@on_every_widget
def test_a_right_value_is_taken_later_and_kept(row: Row) -> None:
    for trait in row.kind._arguments.values():
        taken, shown = [], row.make()
        for value in list(right_values(trait, shown)):
            before = state_of(shown)
            try:
                setattr(shown, trait.name, value)
            except ValueError as error:  # alone it would be right: another argument is in its way
                told = str(error)
                assert trait.check or ", but then " in told, told
                assert same(getattr(shown, trait.name), before[trait.name])
            else:
                kept = None if value is None else trait.validate(None, value)
                assert same(getattr(shown, trait.name), kept)
                taken.append(value)
        assert len(taken) >= (2 if isinstance(trait, Choice | Switch) else 1)


@on_every_widget
def test_the_page_sets_what_python_sets(row: Row) -> None:
    """A message with every argument that has a plain value, all at once."""
    other = row.make()
    name, value = row.also
    setattr(other, name, eval(value, {"w": other}))
    shown = row.make()
    plain = {key: value for key, value in other.get_state().items() if key in other._arguments}
    shown.set_state(plain)
    assert shown.get_state(list(plain)) == plain
    assert repr(shown) == repr(other)


@on_every_widget
def test_signature_and_docstring_name_the_same_arguments(row: Row) -> None:
    section = re.search(r"Args:\n(.*?)\n\n", inspect.getdoc(row.kind), re.DOTALL)[1]
    documented = re.findall(r"^    (\w+):", section, re.MULTILINE)
    assert sorted(documented) == sorted(inspect.signature(row.kind).parameters)


@on_every_widget
def test_an_unknown_or_a_missing_argument_is_named(row: Row) -> None:
    with pytest.raises(TypeError, match="'no_such'"):
        row.make(no_such=1)
    required = [p for p in inspect.signature(row.kind).parameters.values() if p.default is p.empty]
    if required:
        with pytest.raises(TypeError, match=f"'{required[0].name}'"):
            row.kind()
