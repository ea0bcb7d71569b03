"""Mistakes in the step of a decoder that looks back: its numbers, its example, its picture."""

from running import Fault

TESTS = ["unit/widgets/test_decoder_step.py"]
SUITES = {
    "widgets/decoder_step/__init__.py": TESTS,
    "widgets/decoder_step/picture.py": TESTS,
    "trained/translator_examples.py": TESTS,
}
"""For each file that may have a fault of these, the test files that are to catch it."""

TRAINED = "test_every_step_is_the_trained_decoder_s"
BY_HAND = "test_by_hand"
LINES = "test_lines_are_as_thick_as_the_weights_and_bars_as_long_as_the_chances"
ALT = "test_alt_text_says_what_the_picture_shows"

FAULTS = {
    "decoder step: what is hidden scores 0 and is seen": Fault(
        "widgets/decoder_step/__init__.py",
        [("scores[self.hidden] = -math.inf", "scores[self.hidden] = 0.0")],
        [BY_HAND, "test_what_is_hidden_is_shared_in_proportion", TRAINED],
    ),
    "decoder step: the query outside of the tanh": Fault(
        "widgets/decoder_step/__init__.py",
        [("torch.tanh(query + keys) @", "(query + torch.tanh(keys)) @")],
        [TRAINED],
    ),
    "decoder step: the words of the next annotation hidden": Fault(
        "widgets/decoder_step/__init__.py",
        [("else 1 + self.hidden]", "else self.hidden]")],
        [TRAINED],
    ),
    "decoder step: the words as if nothing were hidden": Fault(
        "trained/translator_examples.py",
        [("every & memory.mask", "memory.mask.expand(len(every), -1)")],
        [TRAINED],
    ),
    "decoder step: the first word's chances at every step": Fault(
        "trained/translator_examples.py",
        [("        token = written[None]\n    return found", "    return found")],
        [TRAINED],
    ),
    "decoder step: lines of other annotations": Fault(
        "widgets/decoder_step/picture.py",
        [("axes.plot([5, 6.5], [j, middle]", "axes.plot([5, 6.5], [n - 1 - j, middle]")],
        [LINES],
    ),
    "decoder step: lines of one thickness": Fault(
        "widgets/decoder_step/picture.py",
        [("thick = THICKEST * weight", "thick = THICKEST / n")],
        [LINES],
    ),
    "decoder step: bars of one length": Fault(
        "widgets/decoder_step/picture.py",
        [("axes.barh(y, 0.9 * chance,", "axes.barh(y, 0.9,")],
        [LINES],
    ),
    "decoder step: the text has what is written now": Fault(
        "widgets/decoder_step/picture.py",
        [("shown.output[: shown.step]", "shown.output[: shown.step + 1]")],
        [ALT],
    ),
}
