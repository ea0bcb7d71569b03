"""Exercises that grade themselves."""

import textwrap
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

import torch
from torch import Tensor

from attention.teaching.mistakes import direction, mistake

WIDTH = 72  # letters a line, as for code on a page
UNBROKEN = "\N{NO-BREAK SPACE}"


def grade(
    answer: Callable[..., Any],
    reference: Callable[..., Any],
    cases: Sequence[tuple[Any, ...]],
    *,
    tolerance: float | None = None,
) -> bool:
    """Compare the reader's function with a reference, case by case, and say what was found.

    Args:
        answer: The reader's function. Left unwritten (it returns ``None``) it is "not yet" right.
            A chapter's own solution is called ``..._solution``, so that the reader's function is
            still there after it; what is printed is the exercise's name.
        reference: A function that is known to be right.
        cases: The arguments of each call.
        tolerance: How far numbers may be apart. When not given it follows from the right answer, as
            a hundred roundings of its dtype at its largest number (of float32 for a Python number,
            which may have been taken out of a tensor): another processor, or another order of the
            same sums, is no mistake.

    Returns:
        Whether every case agrees. Of the first one that does not, the call is printed and what is
        wrong with its result: the right one is for the reader to find.
    """
    name = answer.__name__.removesuffix("_solution")
    for arguments in cases:
        wanted = reference(*arguments)
        try:
            got = answer(*arguments)
        except Exception as error:  # whatever the reader's code does, the notebook goes on
            got = error
        problem = _difference(got, wanted, tolerance)
        if problem:
            print(_lines(f"not yet: {name}({', '.join(map(_whole, arguments))})", "    "))
            print(_lines(f"  {problem}", "  "))
            return False
    print(f"correct: {name} agrees in all {len(cases)} cases")
    return True


def _room(wanted: Any) -> float:
    """How far from ``wanted`` an answer may be that differs by roundings alone."""
    if not isinstance(wanted, Tensor | float):
        return 0.0
    numbers = torch.as_tensor(wanted).detach()
    if not numbers.is_floating_point():
        return 0.0
    dtype = numbers.dtype if isinstance(wanted, Tensor) else torch.float32
    rounding = torch.finfo(dtype).eps
    finite = numbers[numbers.isfinite()].double().abs()
    largest = max(1.0, finite.max().item()) if finite.numel() else 1.0
    return max(100 * rounding, 1e-9) * largest


def _difference(got: Any, wanted: Any, tolerance: float | None) -> str:
    """What is wrong with ``got``, or nothing."""
    if isinstance(got, Exception):
        return f"raised {type(got).__name__}: {got}"
    if got is None:
        return "returned None: still to be written"
    if isinstance(wanted, tuple):
        if not isinstance(got, tuple) or len(got) != len(wanted):
            returned = len(got) if isinstance(got, tuple) else _kind(got)
            return f"should return {len(wanted)} values, but returned {returned}"
        pairs = enumerate(zip(got, wanted, strict=True), 1)
        found = ((i, _difference(g, w, tolerance)) for i, (g, w) in pairs)
        return next((f"value {i} of {len(got)}: {problem}" for i, problem in found if problem), "")
    room = _room(wanted) if tolerance is None else tolerance
    if isinstance(wanted, Tensor):
        if not isinstance(got, Tensor):
            return f"should return a tensor, but returned {_kind(got)}"
        return mistake(got, wanted, room)
    return _of_plain(got, wanted, room)


def _of_plain(got: Any, wanted: Any, room: float) -> str:
    """What is wrong with what is no tensor, or nothing."""
    is_number = _is_number(wanted)
    if isinstance(got, Tensor) and got.numel() == 1:
        got = got.item()
    if is_number and _is_number(got):
        right = got == wanted or abs(got - wanted) <= room
        return "" if right else f"{_show(got)} is wrong: {direction(got, wanted)}"
    if is_number or not isinstance(got, type(wanted)):
        return (
            f"should return {'a number' if is_number else _kind(wanted)}, but returned {_kind(got)}"
        )
    try:
        right = bool(got == wanted)
    except (RuntimeError, ValueError):  # a list in which a tensor or an array stands for a number
        right = False
    return "" if right else f"{_show(got)} is wrong"


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _lines(text: str, indent: str) -> str:
    """The text in lines that a page shows whole."""
    lines = textwrap.fill(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False)
    return lines.replace(UNBROKEN, " ")


def _whole(value: Any) -> str:
    """A value in few words, in one line where there is room for it."""
    shown = _show(value)
    return shown.replace(" ", UNBROKEN) if len(shown) < WIDTH - 8 else shown


def _kind(value: Any) -> str:
    """What sort of thing a value is: "a list"."""
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def _show(value: Any) -> str:
    """A value in few words: small tensors as numbers, large ones by their shape."""
    if not isinstance(value, Tensor):
        return repr(value) if len(repr(value)) <= 200 else f"{repr(value)[:200]} ..."
    if value.numel() > 16:
        return f"tensor of shape {tuple(value.shape)}"
    numbers = value.tolist()
    return str(_round(numbers) if value.is_floating_point() else numbers)


def _round(numbers: Any) -> Any:
    """Nested lists of numbers, to three digits."""
    return [_round(n) for n in numbers] if isinstance(numbers, list) else round(numbers, 3)
