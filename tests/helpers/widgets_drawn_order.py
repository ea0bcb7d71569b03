"""Clock hands of rotary positions and the three attentions: what has to be seen."""

import torch
from ink_on_canvas import Map, all_different, assert_map_drawn
from lines_on_screen import line, spots
from screen_pixels import Box, Screen

from attention.widgets import RotaryClock, ThreeAttentions


def drawn_clock(screen: Screen, shown: RotaryClock) -> None:
    """Each hand points where its pair is turned to; the curve runs by distance, with its spot."""
    dials = screen.boxes(".afm-dial > svg", len(shown.products))
    hands = [x.unflatten(0, (-1, 2)) for x in shown.turned]
    reach = max(x.norm(dim=-1).max().item() for x in hands)
    for i, dial in enumerate(dials):
        query, key = (x[i] / reach for x in hands)
        assert abs(torch.stack([query, key]).det()) > 0.05, "one hand hides the other"
        for hand, ink in ((query, "query"), (key, "k")):
            up, right = (42 * hand).tolist()
            seen = []
            for share in (0.5, 0.9, -0.5):
                x, y = dial.at(50 + share * right, 50 - share * up)
                seen.append(bool(screen.near(Box(x - 1, y - 1, 2, 2), screen[ink], 12).any()))
            assert seen == [True, True, False], (i, ink)
    plot = screen.box(".afm-plane > svg")
    lengths = [x.double().unflatten(0, (-1, 2)).norm(dim=-1) for x in (shown.query, shown.key)]
    most = (lengths[0] * lengths[1]).sum().item()
    curve = shown.curve.numpy() / most
    assert curve.max() - curve.min() > 0.4

    def down(share):
        return 100 * (1.2 - share) / 2.4

    def height(x):
        far = x / 100 * 132 - 66 + 63
        low = far.astype(int)
        return down(curve[low] + (far - low) * (curve[low + 1] - curve[low]))

    line(screen, plot, height, screen["accent"], between=(3, 97))
    far = shown.key_place - shown.query_place
    place = 100 * (far + 66) / 132, down(shown.product / most)
    spots(screen, ".afm-handle", plot, [place])


def drawn_three(screen: Screen, shown: ThreeAttentions) -> None:
    """Q, K and V of the chosen attention are lit, and of no other; the map holds its weights."""
    picture = screen.box(".afm-stacks > svg")
    ends = {
        "encoder": [(40, 220), (70, 220), (100, 220)],
        "masked": [(224, 220), (254, 220), (284, 220)],
        "cross": [(254, 162), (168, 108), (156, 125)],
    }
    for use, places in ends.items():
        for (x, y), ink in zip(places, ("query", "k", "v"), strict=True):
            left, top = picture.at(x / 3.24, y / 2.66)
            spot = Box(left - 1, top - 1, 2, 2)
            assert bool(screen.near(spot, screen[ink], 12).any()) == (use == shown.use), (use, ink)
    weights, mask = shown.weights, shown.mask
    all_different([weights])
    place = shown.query, int(weights[shown.query].argmax())
    cells = ".afm-grid td[data-key]"
    assert assert_map_drawn(screen, Map(cells, weights, place, mask)) == mask.sum()
