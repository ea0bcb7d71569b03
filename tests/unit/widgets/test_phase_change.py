"""PhaseChange: its numbers, its arguments, its text, its picture."""

import numpy as np
import pytest
import torch
from drawn import Drawn, ramp
from widget_arguments import refuses
from widget_examples import phase

from attention.teaching.plots import KEY
from attention.trained.induction_growth import phase_change_example
from attention.widgets import PhaseChange
from attention.widgets.base.picture import INK, WEIGHT


class TestNumbers:
    def test_now_is_the_run_and_the_step_that_are_shown(self) -> None:
        shown = phase(run=1, step=10)
        assert shown.now.tolist() == pytest.approx([1.5, 0.325, 0.65], abs=1e-3)
        assert torch.equal(shown.weights, shown.maps[1, 1])

    def test_the_steepest_fall_is_between_two_points_of_the_present_run(self) -> None:
        assert phase(run=0).fall == 30  # 3.5 to 1.0
        assert phase(run=1).fall == 10  # 3.75 to 1.5

    def test_the_page_gets_a_byte_a_weight_and_two_a_number(self) -> None:
        shown = PhaseChange(**phase_change_example())
        state = shown.get_state()
        assert state["maps"]["shape"] == [3, 41, 2, 16]
        assert len(state["maps"]["data"]) == 3 * 41 * 2 * 16 * 17 // 2
        assert len(state["curves"]["data"]) == 3 * 41 * 3 * 2
        read = PhaseChange.maps.metadata["from_json"](state["maps"], None)
        assert torch.equal(read, shown.maps)

    def test_the_stored_runs_fall_between_step_100_and_step_140(self) -> None:
        shown = PhaseChange(**phase_change_example())
        for run in range(3):
            shown.run = run
            assert 100 < shown.fall < 140


class TestArguments:
    def test_by_default_the_first_run_at_its_first_step_and_the_last_token(self) -> None:
        shown = phase(step=None)
        assert repr(shown) == "PhaseChange(run=0, step=0)"
        assert shown.query_index == 6

    @pytest.mark.parametrize(
        ("argument", "value", "message"),
        [
            ("tokens", ["a"], "tokens should be from 2 to 24, but were 1"),
            ("steps", [0, 10, 10, 20], "steps should be two or more numbers from 0 in rising"),
            (
                "steps",
                [0, 10, 30],
                r"curves should have shape .* with \(R, P\) = \(2, 3\)",
            ),
            ("curves", torch.zeros(2, 4, 2), r"curves should have shape \(R, P, 3\)"),
            ("curves", torch.full((2, 4, 3), 2.0), "curves should be losses from 0 and scores"),
            (
                "maps",
                torch.eye(6).expand(2, 4, 2, 6, 6),
                r"maps should have shape \(R, P, 2, T, T\)",
            ),
            ("maps", torch.eye(7), r"maps should be a tensor \(R, P, 2, T, T\) of causal"),
            ("run", 2, "run should be from 0 to 1, but was 2"),
            ("step", 20, r"step should be one of \[0, 10, 30, 50\], but was 20"),
            ("query_index", 7, "query_index should be from 0 to 6, but was 7"),
        ],
    )
    def test_a_wrong_argument_is_named_at_once_and_later(
        self, argument: str, value: object, message: str
    ) -> None:
        refuses(phase, argument, value, message)


class TestPicture:
    def test_alt_text_says_what_the_picture_shows(self) -> None:
        alt = phase(run=1, step=10, label="A run")._describe()
        assert alt.startswith("A run, two: at step 10 the loss is 1.50, the previous-token score")
        assert "0.33 and the induction score 0.65" in alt or "0.32 and the induction" in alt
        assert "The loss falls fastest before step 10." in alt
        assert alt.endswith("look at in a b c d a b c.")

    def test_the_lines_run_through_the_numbers_and_the_maps_hold_the_weights(self) -> None:
        shown = phase(run=1, step=30)
        drawn = Drawn(shown)
        curves = shown.curves[1]
        for title, kind, colour in (("loss", 0, INK), ("scores", 2, WEIGHT)):
            part = drawn.part(title)
            x, y = part.trace(colour)
            wanted = [
                part.place(step, value.item())
                for step, value in zip(shown.steps, curves[:, kind], strict=True)
            ]
            at = np.interp(x, *zip(*wanted, strict=True))
            inside = (x > wanted[0][0] + 8) & (x < wanted[-1][0] - 8)
            inside &= np.abs(x - wanted[2][0]) > 8  # under the dot
            np.testing.assert_allclose(y[inside], at[inside], atol=3)
        assert drawn.part("scores").inked(KEY).any()
        for title, weights in zip(("previous", "induction"), shown.weights, strict=True):
            cells = drawn.part(f"{title}{'-token' if title == 'previous' else ''} head")
            found = cells.cells((7, 7))
            below = torch.ones(7, 7).tril(-1).bool().numpy()
            np.testing.assert_allclose(found[below], ramp(weights)[below], atol=6)
