"""AttentionExplorer: multi-head attention on real words, recomputed in the page at every move."""

from collections.abc import Sequence
from typing import Any

import torch
import traitlets as t
from numpy.typing import ArrayLike
from torch import Tensor

from attention.functional.definition import scaled_dot_product_attention
from attention.functional.masks import causal_mask, sliding_window_mask
from attention.widgets.base.bundle import bundle, stylesheet
from attention.widgets.base.picture import alt_text, draw_png
from attention.widgets.base.traits import Choice, FixedPoint, InvalidValue, Items, Text, Whole
from attention.widgets.base.widget import BookWidget, check_range

CONTROLS = ("mask", "window", "heads", "length")


class AttentionExplorer(BookWidget):
    r"""Show causal multi-head attention over a sentence, with sliders for mask, heads and length.

    .. math::

        \text{weights}_h = \text{softmax}\!\left(
            \frac{Q_h K_h^\top}{\sqrt{d_{head}}} + \text{mask}\right), \qquad
        \text{context}_h = \text{weights}_h V_h

    where :math:`Q_h` holds columns :math:`h\,d_{head}` to :math:`(h+1)\,d_{head} - 1` of the
    query, and so for key and value. The page computes this in JavaScript, the properties
    ``weights`` and ``context`` in PyTorch, from the same numbers. Every argument is an attribute
    that can be read and set later; in JupyterLab a slider sets it and setting it moves the slider.

    Args:
        tokens: The T words, as they should be shown.
        query: What each position looks for, after the projection W_Q, (T, d_model); or
            (N, T, d_model) when each of the N ``head_choices`` was trained with its own projection.
            Rounded to 16-bit multiples of a power of two: 4 to 5 digits of the largest entry.
        key: What each position offers, shape as ``query``.
        value: What each position contributes, shape as ``query``.
        mask: "none", "causal", or "window" (causal, and at most ``window`` keys back).
        window: Number of keys that a query sees, itself included, 1 to T; at most 3 by default.
        n_heads: Number of heads H, one of ``head_choices``; by default the one nearest to 4.
        head_choices: The head counts on the slider, divisors of d_model in rising order; by
            default those up to 12 that leave d_head at least 2.
        length: Number of positions taken in, 1 to T; all of them by default.
        query_index: The position whose attention is followed, 0 to length - 1; the last by default.
        head: The head that is shown in full, 0 to H - 1.
        controls: Which of "mask", "window", "heads" and "length" get a control; all by default.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Vaswani et al. 2017, sections 3.2.1 and 3.2.2.
    """

    _esm = bundle("attention_explorer/view.js")
    _css = stylesheet(
        "js/widget.css",
        "js/sentence.css",
        "js/steps.css",
        "js/vector.css",
        "attention_explorer/style.css",
    )

    tokens = Items(str, "a list of at least one string").tag(sync=True)
    query = FixedPoint("(T, d_model)", "(N, T, d_model)")
    key = FixedPoint("(T, d_model)", "(N, T, d_model)")
    value = FixedPoint("(T, d_model)", "(N, T, d_model)")
    mask = Choice(["none", "causal", "window"], default_value="causal").tag(sync=True)
    window = Whole(1).tag(sync=True)
    n_heads = Whole(1).tag(sync=True)
    head_choices = Items(int, "a list of at least one whole number").tag(sync=True)
    length = Whole(1).tag(sync=True)
    query_index = Whole(0).tag(sync=True)
    head = Whole(0).tag(sync=True)
    controls = Items(str, f"a list of names among {', '.join(CONTROLS)}").tag(sync=True)
    label = Text("Attention explorer").tag(sync=True)
    caption = Text("").tag(sync=True)

    def __init__(
        self,
        tokens: Sequence[str],
        query: Tensor | ArrayLike,
        key: Tensor | ArrayLike,
        value: Tensor | ArrayLike,
        *,
        mask: str = "causal",
        window: int | None = None,
        n_heads: int | None = None,
        head_choices: Sequence[int] | None = None,
        length: int | None = None,
        query_index: int | None = None,
        head: int = 0,
        controls: Sequence[str] = CONTROLS,
        label: str = "Attention explorer",
        caption: str = "",
    ) -> None:
        given = {
            "tokens": tokens,
            "query": query,
            "key": key,
            "value": value,
            "head_choices": head_choices,
            "n_heads": n_heads,
            "head": head,
            "mask": mask,
            "window": window,
            "length": length,
            "query_index": query_index,
            "controls": controls,
            "label": label,
            "caption": caption,
        }
        super().__init__(**self._checked(given))

    @property
    def weights(self) -> Tensor:
        """The attention weights of every head, in PyTorch, (n_heads, length, length)."""
        return self._attend()[1]

    @property
    def context(self) -> Tensor:
        """The context vectors of every head, in PyTorch, (n_heads, length, d_head)."""
        return self._attend()[0]

    @property
    def mask_table(self) -> Tensor:
        """The mask as a bool tensor (length, length); True = may attend."""
        if self.mask == "none":
            return torch.ones(self.length, self.length, dtype=torch.bool)
        if self.mask == "causal":
            return causal_mask(self.length)
        return sliding_window_mask(self.length, self.window)

    def _attend(self) -> tuple[Tensor, Tensor]:
        query, key, value = map(self._split, (self.query, self.key, self.value))
        return scaled_dot_product_attention(query, key, value, mask=self.mask_table)

    def _split(self, tensor: Tensor) -> Tensor:
        """(T, d_model) or (N, T, d_model) -> (H, length, d_head) for the current head count."""
        if tensor.ndim == 3:
            tensor = tensor[self.head_choices.index(self.n_heads)]
        return tensor[: self.length].unflatten(-1, (self.n_heads, -1)).movedim(-2, 0)

    @t.validate(
        *("tokens", "query", "key", "value", "head_choices", "n_heads", "head"),
        *("window", "length", "query_index", "controls"),
    )
    def _check_trait(self, proposal: dict[str, Any]) -> Any:
        return self._check(proposal["trait"].name, proposal["value"], self)

    @t.observe("length", "n_heads")
    def _keep_choice_inside(self, _: object) -> None:
        """A shorter sentence or fewer heads take the chosen query and head with them."""
        self.query_index = min(self.query_index, self.length - 1)
        self.head = min(self.head, self.n_heads - 1)

    def __repr__(self) -> str:
        window = f", window={self.window}" if self.mask == "window" else ""
        return (
            f"AttentionExplorer(mask={self.mask!r}{window}, "
            f"n_heads={self.n_heads}, length={self.length})"
        )

    def _draw(self) -> str:
        return draw_png(self)

    def _describe(self) -> str:
        return alt_text(self)

    @classmethod
    def _default(cls, name: str, state: Any) -> Any:
        if name == "head_choices":
            return default_head_choices(state.query.shape[-1])
        if name == "n_heads":
            return min(state.head_choices, key=lambda n_heads: abs(n_heads - 4))
        if name == "window":
            return min(3, len(state.tokens))
        if name == "length":
            return len(state.tokens)
        return state.length - 1 if name == "query_index" else None

    @classmethod
    def _check(cls, name: str, value: Any, state: Any) -> Any:
        if name == "tokens" and hasattr(state, "query") and len(value) != state.query.shape[-2]:
            raise InvalidValue(
                f"tokens should be one per row of query, T = {state.query.shape[-2]}, "
                f"but were {len(value)}"
            )
        if name in ("query", "key", "value"):
            _check_shape(name, value, getattr(state, "query", value), len(state.tokens))
        elif name == "head_choices":
            d_model = state.query.shape[-1]
            for n_heads in value:
                if n_heads < 1 or d_model % n_heads:
                    raise InvalidValue(
                        f"head_choices should be divisors of d_model = {d_model}, but had {n_heads}"
                    )
            if sorted(set(value)) != value:
                raise InvalidValue(f"head_choices should be in rising order, but was {value}")
            if state.query.ndim == 3 and len(state.query) != len(value):
                raise InvalidValue(
                    "query, key and value should have one matrix per head choice, "
                    f"N = {len(value)}, but had {len(state.query)}"
                )
        elif name == "n_heads" and value not in state.head_choices:
            raise InvalidValue(
                f"n_heads should be one of head_choices {state.head_choices}, but was {value}"
            )
        elif name in ("window", "length"):
            check_range(name, value, 1, len(state.tokens))
        elif name == "query_index":
            check_range(name, value, 0, state.length - 1)
        elif name == "head":
            check_range(name, value, 0, state.n_heads - 1)
        elif name == "controls":
            for control in value:
                if control not in CONTROLS:
                    raise InvalidValue(f"controls should be among {CONTROLS}, but had {control!r}")
        return value


def _check_shape(name: str, tensor: Tensor, query: Tensor, n_tokens: int) -> None:
    shape, expected = tuple(tensor.shape), tuple(query.shape)
    if shape != expected:
        raise InvalidValue(f"{name} should have the query's shape {expected}, but had {shape}")
    if shape[-2] != n_tokens:
        raise InvalidValue(
            f"{name} should have one row per token, T = {n_tokens}, but had shape {shape}"
        )


def default_head_choices(d_model: int) -> list[int]:
    """The divisors of d_model up to 12 that leave each head at least two dimensions."""
    fitting = [h for h in range(1, 13) if d_model % h == 0 and d_model // h >= 2]
    return fitting or [1]
