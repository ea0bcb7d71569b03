"""The book's own GPT: what is stored is what the log says, and its recipe repeats."""

import math
import re

import pytest
import torch

from attention.data.text import plays, shakespeare
from attention.models.gpt.config import GPTConfig
from attention.trained.small_gpt import (
    HELD_OUT,
    SMALL_GPT,
    TOKENIZER,
    WEIGHTS,
    held_out_ids,
    held_out_loss,
    language_loss,
    small_tokenizer,
    train_small_gpt,
    trained_small_gpt,
    training_ids,
)

LOG = WEIGHTS.with_suffix(".log")


def logged(pattern: str) -> float:
    found = re.search(pattern, LOG.read_text(encoding="utf-8"))
    assert found, pattern
    return float(found[1])


def test_the_stored_model_has_the_loss_that_the_log_states():
    stated = logged(rf"loss on {HELD_OUT}: (\S+) nats a token")
    assert held_out_loss(trained_small_gpt()) == pytest.approx(stated, abs=2e-3)
    assert stated < math.log(SMALL_GPT.n_tokens) - 3, "far better than a guess among all tokens"


def test_the_log_counts_what_there_is():
    parameters = sum(p.numel() for p in trained_small_gpt().parameters())
    assert logged(r"(\d+) parameters, seed 0") == parameters
    assert logged(r"^(\d+) tokens of") == len(training_ids())
    assert logged(r"tokens of (\d+) plays") == len(plays()) - 1


def test_weights_are_half_precision_small_and_tied():
    assert WEIGHTS.stat().st_size <= 2_000_000
    model = trained_small_gpt()
    assert not model.training
    assert model.readout.weight is model.embedding.weight
    for name, parameter in model.named_parameters():
        assert parameter.dtype == torch.float32
        assert torch.equal(parameter, parameter.half().float()), name


def test_the_model_goes_on_in_the_plays_manner():
    ids = torch.tensor([small_tokenizer().encode("My lord, I").ids])
    written = trained_small_gpt().generate(ids, 40, temperature=0.0)[0].tolist()
    words = set(re.findall(r"[a-z]+", shakespeare("hamlet").lower()))
    new = re.findall(r"[a-z]+", small_tokenizer().decode(written).lower())[3:-1]
    assert len(new) > 10
    assert sum(word in words for word in new) / len(new) > 0.8


@pytest.mark.parametrize(
    "text",
    ["", "To be, or not to be", "  two\n\tlines ", "é 😀 日本 \u202e \x00\x7f", "<b>&amp;</b>\r\n"],
)
def test_any_text_comes_back_from_its_tokens(text: str):
    ids = small_tokenizer().encode(text).ids
    assert small_tokenizer().decode(ids) == text
    assert all(0 <= token < SMALL_GPT.n_tokens for token in ids)


def test_the_tokenizer_has_all_bytes_and_joins_what_is_frequent():
    tokenizer = small_tokenizer()
    assert tokenizer.get_vocab_size() == SMALL_GPT.n_tokens
    assert len(tokenizer.encode(" the").ids) == 1
    assert len(tokenizer.encode("\u2603").ids) == 3, "a snowman is three bytes"
    assert TOKENIZER.stat().st_size < 100_000


def test_the_play_that_is_held_out_is_not_trained_on():
    line = small_tokenizer().encode("Is this a dagger which I see before me").ids
    assert _holds(held_out_ids(), line)
    assert not _holds(training_ids(), line)


def _holds(ids: torch.Tensor, part: list[int]) -> bool:
    windows = ids.unfold(0, len(part), 1)
    return bool((windows == torch.tensor(part)).all(dim=1).any())


def test_training_is_the_same_for_the_same_seed_and_another_for_another():
    small = GPTConfig(n_tokens=SMALL_GPT.n_tokens, max_len=8, d_model=8, n_layers=1, n_heads=2)
    ids = held_out_ids()
    before = torch.random.get_rng_state()
    (first, losses), (second, again) = (
        train_small_gpt(2, seed=3, config=small, ids=ids) for _ in range(2)
    )
    assert losses == again
    assert len(losses) == 2
    pairs = zip(first.parameters(), second.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    assert train_small_gpt(2, seed=4, config=small, ids=ids)[1] != losses
    assert torch.equal(torch.random.get_rng_state(), before), "no other draw is touched"
    assert losses[0] == pytest.approx(math.log(SMALL_GPT.n_tokens), abs=0.1)


def test_the_loss_is_that_of_each_next_token():
    model = trained_small_gpt()
    ids = held_out_ids()[:40].reshape(2, 20)
    with torch.no_grad():
        logits = model(ids)
        places = [(row, t) for row in range(2) for t in range(19)]
        chances = [logits[row, t].log_softmax(dim=-1)[ids[row, t + 1]] for row, t in places]
        expected = -sum(chances) / len(places)
        torch.testing.assert_close(language_loss(model, ids), expected)


def test_no_step_is_an_error():
    with pytest.raises(ValueError, match="steps"):
        train_small_gpt(0)
