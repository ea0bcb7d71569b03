"""Exercises that grade themselves."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor


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
        Whether every case agrees. The first one that does not is printed.
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
            print(f"not yet: {name}({', '.join(map(_show, arguments))})\n  {problem}")
            return False
    print(f"correct: {name} agrees in all {len(cases)} cases")
    return True


def _room(wanted: Tensor | float) -> float:
    """How far from ``wanted`` an answer may be that differs by roundings alone."""
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
        return "returned None: the function is still to be written"
    if isinstance(wanted, tuple):
        if not isinstance(got, tuple) or len(got) != len(wanted):
            return f"should return {len(wanted)} values, but returned {_show(got)}"
        found = (_difference(g, w, tolerance) for g, w in zip(got, wanted, strict=True))
        return next((problem for problem in found if problem), "")
    if isinstance(wanted, Tensor):
        if not isinstance(got, Tensor):
            return f"should return a tensor, but returned {_show(got)}"
        if got.shape != wanted.shape:
            return f"should have shape {tuple(wanted.shape)}, but had {tuple(got.shape)}"
        if got.dtype != wanted.dtype:
            return f"should have dtype {wanted.dtype}, but had {got.dtype}"
        room = _room(wanted) if tolerance is None else tolerance
        if not torch.allclose(got.double(), wanted.double(), rtol=0, atol=room):
            return f"should be {_show(wanted)}, but was {_show(got)}"
        return ""
    try:
        if isinstance(wanted, float):
            right = bool(abs(got - wanted) <= (_room(wanted) if tolerance is None else tolerance))
        else:
            right = bool(got == wanted)
    except (RuntimeError, TypeError, ValueError):  # a word for a number, many numbers for one
        right = False
    return "" if right else f"should be {_show(wanted)}, but was {_show(got)}"


def _show(value: Any) -> str:
    """A value in few words: small tensors as numbers, large ones by their shape."""
    if not isinstance(value, Tensor):
        return repr(value)
    if value.numel() > 16:
        return f"tensor of shape {tuple(value.shape)}"
    numbers = value.tolist()
    return str(_round(numbers) if value.is_floating_point() else numbers)


def _round(numbers: Any) -> Any:
    """Nested lists of numbers, to three digits."""
    return [_round(n) for n in numbers] if isinstance(numbers, list) else round(numbers, 3)
