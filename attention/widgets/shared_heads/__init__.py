"""SharedHeads: how many query heads share a key head, and what is stored of each token for it."""

from attention.functional.costs import CacheConfig, cache_bytes
from attention.widgets.base.traits import Choice, State, Whole
from attention.widgets.base.widget import BookWidget
from attention.widgets.shared_heads.picture import alt_text, draw_png

MOST_HEADS = 16


def _divides(n_kv_heads: int, state: State) -> str:
    if state.n_heads % n_kv_heads == 0:
        return ""
    return f"should divide n_heads = {state.n_heads}, but was {n_kv_heads}"


def _nearest(n_kv_heads: int, state: State) -> int:
    return max(g for g in range(1, state.n_heads + 1) if state.n_heads % g == 0 and g <= n_kv_heads)


class SharedHeads(BookWidget):
    r"""Let query heads share keys and values, or one latent, and see what a token adds to a cache.

    Numbers kept of a token in one layer, and FLOPs that a decoding step spends on it:

    .. math::

        \text{heads: } 2\, g\, d_{head}, \quad 4\, H\, d_{head} \qquad
        \text{latent: } d_c + d_{rope}, \quad 2\, H\, (2 d_c + d_{rope})

    The latent's FLOPs are those of the absorbed form (each head compares with latent and rotary
    key, then mixes latents); projections, which a step needs once, are left out. Numbers take two
    bytes. The page computes this in JavaScript, the properties in Python. Every argument is an
    attribute that can be read and set later; in JupyterLab a control sets it and setting it moves
    the control.

    Args:
        n_heads: Number of query heads, H, 1 to 16.
        n_kv_heads: Number of key and value heads, g, which divides H; H when not given.
        kept: ``"heads"``: keys and values; ``"latent"``: one latent and a rotary key for all heads.
        d_head: Width of a head.
        d_latent: Width of the latent, d_c.
        d_rope: Width of the rotary key that goes with it.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Shazeer 2019; Ainslie et al. 2023; DeepSeek-AI 2024, arXiv 2405.04434, section 2.1.
    """

    n_heads = Whole(8, low=1, high=MOST_HEADS)
    n_kv_heads = Whole(
        lambda state: state.n_heads,
        low=1,
        high=lambda state: state.n_heads,
        check=_divides,
        follow=_nearest,
    )
    kept = Choice(["heads", "latent"], "heads")
    d_head = Whole(128, low=1, high=1024)
    d_latent = Whole(512, low=1, high=8192)
    d_rope = Whole(64, low=1, high=1024)
    in_repr = ("n_heads", "n_kv_heads", "kept")
    _draw, _describe = draw_png, alt_text

    @property
    def config(self) -> CacheConfig:
        """One layer of a model that is built so, for the package's own count."""
        latent = (self.d_latent, self.d_rope) if self.kept == "latent" else (None, None)
        return CacheConfig(
            "a layer", 1, self.n_heads, self.n_kv_heads, self.d_head, 1, None, *latent
        )

    @property
    def numbers(self) -> int:
        """How many numbers are kept of a token in a layer."""
        return self.config.numbers_per_layer

    @property
    def most(self) -> int:
        """How many multi-head attention would keep."""
        return self.config.multi_head.numbers_per_layer

    @property
    def n_bytes(self) -> int:
        """The bytes of them, two for each."""
        return cache_bytes(self.config)

    @property
    def parts(self) -> dict[str, int]:
        """What the numbers are, and how many of each."""
        if self.kept == "latent":
            return {"latent": self.d_latent, "rotary key": self.d_rope}
        width = self.n_kv_heads * self.d_head
        return {"keys": width, "values": width}

    @property
    def flops(self) -> int:
        """FLOPs of scores and context that a decoding step spends on one cached token."""
        if self.kept == "latent":
            return 2 * self.n_heads * (2 * self.d_latent + self.d_rope)
        return 4 * self.n_heads * self.d_head

    @property
    def intensity(self) -> float:
        """FLOPs for each byte that is fetched."""
        return self.flops / self.n_bytes
