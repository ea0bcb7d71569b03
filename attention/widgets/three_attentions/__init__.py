"""ThreeAttentions: the Transformer of 2017, and where each of its attentions gets Q, K and V."""

from typing import Any

import torch
from torch import Tensor

from attention.functional.definition import scaled_dot_product_attention
from attention.functional.masks import causal_mask
from attention.widgets.base.lists import Items
from attention.widgets.base.tensors import FixedPoints
from attention.widgets.base.traits import Choice, State, Whole, other_count, out_of_range
from attention.widgets.base.widget import BookWidget
from attention.widgets.three_attentions.picture import USES, alt_text, draw_png

MOST = 10


def _sides(state: State) -> list[tuple[int, int]]:
    """How many queries and keys each attention has."""
    source, target = len(state.source), len(state.target)
    return [(source, source), (target, target), (target, source)]


def _fit(tensors: list[Tensor], wanted: list[int], widths: list[int] | None = None) -> str:
    if len(tensors) != len(USES):
        return other_count(tensors, len(USES), "attention, 3")
    for i, (tensor, rows) in enumerate(zip(tensors, wanted, strict=True)):
        width = widths[i] if widths else tensor.shape[1]
        if tensor.shape != (rows, width):
            wide = f"{width}" if widths else "d_k"
            return f"[{i}] should have shape ({rows}, {wide}), but had {tuple(tensor.shape)}"
    return ""


def _fit_queries(queries: list[Tensor], state: State) -> str:
    return _fit(queries, [asks for asks, _ in _sides(state)])


def _fit_keys(keys: list[Tensor], state: State) -> str:
    return _fit(
        keys, [answers for _, answers in _sides(state)], [q.shape[1] for q in state.queries]
    )


def _last_query(state: State) -> int:
    return _sides(state)[list(USES).index(state.use)][0] - 1


class ThreeAttentions(BookWidget):
    r"""Choose one of the Transformer's three attentions, and see what it is made of and its map.

    .. math::

        \text{weights} = \text{softmax}\!\left(\frac{Q K^\top}{\sqrt{d_k}}\right)

    where Q, K and V come from the source in the encoder, from what is written so far in the
    decoder's masked attention, and in cross-attention Q from the decoder, K and V from the encoder.
    The page computes the map in JavaScript, the property in PyTorch, from the same numbers. Every
    argument is an attribute that can be read and set later (``keys`` is the attribute
    ``key_vectors``, since every ipywidget has an attribute ``keys`` already); in JupyterLab a
    control sets it and setting it moves the control.

    Args:
        source: The S words of the source, at most 10.
        target: The T words that the decoder reads: the start mark and what is written so far.
        queries: Of the encoder's attention (S, d_k), of the decoder's own (T, d_k), of the one
            between them (T, d_k), a list of 3. Rounded to 16-bit multiples of a power of two.
        keys: Likewise (S, d_k), (T, d_k) and (S, d_k).
        written: The T words that the decoder writes, one after each that it reads; the target
            without its first and an end mark when not given.
        use: "encoder", "masked" or "cross".
        query: The row that is followed, counted from 0.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Vaswani et al. 2017, figure 1 and section 3.2.3.
    """

    source = Items(str, check=lambda source, _: out_of_range(len(source), 1, MOST))
    target = Items(str, check=lambda target, _: out_of_range(len(target), 1, MOST))
    queries = FixedPoints("(T, d_k)", check=_fit_queries)
    key_vectors = FixedPoints("(S, d_k)", check=_fit_keys, argument="keys")
    written = Items(
        str,
        lambda state: [*state.target[1:], "⟨end⟩"],
        check=lambda written, state: other_count(written, len(state.target), "word of target"),
    )
    use = Choice(tuple(USES), "encoder")
    query = Whole(
        0, low=0, high=_last_query, follow=lambda query, state: min(query, _last_query(state))
    )
    _draw, _describe = draw_png, alt_text

    @property
    def mask(self) -> Tensor:
        """Which key each query may see, bool (T, S); True = may attend."""
        asks, answers = _sides(self)[self._index]
        every = torch.ones(asks, answers, dtype=torch.bool)
        return causal_mask(asks) if self.use == "masked" else every

    @property
    def weights(self) -> Tensor:
        """The weights of the chosen attention, in PyTorch, float64 (T, S)."""
        queries, keys = (x[self._index].double() for x in (self.queries, self.key_vectors))
        return scaled_dot_product_attention(queries, keys, keys, mask=self.mask)[1]

    @property
    def sides(self) -> tuple[list[str], list[str]]:
        """The words that ask and those that answer in the chosen attention."""
        asks = self.source if self.use == "encoder" else self.target
        return asks, self.target if self.use == "masked" else self.source

    @property
    def _index(self) -> int:
        return list(USES).index(self.use)

    def _told(self) -> dict[str, Any]:
        return {"use": self.use, "query": self.query}
