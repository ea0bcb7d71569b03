"""CostExplorer: its numbers against a model's own tensors, its arguments, its text."""

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from widget_arguments import refuses

from attention import GPT, GPTConfig
from attention.widgets import CostExplorer


class TestNumbers:
    def test_flops_are_those_that_pytorch_counts_in_a_gpt(self) -> None:
        """A whole GPT of 3 layers, without its embedding and read-out."""
        shown = CostExplorer(length=64, n_layers=3, n_heads=2, d_head=8)
        model = GPT(GPTConfig(11, 64, shown.d_model, 3, 2))
        x = torch.randn(1, 64, shown.d_model)
        with FlopCounterMode(display=False) as counter:
            for block in model.blocks:
                x, _ = block.forward_with_weights(x)
        assert shown.flops.total == counter.get_total_flops()

    def test_memory_is_that_of_the_tensors(self) -> None:
        shown = CostExplorer(length=64, n_layers=3, n_heads=2, d_head=8)
        model = GPT(GPTConfig(11, 64, shown.d_model, 3, 2))
        weights = model.attention_weights(torch.zeros(1, 64, dtype=torch.long))
        assert shown.score_bytes == weights[0].nbytes
        assert shown.projection_bytes == 4 * torch.zeros(64, 16).nbytes
        caches = model.new_cache(1)
        held = sum(2 * cache.append(*[torch.zeros(1, 2, 64, 8)] * 2)[0].nbytes for cache in caches)
        assert shown.cache_bytes == held // 2, "float32 there, 2 bytes here"

    def test_gpt_2(self) -> None:
        shown = CostExplorer()
        assert shown.d_model == 768
        assert shown.flops.linear == 12 * 24 * 1024 * 768**2
        assert shown.flops.attention == 12 * 4 * 1024**2 * 768
        assert shown.attention_share == pytest.approx(2 / 11)
        assert shown.score_bytes == 48 * 2**20
        assert shown.projection_bytes == 12 * 2**20
        assert shown.cache_bytes == 36 * 2**20
        shown.length = 4608
        assert shown.attention_share == 0.5


class TestArguments:
    def test_defaults(self) -> None:
        text = "CostExplorer(length=1024, n_layers=12, n_heads=12, d_head=64)"
        assert repr(CostExplorer()) == text

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("length", 63, "length should be from 64 to 131072, but was 63"),
            ("length", 131_073, "length should be from 64 to 131072, but was 131073"),
            ("length", 64.0, "length should be a whole number, but was 64.0"),
            ("n_layers", 0, "n_layers should be from 1 to 128, but was 0"),
            ("n_layers", True, "n_layers should be a whole number, but was True"),
            ("n_heads", 129, "n_heads should be from 1 to 128, but was 129"),
            ("d_head", 7, "d_head should be from 8 to 256, but was 7"),
            ("d_head", None, "d_head should be a whole number, but was None"),
            ("label", 3, "label should be a string, but was 3"),
            ("caption", None, "caption should be a string, but was None"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(CostExplorer, argument, value, message)

    def test_a_message_from_the_page_moves_several_at_once(self) -> None:
        shown = CostExplorer()
        shown.set_state({"length": 96, "n_layers": 2, "n_heads": 3})
        assert repr(shown) == "CostExplorer(length=96, n_layers=2, n_heads=3, d_head=64)"
        assert CostExplorer(length=np.int64(128)).length == 128

    def test_alt_text_says_what_the_picture_shows(self) -> None:
        shown = CostExplorer(caption="Slide n.")
        data, metadata = shown._repr_mimebundle_()
        alt = metadata["image/png"]["alt"]
        assert alt.startswith("Cost explorer: 1,024 tokens, 12 layers of 12 heads, d = 768.")
        assert "takes 213 GFLOPs: the projections 27.3%, the feed-forward networks 54.5%" in alt
        assert "scores and context 18.2%; they would take half at 4,608 tokens." in alt
        assert "scores of one layer 48 MiB; q, k, v, contexts of one layer 12 MiB" in alt
        assert "KV cache of all layers 36 MiB" in alt
        assert len(data["image/png"]) < 120_000
        one = CostExplorer(n_layers=1, n_heads=1)._describe()
        assert "1 layer of 1 head, d = 64" in one

    def test_another_state_is_another_picture(self) -> None:
        first = CostExplorer()._draw()
        assert CostExplorer()._draw() == first
        assert CostExplorer(length=4096)._draw() != first
