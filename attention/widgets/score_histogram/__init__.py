"""ScoreHistogram: dot products of random vectors, which widen with d_k, and what softmax does."""

import torch
from torch import Tensor

from attention.widgets.base.luck import normals
from attention.widgets.base.traits import Switch, Whole
from attention.widgets.base.widget import BookWidget
from attention.widgets.score_histogram.picture import alt_text, draw_png

N_QUERIES, N_KEYS, WIDEST = 32, 64, 256
BIN, OUTER = 4, 15


class ScoreHistogram(BookWidget):
    r"""Watch the scores of random queries and keys widen with d_k, and softmax give all to one key.

    .. math::

        \text{scores}_{ij} = q_i \cdot k_j \quad\text{or}\quad
        \frac{q_i \cdot k_j}{\sqrt{d_k}}, \qquad
        \text{weights} = \text{softmax}(\text{scores of } q_1)

    All numbers of queries and keys are independent draws from the standard normal distribution;
    :math:`d_k` says how many of a vector's 256 take part. The histogram is of 32 queries with 64
    keys; the weights are those of the first query over its ``n_keys`` keys, of which the first 64
    are the same. The draws come from a generator that gives the same for the same ``seed`` on the
    page and in Python. The page computes this in JavaScript, the properties in PyTorch, from the
    same numbers. Every argument is an attribute that can be read and set later; in JupyterLab a
    control sets it and setting it moves the control.

    Args:
        d_k: How many numbers of each vector take part, 1 to 256.
        n_keys: How many keys the query chooses among, S, 2 to 1,024.
        scaled: Whether the scores are divided by the square root of d_k.
        seed: The generator's, from 0.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Vaswani et al. 2017, section 3.2.1 with footnote 4; the generator is mulberry32, its numbers
        made normal as by Box and Muller 1958.
    """

    d_k = Whole(16, low=1, high=WIDEST)
    n_keys = Whole(64, low=2, high=1024)
    scaled = Switch(False)
    seed = Whole(0, low=0, high=2**32 - 1)
    _draw, _describe = draw_png, alt_text

    # All in double precision, as the page computes.

    @property
    def vectors(self) -> tuple[Tensor, Tensor]:
        """The queries (32, d_k) and the keys (64 or more, d_k), as drawn, float64."""
        count = N_QUERIES + max(N_KEYS, self.n_keys)
        numbers = torch.from_numpy(normals(self.seed, count * WIDEST))
        every = numbers.view(count, WIDEST)[:, : self.d_k]
        return every[:N_QUERIES], every[N_QUERIES:]

    @property
    def scale(self) -> float:
        """What turns a dot product into a score."""
        return self.d_k**-0.5 if self.scaled else 1.0

    @property
    def all_scores(self) -> Tensor:
        """The scores of the histogram, in PyTorch, float64 (32, 64)."""
        queries, keys = self.vectors
        return queries @ keys[:N_KEYS].mT * self.scale

    @property
    def deviation(self) -> float:
        """Their standard deviation."""
        return self.all_scores.std(correction=0).item()

    @property
    def counts(self) -> Tensor:
        """How many scores lie about -60, -56, ..., 60, the ends with all beyond, int64 (31,)."""
        bins = (self.all_scores / BIN + 0.5).floor().long().clamp(-OUTER, OUTER) + OUTER
        return bins.flatten().bincount(minlength=2 * OUTER + 1)

    @property
    def weights(self) -> Tensor:
        """The first query's weights, in PyTorch, float64 (S,)."""
        queries, keys = self.vectors
        return (keys[: self.n_keys] @ queries[0] * self.scale).softmax(dim=-1)
