"""The stored attention of SmolLM2 over the sentence of chapter 9: what the model says, rounded."""

import pytest
import torch
from read_smollm2 import read

from attention import GPT
from attention.models.gpt.load_gguf import gguf_tokenizer, smollm2_path
from attention.trained.smollm2 import LEVELS, SENTENCE, WEIGHTS, smollm2_example

pytestmark = pytest.mark.xdist_group("smollm2")  # one process, so that it is loaded once


@pytest.mark.slow
def test_the_stored_weights_are_the_model_s_within_half_a_step() -> None:
    example = smollm2_example()
    model, tokenizer = GPT.from_pretrained(smollm2_path()), gguf_tokenizer(smollm2_path())
    ids = tokenizer.encode(SENTENCE).ids
    assert [tokenizer.decode([token]) for token in ids] == example["tokens"]
    with torch.no_grad():
        weights = torch.cat(model.attention_weights(torch.tensor([ids])))  # (L, H, T, T)
    assert example["weights"].shape == weights.shape == (30, 9, 17, 17)
    # Half a step, and what the model's float32 sums give on another processor.
    assert (example["weights"] - weights).abs().max() <= 0.5 / LEVELS + 1e-4
    tokens, levels = read(model, SENTENCE)
    assert tokens == example["tokens"]
    assert (levels.int() - (example["weights"] * LEVELS).round().int()).abs().max() <= 1


def test_the_sentence_repeats_and_the_weights_are_causal_rows_with_sum_one() -> None:
    tokens, weights, _ = smollm2_example().values()
    assert "".join(tokens) == SENTENCE
    assert tokens[1:4] == tokens[14:17] == [" K", "ov", "acs"]
    assert torch.equal(weights, weights.tril())
    assert (weights.sum(dim=-1) - 1).abs().max() < 17 * 0.5 / LEVELS
    assert WEIGHTS.stat().st_size < 100_000
