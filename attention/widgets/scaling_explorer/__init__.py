"""ScalingExplorer: why the scores are divided by the square root of d_k."""

import math

import torch
from torch import Tensor

from attention.widgets.base.tensors import FixedPoint
from attention.widgets.base.traits import Number, State, Switch, Whole, out_of_range
from attention.widgets.base.widget import BookWidget
from attention.widgets.scaling_explorer.picture import alt_text, draw_png

N_KEYS, WIDTH, SEED = 16, 256, 371


def _drawn() -> Tensor:
    """A query and 16 keys, (17, 256), in steps of 1/1024."""
    generator = torch.Generator().manual_seed(SEED)
    return (torch.randn(1 + N_KEYS, WIDTH, generator=generator) * 1024).round() / 1024


def _as_wide_as_the_query(keys: Tensor, state: State) -> str:
    width = len(state.query)
    if keys.shape[-1] != width:
        return f"should have the query's width, d = {width}, but had shape {tuple(keys.shape)}"
    few = out_of_range(len(keys), 2, N_KEYS)
    return few and f"should have from 2 to {N_KEYS} rows, but had {len(keys)}"


def _power_of_two(d_k: int, state: State) -> str:
    width = len(state.query)
    if 1 <= d_k <= width and d_k & (d_k - 1) == 0:
        return ""
    return f"should be a power of two from 1 to {width}, but was {d_k}"


class ScalingExplorer(BookWidget):
    r"""Let the width of the vectors grow, and see softmax saturate: unless the scores are scaled.

    .. math::

        \text{scores}_j = \frac{q \cdot k_j}{\tau} \quad\text{or}\quad
        \frac{q \cdot k_j}{\sqrt{d_k}\,\tau}, \qquad
        p = \text{softmax}(\text{scores}), \qquad
        \frac{\partial p}{\partial\,\text{scores}} = \text{diag}(p) - p p^\top

    where the dot product runs over the first :math:`d_k` numbers and :math:`\tau` is the
    temperature. The page computes this in JavaScript, the properties in PyTorch, from the same
    numbers. Every argument is an attribute that can be read and set later (``keys`` is the
    attribute ``key_vectors``, since every ipywidget has an attribute ``keys`` already); in
    JupyterLab a control sets it and setting it moves the control.

    Args:
        d_k: How many numbers of each vector take part, a power of two up to their width.
        temperature: What the scores are divided by as well, 0.1 to 10.
        scaled: Whether the scores are divided by the square root of d_k.
        query: One query, (d,); standard normal draws of width 256 by default. It is rounded to
            16-bit multiples of a power of two.
        keys: The S keys, (S, d) with S from 2 to 16; 16 standard normal draws by default. What is
            drawn is a typical case: of 1,000 seeds, one of those whose weights and Jacobians lie
            closest to the medians at every d_k.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Vaswani et al. 2017, section 3.2.1 with footnote 4.
    """

    query = FixedPoint("(d,)", initial=lambda _: _drawn()[0])
    key_vectors = FixedPoint(
        "(S, d)", initial=lambda _: _drawn()[1:], check=_as_wide_as_the_query, argument="keys"
    )
    d_k = Whole(64, check=_power_of_two)
    temperature = Number(1.0, low=0.1, high=10.0)
    scaled = Switch(False)
    _draw, _describe = draw_png, alt_text

    # All in double precision: in single the Jacobian of a saturated softmax would come out as 0.

    @property
    def products(self) -> Tensor:
        """The dot products of the query with each key, in PyTorch, float64 (S,)."""
        return self.key_vectors[:, : self.d_k].double() @ self.query[: self.d_k].double()

    @property
    def scale(self) -> float:
        """What turns a dot product into a score."""
        return (self.d_k**-0.5 if self.scaled else 1.0) / self.temperature

    @property
    def scores(self) -> Tensor:
        """What enters the softmax, in PyTorch, float64 (S,)."""
        return self.products * self.scale

    @property
    def weights(self) -> Tensor:
        """What leaves it, in PyTorch, float64 (S,); they sum to 1."""
        return self.scores.softmax(dim=-1)

    @property
    def jacobian(self) -> Tensor:
        """How each weight (row) answers to each score (column), in PyTorch, float64 (S, S)."""
        p = self.weights
        return torch.diag(p) - torch.outer(p, p)

    @property
    def entropy(self) -> float:
        """How many bits the weights leave open, from 0 (one is 1) to log2(S) (all equal)."""
        p = self.weights
        return -torch.xlogy(p, p).sum().item() / math.log(2)
