"""BlockDiagram: its parameters and shapes against the package's GPT, its arguments, its text."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from widget_arguments import refuses

from attention import GPT, GPT2_124M, GPTConfig
from attention.trained.small_gpt import DIAGRAMS, SMALL_GPT
from attention.widgets import BlockDiagram
from attention.widgets.block_diagram import SIZES

TABLE = [  # d_model, n_heads, n_layers, n_tokens, max_len
    (6, 1, 1, 1, 1),
    (6, 3, 2, 13, 7),
    (20, 5, 3, 11, 17),
    (128, 4, 3, 1024, 64),
    (768, 12, 12, 50257, 1024),
    (1024, 16, 24, 50257, 1024),
    (1600, 25, 48, 50257, 1024),
]


def diagram(sizes: tuple[int, ...], **arguments: object) -> BlockDiagram:
    given = dict(zip(SIZES, sizes, strict=False))
    return BlockDiagram(**{"length": min(5, sizes[-1]), **given, **arguments})


def on_meta(shown: BlockDiagram) -> GPT:
    """The package's GPT of that shape; on the meta device no number is stored."""
    with torch.device("meta"):
        return GPT(GPTConfig(**shown.sizes))


def count(*modules: nn.Module) -> int:
    return sum(p.numel() for module in modules for p in module.parameters())


class TestParameters:
    @pytest.mark.parametrize("norm_order", ["pre", "post"])
    @pytest.mark.parametrize("sizes", TABLE)
    def test_the_total_and_every_box_are_those_of_the_gpt(
        self, sizes: tuple[int, ...], norm_order: str
    ) -> None:
        shown = diagram(sizes, norm_order=norm_order)
        model = on_meta(shown)
        assert shown.parameters == count(model)
        block = model.blocks[0]
        assert shown.block_parameters == count(block)
        expected = {
            "embedding": count(model.embedding),
            "position": count(model.position),
            "norm_attention": count(block.norm_attention),
            "w_qkv": count(block.attention.w_q, block.attention.w_k, block.attention.w_v),
            "w_o": count(block.attention.w_o),
            "norm_feed_forward": count(block.norm_feed_forward),
            "w_in": count(block.feed_forward.w_in),
            "w_out": count(block.feed_forward.w_out),
            "norm": count(model.norm),
        }
        found = {s.name: s.parameters for part in shown.stages for s in part if s.parameters}
        assert found == {name: n for name, n in expected.items() if n}

    def test_gpt_2_and_the_book_s_small_gpt(self) -> None:
        assert BlockDiagram().parameters == 124_439_808
        assert GPTConfig(**BlockDiagram().sizes) == GPT2_124M
        small = SMALL_GPT
        sizes = {name: getattr(small, name) for name in SIZES}
        assert BlockDiagram(**sizes).parameters == count(GPT(small))
        offered = BlockDiagram(presets=DIAGRAMS).get_state("presets")["presets"]
        assert offered == [
            {"name": "GPT-2 124M", **BlockDiagram().sizes},
            {"name": "the book\u2019s small GPT", "norm_order": "pre", **sizes},
        ]

    def test_by_hand(self) -> None:
        """d = 2: a linear layer of the attention has 2·2 + 2 = 6, the two wide ones 24 and 18."""
        shown = diagram((2, 1, 3, 5, 7))
        assert shown.block_parameters == 4 * (4 + 6 + 6 + 6 + 6 + 4 + 24 + 18) // 4
        assert shown.parameters == 5 * 2 + 7 * 2 + 3 * 74 + 4


