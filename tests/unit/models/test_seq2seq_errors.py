"""Encoder, decoder and both together: what they say of bad input, one fault at a time."""

import re

import pytest
import torch

from attention import Decoder, Encoder, Seq2Seq

SOURCE, LENGTHS, TARGET = torch.full((2, 7), 3), torch.tensor([7, 5]), torch.full((2, 6), 3)


def encoder(n_source=13, **options):
    return Encoder(n_source, **({"d_embed": 3, "d_hidden": 5} | options))


def decoder(n_target=11, **options):
    return Decoder(n_target, **({"d_embed": 3, "d_hidden": 10, "d_memory": 10} | options))


def translator(n_source=13, n_target=11, **options):
    return Seq2Seq(n_source, n_target, **({"d_embed": 3, "d_hidden": 10} | options))


BAD_INPUT = {
    # --- made wrongly ---
    "an odd width for two directions": (
        lambda: translator(d_hidden=7),
        ValueError,
        "d_hidden should be even for an encoder of two directions, but was 7",
    ),
    "no width": (
        lambda: translator(d_hidden=0),
        ValueError,
        "d_hidden should be at least 1, but was 0",
    ),
    "half a width": (
        lambda: translator(d_hidden=2.5),
        TypeError,
        "d_hidden should be a whole number, but was 2.5",
    ),
    "no embedding": (
        lambda: translator(d_embed=0),
        ValueError,
        "d_embed should be at least 1, but was 0",
    ),
    "no source vocabulary": (
        lambda: translator(0),
        ValueError,
        "n_source should be at least 1, but was 0",
    ),
    "no room for a word beside the marks": (
        lambda: translator(13, 2),
        ValueError,
        "n_target should be at least 3, but was 2",
    ),
    "unknown attention": (
        lambda: translator(attention="bahdanau"),
        ValueError,
        "attention should be None, 'additive', 'dot' or 'general', but was 'bahdanau'",
    ),
    "unknown order": (
        lambda: translator(attention="dot", order="Luong"),
        ValueError,
        "order should be 'bahdanau' or 'luong', but was 'Luong'",
    ),
    "Luong's order without attention": (
        lambda: translator(order="luong"),
        ValueError,
        "order should be 'bahdanau' without attention, but was 'luong'",
    ),
    "encoder: a truth value for the vocabulary": (
        lambda: encoder(True),
        TypeError,
        "n_source should be a whole number, but was True",
    ),
    "encoder: no embedding": (
        lambda: encoder(d_embed=0),
        ValueError,
        "d_embed should be at least 1, but was 0",
    ),
    "encoder: no width": (
        lambda: encoder(d_hidden=-1),
        ValueError,
        "d_hidden should be at least 1, but was -1",
    ),
    "decoder: no embedding": (
        lambda: decoder(d_embed=0),
        ValueError,
        "d_embed should be at least 1, but was 0",
    ),
    "decoder: a word for the width": (
        lambda: decoder(d_hidden="10"),
        TypeError,
        "d_hidden should be a whole number, but was '10'",
    ),
    "decoder: no memory": (
        lambda: decoder(d_memory=0),
        ValueError,
        "d_memory should be at least 1, but was 0",
    ),
    "decoder: the dot score of states of two widths": (
        lambda: decoder(d_memory=6, attention="dot"),
        ValueError,
        "d_hidden should be d_memory = 6 for the dot score, but was 10",
    ),
    # --- called wrongly ---
    "a list for the source": (
        lambda: translator()([[3]], LENGTHS, TARGET[:1]),
        TypeError,
        "source should be a tensor of token ids, but was list",
    ),
    "a source of fractions": (
        lambda: translator()(SOURCE.float(), LENGTHS, TARGET),
        TypeError,
        "source should be whole numbers (int64 or int32), but their dtype was torch.float32",
    ),
    "bytes for the source": (
        lambda: translator()(SOURCE.to(torch.uint8), LENGTHS, TARGET),
        TypeError,
        "source should be whole numbers (int64 or int32), but their dtype was torch.uint8",
    ),
    "bytes for the target": (
        lambda: translator()(SOURCE, LENGTHS, TARGET.to(torch.int8)),
        TypeError,
        "target should be whole numbers (int64 or int32), but their dtype was torch.int8",
    ),
    "decoder: bytes for the tokens before": (
        lambda: decoder()(TARGET.to(torch.int16), encoder()(SOURCE, LENGTHS)),
        TypeError,
        "previous should be whole numbers (int64 or int32), but their dtype was torch.int16",
    ),
    "decoder: a token outside the vocabulary": (
        lambda: decoder()(TARGET + 8, encoder()(SOURCE, LENGTHS)),
        ValueError,
        "previous should be in [0, 11), but ranged from 11 to 11",
    ),
    "a source without a batch axis": (
        lambda: translator().decode(SOURCE[0], LENGTHS, 5),
        ValueError,
        "source should have shape (batch, length), but had (7,)",
    ),
    "an empty source": (
        lambda: translator()(SOURCE[:, :0], LENGTHS, TARGET),
        ValueError,
        "source should have shape (batch, length), but had (2, 0)",
    ),
    "a source id outside the vocabulary": (
        lambda: translator()(SOURCE + 10, LENGTHS, TARGET),
        ValueError,
        "source should be in [0, 13), but ranged from 13 to 13",
    ),
    "a negative source id": (
        lambda: translator().decode(SOURCE - torch.arange(7), LENGTHS, 5),
        ValueError,
        "source should be in [0, 13), but ranged from -3 to 3",
    ),
    "a list for the lengths": (
        lambda: translator()(SOURCE, [7, 5], TARGET),
        TypeError,
        "lengths should be a tensor (B,), but was list",
    ),
    "lengths of fractions": (
        lambda: translator()(SOURCE, LENGTHS.float(), TARGET),
        TypeError,
        "lengths should be whole numbers, but their dtype was torch.float32",
    ),
    "truth values for the lengths": (
        lambda: translator()(SOURCE, LENGTHS > 0, TARGET),
        TypeError,
        "lengths should be whole numbers, but their dtype was torch.bool",
    ),
    "more lengths than sources": (
        lambda: translator()(SOURCE, torch.tensor([7, 5, 3]), TARGET),
        ValueError,
        "lengths should have shape (B,) = (2,), but had (3,)",
    ),
    "lengths with an axis too many": (
        lambda: translator()(SOURCE, LENGTHS[:, None], TARGET),
        ValueError,
        "lengths should have shape (B,) = (2,), but had (2, 1)",
    ),
    "a length beyond the source": (
        lambda: translator()(SOURCE, torch.tensor([7, 8]), TARGET),
        ValueError,
        "lengths should be from 1 to S = 7, but ranged from 7 to 8",
    ),
    "a source of length 0": (
        lambda: translator().decode(SOURCE, torch.tensor([0, 5]), 3),
        ValueError,
        "lengths should be from 1 to S = 7, but ranged from 0 to 5",
    ),
    "a list for the target": (
        lambda: translator()(SOURCE, LENGTHS, [[3], [3]]),
        TypeError,
        "target should be a tensor of token ids, but was list",
    ),
    "a target of fractions": (
        lambda: translator()(SOURCE, LENGTHS, TARGET.float()),
        TypeError,
        "target should be whole numbers (int64 or int32), but their dtype was torch.float32",
    ),
    "an empty target": (
        lambda: translator()(SOURCE, LENGTHS, TARGET[:, :0]),
        ValueError,
        "target should have shape (batch, length), but had (2, 0)",
    ),
    "a target id outside the vocabulary": (
        lambda: translator()(SOURCE, LENGTHS, TARGET + 8),
        ValueError,
        "target should be in [0, 11), but ranged from 11 to 11",
    ),
    "fewer targets than sources": (
        lambda: translator()(SOURCE, LENGTHS, TARGET[:1]),
        ValueError,
        "target should have one row per source, B = 2, but had (1, 6)",
    ),
    "an alignment of a model that has none": (
        lambda: translator().align(SOURCE, LENGTHS, TARGET),
        ValueError,
        "a model with attention=None has no weights to show",
    ),
    "nothing to write": (
        lambda: translator().decode(SOURCE, LENGTHS, 0),
        ValueError,
        "max_len should be at least 1, but was 0",
    ),
    "half a token to write": (
        lambda: translator().decode(SOURCE, LENGTHS, 2.5),
        TypeError,
        "max_len should be a whole number, but was 2.5",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()


def test_an_odd_width_fits_one_direction():
    assert translator(d_hidden=7, bidirectional=False)(SOURCE, LENGTHS, TARGET).shape == (2, 6, 11)
