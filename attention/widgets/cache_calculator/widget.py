"""CacheCalculator: how large the key-value cache of a published model is, and could be."""

from dataclasses import asdict, replace
from typing import Any

import traitlets as t

from attention.functional import costs
from attention.functional.costs import MODELS, CacheConfig
from attention.widgets.base.bundle import bundle, stylesheet
from attention.widgets.base.traits import Choice, InvalidValue, Text, Whole
from attention.widgets.base.widget import BookWidget, check_range
from attention.widgets.cache_calculator.picture import alt_text, draw_png

CONTEXTS = (256, 131_072)
MOST_LATENT = 16_384
USUAL_ROPE = 64
"""Width of the rotary key that a model without latent attention borrows: DeepSeek-V2's."""

SETTINGS = ("n_kv_heads", "window", "d_latent")


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

    _esm = bundle("cache_calculator/view.js")
    _css = stylesheet("js/widget.css", "js/figures.css", "js/cost_tables.css")

    models = t.List(read_only=True).tag(sync=True)
    model = Choice(list(MODELS), default_value="Llama-3 8B").tag(sync=True)
    context = Whole(8192).tag(sync=True)
    n_kv_heads = Whole(8).tag(sync=True)
    window = Whole(0).tag(sync=True)
    d_latent = Whole(0).tag(sync=True)
    bytes_per_number = Choice([1, 2, 4], default_value=2).tag(sync=True)
    label = Text("Cache calculator").tag(sync=True)
    caption = Text("").tag(sync=True)

    def __init__(
        self,
        *,
        model: str = "Llama-3 8B",
        context: int | None = None,
        n_kv_heads: int | None = None,
        window: int | None = None,
        d_latent: int | None = None,
        bytes_per_number: int = 2,
        label: str = "Cache calculator",
        caption: str = "",
    ) -> None:
        given = {
            "model": model,
            "context": context,
            "n_kv_heads": n_kv_heads,
            "window": window,
            "d_latent": d_latent,
            "bytes_per_number": bytes_per_number,
            "label": label,
            "caption": caption,
        }
        checked = self._checked(given)
        self.set_trait("models", [_for_page(config) for config in MODELS.values()])
        super().__init__(**checked)

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

    @t.validate("model", "context", "bytes_per_number", *SETTINGS)
    def _check_trait(self, proposal: dict[str, Any]) -> Any:
        return self._check(proposal["trait"].name, proposal["value"], self)

    def __repr__(self) -> str:
        return (
            f"CacheCalculator(model={self.model!r}, context={self.context}, "
            f"n_kv_heads={self.n_kv_heads}, window={self.window}, d_latent={self.d_latent}, "
            f"bytes_per_number={self.bytes_per_number})"
        )

    def _draw(self) -> str:
        return draw_png(self)

    def _describe(self) -> str:
        return alt_text(self)

    @classmethod
    def _default(cls, name: str, state: Any) -> Any:
        if name == "context":
            return MODELS[state.model].max_context
        return getattr(MODELS[state.model], name) or 0 if name in SETTINGS else None

    @classmethod
    def _check(cls, name: str, value: Any, state: Any) -> Any:
        if name == "model" and hasattr(state, "n_kv_heads"):
            _check_heads(state.n_kv_heads, MODELS[value])
        elif name == "n_kv_heads":
            _check_heads(value, MODELS[state.model])
        elif name == "context":
            check_range(name, value, *CONTEXTS)
        elif name == "window" and value != 0 and not CONTEXTS[0] <= value <= CONTEXTS[1]:
            raise InvalidValue(
                f"window should be 0 or from {CONTEXTS[0]} to {CONTEXTS[1]}, but was {value}"
            )
        elif name == "d_latent":
            check_range(name, value, 0, MOST_LATENT)
        return value


def _check_heads(n_kv_heads: int, config: CacheConfig) -> None:
    if n_kv_heads < 1 or config.n_heads % n_kv_heads:
        raise InvalidValue(
            f"n_kv_heads should be a divisor of {config.name}'s {config.n_heads} heads, "
            f"but was {n_kv_heads}"
        )


def _for_page(config: CacheConfig) -> dict[str, Any]:
    """The page writes 0 for what a model does not have."""
    return {name: value or 0 for name, value in asdict(config).items()}
