"""What the encoder-decoder machine shows on a page, held against Python's numbers."""

import torch
from playwright.sync_api import Locator
from widget_pages import facts, numbers

from attention.widgets import EncoderDecoderMachine


def same_machine(view: Locator, shown: EncoderDecoderMachine) -> None:
    """What the page shows now is what Python says of the state that the page names."""
    at = facts(view)
    with shown.hold_trait_notifications():
        for name in ("example", "length", "step"):
            setattr(shown, name, int(at[name]))
    written = view.locator(".afm-encdec-written li")
    said = [text.removeprefix("✗ ") for text in written.all_text_contents()]
    assert said == shown.written
    kinds = written.evaluate_all("all => all.map(one => one.dataset.kind)")
    assert kinds == ["right" if right else "wrong" for right in shown.right]
    told = torch.tensor(shown.run.chances[: shown.n_written])
    torch.testing.assert_close(numbers(written), told, atol=1e-6, rtol=0)
    read = view.locator(".afm-encdec-read li:not([data-kind=later])").all_text_contents()
    assert read == shown.source[: shown.n_read]
    filled = view.locator(".afm-strip[data-filled]").count()
    assert filled == (1 if shown.context is None else 3)
