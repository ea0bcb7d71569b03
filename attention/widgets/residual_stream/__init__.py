"""ResidualStream: how a token's vector grows by what each part of a model adds to it."""

import torch
from torch import Tensor

from attention.widgets.base.lists import Items
from attention.widgets.base.tensors import FixedPoint
from attention.widgets.base.traits import Number, State, Text, Whole, other_count, out_of_range
from attention.widgets.base.widget import BookWidget
from attention.widgets.residual_stream.picture import alt_text, draw_png

MOST_PARTS, MOST_CANDIDATES = 26, 40


def _a_few(names: list[str], _: State) -> str:
    few = out_of_range(len(names), 2, MOST_PARTS)
    return few and f"should be from 2 to {MOST_PARTS} names, but were {len(names)}"


def _some(candidates: list[str], _: State) -> str:
    few = out_of_range(len(candidates), 2, MOST_CANDIDATES)
    return few and f"should be from 2 to {MOST_CANDIDATES} tokens, but were {len(candidates)}"


def _a_row_a_candidate(readout: Tensor, state: State) -> str:
    wanted, shape = (len(state.candidates), state.contributions.shape[1]), tuple(readout.shape)
    return "" if shape == wanted else f"should have shape (n, d) = {wanted}, but had {shape}"


class ResidualStream(BookWidget):
    r"""Let a token's vector run through a model, and see what each part adds, and says.

    .. math::

        x_l = \sum_{i \le l} f_i, \qquad
        \text{logits}_l = R\,\frac{x_l - \text{mean}(x_l)}
                                  {\sqrt{\text{var}(x_l) + \varepsilon}} + o

    where :math:`f_0` is the embedding, the other :math:`f_i` are what attention and network of each
    block add, and the logits are what the model would say if it stopped after part :math:`l`:
    :math:`R` holds rows of its read-out times the final norm's gain, :math:`o` the rows times its
    bias. The page adds and reads off in JavaScript, the properties in PyTorch, from the same
    numbers. Every argument is an attribute that can be read and set later; in JupyterLab the slider
    sets ``layer`` and setting it moves the slider.

    Args:
        names: The L parts of the model in their order, the embedding first; from 2 to 26.
        contributions: What each adds to the vector of one token, (L, d). Rounded to 16-bit
            multiples of a power of two, as every tensor here.
        candidates: The n tokens that the model may say next, from 2 to 40.
        readout: For each, its row of the read-out times the final norm's gain, (n, d).
        offsets: For each, that row times the norm's bias, (n,); zeros by default.
        others: After each part, the logarithm of the sum of the exponentials of all other tokens'
            logits, (L,); none by default, as if there were no others.
        right: Which candidate is right, from 0.
        text: What the model has read; its last token is the one whose vector is shown.
        layer: The part up to which the vector is shown, 0 to L - 1; the last by default.
        epsilon: The final norm's.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Elhage et al. 2021 (the stream); nostalgebraist 2020 (to read off before the end).
    """

    names = Items(str, check=_a_few)
    contributions = FixedPoint(
        "(L, d)", check=lambda given, state: other_count(given, len(state.names), "name")
    )
    candidates = Items(str, check=_some)
    readout = FixedPoint("(n, d)", check=_a_row_a_candidate)
    offsets = FixedPoint(
        "(n,)",
        initial=lambda state: torch.zeros(len(state.candidates)),
        check=lambda given, state: other_count(given, len(state.candidates), "candidate"),
    )
    others = FixedPoint(
        "(L,)",
        initial=lambda state: torch.full((len(state.names),), -1e4),
        check=lambda given, state: other_count(given, len(state.names), "name"),
    )
    right = Whole(0, low=0, high=lambda state: len(state.candidates) - 1)
    text = Text("")
    layer = Whole(
        lambda state: len(state.names) - 1, low=0, high=lambda state: len(state.names) - 1
    )
    epsilon = Number(1e-5, low=0.0, high=1.0)
    in_repr = ("layer",)
    _draw, _describe = draw_png, alt_text

    # All in double precision, as the page computes; index l is after part l.

    @property
    def stream(self) -> Tensor:
        """The vector after each part, in PyTorch, float64 (L, d)."""
        return self.contributions.double().cumsum(dim=0)

    @property
    def lengths(self) -> Tensor:
        """How long the vector is after each part, float64 (L,)."""
        return self.stream.norm(dim=-1)

    @property
    def added(self) -> Tensor:
        """How long each contribution is, float64 (L,)."""
        return self.contributions.double().norm(dim=-1)

    @property
    def logits(self) -> Tensor:
        """The candidates' logits if the model stopped after each part, float64 (L, n)."""
        normal = torch.nn.functional.layer_norm(
            self.stream, self.stream.shape[-1:], eps=self.epsilon
        )
        return normal @ self.readout.double().T + self.offsets.double()

    @property
    def probabilities(self) -> Tensor:
        """The candidates' probabilities among all tokens, float64 (L, n)."""
        every = torch.cat([self.logits, self.others.double()[:, None]], dim=-1)  # (L, n + 1)
        return every.softmax(dim=-1)[:, :-1]
