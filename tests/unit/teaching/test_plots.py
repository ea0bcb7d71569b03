"""Figures, read back: the numbers drawn are the numbers given, and what is hidden looks hidden."""

import re
from itertools import combinations
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from drawn import contrast
from eyes import EYES, distance
from matplotlib.patches import Rectangle

from attention import causal_mask, widgets
from attention.teaching import plots
from attention.teaching.plots import curve, head_maps, heat_map, visible

ROWS, COLUMNS = ["a", "b", "c"], ["v", "w", "x", "y", "z"]


SHEET = (Path(widgets.__file__).parent / "js/widget.css").read_text(encoding="utf-8")
INKS = {"QUERY": "query", "KEY": "k", "VALUE": "v", "WEIGHT": "accent"}


def of_the_page(theme: str) -> dict[str, str]:
    found = re.findall(r"--afm-(\w+): light-dark\((#\w+), (#\w+)\)", SHEET)
    return {name: pair[theme == "dark"] for name, *pair in found}


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def drawn(ax):
    return ax.images[0].get_array()


def hatched(ax):
    """The cells (row, column) that are hatched."""
    return {
        (round(patch.get_y() + 0.5), round(patch.get_x() + 0.5))
        for patch in ax.patches
        if isinstance(patch, Rectangle) and patch.get_hatch()
    }


def labels(ticks):
    return [tick.get_text() for tick in ticks]


def test_a_heat_map_draws_its_values_with_a_row_per_query_and_a_column_per_key():
    values = torch.rand(3, 5)
    ax = heat_map(values, ROWS, COLUMNS, title="weights")
    np.testing.assert_array_equal(drawn(ax), values.double())
    assert labels(ax.get_yticklabels()) == ROWS
    assert labels(ax.get_xticklabels()) == COLUMNS
    assert ax.get_title() == "weights"


def test_forbidden_cells_are_hatched_and_not_drawn():
    mask = causal_mask(3, 5)
    ax = heat_map(torch.rand(3, 5), ROWS, COLUMNS, mask=mask, numbers=True)
    assert hatched(ax) == {(0, 3), (0, 4), (1, 4)}
    np.testing.assert_array_equal(np.ma.getmaskarray(drawn(ax)), ~mask)
    assert len(ax.texts) == mask.sum()


def test_numbers_stand_in_their_cells():
    ax = heat_map(torch.tensor([[0.125, 1.0]]), ["a"], ["x", "y"], numbers=True)
    assert {(t.get_position(), t.get_text()) for t in ax.texts} == {
        ((0, 0), "0.12"),
        ((1, 0), "1.00"),
    }


def test_numbers_are_white_on_dark_cells_and_dark_on_pale_ones():
    ax = heat_map(torch.tensor([[0.1, 1.0]]), ["a"], ["x", "y"], numbers=True)
    assert [text.get_color() for text in ax.texts] == ["black", "white"]


@pytest.mark.parametrize("signed", [False, True])
def test_every_number_stands_out_from_its_cell(signed):
    """By the contrast that WCAG 2.2 asks of small text, 1.4.3."""
    values = torch.linspace(-1.0 if signed else 0.0, 1.0, 81)[None]
    ax = heat_map(values, ["a"], [""] * 81, numbers=True, signed=signed)
    grounds = ax.images[0].to_rgba(values.numpy())[0]
    contrasts = [
        contrast(t.get_color(), ground) for t, ground in zip(ax.texts, grounds, strict=True)
    ]
    assert len(contrasts) == 81
    assert min(contrasts) >= 4.5


def test_a_map_of_which_nothing_is_visible_is_all_hatched():
    ax = heat_map(torch.zeros(2, 1), ["a", "b"], ["x"], mask=torch.zeros(2, 1, dtype=torch.bool))
    assert hatched(ax) == {(0, 0), (1, 0)}


def test_minus_infinity_is_left_blank():
    ax = heat_map(torch.tensor([[-torch.inf, 2.0]]), ["a"], ["x", "y"], numbers=True, signed=True)
    assert [text.get_text() for text in ax.texts] == ["2.00"]
    assert ax.images[0].get_clim() == (-2, 2)


def test_the_colours_run_from_nothing_to_the_largest_value_or_the_limit():
    values = torch.tensor([[0.1, 0.4]])
    assert heat_map(values, ["a"], ["x", "y"]).images[0].get_clim() == pytest.approx((0, 0.4))
    assert heat_map(values, ["a"], ["x", "y"], limit=1.0).images[0].get_clim() == (0, 1)
    assert heat_map(0 * values, ["a"], ["x", "y"]).images[0].get_clim() == (0, 1)


