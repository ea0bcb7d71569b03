"""Mistakes in what is shown of a model that learns to repeat: numbers and picture."""

from running import Fault

OWN = "unit/widgets/test_phase_change.py"
TRAINED = "unit/trained/test_induction_growth.py"
INDUCTION = "unit/trained/test_induction.py"
SUITES = {
    "widgets/phase_change/__init__.py": [OWN],
    "widgets/phase_change/picture.py": [OWN],
    "widgets/base/levels.py": [OWN],
    "trained/induction_growth.py": [TRAINED],
    "trained/induction.py": [INDUCTION],
}
"""For each file that may have a fault of these, the test files that are to catch it."""

NOW = "test_now_is_the_run_and_the_step_that_are_shown"
FALL = "test_the_steepest_fall_is_between_two_points_of_the_present_run"
LINES = "test_the_lines_run_through_the_numbers_and_the_maps_hold_the_weights"
ALT = "test_alt_text_says_what_the_picture_shows"
WIRE = "test_the_page_gets_a_byte_a_weight_and_two_a_number"
HEADS = "test_the_example_follows_the_heads_that_come_to_do_it"
GIVEN = "test_what_is_given_is_the_trained_model_s_and_nothing_else"


def widget(old: str, new: str, *caught_by: str) -> Fault:
    """A mistake in the widget's numbers."""
    return Fault("widgets/phase_change/__init__.py", [(old, new)], list(caught_by))


def picture(old: str, new: str, *caught_by: str) -> Fault:
    """A mistake in its picture."""
    return Fault("widgets/phase_change/picture.py", [(old, new)], list(caught_by))


FAULTS = {
    "phase: the first run's numbers": widget(
        "self.curves[self.run, self._place]", "self.curves[0, self._place]", NOW
    ),
    "phase: the step before": widget(
        "self.steps.index(self.step)", "self.steps.index(self.step) - 1", NOW
    ),
    "phase: the fall of the first run": widget(
        "self.curves[self.run, :, 0]", "self.curves[0, :, 0]", FALL
    ),
    "phase: where the fall begins": widget("self.steps[1 + int(", "self.steps[int(", FALL),
    "phase: the steepest rise": widget(
        "losses[:-1] - losses[1:]", "losses[1:] - losses[:-1]", FALL
    ),
    "phase: the picture of the first run": picture(
        "curves = shown.curves[shown.run]", "curves = shown.curves[0]", LINES
    ),
    "phase: the scores change places": picture("[KEY, WEIGHT]", "[WEIGHT, KEY]", LINES),
    "phase: maps transposed": picture(
        "heat_map(weights, names", "heat_map(weights.mT, names", LINES
    ),
    "phase: the text of the first step": picture(
        "shown.now.tolist()", "shown.curves[shown.run, 0].tolist()", ALT
    ),
    "phase: the wire has the upper triangle": Fault(
        "widgets/base/levels.py",
        [("weights[..., rows, columns] * LEVELS", "weights[..., columns, rows] * LEVELS")],
        [WIRE],
    ),
    "growth: the other head of layer 1": Fault(
        "trained/induction_growth.py",
        [("int(found[i, -1].argmax())", "int(found[i, -1].argmin())")],
        [HEADS],
    ),
    "growth: all of the model is given": Fault(
        "trained/induction_growth.py", [("if name.startswith(GIVEN[kind])", "if name")], [GIVEN]
    ),
    "growth: what is given is not begun with": Fault(
        "trained/induction.py",
        [("_begin_with(model, start or {})", "")],
        ["test_a_start_is_begun_with_and_what_is_unknown_is_named"],
    ),
    "growth: the periods are not those asked for": Fault(
        "trained/induction.py",
        [("shortest, longest = periods", "shortest, longest = SHORTEST, LONGEST")],
        ["test_the_periods_of_training_are_those_asked_for"],
    ),
}
