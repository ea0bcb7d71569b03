"""DecoderStep: one step of a decoder that looks back, from its state to the word that it writes."""

import math
from typing import Any

import torch
from torch import Tensor

from attention.widgets.base.lists import Items, Languages, Nested, word_and_share
from attention.widgets.base.tensors import FixedPoint
from attention.widgets.base.traits import State, Whole, other_count
from attention.widgets.base.widget import BookWidget
from attention.widgets.decoder_step.picture import alt_text, draw_png

MOST = 12  # source words: one row each


def _a_few(source: list[str], _: State) -> str:
    if 2 <= len(source) <= MOST:
        return ""
    return f"should be from 2 to {MOST} words, but were {len(source)}"


def _rows(tensor: Tensor, words: list[str], name: str, width: int | None) -> str:
    """A check: one row per word, and of the score vector's width where there is one to keep."""
    wanted = f"({len(words)}, {'d_key' if width is None else width})"
    if len(tensor) == len(words) and tensor.shape[-1] == (width or tensor.shape[-1]):
        return ""
    return f"should have a row per word of {name}, {wanted}, but had shape {tuple(tensor.shape)}"


def _one_per_way(candidates: list[Any], state: State) -> str:
    """For each step one list as it is, and one for each annotation that may be hidden."""
    wrong = other_count(candidates, len(state.output), "word of output")
    for t, ways in enumerate(candidates):
        ways_wanted = 1 + len(state.source)
        wrong = wrong or other_count(ways, ways_wanted, "way, 1 + S of them", f"[{t}]")
        for way, pairs in enumerate(ways):
            shares = [share for _, share in pairs]
            if not wrong and shares != sorted(shares, reverse=True):
                wrong = f"[{t}][{way}] should have the most probable first, but was {pairs}"
    return wrong


class DecoderStep(BookWidget):
    r"""Step through a translation: the state asks, the annotations answer, a word is written.

    .. math::

        e_{tj} = v^\top \tanh(q_t + k_j), \qquad
        \alpha_t = \text{softmax}(e_t), \qquad
        c_t = \sum_j \alpha_{tj} h_j

    One annotation can be hidden: its score becomes :math:`-\infty`, the others share its weight,
    and the word that the decoder then writes is shown. The page computes scores, weights and
    context in JavaScript, the properties in PyTorch, from the same numbers; the words come with
    the widget. Every argument is an attribute that can be read and set later (``keys`` is the
    attribute ``key_vectors``); in JupyterLab a control sets it and setting it moves the control.

    Args:
        source: The S words that were read, from 2 to 12.
        output: The T words that are written, with the end mark.
        score_vector: v, (d_attn,). This and the following are rounded to 16-bit multiples of a
            power of two.
        queries: :math:`q_t = W s_{t-1} + b`, (T, d_attn).
        keys: :math:`k_j = U h_j`, (S, d_attn).
        annotations: The encoder's states :math:`h_j`, (S, d_key).
        candidates: ``candidates[t][0]`` holds a few pairs of a word and its probability, from 0 to
            1, as the t-th word, the most probable first; ``candidates[t][1 + j]`` the same where
            annotation j is hidden.
        step: The word that is being written, 0 to T - 1.
        hidden: The annotation that is hidden, 0 to S - 1; ``None`` for none.
        languages: Language tags of source and translation, for those who listen; "" for none.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Bahdanau, Cho and Bengio 2014, section 3.1 and figure 1.
    """

    source = Items(str, check=_a_few)
    output = Items(str)
    score_vector = FixedPoint("(d_attn,)")
    queries = FixedPoint(
        "(T, d_attn)",
        check=lambda q, state: _rows(q, state.output, "output", len(state.score_vector)),
    )
    key_vectors = FixedPoint(
        "(S, d_attn)", argument="keys",
        check=lambda k, state: _rows(k, state.source, "source", len(state.score_vector)),
    )  # fmt: skip
    annotations = FixedPoint(
        "(S, d_key)", check=lambda h, state: _rows(h, state.source, "source", None)
    )
    candidates = Nested(
        word_and_share, 3, "lists of pairs (word, number from 0 to 1), candidates[t][way]",
        check=_one_per_way,
    )  # fmt: skip
    step = Whole(
        0, low=0, high=lambda state: len(state.output) - 1,
        follow=lambda step, state: min(step, len(state.output) - 1),
    )  # fmt: skip
    hidden = Whole(
        None, low=0, high=lambda state: len(state.source) - 1,
        follow=lambda place, state: (
            None if place is None or place >= len(state.source) else place
        ),
    )  # fmt: skip
    languages = Languages()
    in_repr = ("step", "hidden")
    _draw, _describe = draw_png, alt_text

    # All in double precision, as the page computes.

    @property
    def scores(self) -> Tensor:
        """The present step's scores, in PyTorch, float64 (S,); -inf where one is hidden."""
        query, keys = self.queries[self.step].double(), self.key_vectors.double()
        scores = torch.tanh(query + keys) @ self.score_vector.double()  # (S,)
        if self.hidden is not None:
            scores[self.hidden] = -math.inf
        return scores

    @property
    def weights(self) -> Tensor:
        """The present step's weights, in PyTorch, float64 (S,); they sum to 1."""
        return self.scores.softmax(dim=-1)

    @property
    def context(self) -> Tensor:
        """The present step's context vector, in PyTorch, float64 (d_key,)."""
        return self.weights @ self.annotations.double()

    @property
    def guesses(self) -> list[tuple[str, float]]:
        """The likeliest words of the present step, with their probabilities."""
        return self.candidates[self.step][0 if self.hidden is None else 1 + self.hidden]
