"""The small language model: what it may look at, what it is made of, and how it goes on."""

import re

import pytest
import torch
from torch.testing import assert_close

from attention.models.attention_lm import AttentionLanguageModel

SMALL = {"d_model": 6, "n_heads": 3, "n_layers": 2, "max_len": 7}


def model(n_tokens=5, **options):
    return AttentionLanguageModel(n_tokens, **(SMALL | options)).double().eval()


def ids(*shape):
    return torch.randint(5, shape)


def test_causal_to_the_bit_a_guess_depends_on_the_beginning_only():
    language_model, text = model(d_feed_forward=11), ids(2, 7)
    other = text.clone()
    other[:, 4:] = (text[:, 4:] + 1) % 5
    before, after = language_model(text), language_model(other)
    assert torch.equal(before[:, :4], after[:, :4])
    assert not torch.equal(before[:, 4:], after[:, 4:])


def test_without_the_causal_mask_the_answer_is_seen():
    language_model, text = model(causal=False), ids(1, 7)
    other = text.clone()
    other[:, -1] = (text[:, -1] + 1) % 5
    difference = (language_model(text) - language_model(other)).abs().amax(dim=-1)
    assert (difference > 1e-6).all()


@pytest.mark.parametrize("d_feed_forward", [None, 11])
def test_the_model_is_its_formula(d_feed_forward):
    language_model, text = model(d_feed_forward=d_feed_forward), ids(2, 5)
    x = language_model.embedding.weight[text] + language_model.position.weight[:5]
    for layer in language_model.layers:
        x = x + layer.attention(layer.norm(x), need_weights=True)[0]
        if d_feed_forward is not None:
            norm, into, bend, out_of = layer.feed_forward
            x = x + out_of(bend(into(norm(x))))
    logits = language_model.norm(x) @ language_model.readout.weight.T
    assert_close(language_model(text), logits)


def test_the_number_of_parameters_by_hand():
    embeddings, norm, attention = (5 + 7) * 6, 2 * 6, 4 * 6 * 6
    feed_forward = norm + (6 * 11 + 11) + (11 * 6 + 6)
    for d_feed_forward, more in ((None, 0), (11, feed_forward)):
        language_model = model(d_feed_forward=d_feed_forward)
        count = sum(parameter.numel() for parameter in language_model.parameters())
        assert count == embeddings + 2 * (norm + attention + more) + norm + 6 * 5


def test_the_weights_are_those_of_the_forward_pass():
    # With W_V = W_O = I a layer adds its weights, times what it normalised, to what came in.
    language_model, text = model(n_heads=1), ids(2, 5)
    for layer in language_model.layers:
        layer.attention.w_v.weight.data = torch.eye(6, dtype=torch.float64)
        layer.attention.w_o.weight.data = torch.eye(6, dtype=torch.float64)
    x = language_model.embed(text)
    for layer, weights in zip(
        language_model.layers, language_model.attention_weights(text), strict=True
    ):
        x = x + weights[:, 0] @ layer.norm(x)
    assert_close(language_model.readout(language_model.norm(x)), language_model(text))


def test_dropout_is_on_in_training_and_off_in_evaluation():
    language_model, text = model(dropout=0.5), ids(1, 7)
    assert torch.equal(language_model(text), language_model(text))
    language_model.train()
    assert not torch.equal(language_model(text), language_model(text))


def alphabet():
    """A model that knows one thing: after token i comes token i + 1, and token 0 after the last."""
    knowing = model(6, n_layers=1)
    eye = torch.eye(6, dtype=torch.float64)
    knowing.embedding.weight.data = eye
    knowing.position.weight.data.zero_()
    knowing.layers[0].attention.w_o.weight.data.zero_()
    knowing.readout.weight.data = 100 * eye.roll(1, dims=0)
    return knowing


def test_by_hand_generate_says_what_the_model_knows():
    assert alphabet().generate(torch.tensor([[3], [0]]), 5).tolist() == [
        [3, 4, 5, 0, 1, 2],
        [0, 1, 2, 3, 4, 5],
    ]


def test_generate_keeps_the_beginning_and_draws_by_the_models_own_odds():
    language_model = model()
    beginning = ids(1, 3)
    odds = language_model(beginning)[0, -1].softmax(dim=-1)
    n = 20_000
    drawn = language_model.generate(beginning.expand(n, 3), 1)
    assert torch.equal(drawn[:, :3], beginning.expand(n, 3))
    found = torch.bincount(drawn[:, 3], minlength=5) / n
    assert ((found - odds).abs() < 4.5 * (odds * (1 - odds) / n).sqrt()).all()


def test_the_same_generator_draws_the_same_text():
    language_model, beginning = model(), ids(3, 2)

    def text(seed):
        generator = torch.Generator().manual_seed(seed)
        return language_model.generate(beginning, 5, generator=generator)

    assert torch.equal(text(1), text(1))
    assert not torch.equal(text(1), text(2))


BAD_INPUT = {
    "too long": (
        lambda: model()(ids(2, 8)),
        ValueError,
        "ids should have shape (B, T) with 1 <= T <= 7, but had (2, 8)",
    ),
    "a text that outgrows the model": (
        lambda: model().generate(ids(1, 5), 3),
        ValueError,
        "n should be at most 2, what max_len = 7 leaves after 5 ids, but was 3",
    ),
    "no token": (
        lambda: model()(ids(2, 0)),
        ValueError,
        "ids should have shape (batch, length), but had (2, 0)",
    ),
    "no batch axis": (
        lambda: model()(ids(5)),
        ValueError,
        "ids should have shape (batch, length), but had (5,)",
    ),
    "no whole numbers": (
        lambda: model()(torch.rand(2, 5)),
        TypeError,
        "ids should be whole numbers (int64 or int32), but their dtype was torch.float32",
    ),
    "an id outside the vocabulary": (
        lambda: model(11)(torch.tensor([[3, 11]])),
        ValueError,
        "ids should be in [0, 11), but ranged from 3 to 11",
    ),
    "a beginning outside the vocabulary": (
        lambda: model(11).generate(torch.tensor([[3, -1]]), 1),
        ValueError,
        "ids should be in [0, 11), but ranged from -1 to 3",
    ),
    "bytes for ids": (
        lambda: model()(ids(2, 5).to(torch.uint8)),
        TypeError,
        "ids should be whole numbers (int64 or int32), but their dtype was torch.uint8",
    ),
    "nothing to add": (
        lambda: model().generate(ids(1, 5), 0),
        ValueError,
        "n should be at least 1, but was 0",
    ),
    "an empty vocabulary": (
        lambda: model(0),
        ValueError,
        "n_tokens should be at least 1, but was 0",
    ),
    "no width": (
        lambda: model(d_model=-1),
        ValueError,
        "d_model should be at least 1, but was -1",
    ),
    "half a width": (
        lambda: model(d_model=2.5),
        TypeError,
        "d_model should be a whole number, but was 2.5",
    ),
    "no layer": (
        lambda: model(n_layers=0),
        ValueError,
        "n_layers should be at least 1, but was 0",
    ),
    "no position": (
        lambda: model(max_len=0),
        ValueError,
        "max_len should be at least 1, but was 0",
    ),
    "heads that do not divide": (
        lambda: model(n_heads=4),
        ValueError,
        "n_heads should divide d_model = 6, but was 4",
    ),
    "certain dropout": (
        lambda: model(dropout=1.0),
        ValueError,
        "dropout should be in [0, 1), but was 1.0",
    ),
    "an empty feed-forward network": (
        lambda: model(d_feed_forward=0),
        ValueError,
        "d_feed_forward should be at least 1, but was 0",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
