"""What has to be seen of the small widgets: a mask to paint, arrows, a ball and a line to move."""

import numpy as np
import torch
from bars_on_screen import row_bars
from ink_on_canvas import all_different, assert_in_rows, short
from screen_pixels import Screen
from widget_examples import painted_mask, painter

from attention.widgets import MaskPainter


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
