"""PositionExplorer: whose context vector moves when the words change places."""

from typing import Any

from torch import Tensor

from attention.functional.masks import causal_mask
from attention.functional.positions import POSITION_SCHEMES, attention_in_order
from attention.widgets.base.attending import AttendingWidget
from attention.widgets.base.lists import Items
from attention.widgets.base.tensors import FixedPoint
from attention.widgets.base.traits import (
    Choice,
    InvalidValue,
    State,
    Switch,
    Whole,
    other_count,
    out_of_range,
)
from attention.widgets.position_explorer.picture import alt_text, draw_png

NOTHING = 1e-9  # rounding leaves traces of 1e-16 where sums run in another order


class Matrix(FixedPoint):
    """One matrix for all schemes, or one for each.

    Args:
        shape: Its shape, such as "T, d_model".
        options: What :class:`FixedPoint` takes.
    """

    def __init__(self, shape: str, **options: Any) -> None:
        super().__init__(f"({shape})", f"(N, {shape})", **options)

    def misfit(self, value: Tensor, state: State) -> str:
        """Whether there is one for each scheme; then as any argument."""
        n = len(POSITION_SCHEMES)
        if value.ndim == 3 and len(value) != n:
            shape = tuple(value.shape)
            return f"should have one matrix for each of the {n} schemes, but had shape {shape}"
        return super().misfit(value, state)


def _other_size(tensor: Tensor, axis: int, wanted: int, meaning: str) -> str:
    """A check: the tensor has the size that something else has."""
    if tensor.shape[axis] == wanted:
        return ""
    return f"should have {meaning}, {wanted}, but had shape {tuple(tensor.shape)}"


def _columns(tensor: Tensor, read: Tensor, axis: int = -1) -> str:
    return _other_size(tensor, -1, read.shape[axis], "as many columns as there are numbers to read")


def _fit_words(embeddings: Tensor, state: State) -> str:
    width = embeddings.shape[-1]
    odd = f"should have an even width, but had {width}" if width % 2 else ""
    return _other_size(embeddings, -2, len(state.words), "one row per word, T") or odd


def _fit_w_q(w_q: Tensor, state: State) -> str:
    rows = w_q.shape[-2]
    odd = f"should have an even number of rows, but had {rows}" if rows % 2 else ""
    return _columns(w_q, state.embeddings) or odd


def _fit_w_k(w_k: Tensor, state: State) -> str:
    rows = state.w_q.shape[-2]
    return _columns(w_k, state.embeddings) or _other_size(w_k, -2, rows, "as many rows as w_q")


def _long_enough(learned: Tensor, state: State) -> str:
    n, rows = len(state.words), len(learned)
    short = f"should have a row for each of {n} places, but had {rows}" if rows < n else ""
    return _columns(learned, state.embeddings) or short


def _each_once(order: list[int], state: State) -> str:
    n = len(state.words)
    return (
        ""
        if sorted(order) == list(range(n))
        else f"should hold each of 0 to {n - 1} once, but was {order}"
    )


def _two_places(swap: list[int], state: State) -> str:
    if len(swap) != 2:
        return f"should be two words' places, but was {swap}"
    found = (out_of_range(word, 0, len(state.words) - 1) for word in swap)
    return next((wrong for wrong in found if wrong), "")


