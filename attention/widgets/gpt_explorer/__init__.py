"""GPTExplorer: the reader types a text, and a trained GPT reads it in the page."""

from typing import Any

import traitlets as t
from torch import Tensor

from attention.widgets.base.traits import Argument, Choice, State, Text, Whole
from attention.widgets.base.widget import BookWidget
from attention.widgets.gpt_explorer import reader as reading
from attention.widgets.gpt_explorer.picture import alt_text, draw_png
from attention.widgets.gpt_explorer.reader import LONGEST_TEXT, Reader


class Model(Argument):
    """A trained model that stays in Python: the page gets it as a file, when it asks."""

    should_be = "a trained model, as attention.trained.small_gpt.small_gpt_reader() gives it"
    annotation = Reader
    on_page = False

    def validate(self, obj: object, value: Any) -> Any:
        """Return the model."""
        if not isinstance(value, Reader):
            self.error(obj, value)
        return value


class Typed(Text):
    """What was typed, with U+FFFD in place of half a surrogate pair, as a page may hold it."""

    def validate(self, obj: object, value: Any) -> Any:
        """Return the text as UTF-8 can write it."""
        text = super().validate(obj, value)
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _not_too_long(text: str, _: State) -> str:
    n = len(text)
    return (
        "" if n <= LONGEST_TEXT else f"should have at most {LONGEST_TEXT} characters, but had {n}"
    )


def _n_tokens(state: State) -> int:
    return len(reading.last_ids(state.reader, state.text))


def _of_a_text(length: int, state: State) -> str:
    if _n_tokens(state) == 0:
        return f"should be None for an empty text, but was {length}"
    return ""


class GPTExplorer(BookWidget):
    r"""Type a text; see what a trained GPT looks at, and which token it expects next.

    The page loads the model when the reader asks, and computes it in JavaScript; the properties
    ``weights`` and ``guesses`` come from PyTorch. What the page shows before is sent along: the
    numbers of the present text. Every argument but the model is an attribute that can be set later,
    too; in JupyterLab a control sets it and setting it moves the control.

    Args:
        reader: The trained model with its tokenizer, as
            :func:`attention.trained.small_gpt.small_gpt_reader` gives it.
        text: The text that is read, at most 20,000 characters. Of a text of more than as the model
            can read the last ones are read. It may be empty: then there is nothing to show.
        layer: The block that is shown, from 0.
        head: The head that is shown, from 0.
        mask: "causal", as the model was trained, or "none".
        length: How many of the tokens are read, from the first; all of them when not given.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Radford et al. 2019, section 2.3.
    """

    reader = Model()
    text = Typed("To be, or not to be: that is", check=_not_too_long)
    layer = Whole(0, low=0, high=lambda state: state.reader.n_layers - 1)
    head = Whole(0, low=0, high=lambda state: state.reader.n_heads - 1)
    mask = Choice(["causal", "none"], "causal")
    length = Whole(
        None, low=1, high=lambda state: max(_n_tokens(state), 1), check=_of_a_text,
        follow=lambda n, state: None if n is None or n > _n_tokens(state) else n,
    )  # fmt: skip
    facts = t.Dict().tag(sync=True)
    preview = t.Dict().tag(sync=True)
    script = t.Unicode("").tag(sync=True)
    wanted = t.Bool(False).tag(sync=True)
    model_file = t.Any(None).tag(sync=True)
    _draw, _describe = draw_png, alt_text

    @classmethod
    def _derived(cls, state: State) -> dict[str, Any]:
        return {
            "facts": reading.facts(state.reader),
            "preview": reading.preview(state.reader, state.text, state.mask, state.length),
            "script": reading.script_name(state.reader),
        }

    @property
    def ids(self) -> list[int]:
        """The ids of the tokens that are read; none of an empty text."""
        return reading.last_ids(self.reader, self.text)[: self.length]

    @property
    def names(self) -> list[str]:
        """The tokens that are read, as labels."""
        return [reading.name(self.reader, token) for token in self.ids]

    @property
    def weights(self) -> Tensor:
        """The attention weights of every layer and head, in PyTorch, (N, H, T, T)."""
        return self._read()[0]

    @property
    def guesses(self) -> list[tuple[str, float]]:
        """The ten likeliest next tokens, as labels, with their probabilities, in PyTorch."""
        return [(name, p) for name, _, p in reading.guesses(self.reader, self._read()[1][-1])]

    def _read(self) -> tuple[Tensor, Tensor]:
        if not self.ids:
            raise ValueError("text should have at least one token to be read, but is empty")
        found: tuple[Tensor, Tensor] = self.reader.read(self.ids, self.mask)
        return found

    @t.observe("reader", "text", "mask", "length")
    def _look_ahead(self, _: object) -> None:
        """Until the page has the model, Python computes what it shows."""
        if self._is_built and not self.wanted:
            self.preview = reading.preview(self.reader, self.text, self.mask, self.length)

    @t.observe("wanted")
    def _hand_over(self, _: object) -> None:
        """Give the page the model that it asks for."""
        self.model_file = self.reader.file() if self.wanted else None

    def _told(self) -> dict[str, Any]:
        text = self.text if len(self.text) <= 40 else f"{self.text[:39]}…"
        length = {} if self.length is None else {"length": self.length}
        place = {"layer": self.layer, "head": self.head, "mask": self.mask}
        return {"text": text, **place, **length}
