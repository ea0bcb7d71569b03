"""Real sentences through the trained translators: what the sliders of chapters 1 and 2 move."""

from typing import Any, cast

import torch
from torch import Tensor, nn

from attention.data.translation import (
    ENGLISH,
    FRENCH,
    MAX_CLAUSES,
    sentence_pairs,
    translate,
    translation_batch,
)
from attention.data.vocabulary import BEGIN, END_MARK, Batch, batch_of, reverse_source
from attention.models.seq2seq.search import greedy
from attention.nn.scores import AdditiveAttention
from attention.trained.translators import (
    RECIPES,
    TRAINED_CLAUSES,
    trained_scores,
    trained_translator,
)

MODELS = {
    "fixed": "fixed vector",
    "reversed": "source reversed",
    "fixed, long": "trained 5 times as long",
}
"""The models of chapter 1's explorer, by their recipe, and what it calls them."""

LONG_SENTENCES = (
    "the green cat sleeps and a heavy door falls and the queen sings and a cold river runs and "
    "the white moon shines and a dog waits and the round flower dreams and a wolf dances",
    "a strong king waits and the mouse dances and a grey house falls and the girl sleeps and "
    "a black boat runs and the cold moon shines and a baker sings and the white door dreams",
    "the book falls and a black dog runs and the round garden sleeps and a heavy boat waits and "
    "the grey wolf dreams and a queen dances and the green flower shines and a girl sings",
)
SHORT_SENTENCES = (
    "the cat sleeps and a heavy door falls and the queen sings and a cold river runs",
    "a strong king waits and the mouse dances and a house falls and the girl sleeps",
    "the book falls and a black dog runs and the round garden sleeps and a boat waits",
)
ALIGNED_SENTENCES = (
    "the green cat sleeps and a heavy door falls",
    "a white mouse dances and the cold river runs and a strong baker sings",
    "the queen sleeps and a black boat waits and the round moon shines and a grey wolf runs and "
    "the girl dreams",
)


def clauses_of(sentence: str) -> list[list[str]]:
    """The words of a sentence's first clause, of its first two, and so on."""
    clauses = sentence.split(" and ")
    return [" and ".join(clauses[:n]).split() for n in range(1, len(clauses) + 1)]


def translation_example() -> dict[str, Any]:
    """The arguments of ``TranslationExplorer``: sentences of 1 to 8 clauses without attention.

    Returns:
        The sentences, their right translations, what each of ``MODELS`` writes with which
        probabilities, and the vector from which it writes.
    """
    sources = [clauses_of(sentence) for sentence in LONG_SENTENCES]
    references = [[translate(words).french for words in row] for row in sources]
    pairs = [
        (words, french)
        for row, wanted in zip(sources, references, strict=True)
        for words, french in zip(row, wanted, strict=True)
    ]
    batch = batch_of(pairs, ENGLISH, FRENCH)
    outputs, chances, states = [], [], []
    for name in MODELS:
        model = trained_translator(name)
        read = reverse_source(batch) if RECIPES[name].reverse else batch
        written = greedy(model, read.source, read.lengths, batch.target.shape[1] + 4)
        words = [FRENCH.decode(row) for row in written.tokens.tolist()]
        outputs.append(_rows(words))
        certainty = written.log_probability.exp().tolist()
        chances.append(_rows([row[: len(w)] for row, w in zip(certainty, words, strict=True)]))
        with torch.no_grad():
            summary = model.encoder(read.source, read.lengths).summary  # (N * L, d)
        states.append(summary.unflatten(0, (len(sources), MAX_CLAUSES)))  # (N, L, d)
    return {
        "sources": sources,
        "references": references,
        "models": list(MODELS.values()),
        "outputs": outputs,
        "chances": chances,
        "states": torch.stack(states),  # (M, N, L, d)
        "scores": torch.stack([trained_scores(name)[0] for name in MODELS]),  # (M, L)
        "lengths": list(range(1, MAX_CLAUSES + 1)),
        "trained": TRAINED_CLAUSES,
    }


def quality_example() -> dict[str, Any]:
    """The arguments of ``QualityByLength`` but for its scores: a sentence of each length.

    Returns:
        The first of the 200 sentences on which each length is tested, its right translation, and
        what the first seed's model with one fixed vector writes.
    """
    lengths = range(1, MAX_CLAUSES + 1)
    tests = [sentence_pairs(200, n, generator=torch.Generator().manual_seed(0)) for n in lengths]
    pairs = [pairs[0] for pairs in tests]
    batch = translation_batch(pairs)
    width = batch.target.shape[1] + 4
    tokens, _ = trained_translator("fixed").decode(batch.source, batch.lengths, width)
    return {
        "lengths": list(lengths),
        "sources": [pair.english for pair in pairs],
        "references": [pair.french for pair in pairs],
        "outputs": [FRENCH.decode(row) for row in tokens.tolist()],
        "trained": TRAINED_CLAUSES,
    }


def machine_example() -> dict[str, Any]:
    """The arguments of ``EncoderDecoderMachine``: the small translator, and sentences to give it.

    Returns:
        Its nine matrices with their biases, both vocabularies, the sentences by number of clauses,
        and their right translations.
    """
    model = trained_translator("small")
    encoder, decoder = model.encoder, model.decoder
    of_input, of_state = _with_biases(encoder.gru)
    into_input, into_state = _with_biases(decoder.gru)
    weights = [
        encoder.embedding.weight, of_input, of_state,
        decoder.embedding.weight, _joined(decoder.start.weight, decoder.start.bias),
        into_input, into_state,
        _joined(decoder.combine.weight, decoder.combine.bias),
        _joined(decoder.readout.weight, decoder.readout.bias),
    ]  # fmt: skip
    sources = [clauses_of(sentence) for sentence in SHORT_SENTENCES]
    return {
        "source_words": ENGLISH.words,
        "target_words": FRENCH.words,
        "weights": [matrix.detach() for matrix in weights],
        "sources": sources,
        "references": [[translate(words).french for words in row] for row in sources],
    }


