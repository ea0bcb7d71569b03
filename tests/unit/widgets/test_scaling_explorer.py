"""ScalingExplorer: its numbers against torch and autograd, its arguments, its text."""

import math

import numpy as np
import pytest
import torch
from widget_arguments import refuses, refuses_later
from widget_examples import scaling

from attention.widgets import ScalingExplorer
from attention.widgets.scaling_explorer import SEED


class TestNumbers:
    @pytest.mark.parametrize("scaled", [False, True])
    @pytest.mark.parametrize("temperature", [0.25, 1.0, 4.0])
    @pytest.mark.parametrize("d_k", [1, 2, 8])
    def test_weights_are_the_definition_s(self, d_k: int, temperature: float, scaled: bool) -> None:
        shown = scaling(d_k=d_k, temperature=temperature, scaled=scaled)
        query, keys = shown.query.double(), shown.key_vectors.double()
        products = torch.stack([(query[:d_k] * key[:d_k]).sum() for key in keys])
        torch.testing.assert_close(shown.products, products)
        scores = products / temperature / (math.sqrt(d_k) if scaled else 1.0)
        torch.testing.assert_close(shown.scores, scores)
        torch.testing.assert_close(shown.weights, scores.exp() / scores.exp().sum())

    def test_the_jacobian_is_autograd_s(self) -> None:
        shown = scaling(scaled=True)
        scores = shown.scores
        expected = torch.autograd.functional.jacobian(lambda x: x.softmax(dim=-1), scores)
        torch.testing.assert_close(shown.jacobian, expected)
        to_products = torch.autograd.functional.jacobian(
            lambda x: (x * shown.scale).softmax(dim=-1), shown.products
        )
        torch.testing.assert_close(shown.jacobian * shown.scale, to_products)

    def test_by_hand(self) -> None:
        """q = [0, √2], k = I: with d_k = 2 and the scale the weights are [1, e] / (1 + e)."""
        shown = ScalingExplorer(query=[0.0, 2**0.5], keys=np.eye(2), d_k=2, scaled=True)
        p = math.e / (1 + math.e)
        expected = torch.tensor([1 - p, p], dtype=torch.float64)
        torch.testing.assert_close(shown.weights, expected, atol=1e-4, rtol=0)
        entry = p * (1 - p)
        assert shown.jacobian.flatten().tolist() == pytest.approx(
            [entry, -entry, -entry, entry], abs=1e-4
        )
        bits = -p * math.log2(p) - (1 - p) * math.log2(1 - p)
        assert shown.entropy == pytest.approx(bits, abs=1e-4)

    def test_a_weight_of_zero_adds_nothing_to_the_entropy(self) -> None:
        shown = ScalingExplorer(query=[100.0], keys=[[100.0], [-100.0]], d_k=1)
        assert shown.weights.tolist() == [1.0, 0.0]
        assert shown.entropy == 0.0

    def test_what_is_drawn_by_default_is_typical_and_fixed(self) -> None:
        """Its mean squares grow as d_k does, unscaled it saturates, scaled it does not."""
        first, second = ScalingExplorer(), ScalingExplorer()
        assert torch.equal(first.query, second.query)
        assert torch.equal(first.key_vectors, second.key_vectors)
        assert first.key_vectors.shape == (16, 256)
        assert torch.equal(first.query * 1024, (first.query * 1024).round())
        numbers = torch.cat([first.query, first.key_vectors.flatten()])
        assert numbers.mean().abs() < 0.05
        assert abs(numbers.std() - 1) < 0.03
        seeds = sorted({*range(100), SEED})
        draws = torch.stack(
            [
                torch.randn(17, 256, generator=torch.Generator().manual_seed(seed)).double()
                for seed in seeds
            ]
        )
        for d_k in (16, 64, 256):
            scores = draws[:, 1:, :d_k] @ draws[:, 0, :d_k, None]  # (n, 16, 1)
            largest = scores.softmax(dim=1).amax(dim=1)[:, 0]
            low, high = largest.quantile(torch.tensor([0.25, 0.75], dtype=torch.float64))
            assert low < largest[seeds.index(SEED)] < high
            first.d_k = d_k
            torch.testing.assert_close(
                first.weights.max(), largest[seeds.index(SEED)], atol=5e-3, rtol=0
            )
        first.d_k = 256
        assert first.weights.max() > 0.99
        assert first.jacobian.norm() < 0.02
        first.scaled = True
        assert first.weights.max() < 0.3
        assert first.jacobian.norm() > 0.2


