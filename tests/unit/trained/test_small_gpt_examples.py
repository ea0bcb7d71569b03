"""What the widgets show of the small GPT is what the model computes."""

import pytest
import torch

from attention.trained.small_gpt import small_tokenizer, trained_small_gpt
from attention.trained.small_gpt_examples import (
    NEXT,
    TEXT,
    next_token_example,
    stream_example,
)
from attention.widgets import NextToken, ResidualStream

CLOSE = {"atol": 2e-3, "rtol": 0, "check_dtype": False}


@torch.no_grad()
def logits_of(text: str) -> torch.Tensor:
    return trained_small_gpt()(torch.tensor([small_tokenizer().encode(text).ids]))[0, -1]


@pytest.mark.parametrize(("text", "right"), [(TEXT, NEXT), ("To be, or not to be: that", " is")])
def test_the_stream_ends_in_the_model_s_own_guess(text: str, right: str) -> None:
    shown = ResidualStream(**stream_example(text, right))
    assert shown.names[:3] == ["embedding", "attention 0", "network 0"]
    assert len(shown.names) == 1 + 2 * 3
    expected = logits_of(text).softmax(dim=-1)
    ids = [small_tokenizer().encode(token).ids for token in shown.candidates]
    one = [i for i, own in enumerate(ids) if len(own) == 1]
    assert len(one) > 5
    torch.testing.assert_close(
        shown.probabilities[-1, one], expected[[ids[i][0] for i in one]], **CLOSE
    )
    best = small_tokenizer().decode([int(expected.argmax())])
    assert shown.candidates[shown.probabilities[-1].argmax()] == best
    assert shown.candidates[shown.right] == right


def test_at_first_the_model_would_say_what_it_has_just_read() -> None:
    """The read-out is the embedding's matrix."""
    shown = ResidualStream(**stream_example())
    first = shown.probabilities[0]
    assert shown.candidates[first.argmax()] == " I"
    assert first.max() > 0.9


def test_after_each_part_the_chances_are_those_of_the_model_cut_there() -> None:
    shown = ResidualStream(**stream_example())
    model = trained_small_gpt()
    with torch.no_grad():
        x = model.embed(torch.tensor([small_tokenizer().encode(TEXT).ids]))
        for n, block in enumerate(model.blocks, start=1):
            x = block(x)
            torch.testing.assert_close(shown.stream[2 * n], x[0, -1], **CLOSE)
            p = model.readout(model.norm(x))[0, -1].softmax(dim=-1)
            torch.testing.assert_close(shown.probabilities[2 * n].max(), p.max(), **CLOSE)


def test_two_tokens_are_no_next_token() -> None:
    with pytest.raises(ValueError, match="right should be one token, but ' damned' is 4"):
        stream_example(right=" damned")


def test_the_next_token_s_chances_are_the_model_s() -> None:
    shown = NextToken(**next_token_example(shown=7))
    expected, order = logits_of(TEXT).softmax(dim=-1).sort(descending=True)
    torch.testing.assert_close(shown.probabilities, expected, **CLOSE)
    assert shown.tokens == [small_tokenizer().decode([i]) for i in order[:7].tolist()]
    assert shown.text == TEXT
