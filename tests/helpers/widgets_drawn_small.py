"""What has to be seen of the small widgets: a mask to paint, arrows, a ball and a line to move."""

import numpy as np
import pytest
import torch
from bars_on_screen import row_bars
from ink_on_canvas import all_different, assert_in_rows, short
from lines_on_screen import colour_at, line, spots
from screen_pixels import Box, Screen
from widget_examples import painted_mask, painter

from attention.widgets import DotProduct, DownhillBall, LineFit, MaskPainter
from attention.widgets.downhill_ball.curves import CURVES


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


def reached(
    screen: Screen, ground: Box, end: list[float], colour: np.ndarray, *, room: float = 3.3
) -> list[bool]:
    """Whether a colour is seen a third of the way from the middle to a place, four fifths, and
    an eighth beyond; places are from -room to room."""
    found = []
    for share in (0.33, 0.8, 1.125):
        x, y = (
            (room + way * share * at) / (2 * room) for way, at in zip((1, -1), end, strict=True)
        )
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


def overshooting() -> DownhillBall:
    """Three jumps to and fro; all feet lie apart."""
    return DownhillBall(rate=1.8, start=-2.5, steps=3)


def drawn_ball(screen: Screen, shown: DownhillBall) -> None:
    """The curve, a spot at each place of the path, the ball at its end, the slope under it."""
    ground = screen.box(".afm-plane > svg")

    def across(w: float | np.ndarray) -> float | np.ndarray:
        return 100 * (w + 3.4) / 6.8

    def down(loss: float | np.ndarray) -> float | np.ndarray:
        return 100 * (6.4 - loss) / 7.3

    def height(x: np.ndarray) -> np.ndarray:
        w = torch.from_numpy(x / 100 * 6.8 - 3.4)
        return down(CURVES[shown.curve](w).numpy())

    line(screen, ground, height, screen["soft"], between=(3, 97), dashed=0.7)
    places = list(zip(map(across, shown.path), map(down, shown.losses), strict=True))
    spots(screen, ".afm-handle", ground, places[-1:])
    assert len(places) == 4
    for x, y in places:
        assert colour_at(screen, ground, x, y, screen["accent"]), (x, y)
    x, y = places[-1]
    far = 6.8 / 100 * 10  # ten hundredths of the width
    rises = [shown.gradient, 0.0, -shown.gradient]
    seen = []
    for rise in rises:
        shares = np.linspace(0.5, 0.9, 30)
        dots = [ground.at(x + 10 * share, y - 100 * rise * far * share / 7.3) for share in shares]
        found = [screen.near(Box(a - 1, b - 1, 2, 2), screen["query"], 40).any() for a, b in dots]
        seen.append(np.mean(found))
    assert seen[0] > 0.4, f"no slope under the ball: {seen}"
    assert max(seen[1:]) < 0.3, f"another slope: {seen}"


def half_fitted() -> LineFit:
    """After some steps; points above the line and below it."""
    return LineFit(rate=0.1, steps=6)


def drawn_fit(screen: Screen, shown: LineFit) -> None:
    """The line, each point, what lies between them, and the loss after each step."""
    ground, plot = (screen.box(f"{part} > svg") for part in (".afm-plane", ".afm-history-plot"))
    x, y = shown.points.double().T.numpy()
    left, right, low, high = -0.3, x.max() + 0.3, -0.5, y.max() + 1
    slope, intercept = shown.lines[-1].tolist()

    def across(at: np.ndarray) -> np.ndarray:
        return 100 * (at - left) / (right - left)

    def down(at: np.ndarray) -> np.ndarray:
        return 100 * (high - at) / (high - low)

    def on_line(at: np.ndarray) -> np.ndarray:
        return down(slope * (left + at / 100 * (right - left)) + intercept)

    line(screen, ground, on_line, screen["accent"], between=(2, 98), dashed=0.8)
    off = slope * x + intercept - y
    assert off.min() < 0 < off.max()
    for px, py, far in zip(x, y, off, strict=True):
        assert colour_at(screen, ground, across(px), down(py), screen["ink"]), (px, py)
        if abs(far) < 0.3:
            continue
        for share, there in [(0.5, True), (-0.5, False)]:
            a, b = ground.at(across(px), down(py + share * far))
            found = screen.near(Box(a - 2, b - 1, 4, 2), screen["query"], 40).any()
            assert found == there, f"{px}: between point and line, and not beyond"
    losses = np.array(shown.losses)
    ends = [100 * (len(losses) - 1) / 20, 100 - 100 * losses[-1] / losses.max()]
    spots(screen, ".afm-history-spot", plot, [(ends[0], ends[1])])
    steps = np.arange(len(losses)) * 100 / 20
    heights = 100 - 100 * losses / losses.max()
    line(
        screen, plot, lambda at: np.interp(at, steps, heights), screen["accent"],
        between=(2, ends[0] - 3), dashed=0.7,
    )  # fmt: skip
