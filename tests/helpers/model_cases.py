"""Of whole models, for the page's JavaScript: the scores of their heads, and their parts."""

from itertools import product

import torch
from widget_examples import heads, phase, quality, stored_heads
from wire import wire

from attention import GPT, GPTConfig
from attention.functional.head_scores import (
    first_token_score,
    induction_score,
    previous_token_score,
)
from attention.trained.induction_growth import phase_change_example
from attention.widgets import BlockDiagram, HeadExplorer, PhaseChange, QualityByLength

DIAGRAMS = [  # d_model, n_heads, n_layers, n_tokens, max_len, batch, length
    (6, 1, 1, 1, 1, 1, 1),
    (20, 5, 3, 11, 17, 3, 7),
    (128, 4, 3, 1024, 64, 1, 64),
    (768, 12, 12, 50257, 1024, 2, 1000),
    (1600, 25, 48, 50257, 1024, 1, 8),
]


THREE = torch.rand(2, 3, 4, generator=torch.Generator().manual_seed(2))
"""Shares of three seeds at four lengths."""


def model_cases() -> dict[str, list[dict]]:
    """The cases of each kind."""
    return {
        "heads": [heads_case(shown) for shown in (stored_heads(), heads())],
        "phases": [phase_case(phase()), phase_case(PhaseChange(**phase_change_example()))],
        "qualities": [quality_case(quality()), quality_case(quality(scores=THREE))],
        "diagrams": [diagram_case(*sizes) for sizes in product(DIAGRAMS, ("pre", "post"))],
    }


def quality_case(shown: QualityByLength) -> dict:
    """The scores as the page gets them, and each length's median over the seeds."""
    return {
        "scores": wire(shown.get_state()["scores"]),
        "numbers": shown.scores.tolist(),
        "medians": shown.scores.median(dim=1).values.tolist(),
    }


def heads_case(shown: HeadExplorer) -> dict:
    """The weights as the page gets them, and what the package finds in them (float64)."""
    ids = torch.tensor([[shown.tokens.index(token) for token in shown.tokens]])
    flat = shown.weights.double().flatten(0, 1)[None]  # (1, L H, T, T)
    found = {
        "previous": previous_token_score(flat),
        "first": first_token_score(flat),
        "induction": induction_score(flat, ids),
        "current": torch.einsum("bhtt->ht", flat)[:, 1:].mean(dim=-1),
    }
    shape, packed = shown.weights.shape[:2], shown.get_state()["weights"]
    return {
        "tokens": shown.tokens,
        "weights": wire(packed),
        "all": shown.weights.tolist(),
        "scores": {name: scores.reshape(shape).tolist() for name, scores in found.items()},
    }


def phase_case(shown: PhaseChange) -> dict:
    """Maps and curves as the page gets them, what they hold, and where each run falls fastest."""
    state, falls = shown.get_state(), []
    for run in range(len(shown.runs)):
        shown.run = run
        falls.append(shown.fall)
    return {
        "maps": wire(state["maps"]),
        "all": shown.maps.tolist(),
        "curves": wire(state["curves"]),
        "numbers": shown.curves.tolist(),
        "steps": shown.steps,
        "falls": falls,
    }


def diagram_case(sizes: tuple[int, ...], order: str) -> dict:
    """A GPT's sizes, its stages, and the parameters of the package's own model of that shape."""
    names = ("d_model", "n_heads", "n_layers", "n_tokens", "max_len", "batch", "length")
    config = {**dict(zip(names, sizes, strict=True)), "norm_order": order}
    shown = BlockDiagram(**config)
    with torch.device("meta"):
        model = GPT(GPTConfig(**shown.sizes))
    return {
        "config": config,
        "parts": shown.stages._asdict(),
        "block": sum(p.numel() for p in model.blocks[0].parameters()),
        "total": sum(p.numel() for p in model.parameters()),
        "activations": shown.activations,
    }
