"""Decoder and both together: what they may know, and that all ways through them agree."""

import math

import pytest
import torch
from torch.testing import assert_close

from attention import Seq2Seq
from attention.data.vocabulary import BEGIN, END, PAD
from attention.models.seq2seq.model import sequence_loss

N_SOURCE, N_TARGET, D_EMBED, D_HIDDEN = 13, 11, 3, 10
WITH_ATTENTION = [(a, o) for a in ("additive", "dot", "general") for o in ("bahdanau", "luong")]
EVERY_KIND = pytest.mark.parametrize(("attention", "order"), [(None, None), *WITH_ATTENTION])
EVERY_ATTENTION = pytest.mark.parametrize(("attention", "order"), WITH_ATTENTION)
BOTH_READERS = pytest.mark.parametrize("bidirectional", [True, False], ids=["both ends", "left"])

LENGTHS = torch.tensor([5, 2, 7, 1, 4])


def model(attention=None, order=None, **options):
    sizes = {"d_embed": D_EMBED, "d_hidden": D_HIDDEN}
    made = Seq2Seq(N_SOURCE, N_TARGET, attention=attention, order=order, **(sizes | options))
    for parameter in made.parameters():
        parameter.data *= 2  # so that an untrained model, too, is sure of something
    return made.double()


def batch(n_target=6):
    """Five pairs; what stands beyond a source's length is any token at all."""
    source = torch.randint(3, N_SOURCE, (5, 7))
    return source, LENGTHS, torch.randint(3, N_TARGET, (5, n_target))


def other(tokens, n_tokens):
    """Every token replaced by another one."""
    return 3 + (tokens - 3 + 1) % (n_tokens - 3)


# --- the decoder ---------------------------------------------------------------------------------


@EVERY_KIND
def test_the_decoder_is_its_formula(attention, order):
    translator = model(attention, order)
    source, lengths, target = batch()
    decoder, memory = translator.decoder, translator.encoder(source, lengths)
    logits, weights = decoder(target, memory)
    state = torch.tanh(decoder.start(memory.summary))
    for t in range(target.shape[1]):
        y = decoder.embedding.weight[target[:, t]]
        context = memory.summary
        if order == "bahdanau":  # the previous state asks
            context, seen = decoder.attention(state, memory.keys, memory.mask)
        x = y if order == "luong" else torch.cat([y, context], dim=-1)
        state = decoder.gru(x[:, None], state[None])[1][0]
        if order == "luong":  # the current state asks
            context, seen = decoder.attention(state, memory.keys, memory.mask)
        hidden = torch.tanh(decoder.combine(torch.cat([state, context, y], dim=-1)))
        assert_close(logits[:, t], decoder.readout(hidden))
        if attention is not None:
            assert_close(weights[:, t], seen)


@pytest.mark.parametrize("attention", ["additive", "dot", "general"])
def test_bahdanaus_first_query_is_the_first_state_whatever_the_token(attention):
    translator = model(attention, "bahdanau")
    source, lengths, target = batch()
    memory = translator.encoder(source, lengths)
    query = translator.decoder.first_state(memory)
    _, seen = translator.decoder.attention(query, memory.keys, memory.mask)
    for tokens in (target[:, 0], other(target[:, 0], N_TARGET)):
        assert_close(translator.decoder.step(tokens, query, memory)[2], seen)


@pytest.mark.parametrize("attention", ["additive", "dot", "general"])
def test_luongs_query_is_the_new_state(attention):
    translator = model(attention, "luong")
    source, lengths, target = batch()
    memory = translator.encoder(source, lengths)
    first = translator.decoder.first_state(memory)
    _, state, weights = translator.decoder.step(target[:, 0], first, memory)
    assert not torch.allclose(state, first)
    assert_close(weights, translator.decoder.attention(state, memory.keys, memory.mask)[1])


def test_each_attention_has_its_papers_order_by_default():
    assert model("additive").decoder.context_enters_state
    assert not model("dot").decoder.context_enters_state
    assert not model("general").decoder.context_enters_state
    assert model(None).decoder.context_enters_state


def test_without_attention_the_decoder_sees_the_source_through_the_summary_alone():
    translator = model(None)
    source, lengths, target = batch()
    memory = translator.encoder(source, lengths)
    logits, weights = translator.decoder(target, memory)
    assert weights is None
    elsewhere = memory._replace(keys=torch.randn(5, 7, 10).double(), mask=~memory.mask)
    assert torch.equal(translator.decoder(target, elsewhere)[0], logits)
    elsewhere = memory._replace(summary=memory.summary.roll(1, dims=0))
    changed = (translator.decoder(target, elsewhere)[0] - logits).abs().amax(dim=-1)
    assert (changed > 1e-6).all()


