"""RotaryClock: its hands by hand and against torch, its arguments, its text, its picture."""

import math

import numpy as np
import pytest
import torch
from drawn import Drawn, Part
from order_examples import clock
from widget_arguments import refuses

from attention import RotaryEmbedding
from attention.teaching.plots import KEY, QUERY
from attention.widgets import RotaryClock
from attention.widgets.base.picture import WEIGHT

EXACT = {"atol": 1e-12, "rtol": 0}


class TestNumbers:
    def test_a_place_further_the_fastest_hand_has_turned_by_one_radian(self) -> None:
        shown = RotaryClock(query=[1.0, 0.0, 1.0, 0.0], query_place=1, key_place=0)
        query, key = shown.turned
        wanted = [math.cos(1), math.sin(1), math.cos(0.01), math.sin(0.01)]
        torch.testing.assert_close(query, torch.tensor(wanted).double(), atol=1e-6, rtol=0)
        assert key.tolist() == [1, 0, 1, 0]
        assert shown.products.tolist() == pytest.approx([math.cos(1), math.cos(0.01)])
        assert shown.turns.tolist() == pytest.approx([2 * math.pi, 200 * math.pi])

    @pytest.mark.parametrize("base", [10_000, 1_000_000])
    def test_the_hands_are_turned_as_the_package_s_module_turns(self, base: int) -> None:
        shown = clock(base=base)
        module = RotaryEmbedding(6, base=base, layout="interleaved")
        query, key = shown.turned
        torch.testing.assert_close(
            query, module(shown.query.double()[None, None, None], start=11)[0, 0, 0], **EXACT
        )
        torch.testing.assert_close(
            key, module(shown.key.double()[None, None, None], start=5)[0, 0, 0], **EXACT
        )
        assert shown.product == pytest.approx((query @ key).item())

    @pytest.mark.parametrize("hands", ["all", "fastest", "slowest"])
    def test_the_dot_product_depends_on_the_distance_alone_and_is_the_curve_s(
        self, hands: str
    ) -> None:
        shown = clock(hands=hands)
        for far in (-20, -1, 0, 3, 20):
            found = [
                clock(hands=hands, query_place=t, key_place=t + far).product for t in (20, 33, 43)
            ]
            assert found == pytest.approx([found[0]] * 3, abs=1e-12)
            assert shown.curve[63 + far].item() == pytest.approx(found[0], abs=1e-12)

    def test_the_fastest_hand_mistakes_six_places_for_none_and_the_slowest_knows_no_neighbours(
        self,
    ) -> None:
        fast, slow = RotaryClock(hands="fastest").curve, RotaryClock(hands="slowest").curve
        assert fast[63 + 44] > 0.999
        assert (slow[63 - 1 : 63 + 2] > 0.999999).all()
        every = RotaryClock().curve
        assert every.argmax() == 63
        assert every[63] - every.sort().values[-2] > 0.1


class TestArguments:
    def test_defaults(self) -> None:
        assert repr(RotaryClock()) == (
            "RotaryClock(query_place=9, key_place=7, base=10000, hands='all')"
        )
        assert torch.equal(RotaryClock(query=[2.0, 1.0]).key, torch.tensor([2.0, 1.0]))

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("query_place", 64, "query_place should be from 0 to 63, but was 64"),
            ("key_place", -1, "key_place should be from 0 to 63, but was -1"),
            ("base", 500, "base should be one of 10000, 100000, 1000000, but was 500"),
            ("hands", "some", "hands should be one of 'all', 'fastest', 'slowest', but was 'some'"),
            ("query", [1.0], "query should have an even number of numbers, up to 16, but had 1"),
            ("query", [[1.0]], r"query should be a tensor \(d,\) of finite numbers"),
            ("key", [1.0, 0.0], "key should be as wide as query, 8, but had 2 numbers"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(RotaryClock, argument, value, message)


class TestPicture:
    def test_alt_text_says_what_the_picture_shows(self) -> None:
        alt = RotaryClock(query_place=3, key_place=3, hands="slowest")._describe()
        assert "the query stands at place 3 and the key at 3, with base 10,000" in alt
        assert "fastest first: 1.00, 1.00, 1.00, 1.00. Of the slowest hand together: 1.00" in alt
        assert "depends on the distance \u22126 alone" in clock()._describe()

    def test_the_hands_point_where_they_are_turned_to(self) -> None:
        shown, drawn = clock(), Drawn(clock())
        hands = [x.unflatten(0, (-1, 2)) for x in shown.turned]
        reach = max(x.norm(dim=-1).max().item() for x in hands)
        for i, axes in enumerate(drawn.figure.get_axes()[:3]):
            part = Part(drawn.pixels, axes)
            for vector, ink in ((hands[0][i], QUERY), (hands[1][i], KEY)):
                up, right = (0.8 * vector / reach).tolist()
                for way in (1, -1):
                    x, y = part.place(way * right, way * up)
                    near = part.inked(ink)[
                        round(y - part.top) - 2 : round(y - part.top) + 3,
                        round(x - part.left) - 2 : round(x - part.left) + 3,
                    ]
                    assert near.any() == (way == 1), (i, ink, way)

    def test_the_curve_is_the_dot_product_by_distance_and_the_dot_the_present_one(self) -> None:
        shown = clock(hands="slowest", base=10_000, query_place=15, key_place=9)
        part = Drawn(shown).part("dot product of the slowest hand")
        x, y = part.trace(WEIGHT)
        far = np.array([part.place(d, 0)[0] for d in range(-63, 64)])
        wanted = np.array([part.place(0, v)[1] for v in shown.curve.tolist()])
        assert np.ptp(wanted) > 50
        beside = abs(np.arange(-63, 64) + 6) > 4  # the dot hides the curve there
        np.testing.assert_allclose(np.interp(far, x, y)[beside], wanted[beside], atol=2)
        assert part.dot(QUERY) == pytest.approx(part.place(-6, shown.product), abs=2.5)
