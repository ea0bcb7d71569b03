"""WindowCache: its places against the package's cache, what is seen and reached against a layer."""

import numpy as np
import pytest
import torch
from cache_cases import held_by_the_package
from drawn import Drawn
from matplotlib.colors import to_rgb
from widget_arguments import refuses, refuses_later
from widget_examples import windowed

from attention import MultiHeadAttention
from attention.widgets import WindowCache
from attention.widgets.base.picture import CHOSEN, MIDDLE, WEIGHT

SETTINGS = [(1, 0), (3, 0), (4, 2), (12, 0), (2, 3)]


class TestNumbers:
    @pytest.mark.parametrize(("window", "n_sink"), SETTINGS)
    def test_each_place_holds_what_it_holds_in_the_package_s_cache(self, window, n_sink) -> None:
        shown = WindowCache(window=window, n_sink=n_sink)
        for step in range(1, 13):
            shown.step = step
            assert shown.places.tolist() == held_by_the_package(window, n_sink, step)
            assert shown.places[shown.newest_place] == step - 1

    @pytest.mark.parametrize(("window", "n_sink"), SETTINGS)
    def test_all_that_is_seen_is_held_and_nothing_else(self, window, n_sink) -> None:
        shown = WindowCache(window=window, n_sink=n_sink)
        for step in range(1, 13):
            shown.step = step
            held = sorted(p for p in shown.places.tolist() if p >= 0)
            assert held == shown.seen.nonzero()[:, 0].tolist()

    @pytest.mark.parametrize(("window", "n_sink"), SETTINGS)
    def test_a_layer_looks_at_what_is_seen(self, window: int, n_sink: int) -> None:
        layer = MultiHeadAttention(8, 2, causal=True, window=window, n_sink=n_sink)
        _, weights = layer(torch.randn(1, 12, 8), need_weights=True)
        shown = WindowCache(window=window, n_sink=n_sink)
        assert torch.equal(shown.mask, weights[0, 0] > 0)

    @pytest.mark.parametrize("n_layers", [1, 2, 3, 4])
    @pytest.mark.parametrize(("window", "n_sink"), [(3, 0), (2, 1), (4, 2)])
    def test_gradients_flow_from_where_it_reaches(self, window, n_sink, n_layers) -> None:
        shape = {"causal": True, "window": window, "n_sink": n_sink}
        x = start = torch.randn(1, 12, 8, requires_grad=True)
        for _ in range(n_layers):
            x = x + MultiHeadAttention(8, 2, **shape)(x)
        shown = WindowCache(window=window, n_sink=n_sink, n_layers=n_layers)
        for step in (1, 5, 12):
            shown.step = step
            (grad,) = torch.autograd.grad(x[0, step - 1].sum(), start, retain_graph=True)
            assert torch.equal(shown.reached, grad[0].abs().sum(-1) > 0)

    def test_by_hand(self) -> None:
        shown = windowed()  # nine read: sink 0, window 6, 7, 8
        assert shown.places.tolist() == [0, 7, 8, 6]
        assert shown.overwritten == 5
        assert shown.kinds[:9] == ["seen", *["gone"] * 3, "reach", "reach", "seen", "seen", "query"]
        assert shown.kinds[9:] == ["later"] * 3
        shown.step = 4
        assert (shown.places.tolist(), shown.overwritten) == ([0, 1, 2, 3], None)


class TestArguments:
    def test_defaults(self) -> None:
        shown = WindowCache()
        assert len(shown.tokens) == 12
        assert repr(shown) == "WindowCache(window=4, n_sink=0, n_layers=1, step=1)"

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("tokens", ["one"], "tokens should have from 2 to 16 entries, but had 1"),
            ("tokens", "words", "tokens should be a list of at least one string"),
            ("window", 0, "window should be from 1 to 12, but was 0"),
            ("window", 13, "window should be from 1 to 12, but was 13"),
            ("n_sink", 4, "n_sink should be from 0 to 3, but was 4"),
            ("n_layers", 5, "n_layers should be from 1 to 4, but was 5"),
            ("step", 0, "step should be from 1 to 12, but was 0"),
            ("step", 13, "step should be from 1 to 12, but was 13"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(self, argument, value, message) -> None:
        refuses(windowed, argument, value, message)

    def test_fewer_tokens_than_were_read_are_refused(self) -> None:
        refuses_later(windowed(), "tokens", ["one", "two", "three"], "step should be from 1 to 3")


class TestPicture:
    def test_alt_text_says_what_the_picture_shows(self) -> None:
        text = windowed(label="A window")._describe()
        assert text.startswith("A window: 9 of 12 tokens read, a window of 3 and 1 sink. The")
        assert "newest, saw, sees: they, the, dog, saw." in text
        assert "hold: 0 they, 7 dog, 8 saw, 6 the. It was written over position 5, that." in text
        assert text.endswith("Through 2 layers it hears of 6 of 9 positions.")

    def test_the_squares_are_what_each_position_is_and_what_each_place_holds(self) -> None:
        shown = windowed(step=10, window=4)
        drawn = Drawn(shown)
        fills = {"query": CHOSEN, "seen": WEIGHT, "reach": MIDDLE, "gone": "w", "later": "w"}
        held = shown.places.tolist()
        inks = [CHOSEN if p == 9 else WEIGHT if p >= 0 else "w" for p in held]
        for title, colours in (
            ("the text", [fills[kind] for kind in shown.kinds]),
            ("the places", inks),
        ):
            part = drawn.part(title)
            assert len(set(colours)) > 1
            for i, colour in enumerate(colours):
                x, y = part.place(i, 0)
                found = part.pixels[round(y), round(x)]
                np.testing.assert_allclose(found, 255 * np.array(to_rgb(colour)), atol=6)
