"""Sequences of unequal length in one batch: each row gives what it gives alone."""

import itertools
import re
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from attention import GPT, GPTConfig
from attention.models.gpt.padding import real_positions
from attention.models.gpt.sampling import choose

SMALL = GPTConfig(n_tokens=37, max_len=17, d_model=24, n_layers=2, n_heads=6, d_feed_forward=29)
KINDS = {
    "GPT-2": {},
    "Transformer of 2017": {"norm_order": "post", "position": "sinusoidal"},
    "Llama": {"position": "rotary", "feed_forward": "swiglu", "norm": "rms", "n_kv_heads": 2},
    "interleaved": {"position": "rotary", "rotary_layout": "interleaved", "n_kv_heads": 1},
    "ALiBi": {"position": "alibi"},
    "no positions": {"position": "none", "n_kv_heads": 3},
    "Mistral": {"position": "rotary", "n_kv_heads": 2, "window": 3},
    "a window and learned positions": {"window": 4},
    "a window and ALiBi": {"position": "alibi", "window": 2, "n_kv_heads": 3},
}
ALL_KINDS = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
LENGTHS = st.lists(st.integers(1, 9), min_size=1, max_size=4)


def model(**choices):
    """In float64, with weights so large that its guesses differ from place to place."""
    gpt = GPT(replace(SMALL, **choices)).double().eval()
    for parameter in gpt.parameters():
        parameter.data = torch.randn(parameter.shape, dtype=torch.float64) / 3
    return gpt


def rows_of(lengths):
    return [torch.randint(SMALL.n_tokens, (n,)) for n in lengths]


def padded(rows, extra=0, side="left"):
    """The rows side by side, padded with whatever comes, and which of it is real."""
    width = max(len(row) for row in rows) + extra
    ids = torch.randint(SMALL.n_tokens, (len(rows), width))
    mask = torch.zeros(ids.shape, dtype=torch.bool)
    for i, row in enumerate(rows):
        real = slice(width - len(row), width) if side == "left" else slice(len(row))
        ids[i, real], mask[i, real] = row, True
    return ids, mask


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def same(found, wanted):
    assert_close(found, wanted, rtol=0, atol=1e-11)


# --- reading -------------------------------------------------------------------------------------


def test_by_hand_positions_count_real_tokens():
    mask = torch.tensor([[0, 0, 1, 1], [1, 1, 1, 1], [1, 1, 0, 0]]).bool()
    assert real_positions(mask).tolist() == [[0, 0, 0, 1], [0, 1, 2, 3], [0, 1, 1, 1]]


@ALL_KINDS
@settings(max_examples=8)
@given(lengths=LENGTHS, extra=st.integers(0, 5), side=st.sampled_from(["left", "right"]))
def test_each_row_gives_the_logits_that_it_gives_alone(kind, lengths, extra, side):
    gpt, rows = model(**kind), rows_of(lengths)
    ids, mask = padded(rows, extra, side)
    found = gpt(ids, mask=mask)
    for i, row in enumerate(rows):
        same(found[i, mask[i]], gpt(row[None])[0])


@ALL_KINDS
@settings(max_examples=8)
@given(lengths=LENGTHS, extra=st.integers(0, 5), cuts=st.sets(st.integers(1, 13)))
def test_in_any_chunks_with_a_cache_as_well(kind, lengths, extra, cuts):
    gpt, rows = model(**kind), rows_of(lengths)
    ids, mask = padded(rows, extra)
    width, cache = ids.shape[1], gpt.new_cache(len(rows))
    places = sorted({0, width} | {cut for cut in cuts if cut < width})
    found = torch.cat(
        [gpt(ids[:, a:b], cache, mask=mask[:, :b]) for a, b in itertools.pairwise(places)], dim=1
    )
    for i, row in enumerate(rows):
        same(found[i, mask[i]], gpt(row[None])[0])


