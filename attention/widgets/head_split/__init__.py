"""HeadSplit: which number goes where when vectors are cut into heads, and put together again."""

import torch
from torch import Tensor

from attention.functional.definition import scaled_dot_product_attention
from attention.functional.masks import MASKS
from attention.widgets.base.attending import AttendingWidget
from attention.widgets.base.lists import Items
from attention.widgets.base.tensors import FixedPoint
from attention.widgets.base.traits import Choice, State, Switch, Whole
from attention.widgets.head_split.picture import alt_text, draw_png

MOST_TOKENS, WIDEST = 8, 16
STEPS = ("split", "attend", "rejoin", "mix")


def _a_few(tokens: list[str], _: State) -> str:
    if 2 <= len(tokens) <= MOST_TOKENS:
        return ""
    return f"should be from 2 to {MOST_TOKENS} tokens, but were {len(tokens)}"


def _a_row_a_token(query: Tensor, state: State) -> str:
    wanted, shape = len(state.tokens), tuple(query.shape)
    if shape[0] == wanted and shape[1] <= WIDEST:
        return ""
    return f"should have shape (T, d_model), T = {wanted}, d_model up to {WIDEST}, but had {shape}"


def _like_query(tensor: Tensor, state: State) -> str:
    wanted, shape = tuple(state.query.shape), tuple(tensor.shape)
    return "" if shape == wanted else f"should have the query's shape {wanted}, but had {shape}"


def _square(w_o: Tensor, state: State) -> str:
    width, shape = state.query.shape[1], tuple(w_o.shape)
    return "" if shape == (width,) * 2 else f"should have shape {(width,) * 2}, but had {shape}"


def _cuts_the_width(n_heads: int, state: State) -> str:
    width = state.query.shape[1]
    if n_heads >= 1 and width % n_heads == 0:
        return ""
    return f"should be a divisor of d_model = {width}, but was {n_heads}"


class HeadSplit(AttendingWidget):
    r"""Cut the vectors of a few tokens into heads, let each attend, rejoin them and mix.

    .. math::

        \text{head}_h = \text{softmax}\!\left(\frac{Q_h K_h^\top}{\sqrt{d_{head}}}\right) V_h,
        \qquad \text{output} = [\,\text{head}_0; \dots; \text{head}_{H-1}\,]\, W_O

    where :math:`Q_h` holds columns :math:`h\,d_{head}` to :math:`(h+1)\,d_{head} - 1` of Q, and so
    for K and V. In PyTorch that is ``q.view(T, H, d_head).transpose(0, 1)``. Without
    ``transposed`` it is ``q.view(H, T, d_head)``: the shape is right, and every head holds the
    wrong numbers. The page computes this in JavaScript, the properties in PyTorch, from the same
    numbers. Every argument is an attribute that can be read and set later; in JupyterLab a control
    sets it and setting it moves the control.

    Args:
        tokens: The T tokens, from 2 to 8.
        query: The queries of all heads side by side, (T, d_model), d_model up to 16. Rounded to
            16-bit multiples of a power of two.
        key: The keys, likewise.
        value: The values, likewise.
        w_o: The output projection, which is multiplied from the right, (d_model, d_model).
        n_heads: Number of heads H, a divisor of d_model; by default the one nearest to 3.
        step: What is shown: "split", "attend", "rejoin" or "mix".
        transposed: Whether the split is right, or the ``view`` alone that mixes tokens.
        causal: Whether a token attends to none after it.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Vaswani et al. 2017, section 3.2.2.
    """

    tokens = Items(str, check=_a_few)
    query = FixedPoint("(T, d_model)", check=_a_row_a_token)
    key = FixedPoint("(T, d_model)", check=_like_query)
    value = FixedPoint("(T, d_model)", check=_like_query)
    w_o = FixedPoint("(d_model, d_model)", check=_square)
    n_heads = Whole(lambda state: _nearest(state.query.shape[1], 3), check=_cuts_the_width)
    step = Choice(STEPS, "split")
    transposed = Switch(True)
    causal = Switch(True)
    _draw, _describe = draw_png, alt_text

    # All in double precision, as the page computes.

    def split(self, tensor: Tensor) -> Tensor:
        """(T, d_model) to (H, T, d_head), rightly or by ``view`` alone."""
        length, width = tensor.shape
        d_head = width // self.n_heads
        if self.transposed:
            return tensor.view(length, self.n_heads, d_head).transpose(0, 1)  # (H, T, d_head)
        return tensor.view(self.n_heads, length, d_head)  # (H, T, d_head), but of other numbers

    @property
    def joined(self) -> Tensor:
        """The heads' contexts side by side, in PyTorch, float64 (T, d_model)."""
        return self.context.transpose(0, 1).flatten(1)

    @property
    def output(self) -> Tensor:
        """What W_O makes of them, in PyTorch, float64 (T, d_model)."""
        return self.joined @ self.w_o.double()

    @property
    def after(self) -> Tensor:
        """What the present step results in, (H, T, d_head) at first, then (T, d_model)."""
        results = {
            "split": lambda: self.split(self.query.double()),
            "attend": lambda: self.context,
        }
        return (results | {"rejoin": lambda: self.joined, "mix": lambda: self.output})[self.step]()

    @property
    def owners(self) -> Tensor:
        """Which token the numbers in each row of each head belong to, int64 (H, T)."""
        length, width = self.query.shape
        return self.split(torch.arange(length)[:, None].expand(length, width).contiguous())[..., 0]

    def _attend(self) -> tuple[Tensor, Tensor]:
        query, key, value = (self.split(x.double()) for x in (self.query, self.key, self.value))
        n = len(self.tokens)
        mask = MASKS["causal"].table(n, n, n) if self.causal else None
        return scaled_dot_product_attention(query, key, value, mask=mask)


def _nearest(d_model: int, n_heads: int) -> int:
    """The divisor of the width that is nearest to a number of heads."""
    divisors = [h for h in range(1, d_model + 1) if d_model % h == 0]
    return min(divisors, key=lambda h: abs(h - n_heads))
