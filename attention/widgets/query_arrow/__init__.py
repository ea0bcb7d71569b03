"""QueryArrow: a query that is dragged over keys; its scores, its weights, and what it gets."""

import torch
from torch import Tensor

from attention.functional.definition import scaled_dot_product_attention
from attention.widgets.base.attending import AttendingWidget
from attention.widgets.base.lists import Items
from attention.widgets.base.tensors import FixedPoint
from attention.widgets.base.traits import Number, State, out_of_range
from attention.widgets.query_arrow.picture import alt_text, draw_png

MOST, REACH = 6, 2.0


def _arrows(keys: Tensor, state: State) -> str:
    n = len(state.names)
    if keys.shape != (n, 2):
        return f"should have two numbers per name, ({n}, 2), but had shape {tuple(keys.shape)}"
    if keys.abs().max() > REACH:
        return f"should lie within {REACH} of the middle, but went to {keys.abs().max():g}"
    return ""


def _one_row_a_name(values: Tensor, state: State) -> str:
    n, shape = len(state.names), tuple(values.shape)
    if shape[0] != n or shape[1] > 3:
        return f"should have one row of at most three numbers per name, but had shape {shape}"
    return ""


class QueryArrow(AttendingWidget):
    r"""Drag a query over a few keys: scores, weights and context follow.

    .. math::

        \text{scores}_j = q \cdot k_j, \qquad
        \text{weights} = \text{softmax}(\text{scores}), \qquad
        \text{context} = \sum_j \text{weights}_j\, v_j

    with vectors of two numbers, and no scale. The page computes this in JavaScript, the properties
    in PyTorch, from the same numbers. Every argument is an attribute that can be read and set later
    (``keys`` is the attribute ``key_vectors``, since every ipywidget has an attribute ``keys``
    already); in JupyterLab an arrow that is dragged sets ``x`` and ``y``.

    Args:
        names: The S entries' names, 2 to 6.
        keys: What each entry can be found by, (S, 2), within 2 of the middle. Rounded to 16-bit
            multiples of a power of two.
        values: What each entry hands over, (S, d_v) with at most three numbers. Rounded likewise.
        x: The query's first number, -2 to 2.
        y: The query's second number, -2 to 2.
        value_names: What the d_v numbers of a value are; "value 1" and so on by default.
        axis_names: What the two numbers of a key or query are; "q₁" and "q₂" by default.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Vaswani et al. 2017, section 3.2.1, before the scale.
    """

    names = Items(str, check=lambda names, _: out_of_range(len(names), 2, MOST))
    key_vectors = FixedPoint("(S, 2)", check=_arrows, argument="keys")
    values = FixedPoint("(S, d_v)", check=_one_row_a_name)
    value_names = Items(
        str,
        lambda state: [f"value {d + 1}" for d in range(state.values.shape[1])],
        check=lambda names, state: (
            ""
            if len(names) == state.values.shape[1]
            else f"should be one for each number of a value, d_v = {state.values.shape[1]}, "
            f"but were {len(names)}"
        ),
    )
    axis_names = Items(
        str, ("q₁", "q₂"), check=lambda names, _: "" if len(names) == 2 else "should be two names"
    )
    x = Number(0.5, low=-REACH, high=REACH)
    y = Number(-0.5, low=-REACH, high=REACH)
    _draw, _describe = draw_png, alt_text

    @property
    def query(self) -> Tensor:
        """The query, float64 (2,)."""
        return torch.tensor([self.x, self.y], dtype=torch.float64)

    @property
    def scores(self) -> Tensor:
        """The dot product of the query with each key, in PyTorch, float64 (S,)."""
        return self.key_vectors.double() @ self.query

    def _attend(self) -> tuple[Tensor, Tensor]:
        keys, values = self.key_vectors.double(), self.values.double()
        context, weights = scaled_dot_product_attention(self.query[None], keys, values, scale=1.0)
        return context[0], weights[0]
