"""TranslationExplorer: a sentence grows, the vector that should hold it does not."""

from typing import Any

from torch import Tensor

from attention.widgets.base.edits import Edit, edit_alignment
from attention.widgets.base.lists import Items, Languages, Nested, share, word
from attention.widgets.base.tensors import FixedPoint
from attention.widgets.base.traits import State, Text, Whole, other_count
from attention.widgets.base.widget import BookWidget
from attention.widgets.translation_explorer.picture import alt_text, draw_png


def _growing(sources: list[list[list[str]]], _: State) -> str:
    """Every sentence has as many lengths as the first, and each begins with the one before."""
    for n, lengths in enumerate(sources):
        wrong = other_count(lengths, len(sources[0]), "length of sources[0]", f"[{n}]")
        if wrong:
            return wrong
        for place in range(1, len(lengths)):
            shorter, longer = lengths[place - 1], lengths[place]
            if len(longer) <= len(shorter) or longer[: len(shorter)] != shorter:
                return (
                    f"[{n}][{place}] should be longer than sources[{n}][{place - 1}] and "
                    f"begin with it, but was {' '.join(longer)!r} after {' '.join(shorter)!r}"
                )
    return ""


def _unlike_sources(value: list[Any], state: State, place: str = "") -> str:
    """A check: as many sentences as sources, each with as many lengths."""
    wrong = other_count(value, len(state.sources), "sentence of sources", place)
    for n, lengths in enumerate(value):
        if not wrong:
            n_lengths, meaning = len(state.sources[n]), f"length of sources[{n}]"
            wrong = other_count(lengths, n_lengths, meaning, f"{place}[{n}]")
    return wrong


def _each_model(value: list[Any], state: State) -> str:
    wrong = other_count(value, len(state.models), "model")
    return wrong or next(
        filter(None, (_unlike_sources(of, state, f"[{m}]") for m, of in enumerate(value))), ""
    )


def _each_word(chances: list[Any], state: State) -> str:
    wrong = _each_model(chances, state)
    for m, of_model in enumerate(chances if not wrong else ()):
        for n, of_sentence in enumerate(of_model):
            for place, row in enumerate(of_sentence):
                n_words = len(state.outputs[m][n][place])
                if len(row) != n_words:
                    return (
                        f"[{m}][{n}][{place}] should have one number per word of outputs, "
                        f"{n_words}, but had {len(row)}"
                    )
    return wrong


def _different(models: list[str], _: State) -> str:
    same = len(set(models)) != len(models)
    return f"should have different names, but was {models}" if same else ""


def _rising(lengths: list[int], state: State) -> str:
    if sorted(set(lengths)) != lengths:
        return f"should be in rising order, but was {lengths}"
    return other_count(lengths, len(state.sources[0]), "length of sources[n]")


def _fit(states: Tensor, state: State) -> str:
    wanted = (len(state.models), len(state.sources), len(state.lengths))
    if states.shape[:3] == wanted:
        return ""
    return (
        f"should have shape (M, N, L, d) with (M, N, L) = {wanted}, "
        f"but had shape {tuple(states.shape)}"
    )


def _each_length(scores: list[list[float]], state: State) -> str:
    wrong = other_count(scores, len(state.models), "model")
    for m, row in enumerate(scores):
        wrong = wrong or other_count(row, len(state.lengths), "length", f"[{m}]")
    return wrong


def _among(value: Any, options: list[Any]) -> str:
    return "" if value in options else f"should be one of {options}, but was {value!r}"


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

    sources = Nested(word, 3, "lists of words, sources[n][l]", check=_growing)
    references = Nested(word, 3, "lists of words, references[n][l]", check=_unlike_sources)
    models = Items(str, check=_different)
    lengths = Items(int, check=_rising)
    outputs = Nested(
        word, 4, "lists of words, outputs[m][n][l]", may_be_empty=True, check=_each_model
    )
    chances = Nested(
        share, 4, "lists of numbers from 0 to 1, chances[m][n][l]", may_be_empty=True,
        check=_each_word,
    )  # fmt: skip
    states = FixedPoint("(M, N, L, d)", check=_fit)
    scores = Nested(share, 2, "numbers from 0 to 1, (M, L)", check=_each_length)
    unit = Text("clause")
    trained = Whole(None, low=1)
    example = Whole(0, low=0, high=lambda state: len(state.sources) - 1)
    length = Whole(
        lambda state: state.lengths[0], check=lambda length, state: _among(length, state.lengths)
    )
    model = Text(
        lambda state: state.models[0], check=lambda model, state: _among(model, state.models)
    )
    languages = Languages()
    in_repr = ("model", "length", "example")
    _draw, _describe = draw_png, alt_text

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
        """What was written beside the reference, by the fewest edits with the most words right."""
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
