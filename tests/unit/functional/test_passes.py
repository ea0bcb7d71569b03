"""What a pass computes and moves, against PyTorch's counter and the sizes of real tensors."""

from functools import partial

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from attention import KVCache, MultiHeadAttention
from attention.functional.costs import block_flops
from attention.functional.passes import pass_of

D, HEADS = 12, 3


def by_hand(**changes: int) -> dict[str, int]:
    return {"n_parameters": 100, "cached_numbers": 10} | changes


class TestCounts:
    def test_by_hand(self) -> None:
        read = pass_of(5, 0, **by_hand())  # 100 parameters, 5 x 10 cached numbers
        assert read == (2 * 5 * 150, 200, 100)
        assert (read.bytes_moved, read.intensity) == (300, 5)
        written = pass_of(1, 5, **by_hand(batch=4))  # four caches of 6 x 10 numbers
        assert written == (2 * 4 * 160, 200, 480)
        assert written.intensity == pytest.approx(1280 / 680)

    @pytest.mark.parametrize("n", [1, 7, 64])
    def test_a_block_that_reads_takes_what_the_block_s_formula_says(self, n: int) -> None:
        read = pass_of(n, 0, n_parameters=12 * D**2, cached_numbers=2 * D)
        assert read.flops == block_flops(n, D).total

    @pytest.mark.parametrize(
        ("new", "past", "batch"), [(7, 0, 1), (1, 6, 1), (3, 5, 2), (1, 11, 5)]
    )
    @torch.no_grad()
    def test_a_layer_with_a_cache_computes_and_holds_it(self, new, past, batch) -> None:
        layer = MultiHeadAttention(D, HEADS, causal=True, bias=False)
        cache = layer.new_cache(batch, past + new)
        if past:
            layer(torch.randn(batch, past, D), cache=cache)
        with FlopCounterMode(display=False) as counter:
            layer(torch.randn(batch, new, D), cache=cache, need_weights=True)
        n_parameters = sum(p.numel() for p in layer.parameters())
        found = pass_of(new, past, n_parameters=n_parameters, cached_numbers=2 * D, batch=batch)
        assert found.flops == counter.get_total_flops()
        assert found.parameter_bytes == 2 * n_parameters
        head = torch.randn(batch, HEADS, past + new, D // HEADS, dtype=torch.float16)
        held = KVCache(batch, HEADS, past + new, D // HEADS, dtype=torch.float16).append(head, head)
        assert found.cache_bytes == sum(part.nbytes for part in held)

    @pytest.mark.parametrize("past", [0, 3, 1000])
    @pytest.mark.parametrize("new", [1, 5, 512])
    def test_of_one_text_the_intensity_is_the_tokens_of_the_pass(self, new: int, past: int) -> None:
        assert pass_of(new, past, **by_hand()).intensity == new

    def test_a_cache_keeps_a_batch_below_parameters_over_cache(self) -> None:
        """However many texts share it: at most (P + t C) / (t C)."""
        assert pass_of(1, 19, **by_hand(batch=10**9)).intensity == pytest.approx(300 / 200)


class TestErrors:
    @pytest.mark.parametrize(
        ("new", "past", "changes", "message"),
        [
            (0, 0, {}, "new should be at least 1, but was 0"),
            (1, -1, {}, "past should be at least 0, but was -1"),
            (1, 0, {"n_parameters": 0}, "n_parameters should be at least 1"),
            (1, 0, {"cached_numbers": 0}, "cached_numbers should be at least 1"),
            (1, 0, {"batch": 0}, "batch should be at least 1"),
        ],
    )
    def test_a_count_that_is_none_is_named(self, new, past, changes, message) -> None:
        with pytest.raises(ValueError, match=message):
            partial(pass_of, new, past, **by_hand(**changes))()
