"""How long each chapter is: `python book/lengths.py`, after `make book`.

Of the core path its words, visible lines of code and asserts, what there is to see, to move and to
answer, and its minutes; then the minutes of the deeper sections and of the exercises. A chapter of
the second edition is held to bounds for these (`tests/site/test_contract.py`).
"""

import sys
from pathlib import Path

from extension.measure import page_of

DOCTREES = Path(__file__).resolve().parents[1] / "_build" / ".doctrees"


def main() -> int:
    """Print what each chapter has, and its minutes."""
    print(f"{'core path of':34}{'words':>6}{'code':>6}{'assert':>7}{'see':>5}{'move':>5}{'ask':>4}"
          f"{'min':>5}  deeper exercises")  # fmt: skip
    for path in sorted(DOCTREES.glob("chapters/*.doctree")):
        page = page_of(DOCTREES, f"chapters/{path.stem}")
        core, more = page.core, sum(part.minutes for part in page.deeper.values())
        print(f"{path.stem:34}{core.words:6}{core.code:6}{core.asserts:7}{core.figures:5}"
              f"{core.widgets:5}{core.boxes:4}{core.minutes:5.0f}{more:8.0f}"
              f"{page.exercise_minutes:10.0f}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
