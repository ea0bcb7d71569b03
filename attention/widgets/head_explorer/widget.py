"""HeadExplorer: every head of a trained model on one sentence, and what each is looking for."""

from collections.abc import Sequence
from typing import Any

import traitlets as t
from numpy.typing import ArrayLike
from torch import Tensor

from attention.trained.smollm2 import smollm2_example
from attention.widgets.base.bundle import bundle, stylesheet
from attention.widgets.base.traits import Choice, InvalidValue, Items, Text, Whole
from attention.widgets.base.widget import BookWidget, check_count, check_range
from attention.widgets.head_explorer.levels import CausalWeights
from attention.widgets.head_explorer.patterns import PATTERNS, pattern_scores, repeats
from attention.widgets.head_explorer.picture import alt_text, draw_png

CREDIT = "The model is SmolLM2-135M-Instruct (Hugging Face, Apache-2.0)."


class HeadExplorer(BookWidget):
    r"""Pick a layer and a head of a trained model, and see where it looks in a sentence.

    Over all heads lies a map of how far each follows a pattern:

    .. math::

        \text{score} = \text{mean over } t \text{ of } \sum_{s \in \text{pattern}(t)}
            \text{weights}_{t, s}

    where the pattern's keys are the token before (``"previous"``), the first token
    (``"first"``, an attention sink), what followed earlier occurrences of the present token
    (``"induction"``), or the token itself (``"current"``). The mean is over the positions that
    have such keys, the first position left out. The page computes the scores in JavaScript, the
    property ``scores`` in PyTorch, from the same weights: these are rounded to 1/255, so that a
    weight takes one byte. Every argument is an attribute that can be read and set later; in
    JupyterLab a control sets it and setting it moves the control.

    Args:
        tokens: The T tokens, T from 2 to 32. By default the sentence of
            :func:`attention.trained.smollm2.smollm2_example`, with the weights of all 270 heads of
            SmolLM2-135M.
        weights: Causal attention weights of all heads, (n_layers, n_heads, T, T). They are rounded
            to multiples of 1/255.
        layer: The layer that is shown, from 0; by default that of the head which follows the
            pattern most.
        head: The head that is shown, from 0; by default the one in its layer that follows the
            pattern most.
        pattern: "previous", "first", "induction" (which needs a token that occurs twice) or
            "current"; by default "induction" where that can be, else "previous".
        query_index: The position whose attention is followed; the last by default.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it; by default it names the model of the default weights.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Olsson et al. 2022 (previous token and induction heads); Xiao et al. 2023 (sinks).
    """

    _esm = bundle("head_explorer/view.js")
    _css = stylesheet("js/widget.css", "head_explorer/style.css")

    tokens = Items(str, "a list of at least one string").tag(sync=True)
    weights = CausalWeights()
    pattern = Choice(list(PATTERNS), default_value="previous").tag(sync=True)
    layer = Whole(0).tag(sync=True)
    head = Whole(0).tag(sync=True)
    query_index = Whole(0).tag(sync=True)
    label = Text("Head explorer").tag(sync=True)
    caption = Text("").tag(sync=True)

    def __init__(
        self,
        tokens: Sequence[str] | None = None,
        weights: Tensor | ArrayLike | None = None,
        *,
        layer: int | None = None,
        head: int | None = None,
        pattern: str | None = None,
        query_index: int | None = None,
        label: str = "Head explorer",
        caption: str | None = None,
    ) -> None:
        if tokens is None and weights is None:
            tokens, weights = smollm2_example()
            caption = CREDIT if caption is None else caption
        elif tokens is None or weights is None:
            missing = "tokens" if tokens is None else "weights"
            raise InvalidValue(f"{missing} should be given: tokens and weights go together")
        given = {
            "tokens": tokens,
            "weights": weights,
            "pattern": pattern,
            "layer": layer,
            "head": head,
            "query_index": query_index,
            "label": label,
            "caption": "" if caption is None else caption,
        }
        super().__init__(**self._checked(given))

    @property
    def scores(self) -> Tensor:
        """How far each head follows the present pattern, in PyTorch, float64 (L, H)."""
        return pattern_scores(self.pattern, self.weights, self.tokens)

    @t.validate("tokens", "weights", "pattern", "layer", "head", "query_index")
    def _check_trait(self, proposal: dict[str, Any]) -> Any:
        return self._check(proposal["trait"].name, proposal["value"], self)

    def __repr__(self) -> str:
        return f"HeadExplorer(layer={self.layer}, head={self.head}, pattern={self.pattern!r})"

    def _draw(self) -> str:
        return draw_png(self)

    def _describe(self) -> str:
        return alt_text(self)

    @classmethod
    def _default(cls, name: str, state: Any) -> Any:
        if name == "pattern":
            return "induction" if repeats(state.tokens) else "previous"
        if name in ("layer", "head"):
            scores = pattern_scores(state.pattern, state.weights, state.tokens)
            within = scores.amax(dim=1) if name == "layer" else scores[state.layer]
            return int(within.argmax())
        return len(state.tokens) - 1 if name == "query_index" else None

    @classmethod
    def _check(cls, name: str, value: Any, state: Any) -> Any:
        if name == "tokens":
            check_range("the number of tokens", len(value), 2, 32)
            if hasattr(state, "weights"):
                check_count(name, value, state.weights.shape[-1], "row of weights")
        elif name == "weights" and value.shape[-1] != len(state.tokens):
            raise InvalidValue(
                f"weights should have one row per token, T = {len(state.tokens)}, "
                f"but had shape {tuple(value.shape)}"
            )
        elif name == "pattern" and value == "induction" and not repeats(state.tokens):
            raise InvalidValue(
                "pattern should not be 'induction' where no token occurs twice, but was"
            )
        elif name == "layer":
            check_range(name, value, 0, state.weights.shape[0] - 1)
        elif name == "head":
            check_range(name, value, 0, state.weights.shape[1] - 1)
        elif name == "query_index":
            check_range(name, value, 0, len(state.tokens) - 1)
        return value
