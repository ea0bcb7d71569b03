"""The reference lists what the package offers."""

import re

import pytest
from notebooks import CHAPTERS

import attention
from attention import widgets

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


@pytest.mark.parametrize("name", widgets.__all__)
def test_a_property_is_described_without_a_colon_in_its_first_line(name):
    """Napoleon reads what stands before it as a type, and a reference to it ends the build."""
    found = {
        m: v.__doc__ for m, v in vars(getattr(widgets, name)).items() if isinstance(v, property)
    }
    first = {m: (text or "").strip().partition("\n\n")[0] for m, text in found.items()}
    assert [m for m, text in first.items() if ":" in re.sub(r":\w+:`", "", text)] == []