@ALL_KINDS
@pytest.mark.parametrize("side", ["left", "right"])
def test_gradients_are_the_sum_of_those_of_each_row_alone(kind, side):
    gpt, rows = model(**kind), rows_of([2, 7, 5])
    ids, mask = padded(rows, 2, side)
    targets = torch.randint(SMALL.n_tokens, ids.shape)

    def gradients(loss):
        gpt.zero_grad()
        loss.backward()
        return {name: p.grad for name, p in gpt.named_parameters()}

    found = gradients(F.cross_entropy(gpt(ids, mask=mask)[mask], targets[mask], reduction="sum"))
    alone = [
        F.cross_entropy(gpt(row[None])[0], targets[i, mask[i]], reduction="sum")
        for i, row in enumerate(rows)
    ]
    wanted = gradients(sum(alone))
    for name, gradient in found.items():
        assert_close(gradient, wanted[name], rtol=0, atol=1e-10)


def test_a_mask_that_hides_nothing_changes_nothing():
    gpt, ids = model(), torch.randint(37, (3, 7))
    same(gpt(ids, mask=torch.ones(3, 7, dtype=torch.bool)), gpt(ids))


def test_what_is_padded_with_does_not_matter():
    gpt, rows = model(), rows_of([2, 5])
    ids, mask = padded(rows)
    other = torch.where(mask, ids, (ids + 1) % 37)
    assert not torch.equal(ids, other)
    assert torch.equal(gpt(ids, mask=mask)[mask], gpt(other, mask=mask)[mask])


# --- writing -------------------------------------------------------------------------------------


@ALL_KINDS
@pytest.mark.parametrize("use_cache", [True, False])
@settings(max_examples=5)
@given(lengths=LENGTHS, extra=st.integers(0, 2))
def test_each_row_goes_on_as_it_would_alone(kind, use_cache, lengths, extra):
    gpt, rows = model(**kind), rows_of(lengths)
    ids, mask = padded(rows, extra)
    options = {"temperature": 0.0, "use_cache": use_cache}
    found = gpt.generate(ids, 6, mask=mask, **options)
    assert torch.equal(found[:, : ids.shape[1]], ids)
    for i, row in enumerate(rows):
        alone = gpt.generate(row[None], 6, **options)[0]
        assert torch.equal(found[i, ids.shape[1] :], alone[len(row) :])


@ALL_KINDS
@pytest.mark.parametrize("use_cache", [True, False])
@pytest.mark.parametrize("top_k", [None, 5])
def test_each_token_is_drawn_from_what_the_row_would_guess_alone(kind, use_cache, top_k):
    gpt, rows = model(**kind), rows_of([2, 7, 4])
    ids, mask = padded(rows, 1)
    choice = {"temperature": 1.3, "top_k": top_k}
    found = gpt.generate(ids, 6, mask=mask, use_cache=use_cache, generator=seeded(), **choice)
    chance, texts = seeded(), rows
    for _ in range(6):
        guesses = torch.stack([gpt(text[None])[0, -1] for text in texts])
        drawn = choose(guesses, generator=chance, **choice)
        texts = [torch.cat([text, token[None]]) for text, token in zip(texts, drawn, strict=True)]
    for i, text in enumerate(texts):
        assert torch.equal(found[i, ids.shape[1] - len(rows[i]) :], text)


# --- stopping ------------------------------------------------------------------------------------


def without_stop(gpt, ids, n, **options):
    """What would be written if nothing stopped it, and the token that most rows write."""
    written = gpt.generate(ids, n, **options)[:, ids.shape[1] :]
    return written, int(written.mode(dim=1).values.mode().values)


@ALL_KINDS
@pytest.mark.parametrize("use_cache", [True, False])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_after_its_stop_a_row_holds_nothing_else(kind, use_cache, temperature):
    gpt, (ids, mask) = model(**kind), padded(rows_of([2, 7, 4, 5, 6]))
    options = {"mask": mask, "use_cache": use_cache, "temperature": temperature, "top_k": 3}
    free, stop = without_stop(gpt, ids, 9, generator=seeded(), **options)
    found = gpt.generate(ids, 9, stop=stop, generator=seeded(), **options)[:, ids.shape[1] :]
    assert found.shape == (5, 9)
    stopped = 0
    for row, wanted in zip(found.tolist(), free.tolist(), strict=True):
        end = wanted.index(stop) if stop in wanted else 9
        # Up to its stop a row is what it would be without one, whatever has become of the others.
        assert row == wanted[:end] + [stop] * (9 - end)
        stopped += end < 8
    assert stopped > 0


