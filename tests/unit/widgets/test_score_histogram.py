"""ScoreHistogram: its draws and numbers, its arguments, its text, its picture."""

import numpy as np
import pytest
import torch
from drawn import Drawn
from widget_arguments import refuses

from attention.widgets import ScoreHistogram
from attention.widgets.base.luck import normals
from attention.widgets.base.picture import WEIGHT


class TestNumbers:
    def test_the_draws_are_standard_normal(self) -> None:
        found = normals(0, 100_001)
        assert len(found) == 100_001
        assert found.mean() == pytest.approx(0, abs=0.01)
        assert found.std() == pytest.approx(1, abs=0.01)
        assert (found**4).mean() == pytest.approx(3, abs=0.1)
        assert abs(np.corrcoef(found[:-1], found[1:])[0, 1]) < 0.01

    @pytest.mark.parametrize("seed", range(5))
    def test_the_deviation_is_the_root_of_d_k_and_scaled_it_is_1(self, seed: int) -> None:
        for d_k in (16, 64, 256):
            raw = ScoreHistogram(d_k=d_k, seed=seed)
            assert raw.deviation == pytest.approx(d_k**0.5, rel=0.15)
            scaled = ScoreHistogram(d_k=d_k, seed=seed, scaled=True)
            torch.testing.assert_close(scaled.all_scores, raw.all_scores / d_k**0.5)

    def test_weights_are_the_softmax_of_the_first_query_and_more_keys_keep_the_first(self) -> None:
        shown = ScoreHistogram(d_k=5, n_keys=3)
        queries, keys = shown.vectors
        powers = (keys[:3] @ queries[0]).exp()
        torch.testing.assert_close(shown.weights, powers / powers.sum())
        more = ScoreHistogram(d_k=5, n_keys=300)
        assert torch.equal(more.vectors[1][:64], keys)
        assert torch.equal(more.counts, shown.counts)
        assert more.weights.shape == (300,)

    def test_every_score_is_counted_once(self) -> None:
        shown = ScoreHistogram(d_k=256)
        assert shown.counts.sum() == shown.all_scores.numel() == 2048
        middle = ((shown.all_scores >= -2) & (shown.all_scores < 2)).sum()
        assert shown.counts[15] == middle


class TestArguments:
    def test_defaults(self) -> None:
        assert repr(ScoreHistogram()) == "ScoreHistogram(d_k=16, n_keys=64, scaled=False, seed=0)"

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("d_k", 0, "d_k should be from 1 to 256, but was 0"),
            ("d_k", 257, "d_k should be from 1 to 256, but was 257"),
            ("n_keys", 1, "n_keys should be from 2 to 1024, but was 1"),
            ("n_keys", 64.5, "n_keys should be a whole number, but was 64.5"),
            ("seed", -1, "seed should be from 0 to 4294967295, but was -1"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(ScoreHistogram, argument, value, message)


class TestPicture:
    def test_alt_text_says_what_the_picture_shows(self) -> None:
        shown = ScoreHistogram(d_k=64, n_keys=16)
        alt = shown._describe()
        assert "d_k = 64, not scaled. The scores of 2,048 random pairs have the standard " in alt
        assert f"deviation {shown.deviation:.1f}. The weights of one query over 16 keys" in alt
        assert f"key {shown.weights.argmax() + 1} {shown.weights.max():.2f}," in alt
        assert "8 others" in alt
        assert "others" not in ScoreHistogram(n_keys=8)._describe()

    def test_the_bars_are_the_largest_weights_and_how_many_scores_a_bin_holds(self) -> None:
        drawn = Drawn(ScoreHistogram(d_k=32))
        shown = ScoreHistogram(d_k=32)
        part = drawn.part("weights of one query")
        unit = part.place(1, 0)[0] - part.place(0, 0)[0]
        found = part.lengths([part.place(0, y)[1] for y in range(8)], WEIGHT)
        np.testing.assert_allclose(found, unit * shown.weights.topk(8).values.numpy(), atol=2)
        part = drawn.part("scores, d_k = 32, not scaled")
        unit = part.place(0, 0)[1] - part.place(0, 1)[1]
        found = part.heights([part.place(4 * (i - 15), 0)[0] for i in range(31)], WEIGHT)
        np.testing.assert_allclose(found, unit * shown.counts.numpy(), atol=2)
