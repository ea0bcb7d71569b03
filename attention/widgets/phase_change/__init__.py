"""PhaseChange: a small model as it learns to repeat, its loss, two heads' scores and their maps."""

from torch import Tensor

from attention.widgets.base.levels import CausalWeights
from attention.widgets.base.lists import Items
from attention.widgets.base.tensors import FixedPoint
from attention.widgets.base.traits import State, Whole
from attention.widgets.base.widget import BookWidget
from attention.widgets.phase_change.picture import alt_text, draw_png

FEWEST, MOST = 2, 24


def _not_too_many(tokens: list[str], _: State) -> str:
    n = len(tokens)
    return "" if FEWEST <= n <= MOST else f"should be from {FEWEST} to {MOST}, but were {n}"


def _rising(steps: list[int], _: State) -> str:
    if len(steps) < 2 or sorted(set(steps)) != steps or steps[0] < 0:
        return f"should be two or more numbers from 0 in rising order, but was {steps}"
    return ""


def _fit_curves(curves: Tensor, state: State) -> str:
    wanted = (len(state.runs), len(state.steps), 3)
    if tuple(curves.shape) != wanted:
        return (
            f"should have shape (R, P, 3) with (R, P) = {wanted[:2]}, "
            f"but had shape {tuple(curves.shape)}"
        )
    if curves.min() < 0 or curves[..., 1:].max() > 1:
        return "should be losses from 0 and scores from 0 to 1, but went beyond"
    return ""


def _fit_maps(maps: Tensor, state: State) -> str:
    n = len(state.tokens)
    wanted = (len(state.runs), len(state.steps), 2, n, n)
    if tuple(maps.shape) == wanted:
        return ""
    return f"should have shape (R, P, 2, T, T) = {wanted}, but had shape {tuple(maps.shape)}"


def _among(step: int, state: State) -> str:
    return "" if step in state.steps else f"should be one of {state.steps}, but was {step}"


class PhaseChange(BookWidget):
    """Slide through the training of a model that learns to repeat what has stood there before.

    Shown are three curves of a run, the loss of what can be known and the scores of two heads, and
    what these two heads look at in one sequence, at the chosen step: a previous-token head of an
    earlier layer, and an induction head of a later one. Dashed frames in the maps show where each
    kind of head would look. The page finds the steepest fall of the loss in JavaScript, the
    property ``fall`` in PyTorch, from the same numbers. Every argument is an attribute that can be
    read and set later; in JupyterLab a control sets it and setting it moves the control.

    Args:
        tokens: The T tokens of the sequence that is shown, T from 2 to 24.
        steps: The P training steps at which was measured, whole numbers in rising order.
        runs: What the R runs are called, such as "seed 0".
        curves: Of each run and step the loss, the previous-token score and the induction score,
            (R, P, 3). Rounded to 16-bit multiples of a power of two.
        maps: Causal attention weights of the two heads over the tokens, (R, P, 2, T, T). They are
            rounded to multiples of 1/255.
        run: The run that is shown, from 0.
        step: The step that is shown, one of ``steps``; the first by default.
        query_index: The position whose attention is followed; the last by default.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Olsson et al. 2022 (the phase change and both scores).
    """

    tokens = Items(str, check=_not_too_many)
    steps = Items(int, check=_rising)
    runs = Items(str)
    curves = FixedPoint("(R, P, 3)", check=_fit_curves)
    maps = CausalWeights("(R, P, 2, T, T)", check=_fit_maps)
    run = Whole(0, low=0, high=lambda state: len(state.runs) - 1)
    step = Whole(lambda state: state.steps[0], check=_among)
    query_index = Whole(
        lambda state: len(state.tokens) - 1, low=0, high=lambda state: len(state.tokens) - 1
    )
    in_repr = ("run", "step")
    _draw, _describe = draw_png, alt_text

    @property
    def now(self) -> Tensor:
        """Loss, previous-token score and induction score at the present step, (3,)."""
        found: Tensor = self.curves[self.run, self._place]
        return found

    @property
    def weights(self) -> Tensor:
        """What the two heads look at there, (2, T, T)."""
        found: Tensor = self.maps[self.run, self._place]
        return found

    @property
    def fall(self) -> int:
        """The step in the present run before which the loss has fallen most since the last one."""
        losses = self.curves[self.run, :, 0].double()
        return int(self.steps[1 + int((losses[:-1] - losses[1:]).argmax())])

    @property
    def _place(self) -> int:
        return int(self.steps.index(self.step))
