"""How long each chapter is: `python book/lengths.py`, after `make book`.

Of the core path its words, visible lines of code and asserts, what there is to see, to move and to
answer, and its minutes; then the minutes of the deeper sections, of the exercises, and of those
that go further. The last line adds up the short way. A chapter of the second edition is held to
bounds for these (`tests/site/test_contract.py`).
"""

import sys
from pathlib import Path

import yaml
from extension.measure import page_of

ROOT = Path(__file__).resolve().parents[1]
DOCTREES = ROOT / "_build" / ".doctrees"


def short_way() -> list[str]:
    """The pages that `_config.yml` lists as the short way."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    return list(config["sphinx"]["config"]["book_short_way"])


def main() -> int:
    """Print what each chapter has, and its minutes."""
    print(f"{'core path of':34}{'words':>6}{'code':>6}{'assert':>7}{'see':>5}{'move':>5}{'ask':>4}"
          f"{'min':>5}  deeper exercises further")  # fmt: skip
    for path in sorted(DOCTREES.glob("chapters/*.doctree")):
        page = page_of(DOCTREES, f"chapters/{path.stem}")
        core, more = page.core, sum(part.minutes for part in page.deeper.values())
        print(f"{path.stem:34}{core.words:6}{core.code:6}{core.asserts:7}{core.figures:5}"
              f"{core.widgets:5}{core.boxes:4}{core.minutes:5.0f}{more:8.0f}"
              f"{page.exercises.minutes:10.0f}{page.further.minutes:8.0f}")  # fmt: skip
    way = [page_of(DOCTREES, name) for name in short_way()]
    read = sum(page.core.minutes for page in way)
    tried = read + sum(page.exercises.minutes for page in way)
    print(f"the short way: {read:.0f} minutes to read, {tried:.0f} with its exercises")
    return 0


if __name__ == "__main__":
    sys.exit(main())
