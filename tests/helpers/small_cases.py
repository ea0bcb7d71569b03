"""Of the small widgets, for the page's JavaScript: what torch and autograd say."""

from itertools import product

import pytest
import torch
from widget_examples import painter, query_arrow, softmax_bars

from attention.widgets import DotProduct, DownhillBall, LineFit, MaskPainter, ScoreHistogram
from attention.widgets.dot_product.picture import verdict
from attention.widgets.downhill_ball.curves import CURVES

ARROWS = [
    *((1, 2, 2.5, 1), (-2, 1.5, 2.5, -0.5), (3, -3, -3, -3), (0.3, 0.1, -0.1, 0.3), (1, 1, 2, 2)),
    *((-1.5, 0.5, 3, -1), (0, 0, 1, 2), (1, 2, 0, 0), (0, 0, 0, 0), (0.5, 0, 0, -3)),
]


STARTS, RATES = (-3.0, -2.5, -0.1, 0.0, 0.4, 3.0), (0.01, 0.2, 1.0, 1.8, 2.1, 2.5)


def small_cases() -> dict[str, list[dict]]:
    """The cases of each kind."""
    return {
        "masks_painted": [painted_case(painter(), seed) for seed in range(12)],
        "queries": [query_case(x, y) for x, y in ((0.5, -0.5), (0, 0), (-2, 1.3), (2, 2))],
        "shares": [
            shares_case(*setting)
            for setting in ((1.0, 0.0), (0.1, 5.0), (0.1, -5.0), (10.0, 2.5), (0.7, -0.3))
        ],
        "histograms": [
            histogram_case(*setting)
            for setting in ((1, 4, False, 0), (16, 64, False, 3), (256, 1024, True, 2**32 - 1))
        ],
        "arrows": [arrows_case(*numbers) for numbers in ARROWS],
        "descents": [descent_case(*state) for state in product(CURVES, STARTS, RATES)],
        "fits": [fit_case(*state) for state in product(range(3), (-2.0, 0.0, 3.0), (0.01, 0.2))],
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


def query_case(x: float, y: float) -> dict:
    """Keys and values as the page gets them, a query, and torch's answer (float64)."""
    shown = query_arrow(x=x, y=y)
    found = {"scores": shown.scores, "weights": shown.weights, "context": shown.context}
    given = {"query": shown.query, "keys": shown.key_vectors, "values": shown.values}
    return {name: tensor.tolist() for name, tensor in (given | found).items()}


def shares_case(temperature: float, shift: float) -> dict:
    """Scores from one end to the other, and torch's powers and softmax of them (float64)."""
    scores = [-5.0, 0.5, 5.0, 2.0]
    shown = softmax_bars(scores=scores, temperature=temperature, shift=shift)
    powers = shown.divided.exp()
    found = {"powers": powers, "weights": shown.weights, "sum": powers.sum()}
    given = {"scores": scores, "temperature": temperature, "shift": shift}
    return given | {name: tensor.tolist() for name, tensor in found.items()}


def histogram_case(d_k: int, n_keys: int, scaled: bool, seed: int) -> dict:
    """Random vectors, and what torch says of their scores and weights (float64)."""
    shown = ScoreHistogram(d_k=d_k, n_keys=n_keys, scaled=scaled, seed=seed)
    queries, keys = shown.vectors
    weights = (queries[:1] @ keys[:n_keys].mT * shown.scale).softmax(dim=-1)[0]
    found = {"query": queries[0], "counts": shown.counts, "weights": weights}
    setting = {"dK": d_k, "nKeys": n_keys, "isScaled": scaled}
    told = {name: tensor.tolist() for name, tensor in found.items()}
    return {"seed": seed, "setting": setting, "deviation": shown.deviation, **told}


def arrows_case(*numbers: float) -> dict:
    """Two arrows, and what Python says of them."""
    shown = DotProduct(**dict(zip(("a1", "a2", "b1", "b2"), numbers, strict=True)))
    a, b = shown.vectors
    found = {"product": shown.product, "shadow": shown.shadow, "angle": shown.angle}
    lengths = [a.norm().item(), b.norm().item()]
    return {"a": a.tolist(), "b": b.tolist(), "lengths": lengths, "words": verdict(shown)} | found


def descent_case(curve: str, start: float, rate: float) -> dict:
    """Where torch's own SGD takes one parameter in 15 steps, as far as it is followed."""
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    descent = torch.optim.SGD([w], lr=rate)
    path, losses, slopes = [], [], []
    for _ in range(16):
        descent.zero_grad()
        loss = CURVES[curve](w)
        loss.backward()
        for found, value in zip((path, losses, slopes), (w, loss, w.grad), strict=True):
            found.append(value.item())
        if abs(path[-1]) > 10:
            break
        descent.step()
    shown = DownhillBall(curve=curve, start=start, rate=rate, steps=15)
    assert shown.path == pytest.approx(path, rel=1e-9, abs=1e-9)
    state = {"curve": curve, "start": start, "rate": rate, "steps": 15}
    return {"state": state, "path": path, "losses": losses, "slopes": slopes}


def fit_case(seed: int, slope: float, rate: float) -> dict:
    """Some points, and where torch's own SGD takes a line in 30 steps, as far as it is followed."""
    generator = torch.Generator().manual_seed(seed)
    points = torch.randn(3 + 4 * seed, 2, generator=generator).clamp(-4, 4)
    shown = LineFit(points=points, slope=slope, intercept=-1.5, rate=rate, steps=30)
    x, y = shown.points.double().T
    line = torch.nn.Linear(1, 1, dtype=torch.float64)
    with torch.no_grad():
        line.weight.fill_(slope)
        line.bias.fill_(-1.5)
    descent = torch.optim.SGD(line.parameters(), lr=rate)
    path = []
    for _ in range(31):
        descent.zero_grad()
        loss = torch.nn.functional.mse_loss(line(x[:, None])[:, 0], y)
        loss.backward()
        numbers = (line.weight, line.bias, loss, line.weight.grad, line.bias.grad)
        path.append([number.item() for number in numbers])
        if path[-1][2] > 1e4:
            break
        descent.step()
    lines = torch.tensor(path, dtype=torch.float64)
    torch.testing.assert_close(shown.lines, lines[:, :2])
    torch.testing.assert_close(shown.gradient, lines[-1, 3:])
    assert shown.losses == pytest.approx(lines[:, 2].tolist())
    state = {"slope": slope, "intercept": -1.5, "rate": rate, "steps": 30}
    return {"points": shown.points.tolist(), "state": state, "path": path, "least": shown.least}