def test_a_stop_in_the_beginning_stops_nothing():
    gpt, ids = model(), torch.randint(37, (3, 5))
    free = gpt.generate(ids, 6, temperature=0.0)
    stop = next(token for token in range(37) if token not in free[:, 5:])
    ids = ids.clone()
    ids[:, 0] = stop
    free = gpt.generate(ids, 6, temperature=0.0)
    assert stop not in free[:, 5:]
    assert torch.equal(gpt.generate(ids, 6, temperature=0.0, stop=stop), free)


@pytest.mark.parametrize("use_cache", [True, False])
def test_when_all_rows_have_stopped_nothing_more_is_computed(use_cache):
    gpt, ids = model(), torch.randint(37, (3, 5))
    gpt.readout.weight = torch.nn.Parameter(torch.zeros(37, 24).double())  # always token 0
    calls = []
    gpt.register_forward_hook(lambda *_: calls.append(1))
    found = gpt.generate(ids, 8, temperature=0.0, stop=0, use_cache=use_cache)
    assert found[:, 5:].tolist() == [[0] * 8] * 3
    assert len(calls) == 1


# --- bad input -----------------------------------------------------------------------------------

X = torch.zeros(3, 4, dtype=torch.int64)
REAL = torch.ones(3, 4, dtype=torch.bool)


def but(row, *real):
    """All real, but that row."""
    mask = REAL.clone()
    mask[row] = torch.tensor(real, dtype=torch.bool)
    return mask


def cached(mask):
    gpt = model()
    return gpt(X, gpt.new_cache(3), mask=mask)


def after_a_beginning(mask):
    gpt = model()
    cache = gpt.new_cache(3)
    gpt(X, cache, mask=REAL)
    return gpt(X[:, :2], cache, mask=mask)


RIGHT = (
    "mask should be False on the left alone (what is written goes on the right, and so the padding "
    "on the left), but row 1 has padding after a real token"
)
EMPTY = "mask should have a real token in each row, but row 2 has none"
ONE_EACH = "one place for each token, cached ones included"
BAD_INPUT = {
    "padding on the right": (
        lambda: model().generate(X, 1, mask=but(1, 1, 1, 0, 0)),
        ValueError,
        RIGHT,
    ),
    "padding on the right with a cache": (
        lambda: cached(but(1, 1, 1, 1, 0)),
        ValueError,
        RIGHT,
    ),
    "padding in the middle": (
        lambda: model().generate(X, 1, mask=but(1, 0, 1, 0, 1), use_cache=False),
        ValueError,
        RIGHT,
    ),
    "nothing but padding": (
        lambda: model().generate(X, 1, mask=but(2, 0, 0, 0, 0)),
        ValueError,
        EMPTY,
    ),
    "a mask of numbers": (
        lambda: model().generate(X, 1, mask=REAL.long()),
        TypeError,
        "mask should be a bool tensor (True = a real token), but was torch.int64",
    ),
    "a list for a mask": (
        lambda: model()(X, mask=[[True] * 4] * 3),
        TypeError,
        "mask should be a bool tensor (True = a real token), but was list",
    ),
    "too narrow a mask": (
        lambda: model().generate(X, 1, mask=REAL[:, 1:]),
        ValueError,
        f"mask should have shape (B, S) = (3, 4), {ONE_EACH}, but had (3, 3)",
    ),
    "a mask for one row": (
        lambda: model()(X, mask=REAL[:1]),
        ValueError,
        f"mask should have shape (B, S) = (3, 4), {ONE_EACH}, but had (1, 4)",
    ),
    "a mask without what is cached": (
        lambda: after_a_beginning(REAL[:, :2]),
        ValueError,
        f"mask should have shape (B, S) = (3, 6), {ONE_EACH}, but had (3, 2)",
    ),
    "a mask with an axis for queries": (
        lambda: model()(X, mask=REAL[:, None]),
        ValueError,
        f"mask should have shape (B, S) = (3, 4), {ONE_EACH}, but had (3, 1, 4)",
    ),
    "a stop outside the vocabulary": (
        lambda: model().generate(X, 1, stop=37),
        ValueError,
        "stop should be in [0, 37), but was 37",
    ),
    "a negative stop": (
        lambda: model().generate(X, 1, stop=-1),
        ValueError,
        "stop should be at least 0, but was -1",
    ),
    "a word for a stop": (
        lambda: model().generate(X, 1, stop="end"),
        TypeError,
        "stop should be a whole number, but was 'end'",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
