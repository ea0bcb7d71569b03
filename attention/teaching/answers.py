"""Right answers to the questions in the text, recorded by the cells that computed them."""

import json
import math
import re
from collections.abc import Sequence
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import publish_display_data

RECORD = "application/papermill.record/"  # of a type that no notebook shows, as myst-nb's `glue`
DIGITS = 4  # that hold on another processor
NOISE = 1e-6  # of a number's size: what float32 may have added to it
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

Answer = str | int | float | list[str]


def answer(name: str, value: Any, *, within: float = 0.0, instead: Sequence[Any] = ()) -> None:
    """Record the right answer to a ``predict`` or ``check`` box; the notebook shows nothing.

    The kind of the box follows from ``value``: a string is one of its options, a number is typed
    into a field, and a list of strings is put in order::

        answer("qkv-fog", mornings[weights.argmax()])
        answer("qkv-paper", context, within=0.05, instead=[largest_alone, plain_mean])
        answer("qkv-lines", ["scores = q @ k.mT", "weights = scores.softmax(-1)"])

    Whole numbers and texts are recorded as they are, other numbers with four digits, so that
    another processor records the same.

    Args:
        name: The box's ``:name:``.
        value: The right answer, computed and not typed: a string, a number (also as a tensor with
            one element), or the lines in their right order.
        within: How far from ``value`` a number may be and be right.
        instead: The numbers that typical mistakes lead to, one for each "If you got" line of the
            box, in the same order.

    Raises:
        TypeError: If an argument has the wrong type.
        ValueError: If the name is no name for a box, if the value is no answer (empty, infinite,
            lines that repeat), if ``within`` is less than what recording rounds off, or if one of
            ``instead`` would count as right or occurs twice.
    """
    if not (isinstance(name, str) and NAME.fullmatch(name)):
        raise ValueError(f"name should be small letters, digits and hyphens, but was {name!r}")
    recorded = {"name": name, **record(name, value, within, instead)}
    if get_ipython() is not None:  # type: ignore[no-untyped-call]  # a script has nowhere to put it
        publish_display_data(
            {RECORD + "text/plain": json.dumps(recorded, ensure_ascii=False)},
            {"scrapbook": {"name": name, "mime_prefix": RECORD}},
        )


def record(name: str, value: Any, within: float, instead: Sequence[Any]) -> dict[str, Any]:
    """What is recorded of an answer: ``kind``, ``value``, and for a number the rest."""
    value = _plain(value)
    if isinstance(value, str | list | tuple) and (within or len(instead)):
        raise ValueError(f"within and instead of {name!r} should be left out: it is no number")
    if isinstance(value, str):
        if not value.strip():
            raise ValueError(f"value of {name!r} should be the text of an option, but was empty")
        return {"kind": "choice", "value": value}
    if isinstance(value, list | tuple):
        lines = list(value)
        if not all(isinstance(line, str) and line.strip() for line in lines):
            raise TypeError(f"value of {name!r} should be a list of lines, but was {value!r}")
        if len(lines) < 2 or len(set(lines)) < len(lines):
            raise ValueError(
                f"value of {name!r} should be two or more different lines, but was {lines!r}"
            )
        return {"kind": "order", "value": lines}
    right = _number(f"value of {name!r}", value)
    room = _number(f"within of {name!r}", within)
    if room < 0:
        raise ValueError(f"within of {name!r} should be 0 or more, but was {within!r}")
    lost = abs(right - value)
    if lost > max(room, NOISE * abs(value)):
        raise ValueError(
            f"within of {name!r} should be at least {lost:.1g}, but was {within!r}: "
            f"{value!r} is recorded as {right!r}"
        )
    wrong = [_number(f"instead of {name!r}", number) for number in map(_plain, instead)]
    for number in wrong:
        if abs(number - right) <= room:
            raise ValueError(f"instead of {name!r} should be wrong, but {number!r} counts as right")
    for number in wrong:
        if sum(abs(number - other) <= room for other in wrong) > 1:
            raise ValueError(
                f"instead of {name!r} should be {room!r} apart, but was {wrong!r}"
                if room
                else f"instead of {name!r} should be different numbers, but was {wrong!r}"
            )
    return {"kind": "number", "value": right, "within": room, "instead": wrong}


def _plain(value: Any) -> Any:
    """A tensor or array of one element as a Python number; anything else as it is."""
    if hasattr(value, "item") and getattr(value, "shape", None) in ((), (1,)):
        return value.item()
    return value


def _number(what: str, value: Any) -> int | float:
    """A number as it is recorded."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{what} should be a number, but was {value!r}")
    if not math.isfinite(value):
        raise ValueError(f"{what} should be finite, but was {value!r}")
    return value if isinstance(value, int) else float(f"{value:.{DIGITS}g}")
