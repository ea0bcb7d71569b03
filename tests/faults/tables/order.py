"""Mistakes in the clock hands of rotary positions and in the three attentions of 2017."""

from running import Fault

CLOCK, THREE = "unit/widgets/test_rotary_clock.py", "unit/widgets/test_three_attentions.py"
SUITES = {
    "widgets/rotary_clock/__init__.py": [CLOCK],
    "widgets/rotary_clock/picture.py": [CLOCK],
    "widgets/three_attentions/__init__.py": [THREE],
    "widgets/three_attentions/picture.py": [THREE],
}
"""For each file that may have a fault of these, the test files that are to catch it."""

TURNED = "test_the_hands_are_turned_as_the_package_s_module_turns"
ALONE = "test_the_dot_product_depends_on_the_distance_alone_and_is_the_curve_s"
POINTED = "test_the_hands_point_where_they_are_turned_to"
MAPPED = "test_the_map_holds_the_weights_and_the_ways_of_q_k_and_v_are_lit"
WEIGHTS = "test_the_weights_are_softmax_of_the_scaled_scores"


def clock(file: str, old: str, new: str, *caught_by: str) -> Fault:
    """A mistake in RotaryClock."""
    return Fault(f"widgets/rotary_clock/{file}.py", [(old, new)], list(caught_by))


def three(file: str, old: str, new: str, *caught_by: str) -> Fault:
    """A mistake in ThreeAttentions."""
    return Fault(f"widgets/three_attentions/{file}.py", [(old, new)], list(caught_by))


FAULTS = {
    "clock: the key is not turned": clock(
        "__init__", "self._at(self.key, self.key_place)", "self._at(self.key, 0)", TURNED, ALONE
    ),
    "clock: turned in the other layout": clock(
        "__init__", 'angles, "interleaved")[0]', 'angles, "half")[0]', TURNED
    ),
    "clock: the base is left out": clock(
        "__init__",
        "rotary_angles(1, len(vector), float(self.base), start=place)",
        "rotary_angles(1, len(vector), start=place)",
        TURNED,
    ),
    "clock: the curve runs backwards": clock(
        "__init__", "return pairs.sum(-1)[:,", "return pairs.flip(0).sum(-1)[:,", ALONE
    ),
    "clock: the slowest hand is the fastest": clock(
        "__init__",
        '"slowest": every[-1:]',
        '"slowest": every[:1]',
        "test_the_fastest_hand_mistakes_six_places_for_none_and_the_slowest_knows_no_neighbours",
    ),
    "clock: hands from the side": clock(
        "picture", "[0, right], [0, up]", "[0, up], [0, right]", POINTED
    ),
    "three: the decoder sees what comes after": three(
        "__init__", 'if self.use == "masked" else every', "if False else every", WEIGHTS
    ),
    "three: the encoder's words ask the decoder's": three(
        "__init__",
        'self.target if self.use == "masked" else self.source',
        'self.source if self.use == "masked" else self.target',
        "test_each_attention_has_its_own_sides",
    ),
    "three: every attention is lit": three(
        "picture", "lit = use == shown.use", "lit = True", MAPPED
    ),
    "three: Q and K exchanged": three(
        "picture", "(QUERY, KEY, VALUE)", "(KEY, QUERY, VALUE)", MAPPED
    ),
    "three: map transposed": three(
        "picture", "heat_map(shown.weights,", "heat_map(shown.weights.T,", MAPPED
    ),
}
