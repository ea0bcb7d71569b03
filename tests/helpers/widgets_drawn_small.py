"""What has to be seen of the small widgets: a mask to paint, arrows, a ball and a line to move."""

import numpy as np
import pytest
import torch
from bars_on_screen import row_bars
from ink_on_canvas import all_different, assert_in_rows, short
from lines_on_screen import spots
from screen_pixels import Box, Screen
from widget_examples import painted_mask, painter

from attention.widgets import DotProduct, MaskPainter


def half_painted() -> MaskPainter:
    """One cell of the future is seen, one of the past is hidden, one row sees nothing."""
    later = [(t, s) for t in range(5) for s in range(t + 1, 5) if (t, s) != (0, 2)]
    nothing = [(1, s) for s in range(5)]
    return painter(mask=painted_mask(*later, *nothing, (2, 1)), query=4)


def drawn_mask(screen: Screen, shown: MaskPainter) -> None:
    weights, mask, n = shown.weights, shown.mask_table, len(shown.tokens)
    all_different([weights])
    for selector, texts in [
        (".afm-cell", [f"{x:.1f}".replace("-", "\u2212") for x in shown.scores.flatten().tolist()]),
        (".afm-inked", [short(x) for x in weights.flatten().tolist()]),
    ]:
        boxes = screen.boxes(selector, n * n)
        assert_in_rows([boxes[t * n : (t + 1) * n] for t in range(n)])
        told = screen.page.locator(f"{screen.view} {selector}").all_inner_texts()
        inked = selector == ".afm-inked"
        for i, (t, s) in enumerate(np.ndindex(n, n)):
            rim = boxes[i].part(3, 3, 3, boxes[i].height - 7)
            if not mask[t, s]:
                assert told[i] == ("0" if inked else "\u2212\u221e")
                assert screen.is_hatched(screen.pixels(rim)), f"{selector} {t}, {s}"
                continue
            assert told[i] == texts[i], f"{selector} {t}, {s}"
            wanted = screen.ink(weights[t, s].item()) if inked else screen["panel"]
            assert screen.near(rim, wanted).all(), f"{selector} {t}, {s}"
    row_bars(
        screen, ".afm-steps td[data-step=weight]", weights[shown.query].tolist(),
        screen.mixed(0.28), start="right",
    )  # fmt: skip
    assert torch.equal(weights[1], torch.zeros(n, dtype=torch.float64))


def apart() -> DotProduct:
    """The angle is blunt: the shadow falls on the far side of b."""
    return DotProduct(a1=-2.0, a2=1.5, b1=2.5, b2=-0.5)


def reached(screen: Screen, ground: Box, end: list[float], colour: np.ndarray) -> list[bool]:
    """Whether a colour is seen a third of the way from the middle to a place, four fifths, and
    an eighth beyond; places are from -3.3 to 3.3."""
    found = []
    for share in (0.33, 0.8, 1.125):
        x, y = (3.3 + share * end[0]) / 6.6, (3.3 - share * end[1]) / 6.6
        left, top = ground.at(100 * x, 100 * y)
        spot = Box(left - 1.5, top - 1.5, 3, 3)
        found.append(bool(screen.near(spot, colour, 12).any()))
    return found


def drawn_arrows(screen: Screen, shown: DotProduct) -> None:
    """Each arrow runs from the middle to its tip, and a's shadow along b as far as it says."""
    ground = screen.box(".afm-plane > svg")
    assert ground.width == pytest.approx(ground.height, abs=0.1)
    ends = [vector.tolist() for vector in shown.vectors]
    assert ends[0] != ends[1]
    for end, ink in zip(ends, ("query", "k"), strict=True):
        assert reached(screen, ground, end, screen[ink]) == [True, True, False], ink
    at = [(100 * (3.3 + x) / 6.6, 100 * (3.3 - y) / 6.6) for x, y in ends]
    spots(screen, ".afm-handle", ground, at)
    length = shown.vectors[1].norm().item()
    assert shown.shadow is not None
    assert shown.shadow < 0
    foot = [shown.shadow * x / length for x in ends[1]]
    shade = screen.mixed(0.4, "query")
    assert reached(screen, ground, foot, shade) == [True, True, False], "the shadow"
