"""CacheCalculator: the papers' caches, its arguments, its text."""

import base64
import io

import numpy as np
import pytest
from cost_cases import TABLE
from matplotlib.colors import to_rgb
from matplotlib.image import imread
from traitlets import TraitError
from widget_arguments import refuses, refuses_later

from attention.functional.costs import MODELS, readable_bytes
from attention.widgets import CacheCalculator
from attention.widgets.base.picture import MIDDLE, SOFT, WEIGHT


class TestNumbers:
    @pytest.mark.parametrize(("name", "kib", "context", "whole"), TABLE)
    def test_every_model_as_published(
        self, name: str, kib: float, context: int, whole: str
    ) -> None:
        shown = CacheCalculator(model=name)
        assert shown.context == context
        assert shown.config == shown.published == MODELS[name]
        assert shown.bytes_per_token == kib * 1024
        assert readable_bytes(shown.total_bytes) == whole
        assert shown.total_bytes == shown.published_bytes
        full = 2 * MODELS[name].n_layers * MODELS[name].n_heads * MODELS[name].d_head * 2
        assert shown.multi_head_bytes == full * context

    def test_one_head_a_window_and_fewer_bytes(self) -> None:
        shown = CacheCalculator(n_kv_heads=1, window=1024, bytes_per_number=1)
        assert shown.bytes_per_token == 32 * 2 * 128
        assert shown.total_bytes == 32 * 2 * 128 * 1024
        assert shown.published_bytes == 2**30 // 2, "as many bytes a number as the setting"
        assert shown.multi_head_bytes == 2 * 2**30

    def test_a_latent_for_a_model_that_has_none(self) -> None:
        shown = CacheCalculator(d_latent=512)
        assert shown.config.d_rope == 64
        assert shown.bytes_per_token == 32 * 576 * 2
        shown.d_latent = 0
        assert shown.config == MODELS["Llama-3 8B"]

    def test_keys_and_values_for_a_model_with_a_latent(self) -> None:
        shown = CacheCalculator(model="DeepSeek-V2", d_latent=0)
        assert shown.n_kv_heads == 128
        assert shown.total_bytes == shown.multi_head_bytes
        assert shown.config.d_rope is None


class TestArguments:
    def test_defaults(self) -> None:
        assert repr(CacheCalculator()) == (
            "CacheCalculator(model='Llama-3 8B', context=8192, n_kv_heads=8, window=0, "
            "d_latent=0, bytes_per_number=2)"
        )

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("model", "GPT-5", "model should be one of 'GPT-2 124M', .* but was 'GPT-5'"),
            ("context", 255, "context should be from 256 to 131072, but was 255"),
            ("context", 131_073, "context should be from 256 to 131072, but was 131073"),
            ("context", 512.0, "context should be a whole number, but was 512.0"),
            ("n_kv_heads", 3, "n_kv_heads should be a divisor of Llama-3 8B's 32 heads, .* 3"),
            ("n_kv_heads", 0, "n_kv_heads should be a divisor .* but was 0"),
            ("n_kv_heads", 64, "n_kv_heads should be a divisor .* but was 64"),
            ("n_kv_heads", True, "n_kv_heads should be a whole number, but was True"),
            ("window", 255, "window should be 0 or from 256 to 131072, but was 255"),
            ("window", -1, "window should be 0 or from 256 to 131072, but was -1"),
            ("d_latent", -1, "d_latent should be from 0 to 16384, but was -1"),
            ("d_latent", 16_385, "d_latent should be from 0 to 16384, but was 16385"),
            ("bytes_per_number", 3, "bytes_per_number should be one of 1, 2, 4, but was 3"),
            ("label", 3, "label should be a string, but was 3"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(CacheCalculator, argument, value, message)

    def test_another_model_may_have_other_heads(self) -> None:
        message = "n_kv_heads should be a divisor of GPT-2 124M's 12 heads, but was 8"
        refuses_later(CacheCalculator(), "model", "GPT-2 124M", message)
        with pytest.raises(TraitError, match="models"):
            CacheCalculator().models = []

    def test_publish_sets_all_as_the_model_has_them(self) -> None:
        shown = CacheCalculator(n_kv_heads=1, window=512, d_latent=64, bytes_per_number=1)
        for name, config in MODELS.items():
            shown.publish(name)
            assert (shown.model, shown.context) == (name, config.max_context)
            assert shown.config == config
        assert shown.bytes_per_number == 1, "that is no matter of the model"
        with pytest.raises(ValueError, match="model should be one of"):
            shown.publish("GPT-5")

    def test_a_message_from_the_page_moves_several_at_once(self) -> None:
        shown = CacheCalculator()
        shown.set_state({"model": "GPT-2 XL", "n_kv_heads": 5, "context": 1024, "window": 256})
        assert repr(shown) == (
            "CacheCalculator(model='GPT-2 XL', context=1024, n_kv_heads=5, window=256, "
            "d_latent=0, bytes_per_number=2)"
        )
        assert CacheCalculator(context=np.int64(512)).context == 512

    def test_alt_text_says_what_the_picture_shows(self) -> None:
        shown = CacheCalculator(n_kv_heads=1, window=4096)
        data, metadata = shown._repr_mimebundle_()
        alt = metadata["image/png"]["alt"]
        assert "the key-value cache of Llama-3 8B for 8,192 tokens" in alt
        assert "multi-head attention (32 KV heads) 4 GiB; as published (8 KV heads) 1 GiB" in alt
        assert "this setting (multi-query, window 4,096) 64 MiB" in alt
        assert "takes 16 KiB a token. It is 64 times smaller than multi-head" in alt
        assert "and 16 times smaller than published." in alt
        assert len(data["image/png"]) < 80_000
        wide = CacheCalculator(model="GPT-2 124M", d_latent=2048)._describe()
        assert "(latent 2048 + 64) 49.5 MiB" in wide
        assert "1.38 times larger than multi-head, and 1.38 times larger than published." in wide

    def test_the_picture_s_bars_are_as_long_as_the_caches(self) -> None:
        shown = CacheCalculator(n_kv_heads=4)
        full, published, setting = (width(shown, ink) for ink in (SOFT, MIDDLE, WEIGHT))
        assert full / published == pytest.approx(4, rel=0.02)
        assert full / setting == pytest.approx(8, rel=0.02)
        assert CacheCalculator(n_kv_heads=4)._draw() == shown._draw()


def width(shown: CacheCalculator, ink: str) -> int:
    """How many pixels of an ink the fullest line of the picture has."""
    picture = imread(io.BytesIO(base64.b64decode(shown._draw())))
    return int((np.abs(picture[..., :3] - to_rgb(ink)).max(axis=-1) < 0.01).sum(axis=1).max())
