"""Writing with a trained sequence-to-sequence model: greedily, or with a beam of candidates."""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from attention._checks import check_count, shape
from attention.data.vocabulary import BEGIN, END, PAD
from attention.models.seq2seq.decoder import Decoder
from attention.models.seq2seq.encoder import Encoder, Memory


class EncoderDecoder(Protocol):
    """What one can write with: :class:`attention.Seq2Seq` is one."""

    encoder: Encoder
    decoder: Decoder


@dataclass(frozen=True)
class Written:
    """What a model wrote for each of B sources.

    Attributes:
        tokens: Token ids with the end mark, int64 (B, T); 0 after it. A sequence that was cut off
            at ``max_len`` has no end mark.
        log_probability: The logarithm of the probability that the model gave to each token,
            (B, T); 0 after the end mark.
        weights: The attention weights behind each token, (B, T, S), 0 after the end mark; ``None``
            without attention.
    """

    tokens: Tensor
    log_probability: Tensor
    weights: Tensor | None


@torch.no_grad()
def greedy(model: EncoderDecoder, source: Tensor, lengths: Tensor, max_len: int) -> Written:
    """Take the likeliest token at every step, until the end mark.

    Args:
        model: The model.
        source: Source ids, int64 (B, S), padded with 0.
        lengths: Number of real source tokens, whole numbers (B,).
        max_len: The largest number of tokens to write, the end mark included.

    Returns:
        What was written; T is the length of the longest, at most ``max_len``.

    Raises:
        TypeError: If ids or counts are not whole numbers.
        ValueError: If a shape does not fit, a length is out of range or ``max_len`` is below 1.
    """
    check_count("max_len", max_len)
    decoder, memory = model.decoder, model.encoder(source, lengths)
    prepared = decoder.prepare(memory)
    state = decoder.first_state(memory)  # (B, d_hidden)
    token = source.new_full((len(source),), BEGIN, dtype=torch.int64)  # (B,)
    running = torch.ones_like(token, dtype=torch.bool)
    written = []
    for _ in range(max_len):
        logits, state, weights = decoder.step(token, state, memory, prepared)
        best, token = logits.log_softmax(dim=-1).max(dim=-1)  # (B,), (B,)
        token = token.where(running, PAD)
        if weights is not None:
            weights = weights * running[:, None]
        written.append((token, best * running, weights))
        running = running & (token != END)
        if not running.any():
            break
    tokens, chances, all_weights = zip(*written, strict=True)
    stacked = None if decoder.attention is None else torch.stack(all_weights, dim=1)  # (B, T, S)
    return Written(torch.stack(tokens, dim=1), torch.stack(chances, dim=1), stacked)


@dataclass(frozen=True)
class Candidate:
    """One way to write the target.

    Attributes:
        tokens: Token ids, with the end mark unless it was cut off at ``max_len``.
        log_probability: The logarithm of the probability that the model gives to all of them.
        weights: The attention weights behind each token, (T, S); ``None`` without attention.
    """

    tokens: list[int]
    log_probability: float
    weights: Tensor | None


@torch.no_grad()
def beam_search(
    model: EncoderDecoder, source: Tensor, *, width: int, max_len: int, alpha: float = 0.0
) -> list[Candidate]:
    r"""Keep the ``width`` best beginnings at every step, and return the ``width`` best endings.

    Greedy decoding may pick a word that leads nowhere good. A beam keeps several beginnings alive,
    and so finds likelier sentences. Finished candidates are ranked by

    .. math::

        \log p(y \mid x) \,/\, |y|^{\alpha}

    Args:
        model: The model.
        source: The ids of one source, int64 (S,), without padding.
        width: Number of beginnings that are kept; with 1 the search is greedy.
        max_len: The largest number of tokens to write, the end mark included.
        alpha: How far a long sentence is forgiven its many factors: 0 not at all, 1 fully.

    Returns:
        At most ``width`` candidates, the best first.

    Raises:
        TypeError: If ids or counts are not whole numbers.
        ValueError: If ``source`` has another shape or is empty, or a count is below 1.

    Source:
        Sutskever et al. 2014, section 3.2 (the search, which they ran with widths 1, 2 and 12); the
        power of the length follows Wu et al. 2016, section 7, in its simplest form.
    """
    check_count("width", width)
    check_count("max_len", max_len)
    if source.ndim != 1:
        raise ValueError(f"source should have shape (S,), but had {shape(source)}")
    decoder = model.decoder
    memory = model.encoder(source[None], torch.tensor([len(source)], device=source.device))
    prepared = decoder.prepare(memory)
    state = decoder.first_state(memory)  # (n, d_hidden) for n beginnings, of which there is one
    tokens = source.new_full((1, 1), BEGIN)  # (n, t + 1)
    total = torch.zeros(1, device=source.device)  # (n,)
    history: list[Tensor] = []  # the weights of each step so far, (n, S)
    finished: list[Candidate] = []
    for step in range(max_len):
        n = len(tokens)
        several = Memory(*(part.expand(n, *part.shape[1:]) for part in memory))
        keys = None if prepared is None else prepared.expand(n, *prepared.shape[1:])
        logits, state, weights = decoder.step(tokens[:, -1], state, several, keys)
        # A finished candidate leaves the beam and takes its place with it.
        longer = (total[:, None] + logits.log_softmax(dim=-1)).flatten()  # (n * n_target,)
        total, best = longer.topk(min(width - len(finished), len(longer)))
        parent, token = best // logits.shape[1], best % logits.shape[1]
        tokens = torch.cat([tokens[parent], token[:, None]], dim=1)
        state = state[parent]
        if weights is not None:
            history = [old[parent] for old in [*history, weights]]
        ends = (token == END) | (step == max_len - 1)
        for i in ends.nonzero().flatten().tolist():
            seen = torch.stack([w[i] for w in history]) if history else None
            finished.append(Candidate(tokens[i, 1:].tolist(), total[i].item(), seen))
        tokens, total, state = tokens[~ends], total[~ends], state[~ends]
        history = [w[~ends] for w in history]
        if len(finished) == width or not len(tokens):
            break
    return sorted(finished, key=lambda c: c.log_probability / len(c.tokens) ** alpha, reverse=True)
