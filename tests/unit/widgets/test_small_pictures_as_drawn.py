"""The pictures of the small widgets: what stands in the PNG is what is computed."""

import numpy as np
import pytest
import torch
from drawn import NEAR, Drawn, Part, _near, ramp
from matplotlib.colors import to_rgb
from widget_examples import next_token, norm, painted_mask, painter, query_arrow, softmax_bars
from widget_examples import split as head_split
from widget_examples import stream as residual_stream

from attention.teaching.plots import KEY, QUERY
from attention.widgets import AttentionPicture, DotProduct, DownhillBall, LineFit
from attention.widgets.attention_picture.picture import INKS, PLACES, shading
from attention.widgets.base.picture import CHOSEN, SOFT, WEIGHT
from attention.widgets.downhill_ball.curves import CURVES
from attention.widgets.head_split.picture import GAP, HEADS, NAME


def axes(drawn: Drawn, n: int) -> Part:
    """The n-th axes of a picture."""
    return Part(drawn.pixels, drawn.figure.get_axes()[n])


def colour(part: Part, x: float, y: float) -> np.ndarray:
    """The pixel at a point of the data."""
    across, down = part.place(x, y)
    return part.pixels[round(down), round(across)]


def has(part: Part, x: float, y: float, ink: str, reach: int = 3, off: int = NEAR) -> bool:
    """Whether a colour stands at a point of the data, or so many pixels beside it."""
    across, down = map(round, part.place(x, y))
    near = part.pixels[down - reach : down + reach + 1, across - reach : across + reach + 1]
    return bool(_near(near, ink, off).any())


def bars(part: Part, rows: object, ink: str) -> np.ndarray:
    """How long the bars in these rows are, in units of the data."""
    unit = part.place(1, 0)[0] - part.place(0, 0)[0]
    return part.lengths([part.place(0, y)[1] for y in rows], ink) / unit


def mixed(ink: str, share: float) -> np.ndarray:
    """An ink of which a share lies on white, as bytes."""
    return np.rint(255 * (share * np.array(to_rgb(ink)) + 1 - share))


def test_the_small_matrices_hold_the_steps_and_the_lit_box_is_framed() -> None:
    shown = AttentionPicture(part="weights", here="heads", query=2, causal=True)
    part = axes(Drawn(shown), 0)
    for name, ink in [("query", "q"), ("weights", "weight"), ("context", "ink")]:
        values = shown.steps[name].numpy()
        (x, y), shares = PLACES[name], shading(values)
        found = [
            [colour(part, x + 0.11 * (column - values.shape[1] / 2) + 0.05, y - 0.245 + 0.1 * row)
             for column in range(values.shape[1])]
            for row in range(len(values))
        ]  # fmt: skip
        own = INKS["v"] if name == "context" else INKS[ink]
        wanted = [[mixed(own, share) for share in row] for row in shares]
        np.testing.assert_allclose(found, wanted, atol=8, err_msg=name)
    framed = [name for name, (x, y) in PLACES.items() if has(part, x - 0.4, y, WEIGHT)]
    assert framed == ["weights"]


def test_what_the_mask_hides_is_hatched_in_its_small_matrix() -> None:
    part = axes(Drawn(AttentionPicture(part="mask", causal=True)), 0)
    x, y = PLACES["mask"]
    hatched = [
        [has(part, x + 0.11 * (j - 2) + 0.05, y - 0.245 + 0.1 * i, SOFT, 2) for j in range(4)]
        for i in range(4)
    ]
    np.testing.assert_array_equal(hatched, np.triu(np.ones((4, 4)), 1) > 0)


def test_the_query_s_bars_are_its_weights_and_its_arrow_ends_where_it_is() -> None:
    shown = query_arrow(x=-0.5, y=1.5)
    plane, shares = (axes(Drawn(shown), n) for n in (0, 1))
    rows = range(len(shown.names))
    np.testing.assert_allclose(bars(shares, rows, WEIGHT), shown.weights, atol=0.02)
    for vector, ink in [((-0.5, 1.5), QUERY), *((k, KEY) for k in shown.key_vectors.tolist())]:
        assert has(plane, 0.9 * vector[0], 0.9 * vector[1], ink)
    assert not has(plane, 0.9 * 1.5, 0.9 * -0.5, QUERY)


def test_the_bars_are_the_scores_with_what_is_added_and_their_softmax() -> None:
    shown = softmax_bars(shift=1.5, temperature=2.0)
    scores, weights = (axes(Drawn(shown), n) for n in (0, 1))
    rows = range(len(shown.names))
    np.testing.assert_allclose(bars(weights, rows, WEIGHT), shown.weights, atol=0.02)
    wanted = np.array(shown.scores) + 1.5
    for j, score in enumerate(wanted):
        assert has(scores, score / 2, j, SOFT) == (abs(score) > 0.1)
    np.testing.assert_allclose(bars(scores, rows, SOFT), abs(wanted), atol=0.15)


@pytest.mark.parametrize("step", ["split", "attend"])
def test_each_cell_of_a_head_holds_its_number_above_or_below_the_middle(step: str) -> None:
    shown = head_split(n_heads=3, step=step)
    part = axes(Drawn(shown), -1)
    most, d_head = shown.after.abs().max().item(), shown.after.shape[-1]
    assert len(shown.after) == 3
    for (h, row, column), number in np.ndenumerate(shown.after.numpy()):
        x = h * (NAME + d_head + GAP) + NAME + column + 0.5
        top, middle, bottom = (part.place(x, row + down)[1] for down in (0.0, 0.5, 1.0))
        across = round(part.place(x, 0)[0])
        ink = _near(part.pixels[:, across], HEADS[h])
        above = ink[round(top) : round(middle)].sum()
        below = ink[round(middle) : round(bottom)].sum()
        size = (above - below) / (bottom - top)
        assert size == pytest.approx(0.46 * number / most, abs=0.08), (h, row, column)