def test_signed_values_have_zero_in_the_middle():
    image = heat_map(torch.tensor([[-3.0, 1.0]]), ["a"], ["x", "y"], signed=True).images[0]
    assert image.get_clim() == (-3, 3)
    red, green, blue, _ = image.cmap(image.norm(0.0))
    assert min(red, green, blue) > 0.95


def test_values_with_a_gradient_and_of_low_precision_can_be_drawn():
    ax = heat_map(torch.ones(1, 1, dtype=torch.bfloat16, requires_grad=True), ["a"], ["x"])
    assert drawn(ax).item() == 1


def test_a_heat_map_goes_where_it_is_told_to():
    _, given = plt.subplots()
    assert heat_map(torch.rand(1, 1), ["a"], ["x"], ax=given) is given


def test_head_maps_draw_every_head_on_one_scale():
    weights = torch.rand(3, 5, 5).softmax(dim=-1)
    figure = head_maps(weights, COLUMNS, per_row=2, mask=causal_mask(5))
    shown = [ax for ax in figure.axes if ax.get_visible()]
    assert [ax.get_title() for ax in shown] == ["head 0", "head 1", "head 2"]
    for ax, head in zip(shown, weights, strict=True):
        np.testing.assert_array_equal(drawn(ax).filled(0), head.double().tril())
        assert ax.images[0].get_clim() == (0, 1)
        assert len(hatched(ax)) == 10


def test_head_maps_name_the_tokens_on_the_left_and_at_the_foot_only():
    figure = head_maps(torch.ones(3, 2, 2), ["a", "b"], per_row=2)
    named = [(len(ax.get_yticks()) > 0, len(ax.get_xticks()) > 0) for ax in figure.axes[:3]]
    assert named == [(True, False), (False, True), (True, True)]


def test_head_maps_take_titles():
    figure = head_maps(torch.ones(2, 1, 1), ["a"], titles=["previous", "first"])
    assert [ax.get_title() for ax in figure.axes] == ["previous", "first"]


def test_a_curve_is_the_median_of_its_runs_in_a_band_from_the_lowest_to_the_highest():
    runs = [[1.0, 5.0], [2.0, 9.0], [6.0, 6.0]]
    ax = curve([10, 20], runs, "three seeds")
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [[10, 2], [20, 6]])
    corners = ax.collections[0].get_paths()[0].vertices
    assert corners[:, 1].min() == 1
    assert corners[:, 1].max() == 9


def test_a_curve_bears_its_name_at_its_end():
    ax = curve([10, 20], [1.0, 5.0], "loss", color="black")
    (name,) = ax.texts
    assert (name.get_text(), name.xy, name.get_color()) == ("loss", (20, 5), "black")
    assert not ax.collections  # one run has no spread


def test_smoothing_is_the_mean_of_the_last_points():
    ax = curve([1, 2, 3, 4], [0.0, 2.0, 4.0, 12.0], "loss", smooth=2)
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[2, 1], [3, 3], [4, 8]])


def test_leading_spaces_and_line_breaks_are_made_visible():
    assert visible("two words") == "two words"
    assert visible(" the\n") == "\N{MIDDLE DOT}the\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}"
    ax = heat_map(torch.ones(1, 1), [" a"], [" b"])
    assert labels(ax.get_xticklabels()) == ["\N{MIDDLE DOT}b"]
    assert labels(ax.get_yticklabels()) == ["\N{MIDDLE DOT}a"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: heat_map(torch.rand(2, 3, 5), ROWS, COLUMNS),
            "values should have shape (T, S), but had (2, 3, 5)",
        ),
        (
            lambda: heat_map(torch.rand(5, 3), ROWS, COLUMNS),
            "rows and columns should have 5 and 3 labels, but had 3 and 5",
        ),
    ],
    ids=["a stack of maps", "a map on its side"],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()


def test_queries_keys_values_and_weights_have_the_page_s_colours():
    page = of_the_page("light")
    assert {name: getattr(plots, name) for name in INKS} == {
        name: page[css] for name, css in INKS.items()
    }
    assert "--afm-q: var(--afm-query);" in SHEET


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_they_can_be_read_as_text_and_are_told_apart_by_every_eye(theme):
    page = of_the_page(theme)
    inks = [page[css] for css in INKS.values()]
    for ink in inks:
        assert min(contrast(ink, page[ground]) for ground in ("surface", "panel")) >= 4.5
    for eyes in EYES:
        for one, other in combinations(inks, 2):
            assert distance(one, other, eyes) > 6, (one, other, eyes)
