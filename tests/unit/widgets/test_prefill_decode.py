"""PrefillDecode: its passes against the package's formula, its arguments and its picture."""

import numpy as np
import pytest
from drawn import Drawn
from matplotlib.colors import to_rgb
from widget_arguments import refuses, refuses_later
from widget_examples import passes

from attention.functional.costs import MODELS, block_flops, cache_bytes
from attention.widgets import PrefillDecode
from attention.widgets.base.picture import CHOSEN, WEIGHT


class TestNumbers:
    def test_reading_takes_the_blocks_flops(self) -> None:
        shown = PrefillDecode(prompt=300)
        assert shown.current.flops == 32 * block_flops(300, 4096).total
        assert shown.current.intensity == 300

    def test_writing_has_an_intensity_of_one_however_much_is_cached(self) -> None:
        for prompt in (1, 64, 4096):
            shown = PrefillDecode(prompt=prompt, written=16)
            found = [shown.pass_at(k).intensity for k in range(1, 17)]
            assert found == [1.0] * 16

    def test_the_cache_is_that_of_a_model_of_this_size_and_grows_by_a_column(self) -> None:
        shown = PrefillDecode(prompt=100, written=3, batch=7)
        for step in range(4):
            shown.step = step
            assert shown.columns == 100 + step
            assert shown.current.cache_bytes == 7 * cache_bytes(MODELS["Llama-2 7B"], 100 + step)

    @pytest.mark.parametrize(
        ("prompt", "waits"),
        [(1, "memory"), (155, "memory"), (156, "either"), (208, "either"), (209, "arithmetic")],
    )
    def test_what_a_pass_waits_for(self, prompt: int, waits: str) -> None:
        shown = PrefillDecode(prompt=prompt)
        assert shown.balance == (156, 208)
        assert shown.waits_for == waits
        shown.step = 1
        assert shown.waits_for == "memory"

    def test_a_batch_helps_until_the_caches_outweigh_the_parameters(self) -> None:
        shown = PrefillDecode(prompt=1, batch=256, step=1)
        assert shown.waits_for == "arithmetic"
        shown.prompt = 4096
        assert shown.waits_for == "memory"


class TestArguments:
    def test_defaults(self) -> None:
        wanted = "prompt=512, written=8, batch=1, step=0, n_layers=32, d_model=4096"
        assert repr(PrefillDecode()) == f"PrefillDecode({wanted})"

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("prompt", 0, "prompt should be from 1 to 4096, but was 0"),
            ("prompt", 4097, "prompt should be from 1 to 4096, but was 4097"),
            ("written", 0, "written should be from 1 to 16, but was 0"),
            ("written", 17, "written should be from 1 to 16, but was 17"),
            ("batch", 0, "batch should be from 1 to 1024, but was 0"),
            ("step", -1, "step should be from 0 to 5, but was -1"),
            ("step", 6, "step should be from 0 to 5, but was 6"),
            ("n_layers", 129, "n_layers should be from 1 to 128, but was 129"),
            ("d_model", 7, "d_model should be from 8 to 16384, but was 7"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(self, argument, value, message) -> None:
        refuses(passes, argument, value, message)

    def test_fewer_tokens_than_were_written_are_refused(self) -> None:
        refuses_later(passes(), "written", 2, "step should be from 0 to 2")


class TestPicture:
    def test_alt_text_says_what_the_picture_shows(self) -> None:
        shown = PrefillDecode(label="Passes", prompt=512)
        text = shown._describe()
        assert text.startswith("Passes: one text, a prompt of 512. The pass reads the prompt: ")
        assert "512 FLOPs a byte. The balance of an A100 is 156 to 208; the pass waits for" in text
        assert "waits for arithmetic. The cache of each text now holds 512 columns." in text
        shown.step, shown.batch = 2, 4
        text = shown._describe()
        assert "4 texts at once" in text
        assert "writes token 2 of 8" in text
        assert text.endswith("waits for memory. The cache of each text now holds 514 columns.")

    def test_a_column_for_each_token_and_a_mark_where_its_intensity_lies(self) -> None:
        shown = passes()
        drawn = Drawn(shown)
        cache = drawn.part("the cache")
        for k in range(6):
            x, y = cache.place(4 + k - 0.5 if k else 2, 0.5)
            ink = CHOSEN if k == 3 else WEIGHT if k < 3 else "w"
            found = cache.pixels[round(y), round(x)]
            np.testing.assert_allclose(found, 255 * np.array(to_rgb(ink)), atol=6)
        axis = drawn.part("FLOPs a byte")
        across = axis.left + np.nonzero(axis.inked(CHOSEN))[1].mean()
        assert across == pytest.approx(axis.place(shown.current.intensity, 0)[0], abs=1)
