"""AttentionPicture: the whole of attention in one drawing, with numbers that can be followed."""

import reprlib
from collections.abc import Mapping
from typing import Any

import torch
import traitlets as t
from torch import Tensor

from attention.functional.definition import scaled_dot_product_attention
from attention.functional.masks import causal_mask
from attention.teaching.story import TAUGHT_IN
from attention.widgets.attention_picture.parts import NAMES, NUMBERS, PARTS, TOKENS
from attention.widgets.attention_picture.picture import alt_text, draw_png
from attention.widgets.base.traits import Argument, Choice, State, Switch, Whole
from attention.widgets.base.widget import BookWidget

MASKED = ("mask", "heads", "output", "block")
"""Where the chapter has a mask already."""


class Links(Argument):
    """For some parts of the picture, a path from the book's root to the page that teaches it."""

    should_be = "a dict from parts of the picture to paths"
    annotation = Mapping[str, str]

    def validate(self, obj: object, value: Any) -> Any:
        """Return a fresh dict."""
        if not isinstance(value, Mapping):
            self.error(obj, reprlib.repr(value))
        for name, path in value.items():
            if name not in NAMES or not isinstance(path, str):
                self.error(obj, {name: path})
        return dict(value)


class AttentionPicture(BookWidget):
    r"""Show the way from tokens to the output of attention, each part with its numbers.

    .. math::

        \text{block} = x + \big[\text{context}_0 \;\; \text{context}_1\big]\,W_O, \qquad
        \text{context}_h = \text{softmax}\!\left(
            \frac{Q_h K_h^\top}{\sqrt{2}} + \text{mask}\right) V_h

    for four tokens of four numbers and two heads of two. What is seen of a head is head 0. The
    page computes this in JavaScript, the properties in PyTorch, from the same numbers. Every
    argument is an attribute that can be read and set later.

    Args:
        here: The part that the chapter is about, which is marked "you are here"; none by default.
        part: The part that is lit, with its numbers and a sentence; ``here`` by default, and the
            weights where there is none.
        query: Which token asks, 0 to 3; 2 ("sat") by default.
        causal: Whether a token sees itself and those before it alone; by default where ``here`` is
            the mask or a part of what chapters after it add.
        links: For each part a path from the book's root to the page that teaches it, without its
            ending; by default the book's own chapters.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Vaswani et al. 2017, sections 3.2.1 and 3.2.2, figure 2.
    """

    here = Choice(NAMES, None)
    part = Choice(NAMES, lambda state: state.here or "weights")
    query = Whole(2, low=0, high=len(TOKENS) - 1)
    causal = Switch(lambda state: state.here in MASKED)
    links = Links(lambda _: TAUGHT_IN)
    parts = t.List().tag(sync=True)
    tokens = t.List().tag(sync=True)
    numbers = t.Dict().tag(sync=True)
    _draw, _describe = draw_png, alt_text

    @classmethod
    def _derived(cls, _: State) -> dict[str, Any]:
        parts = [part._asdict() for part in PARTS]
        return {"parts": parts, "tokens": TOKENS, "numbers": NUMBERS}

    @property
    def steps(self) -> dict[str, Tensor]:
        """What each part holds, in PyTorch, float64 (4, n); of the heads' parts, head 0's."""
        x, w_q, w_k, w_v, w_o = (torch.tensor(NUMBERS[n]).double() for n in NUMBERS)
        q, k, v = x @ w_q, x @ w_k, x @ w_v  # (H, T, d_k)
        scores = (q @ k.mT / 2**0.5)[0]  # (T, T)
        mask = causal_mask(len(x)) if self.causal else torch.ones_like(scores).bool()
        masked = scores.masked_fill(~mask, -torch.inf)
        context, weights = scaled_dot_product_attention(q, k, v, mask=mask)
        heads = context.movedim(0, 1).flatten(1)  # (T, H d_k)
        output = heads @ w_o  # (T, d_model)
        each = {"tokens": x, "query": q[0], "key": k[0], "value": v[0]}
        each |= {"scores": scores, "mask": masked, "softmax": masked.exp(), "weights": weights[0]}
        return each | {"context": context[0], "heads": heads, "output": output, "block": x + output}

    @property
    def weights(self) -> Tensor:
        """The weights of head 0, in PyTorch, float64 (4, 4)."""
        return self.steps["weights"]