class TestShapes:
    @pytest.mark.parametrize("norm_order", ["pre", "post"])
    def test_every_shape_is_that_of_the_tensor_that_flows(self, norm_order: str) -> None:
        shown = diagram((20, 5, 1, 11, 17), batch=3, length=7, norm_order=norm_order)
        model = GPT(GPTConfig(**shown.sizes))
        block, found = model.blocks[0], {}

        def keep(name: str, module: nn.Module) -> None:
            module.register_forward_hook(lambda _, __, out: found.update({name: out.shape}))

        attention, feed_forward = block.attention, block.feed_forward
        for name, module in {
            "norm_attention": block.norm_attention, "w_qkv": attention.w_q,
            "w_o": attention.w_o, "norm_feed_forward": block.norm_feed_forward,
            "w_in": feed_forward.w_in, "w_out": feed_forward.w_out, "norm": model.norm,
            "embedding": model.embedding, "readout": model.readout,
        }.items():  # fmt: skip
            keep(name, module)
        ids = torch.randint(11, (3, 7))
        model(ids)
        found["softmax"] = model.attention_weights(ids)[0].shape
        shapes = {stage.name: stage.shape for part in shown.stages for stage in part}
        assert shapes.keys() - found.keys() == {
            "position", "split", "scores", "context", "join", "add_attention", "add_feed_forward",
        }  # fmt: skip
        for name, shape in shapes.items():
            assert tuple(found.get(name, shape)) == shape, name
        assert shapes["split"] == shapes["context"] == (3, 5, 7, 4)
        assert shapes["scores"] == (3, 5, 7, 7)
        assert shapes["join"] == shapes["position"] == shapes["add_attention"] == (3, 7, 20)

    def test_where_the_norms_stand(self) -> None:
        pre, post = (BlockDiagram(norm_order=order).stages for order in ("pre", "post"))
        places = [(stage.name, stage.place) for stage in pre.block if "norm" in stage.name]
        assert places == [("norm_attention", "branch"), ("norm_feed_forward", "branch")]
        names = [stage.name for stage in pre.block]
        assert names[0] == "norm_attention"
        assert names[-2:] == ["w_out", "add_feed_forward"]
        assert names.index("norm_feed_forward") == names.index("add_attention") + 1
        places = [(stage.name, stage.place) for stage in post.block if "norm" in stage.name]
        assert places == [("norm_attention", "stream"), ("norm_feed_forward", "stream")]
        names = [stage.name for stage in post.block]
        assert names[0] == "w_qkv"
        assert names[-2:] == ["add_feed_forward", "norm_feed_forward"]
        assert [stage.name for stage in pre.after] == ["norm", "readout"]
        assert [stage.name for stage in post.after] == ["readout"]

    def test_the_largest_tensors(self) -> None:
        shown = BlockDiagram(batch=2, length=1024)
        assert shown.activations == {
            "stream": 2 * 1024 * 768,
            "hidden": 2 * 1024 * 3072,
            "scores": 2 * 12 * 1024 * 1024,
            "logits": 2 * 1024 * 50257,
        }
        shown.length = 1
        assert shown.activations["scores"] == 24


class TestArguments:
    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("batch", 0, "batch should be from 1 to 256, but was 0"),
            ("length", 0, "length should be from 1 to 1024, but was 0"),
            ("length", 1025, "length should be from 1 to 1024, but was 1025"),
            ("d_model", 100, "d_model should be a multiple of n_heads = 12, but was 100"),
            ("d_model", 0, "d_model should be from 1 to 65536, but was 0"),
            ("d_model", 768.0, "d_model should be a whole number, but was 768.0"),
            ("n_heads", 7, "d_model should be a multiple of n_heads = 7, but was 768"),
            ("n_heads", 0, "n_heads should be from 1 to 1024, but was 0"),
            ("n_layers", 0, "n_layers should be from 1 to 512, but was 0"),
            ("n_layers", True, "n_layers should be a whole number, but was True"),
            ("n_tokens", 0, "n_tokens should be from 1 to 1000000, but was 0"),
            ("max_len", 4, "length should be from 1 to 4, but was 8"),
            ("norm_order", "sandwich", "norm_order should be one of 'pre', 'post', but was"),
            ("label", 3, "label should be a string, but was 3"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(BlockDiagram, argument, value, message)

    def test_a_message_from_the_page_moves_several_at_once(self) -> None:
        shown = BlockDiagram()
        shown.set_state({"d_model": 128, "n_heads": 4, "n_layers": 3, "max_len": 64, "length": 64})
        assert repr(shown) == (
            "BlockDiagram(d_model=128, n_heads=4, n_layers=3, length=64, norm_order='pre')"
        )
        assert BlockDiagram(length=np.int64(2)).length == 2

    def test_alt_text_says_what_the_picture_shows(self) -> None:
        shown = BlockDiagram(length=1024, batch=2)
        alt = shown._describe()
        assert "pre-norm: first token embedding; + position embedding. Then 12 times" in alt
        assert "add to the stream. Then norm; read-out, tied." in alt
        assert "it has 124,439,808 parameters, 7,087,872 in each block." in alt
        numbers = math.prod(shown.stages.after[-1].shape)
        assert f"are {2 * 12 * 1024 * 1024:,} numbers; the largest tensor holds {numbers:,}" in alt
        assert "(logits)." in alt
        assert "Then read-out, tied." in BlockDiagram(norm_order="post")._describe()
        data, metadata = shown._repr_mimebundle_()
        assert len(data["image/png"]) < 180_000
        assert metadata["image/png"]["alt"] == alt
