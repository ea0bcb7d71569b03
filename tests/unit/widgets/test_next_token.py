"""NextToken: its chances against torch, what it draws, its arguments, its text, its picture."""

import numpy as np
import pytest
import torch
from drawn import Drawn
from widget_arguments import refuses
from widget_examples import next_token

from attention.models.gpt.sampling import choose
from attention.widgets import NextToken
from attention.widgets.base.luck import uniforms
from attention.widgets.base.picture import CHOSEN, WEIGHT


class TestNumbers:
    @pytest.mark.parametrize("temperature", [0.1, 1.0, 4.0])
    @pytest.mark.parametrize("top_k", [1, 3, 5, 9, 17])
    def test_the_chances_are_the_softmax_of_those_that_are_kept(
        self, temperature: float, top_k: int
    ) -> None:
        shown = next_token(temperature=temperature, top_k=top_k)
        kept = (shown.logits.double() / temperature)[:top_k].softmax(dim=-1)
        torch.testing.assert_close(shown.probabilities[:top_k], kept)
        assert (shown.probabilities[top_k:] == 0).all()
        torch.testing.assert_close(shown.shown.sum(), torch.tensor(1.0).double())
        torch.testing.assert_close(shown.shown[:5], shown.probabilities[:5])

    def test_the_models_choose_among_the_same_tokens_as_often(self) -> None:
        shown = next_token(temperature=0.8, top_k=4)
        many = shown.logits.expand(20_000, -1)
        generator = torch.Generator().manual_seed(0)
        drawn = choose(many, temperature=0.8, top_k=4, generator=generator)
        shares = torch.bincount(drawn, minlength=17) / 20_000
        torch.testing.assert_close(
            shares.double(), shown.probabilities, atol=0.015, rtol=0, check_dtype=False
        )

    def test_what_is_drawn_is_as_frequent_as_it_is_probable(self) -> None:
        shown = next_token(top_k=9, draws=2000)
        assert shown.counts.sum() == 2000
        shares = shown.counts.double() / 2000
        torch.testing.assert_close(shares, shown.shown, atol=0.03, rtol=0)

    def test_the_same_seed_draws_the_same_and_more_draws_go_on(self) -> None:
        first, more, other = (
            next_token(draws=20),
            next_token(draws=40),
            next_token(draws=20, seed=1),
        )
        more.logits = other.logits = first.logits
        assert more.drawn[:20].tolist() == first.drawn.tolist() != other.drawn.tolist()

    def test_nothing_that_is_cut_is_drawn(self) -> None:
        shown = next_token(top_k=3, draws=2000, temperature=10.0)
        assert (shown.counts[:3] > 0).all()
        assert shown.counts[3:].tolist() == [0, 0, 0]

    def test_the_generator_is_even(self) -> None:
        """And known: the first number of mulberry32 with seed 0."""
        found = np.array(uniforms(0, 20_000))
        assert found[0] == pytest.approx(0.26642920868471265)
        assert found.min() >= 0
        assert found.max() < 1
        assert np.histogram(found, bins=10, range=(0, 1))[0] == pytest.approx([2000] * 10, abs=150)


class TestArguments:
    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("tokens", ["a"], "tokens should be from 2 to 16 tokens, but were 1"),
            ("logits", torch.zeros(3), "logits should be at least as many as the 5 tokens, .* 3"),
            ("logits", torch.arange(17.0), "logits should fall, as the likeliest token comes"),
            ("temperature", 0.0, "temperature should be from 0.1 to 10.0, but was 0.0"),
            ("top_k", 0, "top_k should be from 1 to 17, but was 0"),
            ("top_k", 18, "top_k should be from 1 to 17, but was 18"),
            ("draws", 2001, "draws should be from 0 to 2000, but was 2001"),
            ("seed", -1, "seed should be from 0 to 4294967295, but was -1"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(next_token, argument, value, message)


class TestPicture:
    def test_alt_text_says_what_the_picture_shows(self) -> None:
        shown = next_token(draws=40, top_k=3, temperature=0.5)
        alt = shown._describe()
        assert "temperature 0.5, top 3 of 17, 40 draws." in alt
        assert f"“·to” {shown.shown[0]:.3f}, “be” {shown.shown[1]:.3f}" in alt
        assert f"Drawn: {shown.counts[0]} times “·to”" in alt

    def test_the_bars_are_the_chances_and_the_shares_of_the_draws(self) -> None:
        shown = next_token(draws=40)
        part = Drawn(shown).part("temperature 1")
        unit = part.place(1, 0)[0] - part.place(0, 0)[0]
        for numbers, colour, off in [
            (shown.shown, WEIGHT, -0.12), (shown.counts / 40, CHOSEN, 0.26)
        ]:  # fmt: skip
            found = part.lengths([part.place(0, y + off)[1] for y in range(6)], colour)
            np.testing.assert_allclose(found, unit * numbers.numpy(), atol=2)

    def test_where_every_token_has_a_name_there_are_no_others(self) -> None:
        shown = NextToken(["a", "b"], [1.0, 0.0], draws=3)
        assert "others" not in shown._describe()
        assert shown.counts.tolist()[2] == 0
