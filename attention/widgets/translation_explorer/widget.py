"""TranslationExplorer: a sentence grows, the vector that should hold it does not."""

from collections.abc import Sequence
from typing import Any

import traitlets as t
from numpy.typing import ArrayLike
from torch import Tensor

from attention.widgets.base.bundle import bundle, stylesheet
from attention.widgets.base.traits import (
    FixedPoint,
    InvalidValue,
    Items,
    Nested,
    Text,
    Whole,
    share,
    word,
)
from attention.widgets.base.widget import BookWidget, check_count
from attention.widgets.translation_explorer.edits import Edit, edit_alignment
from attention.widgets.translation_explorer.picture import alt_text, draw_png

Words = Sequence[str]


class TranslationExplorer(BookWidget):
    """Slide a sentence's length, and watch an encoder-decoder with one fixed vector.

    Shown are the source words, the one vector that the decoder was given, the translation word by
    word against the reference, and the share of perfect translations at every length. The page
    aligns translation and reference itself; ``edits`` is the same alignment in Python. Every
    argument is an attribute that can be read and set later; in JupyterLab a control sets it and
    setting it moves the control.

    Args:
        sources: ``sources[n][l]`` holds the words of sentence n at the l-th length; each longer
            one begins with the shorter one.
        references: The right translations, in the same order.
        models: The names of the M models.
        outputs: ``outputs[m][n][l]`` holds the words that model m wrote, without the end mark.
        chances: The model's probability of each of those words, from 0 to 1.
        states: The vectors that the decoder was given, (M, N, L, d). Rounded to 16-bit multiples
            of a power of two: 4 to 5 digits of the largest entry.
        scores: Share of held-out sentences that were translated without a fault, (M, L).
        lengths: The L lengths, whole numbers in rising order.
        unit: What the lengths count, in the singular: "clause" gives "3 clauses".
        trained: The largest length seen in training; marked in the curve.
        example: The sentence shown, 0 to N - 1.
        length: The length shown, one of ``lengths``; the smallest by default.
        model: The model shown, one of ``models``; the first by default.
        languages: Language tags of source and translation, for those who listen; "" for none.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Cho et al. 2014 and Sutskever, Vinyals and Le 2014 (the fixed vector); Bahdanau, Cho and
        Bengio 2014, figure 2 (quality against length).
    """

    _esm = bundle("translation_explorer/view.js")
    _css = stylesheet("js/widget.css", "js/vector.css", "translation_explorer/style.css")

    sources = Nested(word, 3, "lists of words, sources[n][l]").tag(sync=True)
    references = Nested(word, 3, "lists of words, references[n][l]").tag(sync=True)
    models = Items(str, "a list of at least one string").tag(sync=True)
    outputs = Nested(word, 4, "lists of words, outputs[m][n][l]", may_be_empty=True).tag(sync=True)
    chances = Nested(
        share, 4, "lists of numbers from 0 to 1, chances[m][n][l]", may_be_empty=True
    ).tag(sync=True)
    states = FixedPoint("(M, N, L, d)")
    scores = Nested(share, 2, "numbers from 0 to 1, (M, L)").tag(sync=True)
    lengths = Items(int, "a list of at least one whole number").tag(sync=True)
    unit = Text("clause").tag(sync=True)
    trained = Whole(None, allow_none=True).tag(sync=True)
    example = Whole(0).tag(sync=True)
    length = Whole(1).tag(sync=True)
    model = Text("").tag(sync=True)
    languages = Items(str, "two language tags").tag(sync=True)
    label = Text("Translation explorer").tag(sync=True)
    caption = Text("").tag(sync=True)

    def __init__(
        self,
        sources: Sequence[Sequence[Words]],
        references: Sequence[Sequence[Words]],
        *,
        models: Words,
        outputs: Sequence[Sequence[Sequence[Words]]],
        chances: Sequence[Sequence[Sequence[Sequence[float] | Tensor]]],
        states: Tensor | ArrayLike,
        scores: Tensor | ArrayLike,
        lengths: Sequence[int],
        unit: str = "clause",
        trained: int | None = None,
        example: int = 0,
        length: int | None = None,
        model: str | None = None,
        languages: Words = ("en", "fr"),
        label: str = "Translation explorer",
        caption: str = "",
    ) -> None:
        given = {
            "sources": sources,
            "references": references,
            "models": models,
            "lengths": lengths,
            "outputs": outputs,
            "chances": chances,
            "states": states,
            "scores": scores,
            "unit": unit,
            "trained": trained,
            "example": example,
            "length": length,
            "model": model,
            "languages": languages,
            "label": label,
            "caption": caption,
        }
        super().__init__(**self._checked(given))

    @property
    def source(self) -> list[str]:
        """The source words that are shown."""
        return list(self.sources[self.example][self._place])

    @property
    def reference(self) -> list[str]:
        """Their right translation."""
        return list(self.references[self.example][self._place])

    @property
    def output(self) -> list[str]:
        """What the model wrote."""
        return list(self.outputs[self._row][self.example][self._place])

    @property
    def edits(self) -> list[Edit]:
        """What was written, aligned with the reference: the fewest edits, the most words right."""
        return edit_alignment(self.reference, self.output)

    @property
    def state(self) -> Tensor:
        """The one vector that the decoder was given, (d,)."""
        vector: Tensor = self.states[self._row, self.example, self._place]
        return vector

    @property
    def chance(self) -> list[float]:
        """The model's probability of each word that it wrote."""
        return list(self.chances[self._row][self.example][self._place])

    @property
    def _place(self) -> int:
        return int(self.lengths.index(self.length))

    @property
    def _row(self) -> int:
        return int(self.models.index(self.model))

    @t.validate(
        *("sources", "references", "models", "outputs", "chances", "states", "scores", "lengths"),
        *("trained", "example", "length", "model", "languages"),
    )
    def _check_trait(self, proposal: dict[str, Any]) -> Any:
        return self._check(proposal["trait"].name, proposal["value"], self)

    def __repr__(self) -> str:
        return (
            f"TranslationExplorer(model={self.model!r}, length={self.length}, "
            f"example={self.example})"
        )

    def _draw(self) -> str:
        return draw_png(self)

    def _describe(self) -> str:
        return alt_text(self)

    @classmethod
    def _default(cls, name: str, state: Any) -> Any:
        return {
            "length": lambda: state.lengths[0],
            "model": lambda: state.models[0],
        }.get(name, lambda: None)()

    @classmethod
    def _check(cls, name: str, value: Any, state: Any) -> Any:
        if name == "sources":
            _check_growth(value)
        elif name == "references":
            _check_like_sources(name, value, state.sources)
        elif name == "models" and len(set(value)) != len(value):
            raise InvalidValue(f"models should have different names, but was {value}")
        elif name == "lengths":
            if sorted(set(value)) != value:
                raise InvalidValue(f"lengths should be in rising order, but was {value}")
            check_count(name, value, len(state.sources[0]), "length of sources[n]")
        elif name in ("outputs", "chances"):
            check_count(name, value, len(state.models), "model")
            for m, of_model in enumerate(value):
                _check_like_sources(f"{name}[{m}]", of_model, state.sources)
            if name == "chances":
                _check_chances(value, state.outputs)
        elif name == "states":
            shape = (len(state.models), len(state.sources), len(state.lengths))
            if value.shape[:3] != shape:
                raise InvalidValue(
                    f"states should have shape (M, N, L, d) with (M, N, L) = {shape}, "
                    f"but had shape {tuple(value.shape)}"
                )
        elif name == "scores":
            check_count(name, value, len(state.models), "model")
            for m, row in enumerate(value):
                check_count(f"scores[{m}]", row, len(state.lengths), "length")
        else:
            _check_choice(name, value, state)
        return value


