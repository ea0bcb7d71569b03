"""Where the book teaches what: every part of the picture has a chapter, and the chapter exists."""

from pathlib import Path

from attention.teaching.story import TAUGHT_IN
from attention.widgets.attention_picture.parts import NAMES

BOOK = Path(__file__).parents[3]


def test_every_part_is_taught_in_a_chapter_that_exists() -> None:
    assert list(TAUGHT_IN) == NAMES
    for path in TAUGHT_IN.values():
        assert (BOOK / f"{path}.ipynb").is_file(), path
