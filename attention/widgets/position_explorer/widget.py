"""PositionExplorer: whose context vector moves when the words change places."""

from collections.abc import Sequence
from typing import Any

import traitlets as t
from numpy.typing import ArrayLike
from torch import Tensor

from attention.functional.masks import causal_mask
from attention.trained.role_taggers import SCHEMES, attend, position_example
from attention.widgets.base.bundle import bundle, stylesheet
from attention.widgets.base.traits import (
    Choice,
    FixedPoint,
    InvalidValue,
    Items,
    Switch,
    Text,
    Whole,
)
from attention.widgets.base.widget import BookWidget, check_count, check_range
from attention.widgets.position_explorer.picture import alt_text, draw_png

Matrix = Tensor | ArrayLike | None
TENSORS = ("embeddings", "w_q", "w_k", "w_v", "learned", "readout")
NOTHING = 1e-9  # rounding leaves traces of 1e-16 where sums run in another order


class PositionExplorer(BookWidget):
    r"""Put the words of a sentence into another order, and see whose context vector moves.

    .. math::

        \text{moved}_w = \frac{\lVert c_w^{\text{now}} - c_w^{\text{first}} \rVert}
            {\text{mean}_v \lVert c_v^{\text{first}} \rVert}

    where :math:`c_w` is the context vector of word w in one head of self-attention. Without
    positions it is 0 for every word and every order: attention is permutation-equivariant. The
    page computes all of this in JavaScript, the properties in PyTorch, from the same numbers. Every
    argument is an attribute that can be read and set later; in JupyterLab a control sets it and
    setting it moves the control.

    By default the numbers are those of the small models of ``attention.trained.role_taggers``, one
    trained for each scheme: they say of each word whether it belongs to the subject, is the verb,
    or belongs to the object.

    Args:
        words: The T words in their original order; "the dog bites the old man" by default.
            Without the tensors they are looked up among the words that the small models know.
        embeddings: Each word's vector without its position, (T, d_model); or (N, T, d_model) with
            N = 5, for models that were trained with one scheme each. These and the following are
            rounded to 16-bit multiples of a power of two. All are given, or none.
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

    _esm = bundle("position_explorer/view.js")
    _css = stylesheet("js/widget.css", "js/sentence.css", "position_explorer/style.css")

    words = Items(str, "a list of at least one string").tag(sync=True)
    embeddings = FixedPoint("(T, d_model)", "(N, T, d_model)")
    w_q = FixedPoint("(d_head, d_model)", "(N, d_head, d_model)")
    w_k = FixedPoint("(d_head, d_model)", "(N, d_head, d_model)")
    w_v = FixedPoint("(d_value, d_model)", "(N, d_value, d_model)")
    learned = FixedPoint("(max_len, d_model)")
    readout = FixedPoint("(n_roles, d_value)", "(N, n_roles, d_value)")
    roles = Items(str, "a list of at least one string").tag(sync=True)
    scheme = Choice(list(SCHEMES), default_value="none").tag(sync=True)
    order = Items(int, "a list of at least one whole number").tag(sync=True)
    word = Whole(0).tag(sync=True)
    causal = Switch(False).tag(sync=True)
    swap = Items(int, "a list of two words' places").tag(sync=True)
    label = Text("Position explorer").tag(sync=True)
    caption = Text("").tag(sync=True)

    def __init__(
        self,
        words: Sequence[str] | None = None,
        *,
        embeddings: Matrix = None,
        w_q: Matrix = None,
        w_k: Matrix = None,
        w_v: Matrix = None,
        learned: Matrix = None,
        readout: Matrix = None,
        roles: Sequence[str] | None = None,
        scheme: str = "none",
        order: Sequence[int] | None = None,
        word: int | None = None,
        causal: bool = False,
        swap: Sequence[int] | None = None,
        label: str = "Position explorer",
        caption: str = "",
    ) -> None:
        given: dict[str, Any] = {"words": words, "embeddings": embeddings}
        given |= {"w_q": w_q, "w_k": w_k, "w_v": w_v, "learned": learned, "readout": readout}
        given |= {"roles": roles, "scheme": scheme, "order": order, "word": word}
        given |= {"causal": causal, "swap": swap, "label": label, "caption": caption}
        if all(given[name] is None for name in TENSORS):
            example = position_example() if words is None else position_example(words)
            for name in ("words", *TENSORS, "roles"):
                if given[name] is None:
                    given[name] = getattr(example, name)
        super().__init__(**self._checked(given))

    @property
    def weights(self) -> Tensor:
        """The weights, rows and columns in the present order, in PyTorch, float64 (T, T)."""
        return self._attend(self.order)[1]

    @property
    def context(self) -> Tensor:
        """The context vectors in the present order, in PyTorch, float64 (T, d_value)."""
        return self._attend(self.order)[0]

    @property
    def moved(self) -> Tensor:
        """How far each word's context moved, words in the original order, float64 (T,)."""
        first = self._attend(list(range(len(self.words))))[0]
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
        check_range("place", place, 0, len(self.words) - 1)
        rest = [word for word in self.order if word != self.word]
        self.order = [*rest[:place], self.word, *rest[place:]]

    @property
    def _places(self) -> list[int]:
        """Where each word stands now."""
        return [self.order.index(word) for word in range(len(self.words))]

    def _attend(self, order: list[int]) -> tuple[Tensor, Tensor]:
        x = self._own(self.embeddings)[order]
        w_q, w_k, w_v = (self._own(tensor) for tensor in (self.w_q, self.w_k, self.w_v))
        mask = causal_mask(len(order)) if self.causal else None
        return attend(self.scheme, x, w_q, w_k, w_v, self.learned.double(), mask=mask)

    def _own(self, tensor: Tensor) -> Tensor:
        """What belongs to the present scheme."""
        return (tensor[SCHEMES.index(self.scheme)] if tensor.ndim == 3 else tensor).double()

    @t.validate("words", *TENSORS, "roles", "order", "word", "swap")
    def _check_trait(self, proposal: dict[str, Any]) -> Any:
        return self._check(proposal["trait"].name, proposal["value"], self)

    def __repr__(self) -> str:
        causal = ", causal=True" if self.causal else ""
        return f"PositionExplorer(scheme={self.scheme!r}, order={self.order}{causal})"

    def _draw(self) -> str:
        return draw_png(self)

    def _describe(self) -> str:
        return alt_text(self)

    @classmethod
    def _default(cls, name: str, state: Any) -> Any:
        last = len(state.words) - 1 if hasattr(state, "words") else 0
        if name == "order":
            return list(range(last + 1))
        if name == "word":
            return min(1, last)
        return [min(1, last), last] if name == "swap" else None

    @classmethod
    def _check(cls, name: str, value: Any, state: Any) -> Any:
        if name == "words" and hasattr(state, "embeddings"):
            check_count(name, value, state.embeddings.shape[-2], "row of embeddings")
        elif name in TENSORS:
            _check_tensor(name, value, state)
        elif name == "roles":
            check_count(name, value, state.readout.shape[-2], "row of readout")
        elif name == "order" and sorted(value) != list(range(len(state.words))):
            raise InvalidValue(
                f"order should hold each of 0 to {len(state.words) - 1} once, but was {value}"
            )
        elif name == "word":
            check_range(name, value, 0, len(state.words) - 1)
        elif name == "swap":
            if len(value) != 2:
                raise InvalidValue(f"swap should be two words' places, but was {value}")
            for word in value:
                check_range(name, word, 0, len(state.words) - 1)
        return value


