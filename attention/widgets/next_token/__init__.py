"""NextToken: from logits to a token that is drawn, by temperature and top-k."""

import torch
from torch import Tensor

from attention.widgets.base.lists import Items
from attention.widgets.base.luck import uniforms
from attention.widgets.base.tensors import FixedPoint
from attention.widgets.base.traits import Number, State, Text, Whole, out_of_range
from attention.widgets.base.widget import BookWidget
from attention.widgets.next_token.picture import alt_text, draw_png

MOST_TOKENS, MOST_DRAWS = 16, 2000


def _a_few(tokens: list[str], _: State) -> str:
    few = out_of_range(len(tokens), 2, MOST_TOKENS)
    return few and f"should be from 2 to {MOST_TOKENS} tokens, but were {len(tokens)}"


def _falling(logits: Tensor, state: State) -> str:
    n = len(state.tokens)
    if len(logits) < n:
        return f"should be at least as many as the {n} tokens, but were {len(logits)}"
    return "" if (logits.diff() <= 0).all() else "should fall, as the likeliest token comes first"


class NextToken(BookWidget):
    r"""Draw the next token: move temperature and top-k, and compare the draws with the chances.

    .. math::

        p_i = \frac{\exp(z_i / \tau)}{\sum_{j \le k} \exp(z_j / \tau)} \text{ for } i \le k,
        \qquad p_i = 0 \text{ for the others}

    with the logits :math:`z` in falling order, the temperature :math:`\tau` and the number
    :math:`k` of tokens that are kept. A token is drawn with a number between 0 and 1 that a
    generator gives, the same for the same ``seed`` on the page and in Python: with other chances,
    the same numbers draw other tokens. The page computes this in JavaScript, the properties in
    PyTorch, from the same numbers. Every argument is an attribute that can be read and set later;
    in JupyterLab a control sets it and setting it moves the control.

    Args:
        tokens: The n likeliest tokens, the likeliest first; from 2 to 16.
        logits: The logits of all V tokens in falling order, (V,), V at least n; those beyond the
            named tokens are shown together. Rounded to 16-bit multiples of a power of two.
        text: What the model has read.
        temperature: What the logits are divided by, 0.1 to 10.
        top_k: How many of the likeliest tokens are kept, 1 to V; all by default.
        draws: How many tokens have been drawn, 0 to 2,000.
        seed: The generator's, from 0.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Fan, Lewis and Dauphin 2018, section 5.4 (top-k); the generator is mulberry32.
    """

    tokens = Items(str, check=_a_few)
    logits = FixedPoint("(V,)", check=_falling)
    text = Text("")
    temperature = Number(1.0, low=0.1, high=10.0)
    top_k = Whole(lambda state: len(state.logits), low=1, high=lambda state: len(state.logits))
    draws = Whole(0, low=0, high=MOST_DRAWS)
    seed = Whole(0, low=0, high=2**32 - 1)
    in_repr = ("temperature", "top_k", "draws", "seed")
    _draw, _describe = draw_png, alt_text

    # All in double precision, as the page computes.

    @property
    def probabilities(self) -> Tensor:
        """All tokens' probabilities, in PyTorch, float64 (V,)."""
        scaled = self.logits.double() / self.temperature
        cut = torch.arange(len(scaled)) >= self.top_k
        return scaled.masked_fill(cut, -torch.inf).softmax(dim=-1)

    @property
    def shown(self) -> Tensor:
        """Those of the named tokens, and of all others together, float64 (n + 1,)."""
        p, n = self.probabilities, len(self.tokens)
        return torch.cat([p[:n], p[n:].sum()[None]])

    @property
    def drawn(self) -> Tensor:
        """What has been drawn, in its order, as a token's number, n for another, int64 (draws,)."""
        luck = torch.from_numpy(uniforms(self.seed, self.draws))
        ends = self.shown[:-1].cumsum(dim=0)  # (n,)
        kept = min(self.top_k, len(self.tokens))
        found = torch.searchsorted(ends[:kept], luck, right=True)
        return found if self.top_k > len(self.tokens) else found.clamp(max=kept - 1)

    @property
    def counts(self) -> Tensor:
        """How often each named token was drawn, and others, int64 (n + 1,)."""
        return torch.bincount(self.drawn, minlength=len(self.tokens) + 1)
