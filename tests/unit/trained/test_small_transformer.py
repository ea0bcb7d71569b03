"""The small Transformer of 2017: what it computes, its accuracy as logged, what it looks at."""

import re

import pytest
import torch

from attention.data.translation import (
    ENGLISH,
    FRENCH,
    sentence_pairs,
    translation_batch,
)
from attention.data.vocabulary import BEGIN
from attention.functional.positions import sinusoidal_positions
from attention.trained.small_transformer import (
    CLAUSES,
    D_MODEL,
    USES,
    WEIGHTS,
    SmallTransformer,
    next_word_accuracy,
    three_attentions_example,
    train_small_transformer,
    trained_small_transformer,
)

LOG = WEIGHTS.with_suffix(".log").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def model() -> SmallTransformer:
    return trained_small_transformer()


def batch(n: int = 7, clauses: int = 2):
    pairs = sentence_pairs(n, clauses, generator=torch.Generator().manual_seed(3))
    return pairs, translation_batch(pairs)


def test_the_log_tells_its_size_and_how_many_words_are_right(model: SmallTransformer) -> None:
    parameters = sum(p.numel() for p in model.parameters())
    assert f"{parameters} parameters" in LOG
    assert f"sentences of 1 to {CLAUSES} clauses" in LOG
    logged = float(re.search(r"500 other sentences: ([\d.]+)", LOG).group(1))
    assert next_word_accuracy(model) == pytest.approx(logged, abs=0.005)
    assert logged > 0.98


def test_it_is_pytorch_s_own_transformer_layers(model: SmallTransformer) -> None:
    """With the same weights ``nn.TransformerEncoderLayer`` and its decoder give the same."""
    options = {"d_model": D_MODEL, "nhead": 1, "dim_feedforward": 2 * D_MODEL, "dropout": 0.0}
    encoder = torch.nn.TransformerEncoderLayer(**options, batch_first=True).eval()
    decoder = torch.nn.TransformerDecoderLayer(**options, batch_first=True).eval()
    for theirs, use in (
        (encoder.self_attn, "encoder"),
        (decoder.self_attn, "masked"),
        (decoder.multihead_attn, "cross"),
    ):
        ours = model.attentions[use]
        rows = torch.cat([ours.w_q.weight, ours.w_k.weight, ours.w_v.weight])
        theirs.load_state_dict(
            {
                "in_proj_weight": rows, "in_proj_bias": torch.zeros(3 * D_MODEL),
                "out_proj.weight": ours.w_o.weight, "out_proj.bias": torch.zeros(D_MODEL),
            }
        )  # fmt: skip
    for theirs, side in ((encoder, "encoder"), (decoder, "decoder")):
        theirs.linear1.load_state_dict(model.feed_forwards[side][0].state_dict())
        theirs.linear2.load_state_dict(model.feed_forwards[side][2].state_dict())
    for theirs, ours in (
        (encoder.norm1, model.norms["encoder"]),
        (encoder.norm2, model.last_norms["encoder"]),
        (decoder.norm1, model.norms["masked"]),
        (decoder.norm2, model.norms["cross"]),
        (decoder.norm3, model.last_norms["decoder"]),
    ):
        theirs.load_state_dict(ours.state_dict())
    _, given = batch()
    source, target = given.source, given.target
    with torch.no_grad():
        x = model.english(source) + sinusoidal_positions(source.shape[1], D_MODEL)
        read = torch.nn.functional.pad(target[:, :-1], (1, 0), value=BEGIN)
        y = model.french(read) + sinusoidal_positions(read.shape[1], D_MODEL)
        padding = source == 0
        memory = encoder(x, src_key_padding_mask=padding)
        causal = torch.ones(len(y[0]), len(y[0])).triu(1).bool()
        written = decoder(y, memory, tgt_mask=causal, memory_key_padding_mask=padding)
        real = target != 0
        torch.testing.assert_close(
            model(source, target)[real], model.readout(written)[real], atol=1e-4, rtol=0
        )


def test_no_word_hangs_on_a_later_one_or_on_padding(model: SmallTransformer) -> None:
    _, given = batch()
    with torch.no_grad():
        whole = model(given.source, given.target)
        cut = model(given.source, given.target[:, :4])
        torch.testing.assert_close(whole[:, :4], cut, atol=1e-5, rtol=0)
        length = int(given.lengths[0])
        alone = model(given.source[:1, :length], given.target[:1])
        torch.testing.assert_close(whole[:1], alone, atol=1e-5, rtol=0)


def test_an_article_looks_at_its_noun_and_a_word_is_written_from_the_one_it_translates(
    model: SmallTransformer,
) -> None:
    pairs, given = batch(100, 1)
    met = model.queries_and_keys(given.source, given.target)
    found = {}
    for use in USES:
        queries, keys = met[use]
        scores = queries @ keys.mT / D_MODEL**0.5
        if use != "masked":
            scores = scores.masked_fill((given.source == 0)[:, None], -torch.inf)
        found[use] = scores.argmax(-1)
    nouns = [len(pair.english) - 2 for pair in pairs]  # article, perhaps adjective, noun, verb
    at_noun = [found["encoder"][i, 0].item() == noun for i, noun in enumerate(nouns)]
    assert sum(at_noun) > 70
    right = [
        found["cross"][i, t].item() == origins[0]
        for i, pair in enumerate(pairs)
        for t, origins in enumerate(pair.origins)
        if t > 0
    ]
    assert sum(right) / len(right) > 0.95


def test_an_example_carries_what_meets() -> None:
    example = three_attentions_example(["a", "heavy", "door", "falls"])
    assert example["source"] == ["a", "heavy", "door", "falls", "⟨end⟩"]
    assert example["target"] == ["⟨start⟩", "une", "porte", "lourde", "tombe"]
    assert [x.shape for x in example["queries"]] == [(5, D_MODEL)] * 3
    with pytest.raises(ValueError, match="english should be clauses"):
        three_attentions_example(["door", "falls"])


def test_a_seed_decides_everything() -> None:
    state = torch.random.get_rng_state()
    one, same, other = (train_small_transformer(2, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(state, torch.random.get_rng_state())
    for a, b in zip(one.parameters(), same.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(one.english.weight, other.english.weight)
    assert one.english.num_embeddings == len(ENGLISH)
    assert one.readout.out_features == len(FRENCH)
