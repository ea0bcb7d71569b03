"""GPTExplorer: the reader types a text, and the book's own GPT reads it in the page."""

from typing import Any

import traitlets as t
from torch import Tensor

from attention.trained.small_gpt import SMALL_GPT
from attention.widgets.base.bundle import bundle, stylesheet
from attention.widgets.base.traits import Choice, InvalidValue, Text, Whole
from attention.widgets.base.widget import BookWidget, check_range
from attention.widgets.gpt_explorer import model as gpt
from attention.widgets.gpt_explorer.picture import alt_text, draw_png


class GPTExplorer(BookWidget):
    r"""Type a text; see what a trained GPT looks at, and which token it expects next.

    The model is :func:`attention.trained.small_gpt.trained_small_gpt`. The page loads it when the
    reader asks, and computes it in JavaScript; the properties ``weights`` and ``guesses`` come from
    PyTorch. What the page shows before is sent along: the numbers of the present text. Every
    argument is an attribute that can be read and set later; in JupyterLab a control sets it and
    setting it moves the control.

    Args:
        text: The text that is read, at most 20,000 characters. Of a text of more than ``max_len``
            = 64 tokens the last 64 are read. It may be empty: then there is nothing to show.
        layer: The block that is shown, 0 to 2.
        head: The head that is shown, 0 to 3.
        mask: "causal", as the model was trained, or "none".
        length: How many of the tokens are read, from the first; all of them when not given.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Radford et al. 2019, section 2.3.
    """

    _esm = bundle("gpt_explorer/view.js")
    _css = stylesheet(
        "js/widget.css", "js/sentence.css", "gpt_explorer/sheet.css", "gpt_explorer/style.css"
    )

    text = Text("").tag(sync=True)
    layer = Whole(0).tag(sync=True)
    head = Whole(0).tag(sync=True)
    mask = Choice(["causal", "none"], default_value="causal").tag(sync=True)
    length = Whole(None, allow_none=True).tag(sync=True)
    label = Text("GPT explorer").tag(sync=True)
    caption = Text("").tag(sync=True)
    facts = t.Dict(read_only=True).tag(sync=True)
    preview = t.Dict().tag(sync=True)
    script = Text("").tag(sync=True)
    wanted = t.Bool(False).tag(sync=True)
    model_file = t.Any(None).tag(sync=True)

    def __init__(
        self,
        *,
        text: str = "To be, or not to be: that is",
        layer: int = 0,
        head: int = 0,
        mask: str = "causal",
        length: int | None = None,
        label: str = "GPT explorer",
        caption: str = "",
    ) -> None:
        given = {
            "text": text,
            "layer": layer,
            "head": head,
            "mask": mask,
            "length": length,
            "label": label,
            "caption": caption,
        }
        checked = self._checked(given)
        self.set_trait("facts", gpt.facts())
        super().__init__(
            **checked,
            preview=gpt.preview(checked["text"], checked["mask"], checked["length"]),
            script=gpt.script_name(),
        )

    @property
    def ids(self) -> list[int]:
        """The ids of the tokens that are read; none of an empty text."""
        last = gpt.token_ids(self.text)[-SMALL_GPT.max_len :]
        return last[: self.length]

    @property
    def names(self) -> list[str]:
        """The tokens that are read, as labels."""
        return [gpt.name(token) for token in self.ids]

    @property
    def weights(self) -> Tensor:
        """The attention weights of every layer and head, in PyTorch, (N, H, T, T)."""
        return self._reading().weights

    @property
    def guesses(self) -> list[tuple[str, float]]:
        """The ten likeliest next tokens, as labels, with their probabilities, in PyTorch."""
        return [(name, p) for name, _, p in gpt.guesses(self._reading().chances[-1])]

    def _reading(self) -> gpt.Reading:
        if not self.ids:
            raise ValueError("text should have at least one token to be read, but is empty")
        return gpt.read(self.ids, self.mask)

    @t.validate("text", "layer", "head", "length")
    def _check_trait(self, proposal: dict[str, Any]) -> Any:
        return self._check(proposal["trait"].name, proposal["value"], self)

    @t.observe("text")
    def _keep_inside(self, _: object) -> None:
        """A shorter text may have fewer tokens than were read."""
        if self.length is not None and self.length > len(_read_ids(self.text)):
            self.length = None

    @t.observe("text", "mask", "length")
    def _look_ahead(self, _: object) -> None:
        """Until the page has the model, Python computes what it shows."""
        if not self.wanted and self.preview:
            self.preview = gpt.preview(self.text, self.mask, self.length)

    @t.observe("wanted")
    def _hand_over(self, _: object) -> None:
        """Give the page the model that it asks for."""
        self.model_file = gpt.model_file() if self.wanted else None

    def __repr__(self) -> str:
        length = "" if self.length is None else f", length={self.length}"
        place = f"layer={self.layer}, head={self.head}, mask={self.mask!r}{length}"
        text = self.text if len(self.text) <= 40 else f"{self.text[:39]}…"
        return f"GPTExplorer(text={text!r}, {place})"

    def _draw(self) -> str:
        return draw_png(self)

    def _describe(self) -> str:
        return alt_text(self)

    @classmethod
    def _check(cls, name: str, value: Any, state: Any) -> Any:
        if name == "text":
            value = gpt.well_formed(value)
            if len(value) > gpt.LONGEST_TEXT:
                raise InvalidValue(
                    f"text should have at most {gpt.LONGEST_TEXT} characters, but had {len(value)}"
                )
        elif name == "layer":
            check_range(name, value, 0, SMALL_GPT.n_layers - 1)
        elif name == "head":
            check_range(name, value, 0, SMALL_GPT.n_heads - 1)
        elif name == "length" and value is not None:
            n_tokens = len(_read_ids(state.text))
            if n_tokens == 0:
                raise InvalidValue(f"length should be None for an empty text, but was {value}")
            check_range(name, value, 1, n_tokens)
        return value


def _read_ids(text: str) -> list[int]:
    return gpt.token_ids(text)[-SMALL_GPT.max_len :]
