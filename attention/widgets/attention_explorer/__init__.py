"""AttentionExplorer: multi-head attention on real words, recomputed in the page at every move."""

from typing import Any

from torch import Tensor

from attention.functional.definition import scaled_dot_product_attention
from attention.functional.masks import MASKS
from attention.widgets.attention_explorer.picture import alt_text, draw_png
from attention.widgets.base.attending import AttendingWidget
from attention.widgets.base.lists import Items
from attention.widgets.base.tensors import FixedPoint
from attention.widgets.base.traits import Choice, State, Whole

CONTROLS = ("mask", "window", "heads", "length")
SHAPES = ("(T, d_model)", "(N, T, d_model)")


def _one_row_a_token(query: Tensor, state: State) -> str:
    n_tokens, shape = len(state.tokens), tuple(query.shape)
    if shape[-2] == n_tokens:
        return ""
    return f"should have one row per token, T = {n_tokens}, but had shape {shape}"


def _like_query(tensor: Tensor, state: State) -> str:
    wanted, shape = tuple(state.query.shape), tuple(tensor.shape)
    return "" if shape == wanted else f"should have the query's shape {wanted}, but had {shape}"


def _cut_the_width(head_choices: list[int], state: State) -> str:
    d_model = state.query.shape[-1]
    for n_heads in head_choices:
        if n_heads < 1 or d_model % n_heads:
            return f"should be divisors of d_model = {d_model}, but had {n_heads}"
    if sorted(set(head_choices)) != head_choices:
        return f"should be in rising order, but was {head_choices}"
    if state.query.ndim == 3 and len(state.query) != len(head_choices):
        return (
            f"should be one for each of the query's N = {len(state.query)} matrices, "
            f"but were {len(head_choices)}"
        )
    return ""


def _among_choices(n_heads: int, state: State) -> str:
    if n_heads in state.head_choices:
        return ""
    return f"should be one of head_choices {state.head_choices}, but was {n_heads}"


def _known(controls: list[str], _: State) -> str:
    unknown = [control for control in controls if control not in CONTROLS]
    return f"should be among {CONTROLS}, but had {unknown[0]!r}" if unknown else ""


def default_head_choices(d_model: int) -> list[int]:
    """The divisors of d_model up to 12 that leave each head at least two dimensions."""
    fitting = [h for h in range(1, 13) if d_model % h == 0 and d_model // h >= 2]
    return fitting or [1]


class AttentionExplorer(AttendingWidget):
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
        mask: A name in ``attention.functional.masks.MASKS``, such as "none" or "causal"; with
            "window" a query sees at most ``window`` keys.
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

    tokens = Items(str)
    query = FixedPoint(*SHAPES, check=_one_row_a_token)
    key = FixedPoint(*SHAPES, check=_like_query)
    value = FixedPoint(*SHAPES, check=_like_query)
    head_choices = Items(
        int, lambda state: default_head_choices(state.query.shape[-1]), check=_cut_the_width
    )
    n_heads = Whole(
        lambda state: min(state.head_choices, key=lambda n_heads: abs(n_heads - 4)),
        check=_among_choices,
    )
    head = Whole(
        0, low=0, high=lambda state: state.n_heads - 1,
        follow=lambda head, state: min(head, state.n_heads - 1),
    )  # fmt: skip
    mask = Choice(list(MASKS), "causal")
    window = Whole(
        lambda state: min(3, len(state.tokens)), low=1, high=lambda state: len(state.tokens)
    )
    length = Whole(lambda state: len(state.tokens), low=1, high=lambda state: len(state.tokens))
    query_index = Whole(
        lambda state: state.length - 1, low=0, high=lambda state: state.length - 1,
        follow=lambda query, state: min(query, state.length - 1),
    )  # fmt: skip
    controls = Items(
        str, CONTROLS, should_be=f"a list of names among {', '.join(CONTROLS)}", check=_known
    )
    _draw, _describe = draw_png, alt_text

    @property
    def mask_table(self) -> Tensor:
        """The mask as a bool tensor (length, length); True = may attend."""
        return MASKS[self.mask].table(self.length, self.length, self.window)

    def _attend(self) -> tuple[Tensor, Tensor]:
        query, key, value = map(self._split, (self.query, self.key, self.value))
        return scaled_dot_product_attention(query, key, value, mask=self.mask_table)

    def _split(self, tensor: Tensor) -> Tensor:
        """(T, d_model) or (N, T, d_model) -> (H, length, d_head) for the current head count."""
        if tensor.ndim == 3:
            tensor = tensor[self.head_choices.index(self.n_heads)]
        return tensor[: self.length].unflatten(-1, (self.n_heads, -1)).movedim(-2, 0)

    def _told(self) -> dict[str, Any]:
        shown = {"mask": self.mask, "n_heads": self.n_heads, "length": self.length}
        if "{window}" in MASKS[self.mask].words:
            shown = {"mask": self.mask, "window": self.window, **shown}
        return shown
