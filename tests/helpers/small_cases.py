"""Of the small widgets, for the page's JavaScript: what torch and autograd say."""

import torch
from widget_examples import painter

from attention.widgets import DotProduct, MaskPainter
from attention.widgets.dot_product.picture import verdict

ARROWS = [
    *((1, 2, 2.5, 1), (-2, 1.5, 2.5, -0.5), (3, -3, -3, -3), (0.3, 0.1, -0.1, 0.3), (1, 1, 2, 2)),
    *((-1.5, 0.5, 3, -1), (0, 0, 1, 2), (1, 2, 0, 0), (0, 0, 0, 0), (0.5, 0, 0, -3)),
]


def small_cases() -> dict[str, list[dict]]:
    """The cases of each kind."""
    return {
        "masks_painted": [painted_case(painter(), seed) for seed in range(12)],
        "arrows": [arrows_case(*numbers) for numbers in ARROWS],
    }


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


def arrows_case(*numbers: float) -> dict:
    """Two arrows, and what Python says of them."""
    shown = DotProduct(**dict(zip(("a1", "a2", "b1", "b2"), numbers, strict=True)))
    a, b = shown.vectors
    found = {"product": shown.product, "shadow": shown.shadow, "angle": shown.angle}
    lengths = [a.norm().item(), b.norm().item()]
    return {"a": a.tolist(), "b": b.tolist(), "lengths": lengths, "words": verdict(shown)} | found
