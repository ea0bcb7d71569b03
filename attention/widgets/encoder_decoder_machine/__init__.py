"""EncoderDecoderMachine: a reader and a writer, and the one vector between them."""

from typing import Any

from torch import Tensor

from attention.widgets.base.lists import Items, Languages, Nested, word
from attention.widgets.base.tensors import FixedPoints
from attention.widgets.base.traits import State, Text, Whole, other_count
from attention.widgets.base.widget import BookWidget
from attention.widgets.encoder_decoder_machine.machine import END, NAMES, Run, run, shapes
from attention.widgets.encoder_decoder_machine.picture import alt_text, draw_png

MORE = 4
"""How many tokens more than it has read the machine may write before it is stopped."""


def _marks(words: list[str], _: State) -> str:
    few = len(words) <= END
    return f"should have more than the three marks, but had {len(words)}" if few else ""


def _fit(weights: list[Tensor], state: State) -> str:
    wrong = other_count(weights, len(NAMES), "matrix of the machine")
    if wrong:
        return wrong
    d, d_embed = len(weights[4]), weights[0].shape[1]
    wanted = shapes(len(state.source_words), len(state.target_words), d, d_embed)
    for n, (matrix, fits) in enumerate(zip(weights, wanted, strict=True)):
        if matrix.shape != fits:
            return f"[{n}] ({NAMES[n]}) should be {fits}, but was {tuple(matrix.shape)}"
    return ""


def _known(sources: list[list[list[str]]], state: State) -> str:
    """Every sentence has as many lengths as the first, of words that the machine knows."""
    for n, lengths in enumerate(sources):
        wrong = other_count(lengths, len(sources[0]), "length of sources[0]", f"[{n}]")
        if wrong:
            return wrong
        unknown = {word for words in lengths for word in words} - set(state.source_words)
        if unknown:
            return f"[{n}] should be of source_words, but had {sorted(unknown)}"
    return ""


def _translated(references: list[list[list[str]]], state: State) -> str:
    wrong = other_count(references, len(state.sources), "sentence of sources")
    for n, lengths in enumerate(references):
        n_lengths, meaning = len(state.sources[n]), f"length of sources[{n}]"
        wrong = wrong or other_count(lengths, n_lengths, meaning, f"[{n}]")
    return wrong


def _run(state: State) -> Run:
    words = state.sources[state.example][state.length - 1]
    ids = [*(state.source_words.index(word) for word in words), END]
    return run(ids, state.weights, len(ids) + MORE)


def _steps(state: State) -> int:
    found = _run(state)
    return len(found.states) + len(found.tokens)  # S reads, the handing on, T writes


class EncoderDecoderMachine(BookWidget):
    r"""Step through an encoder and a decoder that share one vector of fixed size.

    .. math::

        h_j = \text{GRU}(h_{j-1}, x_j), \quad c = h_S, \quad
        s_0 = \tanh(W_0 c + b_0), \quad s_t = \text{GRU}(s_{t-1}, [y_{t-1}; c])

    and of :math:`s_t` the next token, the likeliest. S steps read, one hands the vector on, and
    each step more writes. The page computes this in JavaScript, the properties in PyTorch, from
    the same weights. Every argument is an attribute that can be read and set later; in JupyterLab
    a control sets it and setting it moves the control.

    Args:
        weights: Nine matrices, each but the embeddings with its bias as the last column: source
            embedding (n_source, e); encoder GRU of inputs (3 d, e + 1) and of states (3 d, d + 1);
            target embedding (n_target, e); first state (d, d + 1); decoder GRU of inputs
            (3 d, e + d + 1) and of states (3 d, d + 1); combination (d, 2 d + e + 1); readout
            (n_target, d + 1). The GRU's rows are its reset, update and candidate, as PyTorch has
            them. Rounded to 16-bit multiples of a power of two.
        source_words: The source vocabulary, by id; the first three are padding, start and end.
        target_words: The target vocabulary, likewise.
        sources: ``sources[n][l]`` holds the words of sentence n at the l-th length, without marks.
        references: The right translations, in the same order.
        unit: What a length counts, in the singular.
        example: The sentence shown, 0 to N - 1.
        length: The length shown, from 1.
        step: How many steps have been made, from 0.
        languages: Language tags of source and translation, for those who listen; "" for none.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Cho et al. 2014, section 2 (the GRU, the decoder that sees c at every step); Sutskever,
        Vinyals and Le 2014 (writing whole sentences so).
    """

    source_words = Items(str, check=_marks)
    target_words = Items(str, check=_marks)
    weights = FixedPoints("(rows, columns)", check=_fit)
    sources = Nested(word, 3, "lists of words, sources[n][l]", check=_known)
    references = Nested(word, 3, "lists of words, references[n][l]", check=_translated)
    unit = Text("clause")
    example = Whole(0, low=0, high=lambda state: len(state.sources) - 1)
    length = Whole(1, low=1, high=lambda state: len(state.sources[0]))
    step = Whole(0, low=0, high=_steps, follow=lambda step, state: min(step, _steps(state)))
    languages = Languages()
    in_repr = ("example", "length", "step")
    _draw, _describe = draw_png, alt_text

    @property
    def source(self) -> list[str]:
        """The S tokens that are read, the end mark among them."""
        return [*self.sources[self.example][self.length - 1], self.source_words[END]]

    @property
    def reference(self) -> list[str]:
        """The right translation, with its end mark."""
        return [*self.references[self.example][self.length - 1], self.target_words[END]]

    @property
    def run(self) -> Run:
        """All that happens at this sentence and length, in PyTorch, float64."""
        return _run(self)

    @property
    def n_steps(self) -> int:
        """How many steps there are, S that read, one that hands on and T that write."""
        return _steps(self)

    @property
    def n_read(self) -> int:
        """How many tokens have been read."""
        return min(self.step, len(self.source))

    @property
    def n_written(self) -> int:
        """How many have been written."""
        return max(0, self.step - len(self.source) - 1)

    @property
    def state(self) -> Tensor:
        """The encoder's state, float64 (d,)."""
        return self.run.states[self.n_read]

    @property
    def context(self) -> Tensor | None:
        """The vector that has been handed on, float64 (d,); ``None`` before."""
        return self.run.states[-1] if self.step > len(self.source) else None

    @property
    def decoder_state(self) -> Tensor | None:
        """The decoder's state, float64 (d,); ``None`` while it has nothing."""
        handed = self.step > len(self.source)
        return self.run.decoder_states[self.n_written] if handed else None

    @property
    def written(self) -> list[str]:
        """The tokens written so far."""
        return [self.target_words[i] for i in self.run.tokens[: self.n_written]]

    @property
    def right(self) -> list[bool]:
        """Whether each token written so far stands so in the right translation."""
        wanted: list[Any] = [*self.reference, *[None] * len(self.written)]
        return [mine == his for mine, his in zip(self.written, wanted, strict=False)]
