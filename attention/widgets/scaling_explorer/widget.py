"""ScalingExplorer: why the scores are divided by the square root of d_k."""

import math
from typing import Any

import torch
import traitlets as t
from numpy.typing import ArrayLike
from torch import Tensor

from attention.widgets.base.bundle import bundle, stylesheet
from attention.widgets.base.traits import FixedPoint, InvalidValue, Number, Switch, Text, Whole
from attention.widgets.base.widget import BookWidget, check_range
from attention.widgets.scaling_explorer.picture import alt_text, draw_png

COLDEST, HOTTEST = 0.1, 10.0
N_KEYS, WIDTH, SEED = 16, 256, 371


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

    _esm = bundle("scaling_explorer/view.js")
    _css = stylesheet(
        "js/widget.css",
        "js/figures.css",
        "js/steps.css",
        "js/vector.css",
        "scaling_explorer/style.css",
    )

    query = FixedPoint("(d,)")
    key_vectors = FixedPoint("(S, d)").tag(argument="keys")
    d_k = Whole(64).tag(sync=True)
    temperature = Number(1.0).tag(sync=True)
    scaled = Switch(False).tag(sync=True)
    label = Text("Scaling explorer").tag(sync=True)
    caption = Text("").tag(sync=True)

    def __init__(
        self,
        *,
        d_k: int = 64,
        temperature: float = 1.0,
        scaled: bool = False,
        query: Tensor | ArrayLike | None = None,
        keys: Tensor | ArrayLike | None = None,
        label: str = "Scaling explorer",
        caption: str = "",
    ) -> None:
        given = {
            "query": query,
            "key_vectors": keys,
            "d_k": d_k,
            "temperature": temperature,
            "scaled": scaled,
            "label": label,
            "caption": caption,
        }
        super().__init__(**self._checked(given))

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

    @t.validate("query", "key_vectors", "d_k", "temperature")
    def _check_trait(self, proposal: dict[str, Any]) -> Any:
        return self._check(proposal["trait"].name, proposal["value"], self)

    def __repr__(self) -> str:
        return (
            f"ScalingExplorer(d_k={self.d_k}, temperature={self.temperature}, scaled={self.scaled})"
        )

    def _draw(self) -> str:
        return draw_png(self)

    def _describe(self) -> str:
        return alt_text(self)

    @classmethod
    def _default(cls, name: str, state: Any) -> Any:
        if name == "query":
            return _drawn()[0]
        return _drawn()[1:] if name == "key_vectors" else None

    @classmethod
    def _check(cls, name: str, value: Any, state: Any) -> Any:
        if name == "query" and hasattr(state, "key_vectors"):
            _check_width(name, value, state.key_vectors.shape[1], "keys'")
        elif name == "key_vectors":
            _check_width("keys", value, len(state.query), "query's")
            check_range("the number of keys", len(value), 2, N_KEYS)
        elif name == "d_k" and (value & (value - 1) or not 1 <= value <= len(state.query)):
            raise InvalidValue(
                f"d_k should be a power of two from 1 to {len(state.query)}, but was {value}"
            )
        elif name == "temperature":
            check_range(name, value, COLDEST, HOTTEST)
        return value


def _drawn() -> Tensor:
    """A query and 16 keys, (17, 256), in steps of 1/1024."""
    generator = torch.Generator().manual_seed(SEED)
    return (torch.randn(1 + N_KEYS, WIDTH, generator=generator) * 1024).round() / 1024


def _check_width(name: str, tensor: Tensor, width: int, whose: str) -> None:
    if tensor.shape[-1] != width:
        raise InvalidValue(
            f"{name} should have the {whose} width, d = {width}, "
            f"but had shape {tuple(tensor.shape)}"
        )
