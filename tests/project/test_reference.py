"""The reference lists what the package offers."""

import re

import pytest
from notebooks import CHAPTERS

import attention

LISTED = re.findall(
    r"^\.\. auto\w+:: (\S+)$",
    (CHAPTERS / "reference.md").read_text(encoding="utf-8"),
    flags=re.MULTILINE,
)


@pytest.mark.parametrize("name", attention.__all__)
def test_a_public_name_stands_in_the_reference(name):
    assert name in LISTED, f"chapters/reference.md should have it: .. autofunction:: {name}"


def test_nothing_stands_there_twice():
    assert len(set(LISTED)) == len(LISTED)
