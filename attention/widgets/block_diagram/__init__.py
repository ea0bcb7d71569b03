"""BlockDiagram: a GPT as a diagram, with the shape of what flows and the size of what it holds."""

import math
from collections.abc import Mapping
from typing import Any

from attention.widgets.base.traits import Argument, Choice, State, Whole
from attention.widgets.base.widget import BookWidget
from attention.widgets.block_diagram.picture import alt_text, draw_png
from attention.widgets.block_diagram.sizes import Stage, Stages, stages

SIZES = ("d_model", "n_heads", "n_layers", "n_tokens", "max_len", "norm_order")


class Presets(Argument):
    """Models by name, of which the page gets the sizes."""

    should_be = f"models by name, each with {', '.join(SIZES)}"
    annotation = Mapping[str, Any]

    def __init__(self) -> None:
        super().__init__({})
        self.tag(to_json=_listed, from_json=_by_name)

    def validate(self, obj: object, value: Any) -> Any:
        """Return the sizes of each model by its name."""
        try:
            return {
                name: {size: _read(model, size) for size in SIZES} for name, model in value.items()
            }
        except (AttributeError, KeyError):
            self.error(obj, value)


def _read(model: Any, size: str) -> Any:
    return model[size] if isinstance(model, Mapping) else getattr(model, size)


def _listed(presets: dict[str, Any], _: object) -> list[dict[str, Any]]:
    return [{"name": name, **sizes} for name, sizes in presets.items()]


def _by_name(listed: list[dict[str, Any]], _: object) -> dict[str, Any]:
    return {sizes["name"]: {size: sizes[size] for size in SIZES} for sizes in listed}


def _cut_by_heads(d_model: int, state: State) -> str:
    if d_model % state.n_heads == 0:
        return ""
    return f"should be a multiple of n_heads = {state.n_heads}, but was {d_model}"


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
        presets: Models that the page offers to choose from, by name: anything that has their sizes
            and norm order as attributes, such as :class:`attention.GPTConfig`.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Vaswani et al. 2017, section 3.1; Radford et al. 2019, section 2.3.
    """

    # With the largest of these no tensor holds more than 2^52 numbers: JavaScript counts exactly
    # up to 2^53.
    batch = Whole(1, low=1, high=256)
    max_len = Whole(1024, low=1, high=131_072)
    length = Whole(8, low=1, high=lambda state: state.max_len)
    n_heads = Whole(12, low=1, high=1024)
    d_model = Whole(768, low=1, high=65_536, check=_cut_by_heads)
    n_layers = Whole(12, low=1, high=512)
    n_tokens = Whole(50_257, low=1, high=1_000_000)
    norm_order = Choice(["pre", "post"], "pre")
    presets = Presets()
    in_repr = ("d_model", "n_heads", "n_layers", "length", "norm_order")
    _draw, _describe = draw_png, alt_text

    @property
    def sizes(self) -> dict[str, Any]:
        """The model's shape, as :class:`attention.GPTConfig` takes it."""
        return {name: getattr(self, name) for name in SIZES}

    @property
    def stages(self) -> Stages:
        """The boxes of the diagram in order."""
        return stages(self)

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


def _sum(part: list[Stage]) -> int:
    return sum(stage.parameters for stage in part)
