"""The formulas of attention.costs, against PyTorch's own counts and the papers' models."""

import math
from dataclasses import replace
from functools import partial

import gguf
import pytest
import torch
from cost_cases import TABLE
from torch.utils.flop_counter import FlopCounterMode

from attention import GPT, GPTConfig, KVCache, scaled_dot_product_attention
from attention.functional.costs import (
    MODELS,
    CacheConfig,
    attention_share,
    block_flops,
    cache_bytes,
    projection_bytes,
    readable_bytes,
    readable_flops,
    score_bytes,
    three_digits,
)


def counted(function, *arguments) -> int:
    """The FLOPs that PyTorch counts, a multiply-add as two."""
    with FlopCounterMode(display=False) as counter:
        function(*arguments)
    return counter.get_total_flops()


class TestFlops:
    @pytest.mark.parametrize(("n", "d_model", "n_heads"), [(7, 12, 3), (13, 10, 1), (5, 16, 8)])
    def test_a_block_takes_what_pytorch_counts(self, n: int, d_model: int, n_heads: int) -> None:
        """Of the whole square: with the weights asked for, every score is computed."""
        block = GPT(GPTConfig(11, 17, d_model, 1, n_heads)).blocks[0]
        x = torch.randn(1, n, d_model)
        assert counted(block.forward_with_weights, x) == block_flops(n, d_model).total

    def test_each_part_by_itself(self) -> None:
        n, d, hidden = 7, 12, 31
        x, square, wide = torch.randn(n, d), torch.randn(d, d), torch.randn(d, hidden)
        flops = block_flops(n, d, d_feed_forward=hidden)
        assert flops.projections == 4 * counted(torch.mm, x, square)
        narrow = counted(torch.mm, torch.randn(n, hidden), wide.mT)
        assert flops.feed_forward == counted(torch.mm, x, wide) + narrow
        heads = torch.randn(3, n, d // 3)
        assert flops.attention == counted(scaled_dot_product_attention, heads, heads, heads)
        assert flops.linear == flops.projections + flops.feed_forward
        assert flops.total == flops.linear + flops.attention

    def test_the_square_grows_with_the_square(self) -> None:
        short, long = block_flops(100, 64), block_flops(200, 64)
        assert long.linear == 2 * short.linear
        assert long.attention == 4 * short.attention

    @pytest.mark.parametrize(("n", "d_model"), [(1, 1), (1024, 768), (131_072, 4096)])
    def test_the_share_is_that_of_the_counts(self, n: int, d_model: int) -> None:
        flops = block_flops(n, d_model)
        assert attention_share(n, d_model) == pytest.approx(flops.attention / flops.total)

    def test_the_share_of_gpt_2(self) -> None:
        assert round(100 * attention_share(1024, 768)) == 18
        assert attention_share(6 * 768, 768) == 0.5


class TestMemory:
    def test_scores_and_vectors_by_their_tensors(self) -> None:
        query = torch.randn(1, 3, 7, 5)
        _, weights = scaled_dot_product_attention(query, query, query)
        assert score_bytes(7, 3) == weights.nbytes
        assert score_bytes(7, 3, bytes_per_number=2) == weights.half().nbytes
        assert projection_bytes(7, 15) == 4 * query.nbytes
        assert projection_bytes(7, 15, bytes_per_number=2) == 4 * query.half().nbytes

    def test_the_cache_by_its_tensors(self) -> None:
        config = CacheConfig("small", 3, 6, 2, 5, 11)
        cache = KVCache(1, 2, 11, 5, dtype=torch.float16)
        key = torch.randn(1, 2, 11, 5, dtype=torch.float16)
        key, value = cache.append(key, key)
        assert cache_bytes(config, 11) == 3 * (key.nbytes + value.nbytes)
        assert cache_bytes(config, 11, bytes_per_number=4) == 2 * cache_bytes(config, 11)

    @pytest.mark.parametrize("kind", ["F16", "Q8_0", "Q4_0", "Q6_K"])
    def test_a_number_may_take_a_fraction_of_bytes(self, kind: str) -> None:
        """As GGUF packs them: so many numbers in a block of so many bytes."""
        n_numbers, n_bytes = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[kind]]
        size, config = n_bytes / n_numbers, CacheConfig("wide", 3, 8, 2, 128, 1024)
        blocks = 3 * 2 * 2 * 128 * 256 // n_numbers
        assert cache_bytes(config, 256, bytes_per_number=size) == blocks * n_bytes
        assert score_bytes(256, 3, bytes_per_number=size) == 3 * 256 * 256 // n_numbers * n_bytes
        assert projection_bytes(256, 64, bytes_per_number=size) == 65_536 // n_numbers * n_bytes

    def test_a_begun_byte_is_a_byte(self) -> None:
        assert score_bytes(3, 1, bytes_per_number=0.5) == 5
        assert score_bytes(3, 1, bytes_per_number=1.0625) == 10
        assert isinstance(score_bytes(4, 1, bytes_per_number=0.5), int)
        # Far beyond what a float64 tells apart.
        assert score_bytes(2**30 + 1, 1, bytes_per_number=1.5) == (3 * (2**30 + 1) ** 2 + 1) // 2

    @pytest.mark.parametrize(("name", "kib", "context", "whole"), TABLE)
    def test_published_models(self, name: str, kib: float, context: int, whole: str) -> None:
        config = MODELS[name]
        assert cache_bytes(config) == kib * 1024
        assert readable_bytes(cache_bytes(config, context)) == whole
        assert config.max_context == context

    def test_the_table_has_them_all(self) -> None:
        assert list(MODELS) == [name for name, *_ in TABLE]
        assert all(name == config.name for name, config in MODELS.items())

    def test_a_window_caps_the_cache(self) -> None:
        config = MODELS["Mistral 7B v0.1"]
        assert cache_bytes(config, 4096) == cache_bytes(config, 100_000) == 512 * 2**20
        assert cache_bytes(config, 4095) < cache_bytes(config, 4096)

    def test_a_latent_takes_the_place_of_heads(self) -> None:
        config = MODELS["DeepSeek-V2"]
        assert config.numbers_per_layer == 576
        assert replace(config, n_kv_heads=1).numbers_per_layer == 576
        assert config.multi_head.numbers_per_layer == 2 * 128 * 128

    def test_multi_head_gives_every_query_head_its_own(self) -> None:
        full = MODELS["Mistral 7B v0.1"].multi_head
        assert (full.n_kv_heads, full.window, full.d_latent, full.d_rope) == (32, None, None, None)
        assert cache_bytes(full, 8192) == 4 * 2**30