def _check_choice(name: str, value: Any, state: Any) -> None:
    options = {
        "example": range(len(state.sources)),
        "length": getattr(state, "lengths", None),
        "model": getattr(state, "models", None),
    }.get(name)
    if options is not None and value not in options:
        text = f"from 0 to {options[-1]}" if name == "example" else f"one of {list(options)}"
        raise InvalidValue(f"{name} should be {text}, but was {value!r}")
    if name == "trained" and value is not None and value < 1:
        raise InvalidValue(f"trained should be at least 1, but was {value}")
    if name == "languages" and len(value) != 2:
        raise InvalidValue(f"languages should be two language tags, but was {value}")


def _check_growth(sources: list[list[list[str]]]) -> None:
    """Every sentence has as many lengths as the first, and each begins with the one before."""
    for n, lengths in enumerate(sources):
        check_count(f"sources[{n}]", lengths, len(sources[0]), "length of sources[0]")
        for place in range(1, len(lengths)):
            shorter, longer = lengths[place - 1], lengths[place]
            if len(longer) <= len(shorter) or longer[: len(shorter)] != shorter:
                raise InvalidValue(
                    f"sources[{n}][{place}] should be longer than sources[{n}][{place - 1}] and "
                    f"begin with it, but was {' '.join(longer)!r} after {' '.join(shorter)!r}"
                )


def _check_like_sources(name: str, value: list[Any], sources: list[Any]) -> None:
    check_count(name, value, len(sources), "sentence of sources")
    for n, lengths in enumerate(value):
        check_count(f"{name}[{n}]", lengths, len(sources[n]), f"length of sources[{n}]")


def _check_chances(chances: list[Any], outputs: list[Any]) -> None:
    for m, of_model in enumerate(chances):
        for n, of_sentence in enumerate(of_model):
            for place, row in enumerate(of_sentence):
                n_words = len(outputs[m][n][place])
                if len(row) != n_words:
                    raise InvalidValue(
                        f"chances[{m}][{n}][{place}] should have one number per word of outputs, "
                        f"{n_words}, but had {len(row)}"
                    )
