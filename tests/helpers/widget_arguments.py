"""That a widget refuses a wrong value, at the beginning and later, and is then what it was."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from traitlets import TraitError

from attention.widgets.base.widget import BookWidget


def trait_of(kind: type[BookWidget], argument: str) -> str:
    """The name of the trait that holds an argument."""
    names = {trait.argument: name for name, trait in kind._arguments.items()}
    return names[argument]


def state_of(shown: BookWidget) -> dict[str, Any]:
    """All of a widget's arguments, as they are."""
    return {name: getattr(shown, name) for name in shown._arguments}


def same(one: Any, other: Any) -> bool:
    """Whether two values of a trait are the same, tensors and lists of them, too."""
    if isinstance(one, torch.Tensor):
        return isinstance(other, torch.Tensor) and torch.equal(one, other)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def refuses(
    make: Callable[..., BookWidget],
    argument: str,
    value: object,
    message: str,
    shown: BookWidget | None = None,
) -> None:
    """Hold the error to the pattern when the value is given, and when it is set later.

    Args:
        make: Builds the widget.
        argument: The argument's name.
        value: A wrong value of it.
        message: A pattern of what the error says.
        shown: The widget of which it is set later; a new one when not given.
    """
    with pytest.raises(ValueError, match=message):
        make(**{argument: value})
    refuses_later(shown or make(), argument, value, message)


def refuses_later(shown: BookWidget, argument: str, value: object, message: str) -> None:
    """Set a wrong value: the error names what was set, and not a trait has changed."""
    before = state_of(shown)
    with pytest.raises(TraitError, match=message) as caught:
        setattr(shown, trait_of(type(shown), argument), value)
    assert str(caught.value).startswith(argument), caught.value
    after = state_of(shown)
    assert [name for name in before if not same(before[name], after[name])] == []
