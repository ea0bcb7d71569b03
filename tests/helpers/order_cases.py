"""Of turning hands and of the three attentions, for the page's JavaScript: what torch says."""

from itertools import product

import torch
from order_examples import clock, three

from attention.nn.positions import RotaryEmbedding
from attention.widgets import RotaryClock
from attention.widgets.rotary_clock import BASES, HANDS
from attention.widgets.three_attentions.picture import USES

PLACES = ((0, 0), (5, 11), (63, 0), (0, 63), (40, 33))


def order_cases() -> dict[str, list[dict]]:
    """The cases of each kind."""
    return {
        "clocks": [
            clock_case(clock(query_place=t, key_place=s, base=base, hands=hands))
            for (t, s), base, hands in product(PLACES, BASES, HANDS)
        ],
        "uses": [use_case(use) for use in USES],
    }


def clock_case(shown: RotaryClock) -> dict:
    """A query, a key, and how torch's own module turns them (float64)."""
    vectors = torch.stack([shown.query, shown.key]).double()
    module = RotaryEmbedding(len(shown.query), base=shown.base, layout="interleaved")
    turned = [
        module(x[None, None, None], start=place)[0, 0, 0]
        for x, place in zip(vectors, (shown.query_place, shown.key_place), strict=True)
    ]
    found = {"turned": torch.stack(turned), "products": shown.products, "curve": shown.curve}
    setting = {"t": shown.query_place, "s": shown.key_place, "base": shown.base}
    setting |= {"hands": shown.hands, "product": shown.product}
    given = {"query": vectors[0], "key": vectors[1]}
    return setting | {name: tensor.tolist() for name, tensor in (given | found).items()}


def use_case(use: str) -> dict:
    """Queries and keys of one of the three, and torch's weights (float64)."""
    shown = three(use=use)
    i = list(USES).index(use)
    given = {"queries": shown.queries[i], "keys": shown.key_vectors[i], "weights": shown.weights}
    return {"use": use, **{name: tensor.tolist() for name, tensor in given.items()}}
