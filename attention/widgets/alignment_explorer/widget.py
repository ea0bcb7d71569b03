"""AlignmentExplorer: the first attention, one written word after the other."""

from collections.abc import Sequence
from typing import Any

import torch
import traitlets as t
from numpy.typing import ArrayLike
from torch import Tensor

from attention.widgets.alignment_explorer.picture import alt_text, draw_png
from attention.widgets.base.bundle import bundle, stylesheet
from attention.widgets.base.traits import (
    FixedPoint,
    FixedPoints,
    InvalidValue,
    Items,
    Nested,
    Text,
    Whole,
    word,
    word_and_share,
)
from attention.widgets.base.widget import BookWidget, check_count, check_range

Tensors = Sequence[Tensor | ArrayLike] | Tensor
WIDTHS = {"queries": "d_attn", "key_vectors": "d_attn", "annotations": "d_key"}


class AlignmentExplorer(BookWidget):
    r"""Step through the writing of a translation, and watch the alignment grow.

    .. math::

        e_{tj} = v^\top \tanh(q_t + k_j), \qquad
        \alpha_t = \text{softmax}(e_t), \qquad
        c_t = \sum_j \alpha_{tj} h_j

    The page computes this in JavaScript, the properties ``weights`` and ``context`` in PyTorch,
    from the same numbers. Every argument is an attribute that can be read and set later (``keys``
    is the attribute ``key_vectors``, since every ipywidget has an attribute ``keys`` already); in
    JupyterLab a control sets it and setting it moves the control.

    Args:
        sources: ``sources[n]`` holds the S words of sentence n, as they were read.
        outputs: ``outputs[n]`` holds the T words that were written, with the end mark.
        queries: For each sentence :math:`q_t = W s_{t-1} + b`, (T, d_attn). These and the
            following are rounded to 16-bit multiples of a power of two: 4 to 5 digits of the
            largest entry.
        keys: For each sentence :math:`k_j = U h_j`, (S, d_attn).
        score_vector: v, (d_attn,).
        annotations: For each sentence the encoder's states :math:`h_j`, (S, d_key).
        candidates: ``candidates[n][t]`` holds a few pairs of a word and its probability as the
            next word, the most probable first.
        example: The sentence shown, 0 to N - 1.
        step: The word that is being written, 0 to T - 1.
        position: The source word that is followed, 0 to S - 1; by default the one with the
            largest weight.
        languages: Language tags of source and translation, for those who listen; "" for none.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Bahdanau, Cho and Bengio 2014, section 3.1 and figure 3.
    """

    _esm = bundle("alignment_explorer/view.js")
    _css = stylesheet(
        "js/widget.css",
        "js/sentence.css",
        "js/steps.css",
        "js/vector.css",
        "alignment_explorer/style.css",
    )

    sources = Nested(word, 2, "lists of words, sources[n]").tag(sync=True)
    outputs = Nested(word, 2, "lists of words, outputs[n]").tag(sync=True)
    queries = FixedPoints("(T, d_attn)")
    key_vectors = FixedPoints("(S, d_attn)").tag(argument="keys")
    score_vector = FixedPoint("(d_attn,)")
    annotations = FixedPoints("(S, d_key)")
    candidates = Nested(
        word_and_share, 3, "lists of pairs (word, number from 0 to 1), candidates[n][t]"
    ).tag(sync=True)
    example = Whole(0).tag(sync=True)
    step = Whole(0).tag(sync=True)
    position = Whole(None, allow_none=True).tag(sync=True)
    languages = Items(str, "two language tags").tag(sync=True)
    label = Text("Alignment explorer").tag(sync=True)
    caption = Text("").tag(sync=True)

    def __init__(
        self,
        sources: Sequence[Sequence[str]],
        outputs: Sequence[Sequence[str]],
        *,
        queries: Tensors,
        keys: Tensors,
        score_vector: Tensor | ArrayLike,
        annotations: Tensors,
        candidates: Sequence[Sequence[Sequence[tuple[str, float]]]],
        example: int = 0,
        step: int = 0,
        position: int | None = None,
        languages: Sequence[str] = ("en", "fr"),
        label: str = "Alignment explorer",
        caption: str = "",
    ) -> None:
        given = {
            "sources": sources,
            "outputs": outputs,
            "score_vector": score_vector,
            "queries": queries,
            "key_vectors": keys,
            "annotations": annotations,
            "candidates": candidates,
            "example": example,
            "step": step,
            "position": position,
            "languages": languages,
            "label": label,
            "caption": caption,
        }
        super().__init__(**self._checked(given))

    @property
    def scores(self) -> Tensor:
        """The scores of the sentence that is shown, in PyTorch, (T, S)."""
        query, key = self.queries[self.example], self.key_vectors[self.example]
        hidden = torch.tanh(query[:, None] + key)  # (T, S, d_attn)
        return hidden @ self.score_vector  # (T, S)

    @property
    def weights(self) -> Tensor:
        """The weights of the sentence that is shown, in PyTorch, (T, S); each row sums to 1."""
        return self.scores.softmax(dim=-1)

    @property
    def context(self) -> Tensor:
        """The context vectors of the sentence that is shown, in PyTorch, (T, d_key)."""
        return self.weights @ self.annotations[self.example]

    @property
    def followed(self) -> int:
        """The source word that is followed: ``position``, or the one with the largest weight."""
        if self.position is not None:
            return int(self.position)
        return int(self.weights[self.step].argmax())

    @t.validate(
        *("sources", "outputs", "queries", "key_vectors", "score_vector", "annotations"),
        *("candidates", "example", "step", "position", "languages"),
    )
    def _check_trait(self, proposal: dict[str, Any]) -> Any:
        return self._check(proposal["trait"].name, proposal["value"], self)

    @t.observe("example")
    def _keep_inside(self, _: object) -> None:
        """Another sentence may have fewer words; the place that was followed was not in it."""
        self.step = min(self.step, len(self.outputs[self.example]) - 1)
        if self.position is not None and self.position >= len(self.sources[self.example]):
            self.position = None

    def __repr__(self) -> str:
        place = "" if self.position is None else f", position={self.position}"
        return f"AlignmentExplorer(example={self.example}, step={self.step}{place})"

    def _draw(self) -> str:
        return draw_png(self)

    def _describe(self) -> str:
        return alt_text(self)

    @classmethod
    def _check(cls, name: str, value: Any, state: Any) -> Any:
        if name == "outputs":
            check_count(name, value, len(state.sources), "sentence of sources")
        elif name in WIDTHS:
            _check_tensors(name, value, state)
        elif name == "score_vector" and hasattr(state, "queries"):
            _check_width(name, value, state.queries[0].shape[-1], "queries'", "d_attn")
        elif name == "candidates":
            _check_candidates(value, state.outputs)
        elif name == "example":
            check_range(name, value, 0, len(state.sources) - 1)
        elif name == "step":
            check_range(name, value, 0, len(state.outputs[state.example]) - 1)
        elif name == "position" and value is not None:
            check_range(name, value, 0, len(state.sources[state.example]) - 1)
        elif name == "languages" and len(value) != 2:
            raise InvalidValue(f"languages should be two language tags, but was {value}")
        return value