class TestArguments:
    def test_defaults(self) -> None:
        shown = ScalingExplorer()
        assert (shown.d_k, shown.temperature, shown.scaled) == (64, 1.0, False)
        assert repr(shown) == "ScalingExplorer(d_k=64, temperature=1.0, scaled=False)"

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("d_k", 3, "d_k should be a power of two from 1 to 8, but was 3"),
            ("d_k", 16, "d_k should be a power of two from 1 to 8, but was 16"),
            ("d_k", 0, "d_k should be a power of two from 1 to 8, but was 0"),
            ("d_k", 4.0, "d_k should be a whole number, but was 4.0"),
            ("temperature", 0.05, "temperature should be from 0.1 to 10.0, but was 0.05"),
            ("temperature", 11, "temperature should be from 0.1 to 10.0, but was 11.0"),
            ("temperature", "hot", "temperature should be a finite number, but was 'hot'"),
            ("temperature", math.nan, "temperature should be a finite number, but was nan"),
            ("temperature", True, "temperature should be a finite number, but was True"),
            ("temperature", [1], r"temperature should be a finite number, but was \[1\]"),
            ("scaled", "yes", "scaled should be True or False, but was 'yes'"),
            ("scaled", 1, "scaled should be True or False, but was 1"),
            ("query", torch.zeros(2, 8), r"query should be a tensor \(d,\) .* shape \(2, 8\)"),
            ("query", torch.full((8,), torch.inf), "query should be .* was not all finite"),
            ("keys", torch.zeros(5, 4), r"keys should have the query's width, d = 8, .* \(5, 4\)"),
            ("keys", torch.zeros(17, 8), "keys should have from 2 to 16 rows, but had 17"),
            ("keys", torch.zeros(1, 8), "keys should have from 2 to 16 rows, but had 1"),
            ("keys", torch.zeros(8), r"keys should be a tensor \(S, d\) .* had shape \(8,\)"),
            ("label", 3, "label should be a string, but was 3"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(scaling, argument, value, message)

    def test_another_query_needs_other_keys(self) -> None:
        message = r"keys should have the query's width, d = 4, but had shape \(5, 8\)"
        refuses_later(scaling(), "query", torch.zeros(4), message)

    def test_numbers_of_numpy_and_torch_are_taken(self) -> None:
        shown = scaling(d_k=np.int64(2), temperature=torch.tensor(2.0))
        assert (shown.d_k, shown.temperature) == (2, 2.0)
        assert scaling(temperature=2).temperature == 2.0

    def test_a_message_from_the_page_moves_several_at_once(self) -> None:
        shown = scaling()
        shown.set_state({"d_k": 8, "temperature": 2, "scaled": True})
        assert repr(shown) == "ScalingExplorer(d_k=8, temperature=2.0, scaled=True)"

    def test_alt_text_says_what_the_picture_shows(self) -> None:
        shown = ScalingExplorer(temperature=0.5, scaled=True)
        alt = shown._describe()
        weights, norm = shown.weights, shown.jacobian.norm()
        best = int(weights.argmax())
        assert "16 keys, d_k = 64, divided by √d_k, temperature 0.5." in alt
        assert f"The largest weight is {weights[best]:.2f}, on key {best};" in alt
        assert f"is {shown.entropy:.2f} of 4 bits" in alt
        assert f"Jacobian is {norm:.3f}; were all weights equal, it would be 0.242" in alt
