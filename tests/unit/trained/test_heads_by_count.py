"""The trained models are what their log says, and their projections are theirs."""

import re

import pytest
import torch
from train_heads_by_count import HELD_OUT, held_out_loss

from attention import causal_mask, scaled_dot_product_attention
from attention.data.text import gpt2_tokenizer
from attention.trained.heads_by_count import (
    HEAD_CHOICES,
    SENTENCE,
    WEIGHTS,
    trained_example,
    trained_model,
    vocabulary_ids,
)

LOG = WEIGHTS.with_suffix(".log").read_text(encoding="utf-8")


@pytest.mark.parametrize("n_heads", HEAD_CHOICES)
def test_a_model_has_the_loss_that_its_log_states(n_heads):
    stated = float(re.search(rf"^{n_heads} heads: held-out loss (\S+)$", LOG, re.MULTILINE)[1])
    assert held_out_loss(trained_model(n_heads)) == pytest.approx(stated, abs=2e-3)


def test_the_log_names_what_was_held_out():
    assert f"held out: {HELD_OUT}" in LOG


def test_the_sentence_is_gpt2s_tokens_and_all_are_in_the_vocabulary():
    example = trained_example()
    assert "".join(example.tokens) == SENTENCE
    assert len(example.tokens) == len(gpt2_tokenizer().encode(SENTENCE).ids)
    assert (vocabulary_ids(SENTENCE) > 0).all()


def test_a_token_that_no_model_knows_is_any_other_token():
    assert 0 in vocabulary_ids("the electroencephalograph")


@pytest.mark.parametrize("index", range(len(HEAD_CHOICES)))
def test_the_projections_are_those_of_the_model_trained_with_that_many_heads(index):
    n_heads, example = HEAD_CHOICES[index], trained_example()
    query, key, value = (
        x[index].unflatten(-1, (n_heads, -1)).transpose(0, 1)  # (H, T, d_head)
        for x in (example.query, example.key, example.value)
    )
    mask = causal_mask(len(example.tokens))
    _, weights = scaled_dot_product_attention(query, key, value, mask=mask)
    with torch.no_grad():
        models = trained_model(n_heads).attention_weights(vocabulary_ids(SENTENCE)[None])
    torch.testing.assert_close(weights, models[0][0])


@pytest.mark.parametrize("sentence", ["", "to be " * 40])
def test_a_sentence_of_no_or_too_many_tokens_is_an_error(sentence):
    with pytest.raises(ValueError, match=r"sentence should have 1 to 32 tokens, but had"):
        trained_example(sentence)


def test_a_number_of_heads_that_was_not_trained_is_an_error():
    with pytest.raises(ValueError, match=r"n_heads should be one of \(1, 2, 4, 8\), but was 3"):
        trained_model(3)
