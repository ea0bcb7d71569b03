"""What torch makes of the first attention, of its decoder and of edits, for node to compare."""

import random
from itertools import product

import torch
from wire import wire

from attention.widgets import (
    AlignmentExplorer,
    DecoderStep,
)
from attention.widgets.base.edits import edit_alignment, verdict


def alignment_case(seed: int) -> dict:
    """The traits of a model with two sentences, and torch's answer for each (float64)."""
    generator = torch.Generator().manual_seed(seed)
    d_attn, d_key = ((1, 1), (7, 3), (13, 17))[seed % 3]
    spread = (1.0, 5.0, 40.0)[seed % 3]  # from soft weights to nearly one-hot

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator)

    sizes = [(5, 7), (1, 2)] if seed % 2 else [(11, 3), (2, 1)]
    shown = AlignmentExplorer(
        [[str(j) for j in range(s)] for _, s in sizes],
        [[str(i) for i in range(t)] for t, _ in sizes],
        queries=[draw(t, d_attn) for t, _ in sizes],
        keys=[2 * draw(s, d_attn) for _, s in sizes],
        score_vector=spread * draw(d_attn),
        annotations=[draw(s, d_key) for _, s in sizes],
        candidates=[[[("x", 1.0)]] * t for t, _ in sizes],
    )
    answers = []
    for n in range(len(sizes)):
        query, key, annotations = (
            x[n].double() for x in (shown.queries, shown.key_vectors, shown.annotations)
        )
        hidden = torch.tanh(query[:, None] + key)
        scores = torch.nn.functional.linear(hidden, shown.score_vector.double()[None])[..., 0]
        weights = torch.softmax(scores, dim=-1)
        numbers = {"scores": scores, "weights": weights, "context": weights @ annotations}
        answers.append({name: x.tolist() for name, x in numbers.items()})
    state = shown.get_state()
    lists = ("queries", "key_vectors", "annotations")
    traits = {name: [wire(packed) for packed in state[name]] for name in lists}
    return {"traits": traits | {"score_vector": wire(state["score_vector"])}, "answers": answers}


def decoder_case(seed: int) -> dict:
    """The traits of one sentence, and torch's answer at each step, as it is and with one hidden."""
    generator = torch.Generator().manual_seed(seed)
    spread = (1.0, 5.0, 40.0)[seed % 3]
    n_read, n_written, d_attn, d_key = ((2, 1, 1, 1), (7, 5, 3, 11), (11, 3, 13, 17))[seed % 3]
    shown = DecoderStep(
        [str(j) for j in range(n_read)],
        [str(t) for t in range(n_written)],
        score_vector=spread * torch.randn(d_attn, generator=generator),
        queries=torch.randn(n_written, d_attn, generator=generator),
        keys=2 * torch.randn(n_read, d_attn, generator=generator),
        annotations=torch.randn(n_read, d_key, generator=generator),
        candidates=[[[("x", 1.0)]] * (1 + n_read)] * n_written,
    )
    answers = []
    for step, hidden in product(range(n_written), (None, *range(n_read))):
        shown.step, shown.hidden = step, hidden
        seen = torch.tensor([j != hidden for j in range(n_read)])
        scores = torch.tanh(shown.queries[step].double() + shown.key_vectors.double())
        scores = (scores * shown.score_vector.double()).sum(dim=-1)
        chosen = scores[seen].softmax(dim=0)  # as if the hidden one had never been
        context = chosen @ shown.annotations.double()[seen]
        weights = torch.zeros(n_read, dtype=torch.float64).masked_scatter(seen, chosen)
        numbers = {"weights": weights.tolist(), "context": context.tolist()}
        answers.append({"step": step, "hidden": hidden, "scores": scores.tolist(), **numbers})
    state = shown.get_state()
    names = ("score_vector", "queries", "key_vectors", "annotations")
    return {"traits": {name: wire(state[name]) for name in names}, "answers": answers}


def edit_cases(n: int) -> list[dict]:
    """Pairs of short texts over a few words, and the package's alignments of them."""
    chance = random.Random(0)
    found = []
    for case in range(n):
        words = "abcde"[: 2 + case % 4]
        reference, written = (chance.choices(words, k=chance.randint(0, 9)) for _ in range(2))
        edits = edit_alignment(reference, written)
        told = verdict(edits, len(reference))
        found.append(
            {
                "reference": reference,
                "written": written,
                "edits": [edit._asdict() for edit in edits],
                "verdict": told,
            }
        )
    return found
