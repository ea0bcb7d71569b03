"""CostExplorer: what a forward pass computes and stores, as the sequence grows."""

from attention.functional import costs
from attention.widgets.base.traits import Whole
from attention.widgets.base.widget import BookWidget
from attention.widgets.cost_explorer.picture import alt_text, draw_png


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

    length = Whole(1024, low=64, high=131_072)
    n_layers = Whole(12, low=1, high=128)
    n_heads = Whole(12, low=1, high=128)
    d_head = Whole(64, low=8, high=256)
    styles = ("js/cost_tables.css",)
    _draw, _describe = draw_png, alt_text

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
