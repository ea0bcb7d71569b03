"""SharedHeads: its counts against real layers and their caches, its arguments, its picture."""

import numpy as np
import pytest
import torch
from drawn import Drawn
from torch.utils.flop_counter import FlopCounterMode
from widget_arguments import refuses, refuses_later
from widget_examples import shared

from attention import LatentAttention, MultiHeadAttention
from attention.teaching.plots import KEY, VALUE
from attention.widgets import SharedHeads
from attention.widgets.base.picture import WEIGHT


def flops_of_a_step(layer: torch.nn.Module, n_cached: int, **options: object) -> int:
    """Scores and context of one new token behind so many, with all that a step needs once."""
    cache = layer.new_cache(1, n_cached + 1)
    x = torch.randn(1, n_cached + 1, 120)
    with torch.no_grad():
        layer(x[:, :-1], cache=cache)
        with FlopCounterMode(display=False) as counter:
            layer(x[:, -1:], cache=cache, **options)
    return counter.get_total_flops()


class TestNumbers:
    @pytest.mark.parametrize("g", [1, 2, 3, 6])
    def test_as_large_as_the_cache_of_a_layer(self, g: int) -> None:
        shown = shared(n_kv_heads=g)
        layer = MultiHeadAttention(120, 6, n_kv_heads=g, causal=True)
        assert layer.new_cache(1, 7).n_bytes == 7 * shown.numbers * 4
        assert shown.n_bytes == 2 * shown.numbers
        assert list(shown.parts.values()) == [20 * g, 20 * g]
        assert shown.most == 2 * 6 * 20

    def test_as_large_as_the_cache_of_a_latent(self) -> None:
        shown = shared(kept="latent", d_rope=8)
        layer = LatentAttention(120, 6, d_latent=50, d_nope=20, d_rope=8, d_value=20)
        assert layer.new_cache(1, 7).n_bytes == 7 * shown.numbers * 4
        assert shown.parts == {"latent": 50, "rotary key": 8}

    @pytest.mark.parametrize("g", [1, 2, 6])
    def test_flops_of_one_cached_token_more(self, g: int) -> None:
        layer = MultiHeadAttention(120, 6, n_kv_heads=g, causal=True)
        counts = [flops_of_a_step(layer, n, need_weights=True) for n in (6, 7)]
        assert counts[1] - counts[0] == shared(n_kv_heads=g).flops == 4 * 6 * 20

    def test_flops_of_one_cached_token_more_with_a_latent(self) -> None:
        counts = []
        for n in (6, 7):  # keys are latents and rotary keys, values the latents alone
            query, latent, rotary = torch.randn(6, 58), torch.randn(n, 50), torch.randn(n, 8)
            with FlopCounterMode(display=False) as counter:
                scores = query @ torch.cat([latent, rotary], dim=1).T
                torch.softmax(scores, dim=-1) @ latent
            counts.append(counter.get_total_flops())
        assert counts[1] - counts[0] == shared(kept="latent", d_rope=8).flops

    def test_intensity_is_query_heads_for_each_key_head(self) -> None:
        for g in (1, 2, 3, 6):
            assert shared(n_kv_heads=g).intensity == 6 / g


class TestArguments:
    def test_defaults(self) -> None:
        shown = SharedHeads()
        assert repr(shown) == "SharedHeads(n_heads=8, n_kv_heads=8, kept='heads')"
        assert (shown.numbers, shown.most) == (2048, 2048)
        shown.kept = "latent"
        assert (shown.numbers, shown.n_bytes, shown.flops) == (576, 1152, 17_408)

    def test_other_heads_are_shared_by_a_number_that_divides_them(self) -> None:
        shown = SharedHeads(n_kv_heads=4)
        shown.n_heads = 6
        assert shown.n_kv_heads == 3

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("n_heads", 17, "n_heads should be from 1 to 16, but was 17"),
            ("n_kv_heads", 4, "n_kv_heads should divide n_heads = 6, but was 4"),
            ("n_kv_heads", 7, "n_kv_heads should be from 1 to 6, but was 7"),
            ("kept", "values", "kept should be one of 'heads', 'latent', but was 'values'"),
            ("d_latent", 0, "d_latent should be from 1 to 8192, but was 0"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once(self, argument, value, message) -> None:
        refuses(shared, argument, value, message)

    def test_and_later(self) -> None:
        refuses_later(shared(), "n_kv_heads", 5, "n_kv_heads should divide n_heads = 6")


class TestPicture:
    def test_alt_text_says_what_the_picture_shows(self) -> None:
        text = SharedHeads(n_kv_heads=2, label="Heads")._describe()
        assert text.startswith("Heads: 8 query heads over 2 heads of keys and values; kept of a")
        assert "512 numbers, 1,024 bytes (keys 256, values 256)" in text
        assert text.endswith("spends 4,096 FLOPs on it, 4.0 for each byte.")
        latent = SharedHeads(kept="latent", label="Heads")._describe()
        assert "over one latent of 512 and a rotary key of 64; kept" in latent

    @pytest.mark.parametrize("kept", ["heads", "latent"])
    def test_the_bar_is_to_scale(self, kept: str) -> None:
        shown = shared(kept=kept, n_kv_heads=2)
        part = Drawn(shown).part("kept of a token")
        unit = part.place(1, 0)[0] - part.place(0, 0)[0]
        inks = (WEIGHT, KEY) if kept == "latent" else (KEY, VALUE)
        for size, ink in zip(shown.parts.values(), inks, strict=True):
            (length,) = part.lengths([part.place(0, 0.4)[1]], ink)
            np.testing.assert_allclose(length, unit * size, atol=3)

    def test_a_group_has_its_keys_and_values_under_its_queries(self) -> None:
        part = Drawn(shared(n_kv_heads=2)).part("6 query heads over 2")
        for j in (0, 1):
            for ink, at in ((KEY, 3 * j + 0.8), (VALUE, 3 * j + 2.2)):
                x, y = part.place(at, 0.25)
                assert part.inked(ink)[round(y - part.top), round(x - part.left)], (j, ink)
