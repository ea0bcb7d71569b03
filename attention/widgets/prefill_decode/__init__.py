"""PrefillDecode: one pass reads the prompt, then a pass for each token that is written."""

from attention.functional.passes import A100_BANDWIDTHS, A100_FLOPS, Pass, pass_of
from attention.widgets.base.traits import Whole
from attention.widgets.base.widget import BookWidget
from attention.widgets.prefill_decode.picture import alt_text, draw_png

LONGEST, MOST_WRITTEN, MOST_TEXTS = 4096, 16, 1024


class PrefillDecode(BookWidget):
    r"""Read a prompt in one pass, write token by token, and see what each pass computes and moves.

    .. math::

        \text{intensity} = \frac{\text{FLOPs}}{\text{bytes moved}}
            = \frac{B\, n\, (P + (t + n)\, C)}{P + B\, (t + n)\, C}

    for B texts, n tokens that the pass adds to each, and t that are cached, with
    :math:`P = 12 L d^2` parameters and :math:`C = 2 L d` cached numbers a token; see
    :func:`attention.functional.passes.pass_of`. Where that is less than the machine's balance, the
    pass waits for memory; where it is more, for arithmetic. The page computes this in JavaScript,
    the properties in Python. Every argument is an attribute that can be read and set later; in
    JupyterLab a control sets it and setting it moves the control.

    Args:
        prompt: Tokens of each text's prompt, 1 to 4,096.
        written: Tokens that are written after it, 1 to 16.
        batch: How many texts are read and written together, B, 1 to 1,024.
        step: Which pass is shown: 0 reads the prompt, k writes the k-th token.
        n_layers: Number of blocks, L, up to 128.
        d_model: Their width, d, from 8 to 16,384; the feed-forward network is 4d wide.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Pope et al. 2022, section 2.
    """

    prompt = Whole(512, low=1, high=LONGEST)
    written = Whole(8, low=1, high=MOST_WRITTEN)
    batch = Whole(1, low=1, high=MOST_TEXTS)
    step = Whole(0, low=0, high=lambda state: state.written)
    n_layers = Whole(32, low=1, high=128)
    d_model = Whole(4096, low=8, high=16_384)
    _draw, _describe = draw_png, alt_text

    @property
    def balance(self) -> tuple[float, float]:
        """From where to where the balance of an A100 lies, in FLOPs a byte."""
        least, most = A100_BANDWIDTHS
        return A100_FLOPS / most, A100_FLOPS / least

    @property
    def columns(self) -> int:
        """How many tokens each text's cache holds after the pass."""
        return self.prompt + self.step

    @property
    def current(self) -> Pass:
        """The pass that is shown."""
        return self.pass_at(self.step)

    @property
    def waits_for(self) -> str:
        """Whether it waits for ``"memory"`` or ``"arithmetic"``; in the band ``"either"``."""
        low, high = self.balance
        intensity = self.current.intensity
        return "memory" if intensity < low else "arithmetic" if intensity > high else "either"

    def pass_at(self, step: int) -> Pass:
        """The pass that reads the prompt (0), or that writes the step-th token."""
        return pass_of(
            1 if step else self.prompt,
            self.prompt + step - 1 if step else 0,
            n_parameters=12 * self.n_layers * self.d_model**2,
            cached_numbers=2 * self.n_layers * self.d_model,
            batch=self.batch,
        )
