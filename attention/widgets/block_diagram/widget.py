"""BlockDiagram: a GPT as a diagram, with the shape of what flows and the size of what it holds."""

import math
from typing import Any

import traitlets as t

from attention.models.gpt.config import GPT2_124M, GPTConfig
from attention.trained.small_gpt import SMALL_GPT
from attention.widgets.base.bundle import bundle, stylesheet
from attention.widgets.base.traits import Choice, InvalidValue, Text, Whole
from attention.widgets.base.widget import BookWidget, check_range
from attention.widgets.block_diagram.picture import alt_text, draw_png
from attention.widgets.block_diagram.sizes import Stage, Stages, stages

PRESETS = {"GPT-2 124M": GPT2_124M, "the book’s small GPT": SMALL_GPT}  # noqa: RUF001
SIZES = ("d_model", "n_heads", "n_layers", "n_tokens", "max_len", "norm_order")
LARGEST = {
    "batch": 256,
    "d_model": 65536,
    "n_heads": 1024,
    "n_layers": 512,
    "n_tokens": 1_000_000,
    "max_len": 131_072,
}
"""With these no tensor holds more than 2^52 numbers: JavaScript counts exactly up to 2^53."""


class BlockDiagram(BookWidget):
    r"""Show what a GPT is built of, and how the shapes and the parameters follow from its sizes.

    .. math::

        \text{parameters} = V d + L d + N (12 d^2 + 13 d) + 2 d

    with V tokens in the vocabulary, L positions, N blocks and width d; the last term is that of
    the final norm, which the post-norm order does not have. The page computes shapes and counts in
    JavaScript; the tests hold both to :class:`attention.GPT`. Every argument is an attribute that
    can be read and set later; in JupyterLab a control sets it and setting it moves the control.

    Args:
        batch: Number of sequences, B.
        length: Number of tokens of each, T, at most ``max_len``.
        d_model: Width of the residual stream; a multiple of ``n_heads``.
        n_heads: Number of heads, H.
        n_layers: Number of blocks, N.
        n_tokens: Size of the vocabulary, V.
        max_len: Number of learned positions, L.
        norm_order: "pre", a norm in front of each branch and one at the end (GPT-2), or "post", a
            norm after each sum (the Transformer of 2017, GPT-1).
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Vaswani et al. 2017, section 3.1; Radford et al. 2019, section 2.3.
    """

    _esm = bundle("block_diagram/view.js")
    _css = stylesheet("js/widget.css", "js/figures.css", "block_diagram/style.css")

    batch = Whole(1).tag(sync=True)
    length = Whole(8).tag(sync=True)
    d_model = Whole(768).tag(sync=True)
    n_heads = Whole(12).tag(sync=True)
    n_layers = Whole(12).tag(sync=True)
    n_tokens = Whole(50257).tag(sync=True)
    max_len = Whole(1024).tag(sync=True)
    norm_order = Choice(["pre", "post"], default_value="pre").tag(sync=True)
    presets = t.List(read_only=True).tag(sync=True)
    label = Text("Diagram of a GPT").tag(sync=True)
    caption = Text("").tag(sync=True)

    def __init__(
        self,
        *,
        batch: int = 1,
        length: int = 8,
        d_model: int = 768,
        n_heads: int = 12,
        n_layers: int = 12,
        n_tokens: int = 50257,
        max_len: int = 1024,
        norm_order: str = "pre",
        label: str = "Diagram of a GPT",
        caption: str = "",
    ) -> None:
        given = {
            "batch": batch,
            "max_len": max_len,
            "length": length,
            "n_heads": n_heads,
            "d_model": d_model,
            "n_layers": n_layers,
            "n_tokens": n_tokens,
            "norm_order": norm_order,
            "label": label,
            "caption": caption,
        }
        checked = self._checked(given)
        presets = [
            {"name": name, **{size: getattr(config, size) for size in SIZES}}
            for name, config in PRESETS.items()
        ]
        self.set_trait("presets", presets)
        super().__init__(**checked)

    @property
    def config(self) -> GPTConfig:
        """The model's shape, as :class:`attention.GPT` takes it."""
        return GPTConfig(**{name: getattr(self, name) for name in SIZES})

    @property
    def stages(self) -> Stages:
        """The boxes of the diagram in order."""
        return stages(self.config, self.batch, self.length)

    @property
    def block_parameters(self) -> int:
        """The number of parameters of one block."""
        return _sum(self.stages.block)

    @property
    def parameters(self) -> int:
        """The number of parameters of the whole."""
        parts = self.stages
        return _sum(parts.before) + self.n_layers * _sum(parts.block) + _sum(parts.after)

    @property
    def activations(self) -> dict[str, int]:
        """How many numbers the tensors on the way hold, those of a block in one block."""
        every = {stage.name: math.prod(stage.shape) for part in self.stages for stage in part}
        return {
            "stream": every["position"],
            "hidden": every["w_in"],
            "scores": every["scores"],
            "logits": every["readout"],
        }

    @t.validate("batch", "length", "n_tokens", "max_len", "n_heads", "d_model", "n_layers")
    def _check_trait(self, proposal: dict[str, Any]) -> Any:
        return self._check(proposal["trait"].name, proposal["value"], self)

    def __repr__(self) -> str:
        return (
            f"BlockDiagram(d_model={self.d_model}, n_heads={self.n_heads}, "
            f"n_layers={self.n_layers}, length={self.length}, norm_order={self.norm_order!r})"
        )

    def _draw(self) -> str:
        return draw_png(self)

    def _describe(self) -> str:
        return alt_text(self)

    @classmethod
    def _check(cls, name: str, value: Any, state: Any) -> Any:
        if name in LARGEST:
            check_range(name, value, 1, LARGEST[name])
        if name == "length":
            check_range(name, value, 1, state.max_len)
        elif name == "max_len" and hasattr(state, "length"):
            check_range("length", state.length, 1, value)
        elif name == "d_model" and value % state.n_heads:
            raise InvalidValue(
                f"d_model should be a multiple of n_heads = {state.n_heads}, but was {value}"
            )
        elif name == "n_heads" and hasattr(state, "d_model") and state.d_model % value:
            raise InvalidValue(
                f"n_heads should be a divisor of d_model = {state.d_model}, but was {value}"
            )
        return value


def _sum(part: list[Stage]) -> int:
    return sum(stage.parameters for stage in part)
