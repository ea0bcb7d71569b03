"""What is wrong with a tensor is said, and what would be right is not."""

import re

import pytest
import torch

from attention.functional.masks import causal_mask
from attention.teaching.mistakes import direction, mistake

ROOM = 1e-5
G = torch.Generator().manual_seed(0)
SCORES = 3 * torch.randn(2, 5, 5, generator=G)
MASK = causal_mask(5)
WEIGHTS = SCORES.softmax(-1)
HIDDEN = SCORES.masked_fill(~MASK, -torch.inf)
VALUES = torch.randn(5, 3, generator=G)


@pytest.mark.parametrize(
    ("got", "wanted", "hint"),
    [
        (~MASK, MASK, "True and False are exchanged"),
        (SCORES.softmax(-1), HIDDEN.softmax(-1), "look at the mask"),
        (SCORES, HIDDEN, "look at the mask"),
        (SCORES.softmax(-1) * MASK, HIDDEN.softmax(-1), "each row should sum to 1"),
        (SCORES.softmax(-2), WEIGHTS, "another axis does: look at the axis"),
        ((SCORES / 2).softmax(-1), WEIGHTS, "each row is too flat: look at the scale"),
        ((SCORES * 2).softmax(-1), WEIGHTS, "each row is too sharp: look at the scale"),
        (SCORES.mT, SCORES, "rows and columns are exchanged"),
        (SCORES * 2, SCORES, "off by the same factor: look at the scale"),
        (SCORES + 2, SCORES, "off by the same amount"),
        (HIDDEN.masked_fill(~MASK[0], torch.nan), HIDDEN, "some are not numbers at all"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_typical_mistake_is_named(got, wanted, hint):
    assert mistake(got, wanted, ROOM).endswith(hint)


@pytest.mark.parametrize(
    ("got", "wanted", "said"),
    [
        (WEIGHTS[0], WEIGHTS, "should have shape (2, 5, 5), but had (5, 5)"),
        (WEIGHTS.double(), WEIGHTS, "should have dtype torch.float32, but had torch.float64"),
        (
            torch.tensor([1.0, 7.0, 3.0]),
            torch.tensor([1.0, 2.0, 3.0]),
            "1 of 3 numbers wrong, the first at [1]: yours is 7",
        ),
        (torch.tensor(7.0), torch.tensor(2.0), "7 is wrong: too large"),
        (torch.tensor([0.123456]), torch.tensor([2.0]), "0.1235 is wrong: too small"),
        (
            torch.tensor([4, 4]),
            torch.tensor([4, 5]),
            "1 of 2 numbers wrong, the first at [1]: yours is 4",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(got, wanted, said):
    assert mistake(got, wanted, ROOM) == said


def test_what_agrees_has_no_mistake():
    for tensor in (SCORES, HIDDEN, MASK, torch.arange(3), torch.ones(0, 3)):
        assert mistake(tensor.clone(), tensor, ROOM) == ""
    assert mistake(SCORES + 0.9 * ROOM, SCORES, ROOM) == ""
    assert mistake(SCORES.requires_grad_(), SCORES, ROOM) == ""


def test_a_mixed_up_result_gets_no_hint_that_would_mislead():
    shuffled = VALUES[[1, 0, 2, 3, 4]]
    assert re.fullmatch(
        r"6 of 15 numbers wrong, the first at .*: yours is -?[\d.]+",
        mistake(shuffled, VALUES, ROOM),
    )
    zeros = torch.eye(3)[:2] * 3  # zeros that nobody hid
    assert "mask" not in mistake(zeros + torch.rand(2, 3), zeros, ROOM)


def test_the_right_numbers_are_never_said():
    wanted = torch.tensor([[0.3125, 0.6875], [0.4375, 0.5625]])
    for got in (wanted.mT, wanted * 3, wanted + 1, torch.zeros(2, 2), wanted.flip(-1)[:, :1]):
        said = mistake(got, wanted, ROOM)
        known = {f"{number:.4g}" for number in got.flatten().tolist()}
        shown = set(re.findall(r"\d\.\d+", said))
        assert shown <= known, said


def test_a_direction_leads_towards_the_right_number():
    assert direction(3, 2) == "too large"
    assert direction(1.0, 2.0) == "too small"