@EVERY_KIND
@pytest.mark.parametrize("ready", [True, False], ids=["prepared", "not prepared"])
def test_step_by_step_equals_all_at_once(attention, order, ready):
    translator = model(attention, order)
    source, lengths, target = batch()
    decoder, memory = translator.decoder, translator.encoder(source, lengths)
    prepared = decoder.prepare(memory) if ready else None
    state, token = decoder.first_state(memory), torch.full((5,), BEGIN)
    found, looked = [], []
    for t in range(target.shape[1]):
        logits, state, weights = decoder.step(token, state, memory, prepared)
        token = target[:, t]
        found.append(logits)
        looked.append(weights)
    assert_close(torch.stack(found, dim=1), translator(source, lengths, target))
    if attention is not None:
        assert_close(torch.stack(looked, dim=1), translator.align(source, lengths, target))


# --- both together -------------------------------------------------------------------------------


@EVERY_KIND
@BOTH_READERS
def test_the_logits_are_for_every_target_token_and_do_not_know_it(attention, order, bidirectional):
    translator = model(attention, order, bidirectional=bidirectional)
    source, lengths, target = batch()
    logits = translator(source, lengths, target)
    assert logits.shape == (5, 6, N_TARGET)
    for t in range(6):
        changed = target.clone()
        changed[:, t] = other(target[:, t], N_TARGET)
        difference = (translator(source, lengths, changed) - logits).abs().amax(dim=-1)
        assert (difference[:, : t + 1] == 0).all()
        assert (difference[:, t + 1 : t + 2] > 1e-6).all()


@EVERY_KIND
@BOTH_READERS
def test_padding_changes_nothing(attention, order, bidirectional):
    translator = model(attention, order, bidirectional=bidirectional)
    source, lengths, target = batch()
    real = torch.arange(7) < lengths[:, None]
    wider = torch.cat([source.where(real, other(source, N_SOURCE)), source[:, :4]], dim=1)
    assert_close(translator(wider, lengths, target), translator(source, lengths, target))
    tokens, weights = translator.decode(source, lengths, 5)
    same, looked = translator.decode(wider, lengths, 5)
    assert torch.equal(same, tokens)
    if attention is not None:
        assert_close(looked, torch.nn.functional.pad(weights, (0, 4)))
        weights = translator.align(source, lengths, target)
        looked = translator.align(wider, lengths, target)
        assert_close(looked, torch.nn.functional.pad(weights, (0, 4)))


@EVERY_KIND
def test_the_other_sequences_of_a_batch_change_nothing(attention, order):
    translator = model(attention, order)
    source, lengths, target = batch()
    logits = translator(source, lengths, target)
    for i, n in enumerate(lengths):
        each = slice(i, i + 1)
        assert_close(translator(source[each, :n], n[None], target[each]), logits[each])
    order = torch.tensor([3, 0, 4, 2, 1])
    assert_close(translator(source[order], lengths[order], target[order]), logits[order])


@EVERY_ATTENTION
def test_the_rows_of_an_alignment_sum_to_one_over_the_real_source(attention, order):
    source, lengths, target = batch()
    weights = model(attention, order).align(source, lengths, target)
    assert weights.shape == (5, 6, 7)
    assert_close(weights.sum(dim=-1), torch.ones(5, 6, dtype=torch.float64))
    assert torch.equal(weights > 0, (torch.arange(7) < lengths[:, None])[:, None].expand(5, 6, 7))


@EVERY_KIND
@BOTH_READERS
def test_the_loss_reaches_every_parameter(attention, order, bidirectional):
    translator = model(attention, order, bidirectional=bidirectional)
    source, lengths, target = batch()
    sequence_loss(translator(source, lengths, target), target).backward()
    for name, parameter in translator.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.any(), name


@pytest.mark.parametrize(
    "dtype", [torch.int8, torch.uint8, torch.int16, torch.uint16, torch.int32], ids=str
)
@pytest.mark.parametrize("attention", [None, "additive", "general"])
def test_lengths_of_any_whole_dtype_and_ids_of_both_give_the_same(attention, dtype):
    translator = model(attention)
    source, lengths, target = batch()
    few = source.int(), lengths.to(dtype), target.int()
    assert torch.equal(translator(*few), translator(source, lengths, target))
    tokens, wanted = translator.decode(*few[:2], 5)[0], translator.decode(source, lengths, 5)[0]
    assert tokens.dtype == torch.int64
    assert torch.equal(tokens, wanted)
    logits = translator(source, lengths, target)
    assert sequence_loss(logits, target.int()) == sequence_loss(logits, target)


