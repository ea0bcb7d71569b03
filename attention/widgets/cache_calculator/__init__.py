"""CacheCalculator: how large the key-value cache of a published model is, and could be."""

from dataclasses import asdict, replace
from typing import Any

import traitlets as t

from attention.functional import costs
from attention.functional.costs import MODELS, CacheConfig
from attention.widgets.base.traits import Choice, State, Whole
from attention.widgets.base.widget import BookWidget
from attention.widgets.cache_calculator.picture import alt_text, draw_png

SHORTEST, LONGEST = 256, 131_072
MOST_LATENT = 16_384
USUAL_ROPE = 64
"""Width of the rotary key that a model without latent attention borrows: DeepSeek-V2's."""

SETTINGS = ("n_kv_heads", "window", "d_latent")


def _divides_the_heads(n_kv_heads: int, state: State) -> str:
    config = MODELS[state.model]
    if n_kv_heads >= 1 and config.n_heads % n_kv_heads == 0:
        return ""
    return f"should be a divisor of {config.name}'s {config.n_heads} heads, but was {n_kv_heads}"


def _none_or_in_range(window: int, _: State) -> str:
    if window == 0 or SHORTEST <= window <= LONGEST:
        return ""
    return f"should be 0 or from {SHORTEST} to {LONGEST}, but was {window}"


def _for_page(config: CacheConfig) -> dict[str, Any]:
    """The page writes 0 for what a model does not have."""
    return {name: value or 0 for name, value in asdict(config).items()}


class CacheCalculator(BookWidget):
    r"""Take a published model, and see what fewer key-value heads, a window or a latent would save.

    .. math::

        \text{cache} = L \cdot 2\, n_{kv}\, d_{head} \cdot t \cdot b
        \quad\text{or, with a latent,}\quad
        L\, (d_{latent} + d_{rope}) \cdot t \cdot b

    for L layers, t tokens (those of the window, where it is shorter) and b bytes per number; see
    :func:`attention.functional.costs.cache_bytes`. The page computes this in JavaScript, the
    properties in Python. Every argument is an attribute that can be read and set later; in
    JupyterLab a control sets it and setting it moves the control. :meth:`publish` sets all of them
    as a model has them.

    Args:
        model: A name among :data:`attention.functional.costs.MODELS`. It decides what is not
            given.
        context: Number of tokens, t, from 256 to 131,072; as long as the model was made for.
        n_kv_heads: Number of key and value heads, a divisor of the model's query heads; 1 is
            multi-query attention.
        window: How many positions a query sees, at least 256; 0 for all of them.
        d_latent: Width of the latent of MLA, up to 16,384; 0 where keys and values are cached.
            A model that has no latent of its own borrows DeepSeek-V2's 64 rotary numbers.
        bytes_per_number: 1, 2 or 4.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Shazeer 2019 (one head of keys and values), Ainslie et al. 2023 (groups), Beltagy et al.
        2020 (windows), DeepSeek-AI 2024, section 2.1 (latent).
    """

    model = Choice(list(MODELS), "Llama-3 8B")
    context = Whole(lambda state: MODELS[state.model].max_context, low=SHORTEST, high=LONGEST)
    n_kv_heads = Whole(lambda state: MODELS[state.model].n_kv_heads, check=_divides_the_heads)
    window = Whole(lambda state: MODELS[state.model].window or 0, check=_none_or_in_range)
    d_latent = Whole(lambda state: MODELS[state.model].d_latent or 0, low=0, high=MOST_LATENT)
    bytes_per_number = Choice([1, 2, 4], 2)
    models = t.List([_for_page(config) for config in MODELS.values()], read_only=True).tag(
        sync=True
    )
    styles = ("js/cost_tables.css",)
    _draw, _describe = draw_png, alt_text

    def publish(self, model: str) -> None:
        """Choose a model, and set context, heads, window and latent as it has them."""
        config = MODELS[self.class_traits()["model"].validate(self, model)]
        with self.hold_trait_notifications():
            self.model, self.context = config.name, config.max_context
            for name in SETTINGS:
                setattr(self, name, getattr(config, name) or 0)

    @property
    def published(self) -> CacheConfig:
        """The model as its paper describes it."""
        return MODELS[self.model]

    @property
    def config(self) -> CacheConfig:
        """The model with the present settings."""
        return replace(
            self.published,
            n_kv_heads=self.n_kv_heads,
            window=self.window or None,
            d_latent=self.d_latent or None,
            d_rope=(self.published.d_rope or USUAL_ROPE) if self.d_latent else None,
        )

    @property
    def bytes_per_token(self) -> int:
        """The bytes that a token adds to the cache."""
        return self._bytes(self.config, 1)

    @property
    def total_bytes(self) -> int:
        """The bytes of the whole cache."""
        return self._bytes(self.config, self.context)

    @property
    def published_bytes(self) -> int:
        """The same for the model as published."""
        return self._bytes(self.published, self.context)

    @property
    def multi_head_bytes(self) -> int:
        """The same with full multi-head attention."""
        return self._bytes(self.published.multi_head, self.context)

    def _bytes(self, config: CacheConfig, context: int) -> int:
        return costs.cache_bytes(config, context, bytes_per_number=self.bytes_per_number)
