"""Mistakes in the pictures of the small widgets."""

from tables.pictures import picture

SMALL = "unit/widgets/test_small_pictures_as_drawn.py"
SMALL_ONES = (
    "attention_picture query_arrow softmax_bars head_split residual_stream norm_bars next_token "
    "mask_painter dot_product downhill_ball line_fit"
)
SUITES = {f"widgets/{name}/picture.py": [SMALL] for name in SMALL_ONES.split()} | {
    f"widgets/{name}/picture.py": [f"unit/widgets/test_{name}.py"]
    for name in ("score_histogram", "online_softmax")
}
"""For each file that may have a fault of these, the test files that are to catch it."""

MATRICES = "test_the_small_matrices_hold_the_steps_and_the_lit_box_is_framed"
SHARED_OUT = "test_the_bars_are_the_scores_with_what_is_added_and_their_softmax"
CELLS = "test_each_cell_of_a_head_holds_its_number_above_or_below_the_middle"
PAINTED = "test_the_painted_mask_is_hatched_and_the_weights_are_those_of_what_is_left"
ARROWS = "test_the_arrows_point_where_they_do_and_the_shadow_lies_on_b"
BALL = "test_the_ball_lies_on_the_curve_where_its_steps_have_led"
FITTED = "test_the_line_the_residuals_and_the_losses_are_where_the_steps_have_led"
HISTOGRAM = "test_the_bars_are_the_largest_weights_and_how_many_scores_a_bin_holds"
ONLINE = "test_the_bars_are_the_numbers"

FAULTS = {
    "recurring picture: matrices transposed": picture(
        "attention_picture",
        "yield column - values.shape[1] / 2, row, None",
        "yield row - values.shape[1] / 2, column, None",
        MATRICES,
    ),
    "recurring picture: the box of this chapter is lit": picture(
        "attention_picture",
        "lit = part.name == shown.part",
        "lit = part.name == shown.here",
        MATRICES,
    ),
    "recurring picture: the mask is ignored": picture(
        "attention_picture",
        'hidden = name == "mask" and not np.isfinite(values[row, column])',
        "hidden = False",
        "test_what_the_mask_hides_is_hatched_in_its_small_matrix",
    ),
    "query arrow: bars from the bottom up": picture(
        "query_arrow",
        "bars.barh(range(n), weights, color",
        "bars.barh(range(n), weights[::-1], color",
        "test_the_query_s_bars_are_its_weights_and_its_arrow_ends_where_it_is",
    ),
    "softmax: what is added is not drawn": picture(
        "softmax_bars", "[s + shown.shift for s in shown.scores]", "shown.scores", SHARED_OUT
    ),
    "softmax: weights in another order": picture(
        "softmax_bars",
        "shown.weights.tolist(), color=WEIGHT",
        "shown.weights.tolist()[::-1], color=WEIGHT",
        SHARED_OUT,
    ),
    "score histogram: the smallest weights": picture(
        "score_histogram",
        "weights.argsort(descending=True",
        "weights.argsort(descending=False",
        HISTOGRAM,
    ),
    "score histogram: bins from right to left": picture(
        "score_histogram",
        "histogram.bar(bins, shown.counts.tolist()",
        "histogram.bar(bins, shown.counts.tolist()[::-1]",
        HISTOGRAM,
    ),
    "split: numbers upside down": picture(
        "head_split", "0.76, -share, fc=colour", "0.76, share, fc=colour", CELLS
    ),
    "split: every head is the first": picture(
        "head_split", "enumerate(table[row].tolist())", "enumerate(tables[0][row].tolist())", CELLS
    ),
    "stream: lengths and what is added exchanged": picture(
        "residual_stream",
        "zip(names, lengths, added, strict=True)",
        "zip(names, added, lengths, strict=True)",
        "test_the_stream_s_bars_are_its_lengths_and_what_each_part_adds",
    ),
    "stream: the guesses after the embedding": picture(
        "residual_stream",
        "p = stream.probabilities[layer, n].item()",
        "p = stream.probabilities[0, n].item()",
        "test_the_guesses_are_those_after_the_chosen_part_the_likeliest_first",
    ),
    "norm: divided before the mean is taken away": picture(
        "norm_bars",
        "[bars.input, bars.centred, bars.normal, bars.output]",
        "[bars.input, bars.normal, bars.centred, bars.output]",
        "test_the_bars_are_the_vector_at_each_step_of_its_norm",
    ),
    "next token: the chances as what was drawn": picture(
        "next_token",
        "axes.barh(i + 0.26, count / max(shown.draws, 1), height",
        "axes.barh(i + 0.26, p, height",
        "test_the_thick_bars_are_the_chances_and_the_thin_ones_what_was_drawn",
    ),
    "painter: weights transposed": picture(
        "mask_painter",
        "heat_map(painter.weights, names",
        "heat_map(painter.weights.T, names",
        PAINTED,
    ),
    "painter: the mask is ignored": picture(
        "mask_painter", "ax=right, mask=mask, numbers", "ax=right, numbers", PAINTED
    ),
    "arrows: across and up exchanged": picture(
        "dot_product",
        'plane.annotate("", (x, y), (0, 0)',
        'plane.annotate("", (y, x), (0, 0)',
        ARROWS,
    ),
    "arrows: the shadow lies on a": picture(
        "dot_product",
        "shown.shadow * x / length for x in b",
        "shown.shadow * x / length for x in a",
        ARROWS,
    ),
    "ball: it lies at its start": picture(
        "downhill_ball",
        'axes.plot(now, height, "o"',
        'axes.plot(path[0], losses[0], "o"',
        BALL,
    ),
    "ball: the tangent leans the other way": picture(
        "downhill_ball", "height + ends * shown.gradient", "height - ends * shown.gradient", BALL
    ),
    "fit: the line goes through the origin": picture(
        "line_fit", "slope * ends + intercept, color", "slope * ends, color", FITTED
    ),
    "fit: the losses from the right": picture(
        "line_fit", "right.plot(losses, color", "right.plot(losses[::-1], color", FITTED
    ),
    "online softmax: nothing is rescaled": picture(
        "online_softmax",
        "shown.exponentials(), shown.exponentials(now=False)",
        "shown.exponentials(now=False), shown.exponentials(now=False)",
        ONLINE,
    ),
    "online softmax: the bars of another score": picture(
        "online_softmax", "now[i].item(), height=0.4", "now[-1 - i].item(), height=0.4", ONLINE
    ),
    "online softmax: what is carried is not said": picture(
        "online_softmax",
        "sum {total:.2f}, output {output:.2f}",
        "sum {output:.2f}, output {total:.2f}",
        "test_alt_text_says_what_the_picture_shows",
    ),
}