@pytest.mark.parametrize(
    ("attention", "more"),
    [
        (None, 0),
        ("additive", 10 * 10 + 10 + 10 * 10 + 10),  # W, b, U, v
        ("general", 10 * 10 - 3 * 10 * 10),  # W, but no context in the GRU's input
        ("dot", -3 * 10 * 10),
    ],
)
def test_the_number_of_parameters_by_hand(attention, more):
    def gru(d_input, d_state):
        return 3 * (d_input * d_state + d_state * d_state + 2 * d_state)

    encoder = 13 * 3 + 2 * gru(3, 5)
    decoder = 11 * 3 + gru(3 + 10, 10) + (10 * 10 + 10)  # embedding, GRU, first state
    decoder += (10 + 10 + 3) * 10 + 10 + 10 * 11 + 11  # combine, readout
    found = sum(parameter.numel() for parameter in model(attention).parameters())
    assert found == encoder + decoder + more


# --- writing -------------------------------------------------------------------------------------


def writer(attention, order, *, end):
    """A model that never writes padding, and the end mark always or never."""
    made = model(attention, order)
    made.decoder.readout.bias.data[[PAD, END]] = torch.tensor([-100, end]).double()
    return made


def end_now_and_then(translator, source, lengths, max_len):
    """Raise the odds of the end mark until it wins at a sixth of the steps."""
    tokens, _ = translator.decode(source, lengths, max_len)
    logits = translator(source, lengths, tokens)  # (B, T, n_target)
    behind = (logits.amax(dim=-1) - logits[..., END]).quantile(1 / 6)
    translator.decoder.readout.bias.data[END] += behind


@EVERY_KIND
def test_decode_is_a_loop_over_the_likeliest_next_token(attention, order):
    translator, max_len = writer(attention, order, end=-100.0), 9
    source, lengths = torch.randint(3, N_SOURCE, (11, 7)), torch.arange(11) % 7 + 1
    end_now_and_then(translator, source, lengths, max_len)
    tokens, weights = translator.decode(source, lengths, max_len)
    wanted = []
    for i in range(11):
        alone, row = (source[i : i + 1, : lengths[i]], lengths[i : i + 1]), []
        while len(row) < max_len and END not in row:
            logits = translator(*alone, torch.tensor([[*row, PAD]]))  # what is last is not read
            row.append(logits[0, -1].argmax().item())
        wanted.append(row + [PAD] * (max_len - len(row)))
        if attention is not None:
            looked = translator.align(*alone, torch.tensor([row]))
            assert_close(weights[i, : len(row), : lengths[i]], looked[0])
            assert (weights[i, len(row) :] == 0).all()
            assert (weights[i, :, lengths[i] :] == 0).all()
    longest = max(sum(token != PAD for token in row) for row in wanted)
    assert tokens.tolist() == [row[:longest] for row in wanted]
    assert (weights is None) == (attention is None)
    # The case holds sentences that end early, and others that end late or not at all.
    ends = [row.index(END) if END in row else max_len for row in wanted]
    assert min(ends) < max(ends) - 2


@EVERY_KIND
def test_decode_stops_at_the_end_mark_or_at_max_len(attention, order):
    source, lengths, _ = batch()
    tokens, _ = writer(attention, order, end=100.0).decode(source, lengths, 7)
    assert tokens.tolist() == [[END]] * 5
    tokens, _ = writer(attention, order, end=-100.0).decode(source, lengths, 7)
    assert tokens.shape == (5, 7)
    assert (tokens > END).logical_or(tokens == BEGIN).all()


def test_by_hand_the_loss_is_the_mean_over_real_tokens():
    logits = torch.tensor([[[0, 0, 0, math.log(5)], [0, 0, 0, 0.0]], [[0, 0, 0, 0], [9, 0, 0, 7]]])
    target = torch.tensor([[3, 2], [1, PAD]])  # with odds of 5/8, 1/4, 1/4; padding is left out
    assert sequence_loss(logits, target).item() == pytest.approx(math.log(8 / 5 * 4 * 4) / 3)


@pytest.mark.parametrize("attention", ["additive", "dot"])
def test_a_tiny_model_learns_to_copy(attention):
    copier = Seq2Seq(8, 8, d_embed=7, d_hidden=16, attention=attention)
    optimizer = torch.optim.Adam(copier.parameters(), lr=0.02)
    lengths = torch.full((64,), 4)
    for _ in range(150):
        source = torch.cat([torch.randint(3, 8, (64, 3)), torch.full((64, 1), END)], dim=1)
        optimizer.zero_grad()
        sequence_loss(copier(source, lengths, source), source).backward()
        optimizer.step()
    every = torch.cartesian_prod(*[torch.arange(3, 8)] * 3)  # (125, 3)
    every = torch.nn.functional.pad(every, (0, 1), value=END)
    tokens, _ = copier.decode(every, torch.full((125,), 4), 4)
    assert (tokens == every).all(dim=1).float().mean() > 0.95
