"""What has to be seen of a window with its cache, and of heads that share."""

import numpy as np
from screen_pixels import NEAR, Box, Screen
from widget_examples import shared

from attention.widgets import SharedHeads, WindowCache


def two_groups() -> SharedHeads:
    """Six heads over two."""
    return shared(n_kv_heads=2)


def drawn_window(screen: Screen, shown: WindowCache) -> None:
    """Each position's mark has the ink of what it is, each place's of what it holds."""
    inks = {
        "query": screen["query"], "seen": screen["accent"], "reach": screen.mixed(0.35),
        "later": screen["surface"],
    }  # fmt: skip
    assert set(shown.kinds) > set(inks) - {"later"}
    marks = screen.boxes(".afm-window-text .afm-window-mark", len(shown.tokens))
    for p, (box, kind) in enumerate(zip(marks, shown.kinds, strict=True)):
        inside = box.part(2, 2, 2, 2)
        if kind == "gone":
            assert screen.is_hatched(screen.pixels(inside)), f"position {p} is gone"
        else:
            assert screen.near(inside, inks[kind]).all(), f"position {p} is {kind}"
    held = shown.places.tolist()
    marks = screen.boxes(".afm-window-places .afm-window-mark", len(held))
    for place, (box, p) in enumerate(zip(marks, held, strict=True)):
        ink = "surface" if p < 0 else "query" if p == shown.step - 1 else "accent"
        assert screen.near(box.part(2, 2, 2, 2), screen[ink]).all(), f"place {place} holds {p}"


def drawn_shared(screen: Screen, shown: SharedHeads) -> None:
    """A box for each query head, a box in two inks for each group, and the bar to scale."""
    inks = {"keys": "k", "values": "v", "latent": "accent", "rotary key": "k"}
    heads = screen.boxes(".afm-shared-queries li", shown.n_heads)
    n_groups = 1 if shown.kept == "latent" else shown.n_kv_heads
    groups = screen.boxes(".afm-shared-group", n_groups)
    each = shown.n_heads // n_groups
    for i, head in enumerate(heads):
        corner = Box(head.x + 4, head.y + 2, 3, 3)
        assert screen.near(corner, screen["query"]).all(), f"query head {i}"
        own = groups[i // each]
        assert own.x - 1 <= head.x, f"head {i} stands over its group"
        assert head.x + head.width <= own.x + own.width + 1, f"head {i} stands over its group"
    whole = sum(shown.parts.values())
    for group in groups:
        row = _row(screen, Box(group.x, group.y + 2, group.width, 2))
        start = 0.0
        for name, size in shown.parts.items():
            end = start + size / whole
            part = row[round(start * len(row)) + 5 : round(end * len(row)) - 5]
            assert _is(part, screen[inks[name]]), f"{name} of a group"
            start = end
    bar = screen.box(".afm-shared-bar").part(1, 1, 1, 1)
    row = _row(screen, Box(bar.x, bar.y + 4, bar.width, 2))
    start = 0.0
    for name, size in [*shown.parts.items(), ("", shown.most - whole)]:
        end = start + size / shown.most
        part = row[round(start * len(row)) + 2 : round(end * len(row)) - 2]
        assert _is(part, screen[inks[name] if name else "surface"]), f"{name} in the bar"
        start = end


def _row(screen: Screen, box: Box) -> np.ndarray:
    return screen.pixels(box)[0]


def _is(dots: np.ndarray, colour: np.ndarray) -> bool:
    return len(dots) > 3 and bool((np.abs(dots - colour).max(-1) <= NEAR).all())
