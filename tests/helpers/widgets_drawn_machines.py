"""What has to be seen of the machines that are stepped through."""

from bars_on_screen import columns, row_bars
from screen_pixels import Screen

from attention.widgets import EncoderDecoderMachine


def drawn_machine(screen: Screen, shown: EncoderDecoderMachine) -> None:
    """Three vectors as bars on one scale, and under each word written how probable it was."""
    assert shown.context is not None
    assert shown.decoder_state is not None
    vectors = [shown.state, shown.context, shown.decoder_state]
    for box, vector in zip(screen.boxes(".afm-strip", 3), vectors, strict=True):
        assert vector.abs().max() > 0.5, "bars that can be seen"
        unit, middle = box.height / 2.08, box.height / 2
        ends = [middle - unit * x for x in vector.tolist()]
        spans = [(min(end, middle), max(end, middle)) for end in ends]
        columns(screen, box, spans, screen["accent"], edge=1.2)
    chances = shown.run.chances[: shown.n_written]
    row_bars(screen, ".afm-encdec-written li", chances, screen["accent"], top=-2, height=1)
    said = screen.page.locator(f"{screen.view} .afm-encdec-written li").all_inner_texts()
    assert said == [
        word if right else f"\u2717 {word}"
        for word, right in zip(shown.written, shown.right, strict=True)
    ]
