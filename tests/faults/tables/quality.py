"""Mistakes in what is shown of quality by length: numbers and picture."""

from running import Fault

OWN = "unit/widgets/test_quality_by_length.py"
SUITES = {f"widgets/quality_by_length/{name}.py": [OWN] for name in ("__init__", "picture")}
"""For each file that may have a fault of these, the test files that are to catch it."""

MEDIAN = "test_the_median_is_that_of_the_seeds_at_the_present_length"
LINES = "test_the_lines_run_through_the_shares_and_each_fault_has_its_sign"
SIGNS = "test_each_fault_of_the_written_text_has_its_sign"
ALT = "test_alt_text_says_what_the_picture_shows"


def fault(name: str, old: str, new: str, *caught_by: str) -> Fault:
    """A mistake in one file of the widget."""
    return Fault(f"widgets/quality_by_length/{name}.py", [(old, new)], list(caught_by))


FAULTS = {
    "quality: the mean of the seeds": fault(
        "__init__", "self.now.median(dim=1).values", "self.now.mean(dim=1)", MEDIAN
    ),
    "quality: the shortest sentence's numbers": fault(
        "__init__", "self.scores[:, :, self._place]", "self.scores[:, :, 0]", MEDIAN
    ),
    "quality: the faults the other way round": fault(
        "__init__",
        "edit_alignment(self.reference, self.output)",
        "edit_alignment(self.output, self.reference)",
        "test_the_faults_are_those_of_the_present_sentence",
    ),
    "quality: sentences and words change places": fault(
        "picture", '((WEIGHT, "-"), (KEY, "--"))', '((KEY, "--"), (WEIGHT, "-"))', LINES
    ),
    "quality: curves from the longest to the shortest": fault(
        "picture", "axes.plot(lengths, run, color", "axes.plot(lengths, run[::-1], color", LINES
    ),
    "quality: faults without a sign": fault(
        "picture", 'if kind == "right" else SIGNS[kind]', "if kind else SIGNS[kind]", SIGNS
    ),
    "quality: a missing word of the model's": fault(
        "picture",
        "shown.reference[wanted] if written is None",
        "shown.output[wanted] if written is None",
        SIGNS,
    ),
    "quality: the text of the first seed": fault(
        "picture", "NAMES, shown.median.tolist(),", "NAMES, shown.now[:, 0].tolist(),", ALT
    ),
}
