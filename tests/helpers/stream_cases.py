"""Stream, norm, next token and tiles, for the page's JavaScript: what torch says."""

from itertools import product

import torch
import torch.nn.functional as F
from widget_examples import next_token, norm, online, stream

from attention.widgets import NextToken, NormBars, ResidualStream


def stream_cases() -> dict[str, list[dict]]:
    """The cases of each kind."""
    return {
        "streams": [stream_case(stream()), stream_case(stream(epsilon=0.5))],
        "norms": [
            norm_case(norm(norm=kind, times=t)) for kind in ("layer", "rms") for t in (0.1, 7)
        ],
        "next_tokens": [next_case(next_token(), *setting) for setting in SETTINGS],
        "tiles": [online_case(size, shift) for size in range(1, 8) for shift in (0.0, 1000.0)],
    }


SETTINGS = list(product((0.1, 1.0, 3.5), (1, 4, 5, 6, 17), (0, 2**32 - 1)))


def stream_case(shown: ResidualStream) -> dict:
    """What is added, and torch's sums and softmax over all tokens (float64)."""
    parts, readout = shown.contributions.double(), shown.readout.double()
    chances = []
    for n in range(1, len(parts) + 1):
        normal = F.layer_norm(parts[:n].sum(dim=0), parts[0].shape, eps=shown.epsilon)
        logits = readout @ normal + shown.offsets.double()
        every = torch.cat([logits, shown.others[n - 1 : n].double()])
        chances.append((every.exp() / every.exp().sum())[:-1].tolist())
    given = {
        "contributions": parts, "readout": readout, "offsets": shown.offsets.double(),
        "others": shown.others.double(), "stream": shown.stream, "lengths": shown.lengths,
    }  # fmt: skip
    told = {name: tensor.tolist() for name, tensor in given.items()}
    return told | {"epsilon": shown.epsilon, "chances": chances}


def norm_case(shown: NormBars) -> dict:
    """A vector, and torch's own norm of it (float64)."""
    of = F.layer_norm if shown.norm == "layer" else F.rms_norm
    x = shown.input
    normal = of(x, x.shape, eps=1e-5)
    return {"input": x.tolist(), "isCentred": shown.norm == "layer", "normal": normal.tolist()}


def next_case(shown: NextToken, temperature: float, top_k: int, seed: int) -> dict:
    """Logits, torch's softmax of the likeliest, and what Python draws by it."""
    shown.temperature, shown.top_k, shown.seed, shown.draws = temperature, top_k, seed, 300
    best = (shown.logits.double() / temperature).topk(top_k)
    chances = torch.zeros(len(shown.logits), dtype=torch.float64)
    chances[best.indices] = best.values.softmax(dim=-1)
    n = len(shown.tokens)
    return {
        "logits": shown.logits.tolist(),
        "n": n,
        "temperature": temperature,
        "topK": top_k,
        "seed": seed,
        "chances": [*chances[:n].tolist(), chances[n:].sum().item()],
        "drawn": shown.drawn.tolist(),
    }


def online_case(size: int, shift: float) -> dict:
    """Scores in tiles, and torch's softmax and logsumexp of what was read after each (float64)."""
    shown = online(size=size, step=0, scores=[s + shift for s in online().scores])
    scores = torch.tensor(shown.scores, dtype=torch.float64)
    values = torch.tensor(shown.values, dtype=torch.float64)
    n_read = [min(len(scores), size * k) for k in range(1, shown.tiles + 1)]
    return {
        "scores": shown.scores, "values": shown.values, "size": size,
        "maxima": [scores[:n].max().item() for n in n_read],
        "logsumexps": [scores[:n].logsumexp(dim=0).item() for n in n_read],
        "contexts": [(scores[:n].softmax(dim=0) @ values[:n]).item() for n in n_read],
    }  # fmt: skip