def _with_biases(gru: nn.GRU) -> tuple[Tensor, Tensor]:
    """What a GRU does to its input and to its state, each with its bias as the last column."""
    w, u, b, b_h = gru.all_weights[0]
    return _joined(w, b), _joined(u, b_h)


def _joined(weight: Tensor, bias: Tensor) -> Tensor:
    return torch.cat([weight, bias[:, None]], dim=1)


def alignment_example(sentences: tuple[str, ...] = ALIGNED_SENTENCES) -> dict[str, Any]:
    """The arguments of ``AlignmentExplorer``: sentences as the additive translator writes them.

    Args:
        sentences: Sentences of the grammar.

    Returns:
        The words, and for each sentence the queries, keys and annotations of every step.

    Raises:
        ValueError: If a sentence does not follow the grammar.
    """
    model = trained_translator("additive")
    attention = cast("AdditiveAttention", model.decoder.attention)
    found: dict[str, list[Any]] = {
        name: [] for name in ("sources", "outputs", "queries", "keys", "annotations", "candidates")
    }
    for sentence in sentences:
        pair = translate(sentence.split())
        batch = batch_of([(pair.english, pair.french)], ENGLISH, FRENCH)
        words, queries, candidates = _follow(batch)
        with torch.no_grad():
            memory = model.encoder(batch.source, batch.lengths)
            found["keys"].append(attention.prepare(memory.keys)[0])  # (S, d_attn)
        found["annotations"].append(memory.keys[0])  # (S, d_key)
        found["sources"].append([*pair.english, END_MARK])
        found["outputs"].append(words)
        found["queries"].append(queries)
        found["candidates"].append(candidates)
    return {**found, "score_vector": attention.score_vector.weight.detach()[0]}


def decoder_step_example(sentence: str = ALIGNED_SENTENCES[0]) -> dict[str, Any]:
    """The arguments of ``DecoderStep``: one sentence as the additive translator writes it.

    Args:
        sentence: A sentence of the grammar, of at most 11 words.

    Returns:
        The words, the queries, keys and annotations, and what would be written at each step if
        all annotations are seen, and if one of them is hidden.

    Raises:
        ValueError: If the sentence does not follow the grammar.
    """
    found = alignment_example((sentence,))
    source, output = found["sources"][0], found["outputs"][0]
    return {
        "source": source,
        "output": output,
        "candidates": _one_hidden(source[:-1], output),
        "score_vector": found["score_vector"],
        **{name: found[name][0] for name in ("queries", "keys", "annotations")},
    }


@torch.no_grad()
def _one_hidden(source: list[str], output: list[str]) -> list[list[list[tuple[str, float]]]]:
    """The likeliest words at each step: as it is, and with each annotation hidden in turn."""
    model = trained_translator("additive")
    batch = batch_of([(source, output[:-1])], ENGLISH, FRENCH)
    memory = model.encoder(batch.source, batch.lengths)
    every = ~torch.eye(len(source) + 1, dtype=torch.bool)  # row j hides annotation j
    seen = torch.cat([memory.mask, every & memory.mask])  # (1 + S, S)
    ways = memory._replace(
        keys=memory.keys.expand(len(seen), -1, -1),
        summary=memory.summary.expand(len(seen), -1),
        mask=seen,
    )
    state, token = model.decoder.first_state(memory), torch.tensor([BEGIN])
    found = []
    for written in batch.target[0]:
        begun = token.expand(len(seen)), state.expand(len(seen), -1)
        best = model.decoder.step(*begun, ways)[0].softmax(dim=-1).topk(3)  # (1 + S, 3)
        found.append(
            [
                [(FRENCH.words[i], p) for i, p in zip(row, shares, strict=True)]
                for row, shares in zip(best.indices.tolist(), best.values.tolist(), strict=True)
            ]
        )
        _, state, _ = model.decoder.step(token, state, memory)
        token = written[None]
    return found


@torch.no_grad()
def _follow(batch: Batch) -> tuple[list[str], Tensor, list[list[tuple[str, float]]]]:
    """Write one sentence greedily: its words, the query of each step, and the likeliest words."""
    model = trained_translator("additive")
    decoder, attention = model.decoder, cast("AdditiveAttention", model.decoder.attention)
    memory = model.encoder(batch.source, batch.lengths)
    state, token = decoder.first_state(memory), torch.tensor([BEGIN])
    words: list[str] = []
    queries, candidates = [], []
    while not words or (words[-1] != END_MARK and len(words) < 2 * batch.source.shape[1]):
        queries.append(attention.w_query(state)[0])  # the state before asks
        logits, state, _ = decoder.step(token, state, memory)
        best = logits[0].softmax(dim=-1).topk(4)
        token = best.indices[:1]
        likely = [FRENCH.words[i] for i in best.indices.tolist()]
        candidates.append(list(zip(likely, best.values.tolist(), strict=True)))
        words.append(likely[0])
    return words, torch.stack(queries), candidates


def _rows(flat: list[Any]) -> list[list[Any]]:
    """N * L things as N rows of L."""
    return [flat[i : i + MAX_CLAUSES] for i in range(0, len(flat), MAX_CLAUSES)]
