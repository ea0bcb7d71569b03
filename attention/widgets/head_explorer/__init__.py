"""HeadExplorer: every head of a trained model on one sentence, and what each is looking for."""

from torch import Tensor

from attention.widgets.base.levels import CausalWeights
from attention.widgets.base.lists import Items
from attention.widgets.base.traits import Choice, State, Whole
from attention.widgets.base.widget import BookWidget
from attention.widgets.head_explorer.patterns import PATTERNS, pattern_scores, repeats
from attention.widgets.head_explorer.picture import alt_text, draw_png

FEWEST, MOST = 2, 32


def _not_too_many(tokens: list[str], _: State) -> str:
    n = len(tokens)
    return "" if FEWEST <= n <= MOST else f"should be from {FEWEST} to {MOST}, but were {n}"


def _one_row_a_token(weights: Tensor, state: State) -> str:
    n, shape = len(state.tokens), tuple(weights.shape)
    return (
        "" if shape[-1] == n else f"should have one row per token, T = {n}, but had shape {shape}"
    )


def _can_be(pattern: str, state: State) -> str:
    if pattern != "induction" or repeats(state.tokens):
        return ""
    return "should not be 'induction' where no token occurs twice, but was"


def _most_in(state: State, name: str) -> int:
    """The layer that has the head which follows the pattern most, or that head of the layer."""
    scores = pattern_scores(state.pattern, state.weights, state.tokens)
    within = scores.amax(dim=1) if name == "layer" else scores[state.layer]
    return int(within.argmax())


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
        tokens: The T tokens, T from 2 to 32.
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
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Olsson et al. 2022 (previous token and induction heads); Xiao et al. 2023 (sinks).
    """

    tokens = Items(str, check=_not_too_many)
    weights = CausalWeights(check=_one_row_a_token)
    pattern = Choice(
        list(PATTERNS),
        lambda state: "induction" if repeats(state.tokens) else "previous",
        check=_can_be,
    )
    layer = Whole(
        lambda state: _most_in(state, "layer"), low=0, high=lambda state: len(state.weights) - 1
    )
    head = Whole(
        lambda state: _most_in(state, "head"), low=0, high=lambda state: state.weights.shape[1] - 1
    )
    query_index = Whole(
        lambda state: len(state.tokens) - 1, low=0, high=lambda state: len(state.tokens) - 1
    )
    in_repr = ("layer", "head", "pattern")
    _draw, _describe = draw_png, alt_text

    @property
    def scores(self) -> Tensor:
        """How far each head follows the present pattern, in PyTorch, float64 (L, H)."""
        return pattern_scores(self.pattern, self.weights, self.tokens)