class TestArguments:
    @pytest.mark.parametrize("bad", [0, -1, 2.0, True, "3"])
    def test_counts_are_checked_by_name(self, bad: object) -> None:
        for function, arguments in [
            (block_flops, {"n": 5, "d_model": 8, "d_feed_forward": 8}),
            (attention_share, {"n": 5, "d_model": 8}),
            (score_bytes, {"n": 5, "n_heads": 2}),
            (projection_bytes, {"n": 5, "d_model": 8}),
            (partial(cache_bytes, MODELS["GPT-2 XL"]), {"context": 5}),
        ]:
            for name in arguments:
                with pytest.raises((ValueError, TypeError), match=f"^{name} should be"):
                    function(**arguments | {name: bad})

    @pytest.mark.parametrize(
        ("bad", "message"),
        [
            (0, "should be above 0, but was 0"),
            (-0.5, "should be above 0, but was -0.5"),
            (math.nan, "should be above 0, but was nan"),
            (math.inf, "should be above 0, but was inf"),
            (True, "should be a number, but was True"),
            ("2", "should be a number, but was '2'"),
        ],
    )
    def test_bytes_per_number_are_checked(self, bad: object, message: str) -> None:
        for function in (
            partial(score_bytes, 5, 2),
            partial(projection_bytes, 5, 8),
            partial(cache_bytes, MODELS["GPT-2 XL"]),
        ):
            with pytest.raises((ValueError, TypeError), match=f"^bytes_per_number {message}$"):
                function(bytes_per_number=bad)

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"n_layers": 0}, "n_layers should be at least 1, but was 0"),
            ({"n_heads": 12.0}, "n_heads should be a whole number, but was 12.0"),
            ({"n_kv_heads": 5}, "n_kv_heads should divide n_heads = 12, but was 5"),
            ({"d_head": 0}, "d_head should be at least 1"),
            ({"max_context": 0}, "max_context should be at least 1"),
            ({"window": 0}, "window should be at least 1"),
            ({"d_latent": 0, "d_rope": 1}, "d_latent should be at least 1"),
            ({"d_latent": 8, "d_rope": -1}, "d_rope should be at least 0"),
            ({"d_latent": 512}, "d_latent and d_rope .* together, but were 512 and None"),
            ({"d_rope": 64}, "d_latent and d_rope .* together, but were None and 64"),
        ],
    )
    def test_a_model_is_checked(self, given: dict[str, object], message: str) -> None:
        with pytest.raises((ValueError, TypeError), match=message):
            replace(MODELS["GPT-2 124M"], **given)


class TestWords:
    @pytest.mark.parametrize(
        ("n", "text"),
        [
            (0, "0 bytes"), (1023, "1,023 bytes"), (1024, "1 KiB"), (1152, "1.13 KiB"),
            (1023.6 * 1024, "1 MiB"), (100.5 * 1024, "101 KiB"), (67.5 * 1024, "67.5 KiB"),
            (2**40, "1 TiB"), (2**50, "1 PiB"), (2**61, "2,048 PiB"),
        ],
    )  # fmt: skip
    def test_bytes(self, n: float, text: str) -> None:
        assert readable_bytes(n) == text

    @pytest.mark.parametrize(
        ("n", "text"),
        [
            (1, "1 FLOPs"), (999, "999 FLOPs"), (1000, "1 kFLOPs"), (212_600_881_152, "213 GFLOPs"),
            (1.5e12, "1.5 TFLOPs"), (99_079_191_802_150_912, "99.1 PFLOPs"),
        ],
    )  # fmt: skip
    def test_flops(self, n: float, text: str) -> None:
        assert readable_flops(n) == text

    def test_three_digits(self) -> None:
        found = [three_digits(x) for x in (0, 0.125, 0.994, 1.125, 9.999, 56.889, 1023.5, 1e6)]
        assert found == ["0", "0.13", "0.99", "1.13", "10", "56.9", "1,024", "1,000,000"]
        assert three_digits(math.pi) == "3.14"
