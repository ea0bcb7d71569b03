"""Of the small widgets, for the page's JavaScript: what torch and autograd say."""

import torch
from widget_examples import painter

from attention.widgets import MaskPainter


def small_cases() -> dict[str, list[dict]]:
    """The cases of each kind."""
    return {"masks_painted": [painted_case(painter(), seed) for seed in range(12)]}


def painted_case(shown: MaskPainter, seed: int) -> dict:
    """Scores, a mask of which a row may be empty, and torch's softmax of each row (float64)."""
    generator = torch.Generator().manual_seed(seed)
    n = len(shown.tokens)
    mask = torch.rand(n, n, generator=generator) > seed / 12
    mask[seed % n] &= seed % 2 == 0
    shown.mask = mask.tolist()
    hidden = shown.scores.double().masked_fill(~mask, -torch.inf)
    weights = hidden.softmax(dim=-1).nan_to_num(0.0)
    counts = {"future": shown.future, "lost": shown.lost}
    blind = [t for t in range(n) if not mask[t].any()]
    table = {"scores": shown.scores.tolist(), "mask": mask.tolist(), "weights": weights.tolist()}
    return table | counts | {"blind": blind, "tokens": shown.tokens}
