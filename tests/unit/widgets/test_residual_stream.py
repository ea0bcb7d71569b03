"""ResidualStream: its numbers by hand and against torch, its arguments, its text, its picture."""

import numpy as np
import pytest
import torch
from drawn import Drawn
from widget_arguments import refuses
from widget_examples import stream

from attention.widgets import ResidualStream
from attention.widgets.base.picture import CHOSEN, WEIGHT


class TestNumbers:
    def test_by_hand(self) -> None:
        """(3, 0) and then (-3, 4): lengths 3 and 4, contributions of 3 and 5."""
        shown = ResidualStream(
            ["embedding", "attention"],
            [[3.0, 0.0], [-3.0, 4.0]],
            ["left", "right"],
            readout=[[1.0, 0.0], [0.0, 1.0]],
            epsilon=0.0,
        )
        assert shown.stream.tolist() == [[3, 0], [0, 4]]
        assert shown.lengths.tolist() == [3, 4]
        assert shown.added.tolist() == [3, 5]
        assert shown.logits.tolist() == [[1, -1], [-1, 1]]
        p = 1 / (1 + torch.tensor(-2.0, dtype=torch.float64).exp())
        torch.testing.assert_close(shown.probabilities[0], torch.stack([p, 1 - p]))

    def test_all_other_tokens_take_their_share(self) -> None:
        shown = stream(others=torch.zeros(4))
        every = torch.cat([shown.logits, torch.zeros(4, 1, dtype=torch.float64)], dim=-1)
        torch.testing.assert_close(shown.probabilities, every.softmax(dim=-1)[:, :6])
        assert (shown.probabilities.sum(dim=-1) < 1).all()
        alone = {name: getattr(shown, name) for name in ("names", "contributions", "candidates")}
        alone = ResidualStream(**alone, readout=shown.readout)
        torch.testing.assert_close(alone.probabilities.sum(dim=-1), torch.ones(4).double())


class TestArguments:
    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("names", ["one"], "names should be from 2 to 26 names, but were 1"),
            ("contributions", torch.zeros(3, 11), "contributions should have one entry per name"),
            ("candidates", ["a"], "candidates should be from 2 to 40 tokens, but were 1"),
            ("readout", torch.zeros(6, 5), r"readout should have shape .*\(6, 11\), .*\(6, 5\)"),
            ("offsets", torch.zeros(5), "offsets should have one entry per candidate, but had 5"),
            ("others", torch.zeros(5), "others should have one entry per name, but had 5"),
            ("right", 6, "right should be from 0 to 5, but was 6"),
            ("layer", 4, "layer should be from 0 to 3, but was 4"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(stream, argument, value, message)


class TestPicture:
    def test_alt_text_says_what_the_picture_shows(self) -> None:
        shown = stream(layer=2)
        alt, best = shown._describe(), int(shown.probabilities[2].argmax())
        assert f"third {shown.lengths[3]:.1f}. second adds {shown.added[2]:.1f}." in alt
        assert f"{shown.probabilities[2, best]:.2f}; the right one, “d”, has" not in alt
        assert f"the right one, “e”, has {shown.probabilities[2, 4]:.2f}." in alt

    def test_the_bars_are_as_long_as_the_vectors(self) -> None:
        shown = stream(layer=3)
        part = Drawn(shown).part("Length after each part")
        for sizes, colour, off in [(shown.lengths, WEIGHT, -0.12), (shown.added, CHOSEN, 0.26)]:
            places = [part.place(0, y + off)[1] - part.top for y in range(4)]
            found = part.lengths([place + part.top for place in places], colour)
            unit = part.place(1, 0)[0] - part.place(0, 0)[0]
            np.testing.assert_allclose(found, unit * sizes.numpy(), atol=2)
        chances = shown.probabilities[3].sort(descending=True).values
        part = Drawn(shown).part("Says after third")
        found = part.lengths([part.place(0, y)[1] for y in range(3)], WEIGHT)
        unit = part.place(1, 0)[0] - part.place(0, 0)[0]
        np.testing.assert_allclose(found, unit * chances[:3].numpy(), atol=2)