def test_the_stream_s_bars_are_its_lengths_and_what_each_part_adds() -> None:
    shown = residual_stream()
    shown.layer = len(shown.names) - 1
    part = axes(Drawn(shown), 0)
    rows = np.arange(len(shown.names))
    most = max(shown.lengths.max().item(), shown.added.max().item())
    for found, wanted in [
        (bars(part, rows - 0.12, WEIGHT), shown.lengths),
        (bars(part, rows + 0.26, CHOSEN), shown.added),
    ]:
        np.testing.assert_allclose(found / most, wanted / most, atol=0.02)


def test_the_guesses_are_those_after_the_chosen_part_the_likeliest_first() -> None:
    shown = residual_stream(layer=1)
    chances = shown.probabilities[1].sort(descending=True).values[:5].numpy()
    found = bars(axes(Drawn(shown), 1), range(len(chances)), WEIGHT)
    np.testing.assert_allclose(found, chances, atol=0.02)
    assert not np.allclose(chances, shown.probabilities[0].sort(descending=True).values[:5])


def test_the_bars_are_the_vector_at_each_step_of_its_norm() -> None:
    shown = norm(plus=1.0, times=2.0)
    drawn = Drawn(shown)
    steps = [shown.input, shown.centred, shown.normal, shown.output]
    for n, (numbers, ink) in enumerate(zip(steps, [WEIGHT] * 3 + [CHOSEN], strict=True)):
        part = axes(drawn, n)
        rows, most = range(len(numbers)), max(numbers.abs().max().item(), 3.0)
        np.testing.assert_allclose(bars(part, rows, ink) / most, numbers.abs() / most, atol=0.02)
        for i, number in enumerate(numbers.tolist()):
            if abs(number) > 0.1 * most:
                assert has(part, number / 2, i, ink)


def test_the_thick_bars_are_the_chances_and_the_thin_ones_what_was_drawn() -> None:
    shown = next_token(draws=60)
    part = axes(Drawn(shown), 0)
    rows = np.arange(len(shown.shown))
    np.testing.assert_allclose(bars(part, rows - 0.12, WEIGHT), shown.shown, atol=0.01)
    wanted = shown.counts.numpy() / 60
    np.testing.assert_allclose(bars(part, rows + 0.26, CHOSEN), wanted, atol=0.01)
    assert not np.allclose(wanted, shown.shown, atol=0.01)


def test_the_painted_mask_is_hatched_and_the_weights_are_those_of_what_is_left() -> None:
    shown = painter(mask=painted_mask((0, 1), (1, 0), (2, 0)))
    n, mask = len(shown.tokens), shown.mask_table.numpy()
    drawn = Drawn(shown)
    for number in (0, 1):
        np.testing.assert_array_equal(axes(drawn, number).hatched((n, n)), ~mask)
    weights = axes(drawn, 1)
    for (query, key), seen in np.ndenumerate(mask):
        if seen:
            found = colour(weights, key - 0.38, query - 0.38)
            wanted = ramp([shown.weights[query, key].item()])[0]
            np.testing.assert_allclose(found, wanted, atol=6, err_msg=f"{query}, {key}")
    assert (mask != mask.T).any()


def test_the_arrows_point_where_they_do_and_the_shadow_lies_on_b() -> None:
    shown = DotProduct(a1=-1.0, a2=2.5, b1=2.0, b2=1.0)
    plane = axes(Drawn(shown), 0)
    a, b = (vector.numpy() for vector in shown.vectors)
    for vector, other, ink in [(a, b, QUERY), (b, a, KEY)]:
        assert has(plane, *(0.8 * vector), ink)
        assert not has(plane, *(0.8 * vector[::-1]), ink)
        assert not has(plane, *(0.8 * other), ink)
    foot = shown.shadow * b / np.linalg.norm(b)
    between = [a + share * (foot - a) for share in np.linspace(0.1, 0.9, 9)]
    assert all(has(plane, x, y, SOFT, 4, 60) for x, y in between), "a thin line, and dashed"


def test_the_ball_lies_on_the_curve_where_its_steps_have_led() -> None:
    shown = DownhillBall(curve="valleys", start=2.6, rate=0.05, steps=3)
    part = axes(Drawn(shown), 0)
    now, height = shown.path[-1], shown.losses[-1]
    for x in (-2.5, -1.0, 0.0, 1.0):
        assert has(part, x, CURVES["valleys"](torch.tensor(x)).item(), SOFT)
    across, down = map(round, part.place(now, height))
    assert _near(part.pixels[down - 3 : down + 4, across - 3 : across + 4], WEIGHT).all()
    reach = 0.9 / np.hypot(1, shown.gradient)
    for side in (-0.97, 0.97):
        assert has(part, now + side * reach, height + side * reach * shown.gradient, CHOSEN, 5)


def test_the_line_the_residuals_and_the_losses_are_where_the_steps_have_led() -> None:
    shown = LineFit(slope=-1.0, intercept=2.0, rate=0.05, steps=6)
    fit, history = (axes(Drawn(shown), n) for n in (0, 1))
    slope, intercept = shown.lines[-1].tolist()
    points = shown.points.tolist()
    for x in np.linspace(0.3, max(x for x, _ in points), 7):
        assert has(fit, x, slope * x + intercept, WEIGHT, 2)
    for x, y in points:
        on = slope * x + intercept
        if abs(on - y) > 0.5:
            assert has(fit, x, (on + y) / 2, CHOSEN, 1)
    for step, loss in enumerate(shown.losses):
        assert has(history, step, loss, WEIGHT, 2)