def _check_tensors(name: str, tensors: list[Tensor], state: Any) -> None:
    """One tensor a sentence, with a row for each of its words and of the right width."""
    argument, width = {"key_vectors": "keys"}.get(name, name), WIDTHS[name]
    check_count(argument, tensors, len(state.sources), "sentence of sources")
    words, letter = (state.outputs, "T") if name == "queries" else (state.sources, "S")
    of_words = "outputs" if name == "queries" else "sources"
    for n, tensor in enumerate(tensors):
        if len(tensor) != len(words[n]):
            raise InvalidValue(
                f"{argument}[{n}] should have one row per word of {of_words}[{n}], "
                f"{letter} = {len(words[n])}, but had shape {tuple(tensor.shape)}"
            )
        if width == "d_attn":
            _check_width(f"{argument}[{n}]", tensor, len(state.score_vector), "v's", width)
        else:
            _check_width(f"{argument}[{n}]", tensor, tensors[0].shape[-1], "first one's", width)


def _check_width(name: str, tensor: Tensor, width: int, whose: str, letters: str) -> None:
    if tensor.shape[-1] != width:
        raise InvalidValue(
            f"{name} should have the {whose} width, {letters} = {width}, "
            f"but had shape {tuple(tensor.shape)}"
        )


def _check_candidates(candidates: list[Any], outputs: list[list[str]]) -> None:
    check_count("candidates", candidates, len(outputs), "sentence of outputs")
    for n, steps in enumerate(candidates):
        check_count(f"candidates[{n}]", steps, len(outputs[n]), f"word of outputs[{n}]")
        for step, pairs in enumerate(steps):
            shares = [probability for _, probability in pairs]
            if shares != sorted(shares, reverse=True):
                raise InvalidValue(
                    f"candidates[{n}][{step}] should have the most probable first, but was {pairs}"
                )