class PositionExplorer(AttendingWidget):
    r"""Put the words of a sentence into another order, and see whose context vector moves.

    .. math::

        \text{moved}_w = \frac{\lVert c_w^{\text{now}} - c_w^{\text{first}} \rVert}
            {\text{mean}_v \lVert c_v^{\text{first}} \rVert}

    where :math:`c_w` is the context vector of word w in one head of self-attention. Without
    positions it is 0 for every word and every order: attention is permutation-equivariant. The
    page computes all of this in JavaScript, the properties in PyTorch, from the same numbers. Every
    argument is an attribute that can be read and set later; in JupyterLab a control sets it and
    setting it moves the control.

    Args:
        words: The T words in their original order.
        embeddings: Each word's vector without its position, (T, d_model); or (N, T, d_model) with
            N = 5, for models that were trained with one scheme each. These and the following are
            rounded to 16-bit multiples of a power of two.
        w_q: The query projection as ``nn.Linear`` stores it, (d_head, d_model) or with N in front.
        w_k: The key projection, likewise.
        w_v: The value projection, (d_value, d_model) or with N in front.
        learned: The vector of each place in the scheme "learned", (max_len, d_model).
        readout: What reads a role off a context, (n_roles, d_value) or with N in front.
        roles: The names of the roles.
        scheme: "none", "sinusoidal", "learned", "rotary" (half layout, base 10,000) or "alibi"
            (slope 1/2, that of the first of eight heads).
        order: The words by where they stood at first, in the order in which they stand now.
        word: The word that is followed and moved, by where it stood at first.
        causal: Whether each word sees only itself and what stands before it.
        swap: The two words that one of the buttons swaps.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Vaswani et al. 2017, section 3.5; Su et al. 2021; Press, Smith and Lewis 2021.
    """

    words = Items(str)
    embeddings = Matrix("T, d_model", check=_fit_words)
    w_q = Matrix("d_head, d_model", check=_fit_w_q)
    w_k = Matrix("d_head, d_model", check=_fit_w_k)
    w_v = Matrix("d_value, d_model", check=lambda w_v, state: _columns(w_v, state.embeddings))
    learned = FixedPoint("(max_len, d_model)", check=_long_enough)
    readout = Matrix("n_roles, d_value", check=lambda out, state: _columns(out, state.w_v, -2))
    roles = Items(
        str,
        check=lambda roles, state: other_count(roles, state.readout.shape[-2], "row of readout"),
    )
    scheme = Choice(list(POSITION_SCHEMES), "none")
    order = Items(int, lambda state: list(range(len(state.words))), check=_each_once)
    word = Whole(
        lambda state: min(1, len(state.words) - 1), low=0, high=lambda state: len(state.words) - 1
    )
    causal = Switch(False)
    swap = Items(
        int,
        lambda state: [min(1, len(state.words) - 1), len(state.words) - 1],
        should_be="a list of two words' places",
        check=_two_places,
    )
    _draw, _describe = draw_png, alt_text

    @property
    def moved(self) -> Tensor:
        """How far each word's context moved, words in the original order, float64 (T,)."""
        first = self._in_order(list(range(len(self.words))))[0]
        now = self.context[self._places]
        far = (now - first).norm(dim=-1) / first.norm(dim=-1).mean()
        return far.where(far >= NOTHING, 0.0)

    @property
    def answers(self) -> list[str]:
        """The role that is read off each word's context, words in the original order."""
        logits = self.context[self._places] @ self._own(self.readout).T
        return [self.roles[role] for role in logits.argmax(dim=-1).tolist()]

    @property
    def place(self) -> int:
        """Where the chosen word stands now; setting it moves the word there."""
        return self.order.index(self.word)

    @place.setter
    def place(self, place: int) -> None:
        wrong = out_of_range(place, 0, len(self.words) - 1)
        if wrong:
            raise InvalidValue(f"place {wrong}")
        rest = [word for word in self.order if word != self.word]
        self.order = [*rest[:place], self.word, *rest[place:]]

    @property
    def _places(self) -> list[int]:
        """Where each word stands now."""
        return [self.order.index(word) for word in range(len(self.words))]

    def _attend(self) -> tuple[Tensor, Tensor]:
        return self._in_order(self.order)

    def _in_order(self, order: list[int]) -> tuple[Tensor, Tensor]:
        x = self._own(self.embeddings)[order]
        w_q, w_k, w_v = (self._own(tensor) for tensor in (self.w_q, self.w_k, self.w_v))
        mask = causal_mask(len(order)) if self.causal else None
        return attention_in_order(self.scheme, x, w_q, w_k, w_v, self.learned.double(), mask=mask)

    def _own(self, tensor: Tensor) -> Tensor:
        """What belongs to the present scheme."""
        return (
            tensor[POSITION_SCHEMES.index(self.scheme)] if tensor.ndim == 3 else tensor
        ).double()

    def _told(self) -> dict[str, Any]:
        causal = {"causal": True} if self.causal else {}
        return {"scheme": self.scheme, "order": self.order, **causal}
