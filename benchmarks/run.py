"""Time and memory of this book's attention beside its peers, in one run: ``make bench``.

All contenders of a case work on the same shapes and take turns, so that only ratios of one run are
compared. Memory is the growth of a fresh process. Everything goes into
``attention/experiments/benchmarks.json``, with date, machine and versions: the chapters show it
from there. Nothing else should run on the machine. ``--check`` prints the ratios that the project
promises from the stored file, and fails where one is not kept.
"""

import argparse
import datetime
import gc
import json
import multiprocessing
import os
import platform
import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import peers
import psutil
import torch
from report import draw, print_ratios, unkept
from tqdm import tqdm

from attention.experiments.measure import time_in_turn

STORED = Path(__file__).parent.parent / "attention" / "experiments" / "benchmarks.json"
PICTURES = STORED.parents[2] / "_build" / "bench"
VERSIONS = ("torch", "transformers", "local-attention", "numpy")
N_THREADS = 2


@dataclass(frozen=True)
class Case:
    """What is asked of all contenders, at which lengths, and whether their memory is taken, too."""

    name: str
    contenders: Callable[[int], peers.Contenders]
    lengths: tuple[int, ...]
    memory: bool = False
    n_threads: int = N_THREADS


LONG = (256, 512, 1024, 2048, 4096, 8192, 16_384)
CASES = [
    Case("attention, forward", peers.attention_forward, LONG, memory=True),
    Case("attention, forward and backward", peers.attention_backward, LONG[:-1], memory=True),
    Case("layer, forward", peers.layer_forward, (256, 512, 1024, 2048)),
    Case("layer, forward and backward", peers.layer_backward, (256, 512, 1024, 2048)),
    Case("decoding step of a layer", peers.decode, LONG),
    Case("decoding step, attention alone", peers.attention_decode, LONG),
    Case("decoding step of latent attention", peers.latent_decode, (256, 1024, 4096)),
    Case("GPT-2, a pass", peers.read_and_write, (128, 512)),
    Case("recurrence, width 128", peers.recurrence, (16, 64, 256, 1024, 4096), n_threads=1),
]


def measure(case: Case, n: int, rounds: int, later: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One row for each contender of a case at one length, with what ``later`` says of the run."""
    torch.set_num_threads(case.n_threads)
    torch.manual_seed(0)
    seconds = time_in_turn(case.contenders(n), rounds=rounds)
    gc.collect()
    for name, taken in seconds.items():
        row = {
            "case": case.name,
            "name": name,
            "n": n,
            "seconds": [float(f"{s:.4g}") for s in taken],
            **later,
        }
        if case.memory:
            row["peak_bytes"] = _in_a_fresh_process(case, name, n)
        yield row


def _in_a_fresh_process(case: Case, name: str, n: int) -> int:
    reader, writer = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_peak_of_process, args=(case, name, n, writer))
    process.start()
    writer.close()
    try:
        return int(reader.recv())
    finally:
        process.join()


def _peak_of_process(case: Case, name: str, n: int, writer: Any) -> None:
    """Send by how much this process's memory has grown at its peak."""
    torch.set_num_threads(case.n_threads)
    case.contenders(64)[name]()  # loads the kernels
    work = case.contenders(n)[name]
    before = psutil.Process().memory_info().rss
    work()
    unit = 1 if platform.system() == "Darwin" else 1024
    writer.send(max(0, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit - before))


def kept(measured: list[Case]) -> list[dict[str, Any]]:
    """The stored rows of all other cases, which must come from this machine."""
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    if (there := stored["machine"]) != (here := machine()):
        raise SystemExit(f"measure all cases: the stored ones are from {there}, this is {here}")
    names = {case.name for case in measured}
    return [row for row in stored["results"] if row["case"] not in names]


def label(first: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """What a row of a later run than the first says of its own: its date, and other versions."""
    said = {} if now["date"] == first["date"] else {"date": now["date"]}
    other = {name: v for name, v in now["versions"].items() if first["versions"].get(name) != v}
    return said | ({"versions": other} if other else {})


def store(results: list[dict[str, Any]], run: dict[str, Any]) -> None:
    """Write the results, a row a line, with the run's date and versions, and the machine."""
    order = [case.name for case in CASES]
    results.sort(key=lambda row: order.index(row["case"]))
    found = {"date": run["date"], "machine": machine(), "versions": run["versions"]}
    rows = ",\n".join(json.dumps(row) for row in results)
    head = json.dumps(found, indent=1).removesuffix("\n}")
    STORED.write_text(f'{head},\n "results": [\n{rows}\n]\n}}\n', encoding="utf-8")


def machine() -> dict[str, Any]:
    """What ran it, in words."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


# Importing takes longer than the work: one process imports, and a fork of it does each piece.
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["attention", "local_attention", "matplotlib.pyplot", *peers.MODELS])


def main() -> None:
    """Measure, store, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only look at what is stored")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contender")
    parser.add_argument("--only", default="", help="measure anew what has this in its name")
    options = parser.parse_args()
    if not options.check:
        chosen = [case for case in CASES if options.only in case.name]
        if not chosen:
            parser.error(f"--only should be part of one of {[case.name for case in CASES]}")
        versions = {package: version(package) for package in VERSIONS}
        now = {"date": datetime.date.today().isoformat(), "versions": versions}
        is_whole = len(chosen) == len(CASES)
        results = [] if is_whole else kept(chosen)
        first = now if is_whole else json.loads(STORED.read_text(encoding="utf-8"))
        later = label(first, now)
        stints = [(case, n) for case in chosen for n in case.lengths]
        for case, n in (bar := tqdm(stints)):
            bar.set_description(f"{case.name}, n = {n:,}")
            results += measure(case, n, options.rounds, later)
            store(results, first)  # what was measured is kept, should it be interrupted
    found = json.loads(STORED.read_text(encoding="utf-8"))
    print_ratios(found)
    print("\nfigures:", *draw(found, PICTURES), sep="\n  ")
    if broken := unkept(found):
        raise SystemExit("not kept: " + "; ".join(broken))


if __name__ == "__main__":
    main()
