"""CostExplorer: what a forward pass computes and stores, as the sequence grows."""

from typing import Any

import traitlets as t

from attention.functional import costs
from attention.widgets.base.bundle import bundle, stylesheet
from attention.widgets.base.traits import Text, Whole
from attention.widgets.base.widget import BookWidget, check_range
from attention.widgets.cost_explorer.picture import alt_text, draw_png

RANGES = {
    "length": (64, 131_072),
    "n_layers": (1, 128),
    "n_heads": (1, 128),
    "d_head": (8, 256),
}


class CostExplorer(BookWidget):
    r"""Let the sequence grow, and see what grows with it, and what with its square.

    .. math::

        \text{FLOPs} = L \left( 24\, n d^2 + 4\, n^2 d \right), \qquad
        \text{scores of a layer} = H n^2, \qquad
        \text{cache} = 2 L n d

    for n tokens, L blocks of width :math:`d = H d_{head}`, and a feed-forward network of width 4d;
    see :func:`attention.functional.costs.block_flops`. The page computes this in JavaScript, the
    properties in Python. Every argument is an attribute that can be read and set later; in
    JupyterLab a control sets it and setting it moves the control.

    Args:
        length: Number of tokens, n, from 64 to 131,072.
        n_layers: Number of blocks, L, up to 128.
        n_heads: Number of heads, H, up to 128; each has keys and values of its own.
        d_head: Width of a head, 8 to 256. The model is ``n_heads * d_head`` wide.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.
    """

    _esm = bundle("cost_explorer/view.js")
    _css = stylesheet("js/widget.css", "js/figures.css", "js/cost_tables.css")

    length = Whole(1024).tag(sync=True)
    n_layers = Whole(12).tag(sync=True)
    n_heads = Whole(12).tag(sync=True)
    d_head = Whole(64).tag(sync=True)
    label = Text("Cost explorer").tag(sync=True)
    caption = Text("").tag(sync=True)

    def __init__(
        self,
        *,
        length: int = 1024,
        n_layers: int = 12,
        n_heads: int = 12,
        d_head: int = 64,
        label: str = "Cost explorer",
        caption: str = "",
    ) -> None:
        given = {
            "length": length,
            "n_layers": n_layers,
            "n_heads": n_heads,
            "d_head": d_head,
            "label": label,
            "caption": caption,
        }
        super().__init__(**self._checked(given))

    @property
    def d_model(self) -> int:
        """The model's width, d."""
        return self.n_heads * self.d_head

    @property
    def flops(self) -> costs.BlockFlops:
        """The FLOPs of a forward pass, all blocks together, by part."""
        return costs.BlockFlops(
            *(self.n_layers * part for part in costs.block_flops(self.length, self.d_model))
        )

    @property
    def attention_share(self) -> float:
        """The share of them that scores and context take."""
        return costs.attention_share(self.length, self.d_model)

    @property
    def score_bytes(self) -> int:
        """The float32 bytes of one layer's matrices of scores."""
        return costs.score_bytes(self.length, self.n_heads)

    @property
    def projection_bytes(self) -> int:
        """The float32 bytes of one layer's queries, keys, values and contexts."""
        return costs.projection_bytes(self.length, self.d_model)

    @property
    def cache_bytes(self) -> int:
        """The bytes of all layers' key-value cache, at 2 bytes a number."""
        sizes = (self.n_layers, self.n_heads, self.n_heads, self.d_head)
        return costs.cache_bytes(costs.CacheConfig("", *sizes, self.length), self.length)

    @t.validate(*RANGES)
    def _check_trait(self, proposal: dict[str, Any]) -> Any:
        return self._check(proposal["trait"].name, proposal["value"], self)

    def __repr__(self) -> str:
        return (
            f"CostExplorer(length={self.length}, n_layers={self.n_layers}, "
            f"n_heads={self.n_heads}, d_head={self.d_head})"
        )

    def _draw(self) -> str:
        return draw_png(self)

    def _describe(self) -> str:
        return alt_text(self)

    @classmethod
    def _check(cls, name: str, value: Any, state: Any) -> Any:
        if name in RANGES:
            check_range(name, value, *RANGES[name])
        return value