def _check_tensor(name: str, tensor: Tensor, state: Any) -> None:
    """One matrix for all schemes or one for each, of sizes that fit what came before."""
    if tensor.ndim == 3 and len(tensor) != len(SCHEMES):
        raise InvalidValue(
            f"{name} should have one matrix for each of the {len(SCHEMES)} schemes, "
            f"but had shape {tuple(tensor.shape)}"
        )
    rows, columns = tensor.shape[-2:]
    if name == "embeddings":
        _check_size(name, tensor, rows, len(state.words), "one row per word, T")
        if columns % 2:
            raise InvalidValue(f"embeddings should have an even width, but had {columns}")
        return
    width = state.w_v.shape[-2] if name == "readout" else state.embeddings.shape[-1]
    _check_size(name, tensor, columns, width, "as many columns as there are numbers to read")
    if name == "w_q" and rows % 2:
        raise InvalidValue(f"w_q should have an even number of rows, but had {rows}")
    if name == "w_k":
        _check_size(name, tensor, rows, state.w_q.shape[-2], "as many rows as w_q")
    if name == "learned" and rows < len(state.words):
        raise InvalidValue(
            f"learned should have a row for each of {len(state.words)} places, but had {rows}"
        )


def _check_size(name: str, tensor: Tensor, size: int, wanted: int, meaning: str) -> None:
    if size != wanted:
        raise InvalidValue(
            f"{name} should have {meaning}, {wanted}, but had shape {tuple(tensor.shape)}"
        )
