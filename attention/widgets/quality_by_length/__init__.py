"""QualityByLength: how much three seeds get right by length, beside a real sentence of each."""

from typing import Any

from torch import Tensor

from attention.widgets.base.edits import Edit, edit_alignment
from attention.widgets.base.lists import Items, Languages, Nested, word
from attention.widgets.base.tensors import FixedPoint
from attention.widgets.base.traits import State, Text, Whole, other_count
from attention.widgets.base.widget import BookWidget
from attention.widgets.quality_by_length.picture import alt_text, draw_png


def _rising(lengths: list[int], _: State) -> str:
    if len(lengths) < 2 or sorted(set(lengths)) != lengths:
        return f"should be two or more numbers in rising order, but was {lengths}"
    return ""


def _each_length(value: list[Any], state: State) -> str:
    return other_count(value, len(state.lengths), "length")


def _fit(scores: Tensor, state: State) -> str:
    measures, _, n_lengths = scores.shape
    if (measures, n_lengths) != (2, len(state.lengths)):
        return (
            f"should have shape (2, R, L) with L = {len(state.lengths)}, "
            f"but had shape {tuple(scores.shape)}"
        )
    if scores.min() < 0 or scores.max() > 1:
        return "should be shares from 0 to 1, but went beyond"
    return ""


def _among(length: int, state: State) -> str:
    lengths = state.lengths
    return "" if length in lengths else f"should be one of {lengths}, but was {length}"


class QualityByLength(BookWidget):
    """Slide along the lengths of sentences, and see how much of a translation is still right.

    Shown are two curves for each of R trained models that differ in nothing but their seed, the
    share of whole sentences that are right and the share of words, and a sentence of the chosen
    length with the right translation and the one of the first model. The page finds the medians of
    the seeds and the words that are wrong in JavaScript, the properties ``median`` and ``edits``
    in Python, from the same numbers and words. Every argument is an attribute that can be read and
    set later; in JupyterLab a control sets it and setting it moves the control.

    Args:
        lengths: The L lengths, whole numbers in rising order.
        sources: The words of a sentence of each length.
        references: Their right translations.
        outputs: What the first model wrote for them, without the end mark.
        scores: The share of whole sentences and the share of words that are right, of each seed at
            each length, (2, R, L). Rounded to 16-bit multiples of a power of two.
        unit: What the lengths count, in the singular: "clause" gives "3 clauses".
        trained: The largest length seen in training; what is longer is shaded.
        length: The length that is shown, one of ``lengths``; the smallest by default.
        languages: Language tags of source and translation, for those who listen; "" for none.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Cho et al. 2014 (on the properties of neural machine translation), figure 4.
    """

    lengths = Items(int, check=_rising)
    sources = Nested(word, 2, "lists of words, sources[l]", check=_each_length)
    references = Nested(word, 2, "lists of words, references[l]", check=_each_length)
    outputs = Nested(word, 2, "lists of words, outputs[l]", may_be_empty=True, check=_each_length)
    scores = FixedPoint("(2, R, L)", check=_fit)
    unit = Text("clause")
    trained = Whole(None, low=1)
    length = Whole(lambda state: state.lengths[0], check=_among)
    languages = Languages()
    in_repr = ("length",)
    _draw, _describe = draw_png, alt_text

    @property
    def now(self) -> Tensor:
        """What each seed gets right at the present length, sentences and words, (2, R)."""
        found: Tensor = self.scores[:, :, self._place]
        return found

    @property
    def median(self) -> Tensor:
        """The seeds' median of both, the lower one of two, (2,)."""
        return self.now.median(dim=1).values

    @property
    def source(self) -> list[str]:
        """The sentence that is shown."""
        return list(self.sources[self._place])

    @property
    def reference(self) -> list[str]:
        """Its right translation."""
        return list(self.references[self._place])

    @property
    def output(self) -> list[str]:
        """What the first model wrote."""
        return list(self.outputs[self._place])

    @property
    def edits(self) -> list[Edit]:
        """What was written beside the reference, by the fewest edits with the most words right."""
        return edit_alignment(self.reference, self.output)

    @property
    def _place(self) -> int:
        return int(self.lengths.index(self.length))
