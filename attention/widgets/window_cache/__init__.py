"""WindowCache: tokens arrive one by one, a window slides, and its cache overwrites what is old."""

import torch
from torch import Tensor

from attention.functional.masks import causal_mask, sliding_window_mask
from attention.widgets.base.lists import Items
from attention.widgets.base.traits import State, Whole, out_of_range
from attention.widgets.base.widget import BookWidget
from attention.widgets.window_cache.picture import alt_text, draw_png

TOKENS = ["they", "say", "that", "the", "cat", "that", "the", "dog", "saw", "sleeps", "all", "day"]
LEAST, MOST, MOST_SINKS, MOST_LAYERS = 2, 16, 3, 4


def _a_few(tokens: list[str], _: State) -> str:
    few = out_of_range(len(tokens), LEAST, MOST)
    return few and f"should have from {LEAST} to {MOST} entries, but had {len(tokens)}"


class WindowCache(BookWidget):
    r"""Read tokens one by one with a sliding window, and see what its rotating cache holds.

    The newest of :math:`t + 1` tokens is the query. It sees the window of the last :math:`w`
    positions, itself included, and the first :math:`s` positions, which are kept as sinks:

    .. math::

        \text{place}(p) = \begin{cases} p & p < s \\ s + (p - s) \bmod w & p \ge s \end{cases}

    Position p is written to that place of :math:`s + w`, over what stood there. Through L layers
    the query can hear of every position that what it sees has seen, and so on. Which position a
    place holds depends on positions alone, so no key or value is needed here. The page computes
    this in JavaScript, the properties in PyTorch. Every argument is an attribute that can be read
    and set later; in JupyterLab a control sets it and setting it moves the control.

    Args:
        tokens: The text, from 2 to 16 tokens; a sentence of twelve words by default.
        window: How many positions a query sees, itself included, w, from 1 to the number of tokens.
        n_sink: How many of the first positions stay for good, s, 0 to 3 and less than the tokens.
        n_layers: Through how many layers reach is followed, L, 1 to 4.
        step: How many tokens have been read, at least 1.
        label: A name for the whole, for screen readers and for the picture's text.
        caption: A sentence shown under it.

    Raises:
        ValueError: If an argument is not what it should be; the message names it.

    Source:
        Jiang et al. 2023, section 2 (rolling buffer cache); Xiao et al. 2023 (sinks).
    """

    tokens = Items(str, TOKENS, check=_a_few)
    window = Whole(4, low=1, high=lambda state: len(state.tokens))
    n_sink = Whole(0, low=0, high=lambda state: min(MOST_SINKS, len(state.tokens) - 1))
    n_layers = Whole(1, low=1, high=MOST_LAYERS)
    step = Whole(1, low=1, high=lambda state: len(state.tokens))
    _draw, _describe = draw_png, alt_text

    @property
    def mask(self) -> Tensor:
        """Which key each query sees, bool (n, n); True = may attend."""
        n = len(self.tokens)
        is_sink = torch.arange(n) < self.n_sink
        return sliding_window_mask(n, self.window) | (causal_mask(n) & is_sink)

    @property
    def seen(self) -> Tensor:
        """Which positions the newest query sees, bool (n,)."""
        return self.mask[self.step - 1]

    @property
    def reached(self) -> Tensor:
        """Of which positions it can hear through all layers, bool (n,)."""
        paths = torch.linalg.matrix_power(self.mask.double(), self.n_layers)
        return paths[self.step - 1] > 0

    @property
    def places(self) -> Tensor:
        """The position that each place of the cache holds, int (n_sink + window,); -1 of none."""
        return self.held_after(self.step)

    @property
    def newest_place(self) -> int:
        """Where the newest position has been written."""
        return int((self.places == self.step - 1).nonzero())

    @property
    def overwritten(self) -> int | None:
        """The position that stood there before, if one did."""
        before = int(self.held_after(self.step - 1)[self.newest_place])
        return None if before < 0 else before

    @property
    def kinds(self) -> list[str]:
        """What the newest query makes of each position (query, seen, reach, gone, later)."""
        return [
            "later" if p >= self.step
            else "query" if p == self.step - 1
            else "seen" if self.seen[p]
            else "reach" if self.reached[p]
            else "gone"
            for p in range(len(self.tokens))
        ]  # fmt: skip

    def held_after(self, step: int) -> Tensor:
        """The same once so many tokens have been read, from 0 on."""
        held = torch.full((self.n_sink + self.window,), -1)
        for p in range(step):
            sink = p < self.n_sink
            held[p if sink else self.n_sink + (p - self.n_sink) % self.window] = p
        return held
