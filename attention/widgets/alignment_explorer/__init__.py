"""AlignmentExplorer: the first attention, one written word after the other."""

from typing import Any

import torch
from torch import Tensor

from attention.widgets.alignment_explorer.picture import alt_text, draw_png
from attention.widgets.base.lists import Languages, Nested, word, word_and_share
from attention.widgets.base.tensors import FixedPoint, FixedPoints
from attention.widgets.base.traits import State, Whole, other_count
from attention.widgets.base.widget import BookWidget

PER_SENTENCE = "sentence of sources"


def _last_word(texts: list[list[str]], state: State) -> int:
    return len(texts[state.example]) - 1


def _other_rows(tensors: list[Tensor], texts: list[list[str]], name: str, letter: str) -> str:
    """A check: one tensor a sentence, with a row for each of its words."""
    for n, (tensor, words) in enumerate(zip(tensors, texts, strict=True)):
        if len(tensor) != len(words):
            return (
                f"[{n}] should have one row per word of {name}[{n}], "
                f"{letter} = {len(words)}, but had shape {tuple(tensor.shape)}"
            )
    return ""


def _other_width(tensors: list[Tensor], width: int, whose: str) -> str:
    """A check: every tensor is that wide."""
    for n, tensor in enumerate(tensors):
        if tensor.shape[-1] != width:
            return f"[{n}] should have the {whose} = {width}, but had shape {tuple(tensor.shape)}"
    return ""


def _fit_outputs(queries: list[Tensor], state: State) -> str:
    return (
        other_count(queries, len(state.sources), PER_SENTENCE)
        or _other_rows(queries, state.outputs, "outputs", "T")
        or _other_width(queries, len(state.score_vector), "v's width, d_attn")
    )


def _fit_sources(keys: list[Tensor], state: State) -> str:
    return (
        other_count(keys, len(state.sources), PER_SENTENCE)
        or _other_rows(keys, state.sources, "sources", "S")
        or _other_width(keys, len(state.score_vector), "v's width, d_attn")
    )


def _fit_one_another(annotations: list[Tensor], state: State) -> str:
    return (
        other_count(annotations, len(state.sources), PER_SENTENCE)
        or _other_rows(annotations, state.sources, "sources", "S")
        or _other_width(annotations, annotations[0].shape[-1], "first one's width, d_key")
    )


def _likeliest_first(candidates: list[Any], state: State) -> str:
    wrong = other_count(candidates, len(state.outputs), "sentence of outputs")
    for n, steps in enumerate(candidates):
        if not wrong:
            words = state.outputs[n]
            wrong = other_count(steps, len(words), f"word of outputs[{n}]", f"[{n}]")
        for step, pairs in enumerate(steps):
            shares = [probability for _, probability in pairs]
            if not wrong and shares != sorted(shares, reverse=True):
                wrong = f"[{n}][{step}] should have the most probable first, but was {pairs}"
    return wrong


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

    sources = Nested(word, 2, "lists of words, sources[n]")
    outputs = Nested(
        word, 2, "lists of words, outputs[n]",
        check=lambda outputs, state: other_count(outputs, len(state.sources), PER_SENTENCE),
    )  # fmt: skip
    score_vector = FixedPoint("(d_attn,)")
    queries = FixedPoints("(T, d_attn)", check=_fit_outputs)
    key_vectors = FixedPoints("(S, d_attn)", check=_fit_sources, argument="keys")
    annotations = FixedPoints("(S, d_key)", check=_fit_one_another)
    candidates = Nested(
        word_and_share, 3, "lists of pairs (word, number from 0 to 1), candidates[n][t]",
        check=_likeliest_first,
    )  # fmt: skip
    example = Whole(0, low=0, high=lambda state: len(state.sources) - 1)
    step = Whole(
        0, low=0, high=lambda state: _last_word(state.outputs, state),
        follow=lambda step, state: min(step, _last_word(state.outputs, state)),
    )  # fmt: skip
    position = Whole(
        None, low=0, high=lambda state: _last_word(state.sources, state),
        follow=lambda place, state: (
            None if place is None or place > _last_word(state.sources, state) else place
        ),
    )  # fmt: skip
    languages = Languages()
    in_repr = ("example", "step", "position")
    _draw, _describe = draw_png, alt_text

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
        """The place of the source word that is followed, chosen or else of the largest weight."""
        if self.position is not None:
            return int(self.position)
        return int(self.weights[self.step].argmax())
