"""Time and memory: how the book measures them, and the measurements that it keeps.

A time depends on the machine and on what else it does. So the book compares only times of one run,
taken in turn, and states only what was measured on a quiet machine and stored with its name and
date (``make bench``). Memory is counted, tensor by tensor, and is the same everywhere.
"""

import json
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from attention._checks import check_count

Work = Callable[[], object]


def time_in_turn(
    candidates: Mapping[str, Work], *, rounds: int = 5, at_least: float = 0.005
) -> dict[str, list[float]]:
    """Time several functions side by side.

    They take turns, so that a machine that is busy for a while slows all of them and not one. Each
    is called once before, to warm up; what is quick is then repeated in each turn.

    Args:
        candidates: For each name, what to call.
        rounds: Number of turns of each.
        at_least: Shortest turn, in seconds: a shorter call is repeated until the turn is as long.

    Returns:
        For each name the seconds of one call, averaged within each turn: ``rounds`` numbers, of
        which the least is the least disturbed.

    Raises:
        TypeError: If ``rounds`` is not a whole number.
        ValueError: If it is below 1, or there is nothing to time.
    """
    check_count("rounds", rounds)
    if not candidates:
        raise ValueError("candidates should name at least one function, but was empty")
    repeats = {}
    for name, work in candidates.items():
        work()  # warms up
        repeats[name] = max(1, round(at_least / max(_seconds(work, 1), 1e-9)))
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, work in candidates.items():
            taken[name].append(_seconds(work, repeats[name]))
    return taken


def _seconds(work: Work, repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - start) / repeats


def peak_bytes(work: Work) -> int:
    """The most memory that tensors made by a function take at one time, in bytes.

    Every operation of PyTorch is watched, in the forward and in the backward pass: what it returns
    in new memory counts until that memory is freed. Tensors that were there before do not count,
    nor does what one kernel uses while it runs. The count is exact, and the same on every machine.

    Args:
        work: What to call. What it returns counts while it runs.
    """
    with _Watch() as watch:
        work()
    return watch.peak


class _Watch(TorchDispatchMode):
    """Adds up the memory of the tensors that are made while it watches, and are alive."""

    def __init__(self) -> None:
        super().__init__()
        self.peak = 0
        self._alive = 0
        self._known: set[int] = set()  # addresses of live storages, ours or from before

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        for tensor in _tensors((args, kwargs)):
            self._note(tensor, counts=False)
        result = func(*args, **kwargs)
        for tensor in _tensors(result):
            self._note(tensor, counts=True)
        return result

    def _note(self, tensor: Tensor, *, counts: bool) -> None:
        storage = tensor.untyped_storage()
        address = storage._cdata
        if address in self._known:
            return
        n_bytes = storage.nbytes() if counts else 0
        self._known.add(address)
        self._alive += n_bytes
        self.peak = max(self.peak, self._alive)
        weakref.finalize(storage, self._forget, address, n_bytes)

    def _forget(self, address: int, n_bytes: int) -> None:
        self._known.discard(address)
        self._alive -= n_bytes


def _tensors(tree: Any) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]


def fitted_slope(lengths: Sequence[float], values: Sequence[float]) -> float:
    """The exponent p of the power law value = c * length ** p that fits best.

    Least squares between the logarithms: a straight line in a plot whose axes are both logarithmic.

    Args:
        lengths: At least two different positive numbers.
        values: As many positive numbers.

    Raises:
        ValueError: If they are not as many, or not positive, or all lengths are the same.
    """
    if len(lengths) != len(values):
        raise ValueError(
            f"values should be as many as lengths, {len(lengths)}, but were {len(values)}"
        )
    for name, numbers in (("lengths", lengths), ("values", values)):
        if not all(number > 0 for number in numbers):
            raise ValueError(f"{name} should be positive, but were {list(numbers)}")
    if len(set(lengths)) < 2:
        raise ValueError(f"lengths should be at least two different ones, but were {list(lengths)}")
    return float(np.polyfit(np.log(lengths), np.log(values), deg=1)[0])


def measurements() -> dict[str, Any]:
    """What ``make bench`` measured last, on a quiet machine, and stored in this repository.

    Returns:
        ``date``, ``machine`` and ``versions`` say when, where and of what. ``results`` is a list of
        dicts: ``case`` (what was asked of all), ``name`` (who did it), ``n`` (length, or size of
        the context), ``seconds`` (one per turn), and where it was taken ``peak_bytes`` (of the
        process: memory in use at its peak above what was in use before), and where it was taken
        later than the others ``date``, with those ``versions`` that were others by then.
    """
    stored = files("attention.experiments").joinpath("benchmarks.json")
    found: dict[str, Any] = json.loads(stored.read_text(encoding="utf-8"))
    return found


def best_seconds(results: Sequence[Mapping[str, Any]], case: str, name: str) -> dict[int, float]:
    """The shortest turn at each length, of those in ``measurements()["results"]``.

    Raises:
        ValueError: If nobody of that name was measured in that case.
    """
    found = {row["n"]: min(row["seconds"]) for row in _rows(results, case, name)}
    return dict(sorted(found.items()))


def peak_memory(results: Sequence[Mapping[str, Any]], case: str, name: str) -> dict[int, int]:
    """The peak memory at each length, in bytes, of those in ``measurements()["results"]``.

    Raises:
        ValueError: If nobody of that name was measured in that case.
    """
    rows = _rows(results, case, name)
    return dict(sorted((row["n"], row["peak_bytes"]) for row in rows if "peak_bytes" in row))


def _rows(results: Sequence[Mapping[str, Any]], case: str, name: str) -> list[Mapping[str, Any]]:
    rows = [row for row in results if row["case"] == case and row["name"] == name]
    if not rows:
        known = sorted({(row["case"], row["name"]) for row in results})
        raise ValueError(f"case and name should be one of {known}, but were {case!r} and {name!r}")
    return rows
