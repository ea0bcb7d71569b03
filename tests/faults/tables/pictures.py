"""Mistakes in the pictures that widgets carry for print, GitHub and pages without JavaScript.

Those of maps and charts; the smaller ones' stand in `small_pictures.py`.
"""

from running import Fault

MAPS = "unit/widgets/test_maps_as_drawn.py"
CHARTS = "unit/widgets/test_charts_as_drawn.py"
ALL = "unit/widgets/test_pictures_as_drawn.py"
SUITES = {
    "teaching/plots.py": [MAPS, "unit/teaching/test_plots.py"],
    "widgets/base/picture.py": [MAPS, ALL],
    "widgets/attention_explorer/picture.py": [MAPS],
    "widgets/alignment_explorer/picture.py": [MAPS],
    "widgets/position_explorer/picture.py": [MAPS],
    "widgets/head_explorer/picture.py": [MAPS],
    "widgets/gpt_explorer/picture.py": [MAPS],
    "widgets/scaling_explorer/picture.py": [MAPS],
    "widgets/translation_explorer/picture.py": [CHARTS],
    "widgets/cost_explorer/picture.py": [CHARTS],
    "widgets/cache_calculator/picture.py": [CHARTS],
    "widgets/block_diagram/picture.py": [CHARTS],
}
"""For each file that may have a fault of these, the test files that are to catch it."""

EVERY_HEAD = "test_each_head_s_map_holds_its_weights"
WRITTEN = "test_the_map_holds_the_weights_of_what_is_written_and_nothing_below"
IN_ORDER = "test_the_map_holds_the_weights_in_the_present_order"
ONE_HEAD = "test_the_map_holds_the_chosen_head_s_weights"
SCORES = "test_the_scores_stand_with_layers_across_and_heads_down"
JACOBIAN = "test_the_map_holds_the_sizes_of_the_jacobian_s_entries"
CURVES = "test_the_curves_run_through_the_scores_and_the_dot_is_where_the_reader_is"
LINES = "test_the_lines_and_their_dots_are_the_formulas"
STREAM = "test_the_stream_runs_through_some_boxes_and_past_the_others"
CHOSEN_BARS = "test_the_bars_are_the_chosen_query_s_in_the_chosen_head"
STRIPS = "test_the_strips_under_the_words_are_as_long_as_their_chances"
SIGNED = "test_the_scores_stand_above_or_below_0_by_the_root_of_their_size"
STORED = "test_the_bars_are_as_long_as_what_is_stored"
MOVED = "test_the_bars_are_how_far_each_word_s_context_moved"
STEP_BARS = "test_the_bars_are_the_present_step_s"
BOXES = "test_each_box_names_its_parameters_and_what_comes_out"


def picture(widget: str, old: str, new: str, *caught_by: str) -> Fault:
    """A mistake in the picture of one widget."""
    return Fault(f"widgets/{widget}/picture.py", [(old, new)], list(caught_by))


def plots(old: str, new: str, *caught_by: str) -> Fault:
    """A mistake in what all figures share."""
    return Fault("teaching/plots.py", [(old, new)], list(caught_by))


FAULTS = {
    # --- every map ---
    "heat map: upside down": plots(
        "ax.imshow(shown, cmap", 'ax.imshow(shown, origin="lower", cmap', EVERY_HEAD, WRITTEN
    ),
    "heat map: dark is little": plots(
        'if signed else "Blues"', 'if signed else "Blues_r"', EVERY_HEAD, IN_ORDER, SCORES
    ),
    "heat map: no hatching": plots('hatch="////", ', "", EVERY_HEAD, ONE_HEAD),
    "heat map: hatching transposed": plots(
        "(j - 0.5, i - 0.5), 1, 1", "(i - 0.5, j - 0.5), 1, 1", EVERY_HEAD, ONE_HEAD
    ),
    "heat map: numbers pale on middling cells": plots(
        "(1.05 * 0.05) ** 0.5", "0.35", "test_every_number_stands_out_from_its_cell"
    ),
    "frame around the next row": picture(
        "base", "(-0.5, query - 0.5)", "(-0.5, query + 0.5)", EVERY_HEAD, WRITTEN, IN_ORDER
    ),
    "card: dollar signs begin formulas": picture(
        "base",
        '"text.parse_math": False',
        '"text.parse_math": True',
        "test_dollar_signs_are_dollar_signs",
    ),
    "figures: an orange of their own": plots(
        "#a8460f", "#c2571a", "test_queries_keys_values_and_weights_have_the_page_s_colours"
    ),
    # --- AttentionExplorer ---
    "attention: maps transposed": picture(
        "attention_explorer", "heat_map(weights[head],", "heat_map(weights[head].T,", EVERY_HEAD
    ),
    "attention: every map is the chosen head's": picture(
        "attention_explorer",
        "heat_map(weights[head],",
        "heat_map(weights[explorer.head],",
        EVERY_HEAD,
    ),
    "attention: the mask is left out": picture(
        "attention_explorer", "mask=mask, limit", "limit", EVERY_HEAD
    ),
    "attention: the bars are query 0's": picture(
        "attention_explorer",
        "weights[explorer.head, query].tolist()\n    allowed = explorer.mask_"
        "table[query].tolist()\n    axes",
        "weights[explorer.head, 0].tolist()\n    allowed = "
        "explorer.mask_table[query].tolist()\n    axes",
        CHOSEN_BARS,
    ),
    "attention: the bars are a key's": picture(
        "attention_explorer",
        "weights[explorer.head, query].tolist()\n    allowed = explorer.mask_"
        "table[query].tolist()\n    axes",
        "weights[explorer.head, :, query].tolist()\n    allowed "
        "= explorer.mask_table[query].tolist()\n    axes",
        CHOSEN_BARS,
    ),
    "attention: what is masked is not called so": picture(
        "attention_explorer",
        'if allowed[key] else "masked"',
        "",
        "test_a_masked_word_has_no_bar_and_says_so",
    ),
    # --- AlignmentExplorer ---
    "alignment: the future is shown": picture(
        "alignment_explorer",
        'weights[explorer.step + 1 :] = float("nan")',
        "weights = weights + 0",
        WRITTEN,
    ),
    "alignment: the bars are the first step's": picture(
        "alignment_explorer",
        "weights = explorer.weights[explorer.step].tolist()\n    source = [visible(token) for",
        "weights = explorer.weights[0].tolist()\n    source = [visible(token) for",
        STEP_BARS,
    ),
    "alignment: the candidates of the first step": picture(
        "alignment_explorer",
        "pairs = explorer.candidates[explorer.example][explorer.step]",
        "pairs = explorer.candidates[explorer.example][0]",
        "test_the_candidates_are_the_present_step_s_the_likeliest_first",
    ),
    # --- PositionExplorer ---
    "position: a weight of 0 is masked": picture(
        "position_explorer",
        "causal_mask(len(words)) if",
        "explorer.weights > 0 if",
        "test_a_weight_that_is_0_is_not_drawn_as_masked",
    ),
    "position: map transposed": picture(
        "position_explorer", "explorer.weights, words", "explorer.weights.T, words", IN_ORDER
    ),
    "position: names in their first order": picture(
        "position_explorer",
        "for word in explorer.order]",
        "for word in range(len(explorer.order))]",
        IN_ORDER,
    ),
    "position: the frame follows the word's first place": picture(
        "position_explorer", "row_frame(explorer.place,", "row_frame(explorer.word,", IN_ORDER
    ),
    "position: the bars in the present order": picture(
        "position_explorer",
        "moved, n = explorer.moved.tolist()",
        "moved, n = explorer.moved[explorer.order].tolist()",
        MOVED,
    ),
    # --- HeadExplorer and GPTExplorer ---
    "heads: map transposed": picture(
        "head_explorer", "            weights, names,", "            weights.T, names,", ONE_HEAD
    ),
    "heads: layer and head exchanged in the frame": picture(
        "head_explorer",
        "(explorer.layer - 0.5, explorer.head - 0.5)",
        "(explorer.head - 0.5, explorer.layer - 0.5)",
        SCORES,
    ),
    "heads: scores with layers down": picture(
        "head_explorer", "explorer.scores.T  #", "explorer.scores  #", SCORES
    ),
    "gpt: map transposed": picture(
        "gpt_explorer", "heat_map(weights, names", "heat_map(weights.T, names", ONE_HEAD
    ),
    "gpt: masked without a mask": picture(
        "gpt_explorer",
        'if explorer.mask == "causal" else None',
        "",
        "test_without_a_mask_nothing_is_hatched",
    ),
    "gpt: bars from the bottom up": picture(
        "gpt_explorer",
        "axes.barh(row, p,",
        "axes.barh(len(pairs) - 1 - row, p,",
        "test_the_bars_are_the_likeliest_next_tokens_chances",
    ),
    # --- ScalingExplorer ---
    "scaling: the jacobian on a scale up to 1": picture(
        "scaling_explorer", "limit=MOST", "limit=1.0", JACOBIAN
    ),
    "scaling: the jacobian's signs": picture(
        "scaling_explorer", "explorer.jacobian.abs()", "explorer.jacobian", JACOBIAN
    ),
    "scaling: bars of scores' sizes": picture(
        "scaling_explorer", "scores, color=WEIGHT", "np.abs(scores), color=WEIGHT", SIGNED
    ),
    "scaling: bars of weights in another order": picture(
        "scaling_explorer",
        "weights.numpy(), color",
        "weights.numpy()[::-1], color",
        "test_the_bars_are_the_weights",
    ),
    # --- TranslationExplorer ---
    "translation: a strip is what is missing": picture(
        "translation_explorer",
        "0.7 * share",
        "0.7 * (1 - share if ink == WEIGHT else share)",
        STRIPS,
    ),
    "translation: the vector without signs": picture(
        "translation_explorer",
        "[x / top for",
        "[abs(x) / top for",
        "test_the_vector_s_numbers_stand_above_and_below_0",
    ),
    "translation: the dot on the first length": picture(
        "translation_explorer",
        "axes.plot(lengths[place], row[place]",
        "axes.plot(lengths[0], row[0]",
        CURVES,
    ),
    "translation: the dot cut at the axis": picture(
        "translation_explorer", ", zorder=3, clip_on=False)", ", zorder=3)", CURVES
    ),
    "translation: curves from the right": picture(
        "translation_explorer", "axes.plot(lengths, row,", "axes.plot(lengths, row[::-1],", CURVES
    ),
    "translation: shaded to a length too many": picture(
        "translation_explorer",
        "explorer.trained + 0.5",
        "explorer.trained + 1.5",
        "test_what_was_seen_in_training_is_shaded",
    ),
    # --- CostExplorer and CacheCalculator ---
    "cost: a strip in another order": picture(
        "cost_explorer",
        '("projections", flops.projections, W',
        '("projections", flops.feed_forward, W',
        "test_the_strip_is_cut_as_the_flops_are",
    ),
    "cost: lines exchanged": picture(
        "cost_explorer",
        '("attention", "scores, context", CHOSEN',
        '("linear", "scores, context", CHOSEN',
        LINES,
    ),
    "cost: dots on no line": picture(
        "cost_explorer",
        "here = getattr(explorer.flops, name)",
        "here = getattr(explorer.flops, name) / explorer.n_layers",
        LINES,
    ),
    "cost: a dot cut at the edge": picture(
        "cost_explorer", ", clip_on=False)", ")", "test_a_dot_at_the_edge_is_whole"
    ),
    "cost: bars on an axis that is not at 0": picture(
        "cost_explorer",
        "xlim=(0, max(size for _, size in rows))",
        "xlim=(-max(size for _, size in rows), max(size for _, size in rows))",
        STORED,
    ),
    "cache: published and set exchanged": picture(
        "cache_calculator",
        "kind_of(published), calculator.published_bytes",
        "kind_of(published), calculator.total_bytes",
        "test_the_bars_are_as_long_as_the_caches",
    ),
    # --- BlockDiagram ---
    "diagram: boxes of branches in the stream": picture(
        "block_diagram", 'LEFT if stage.place == "stream" else BRANCH', "LEFT", STREAM
    ),
    "diagram: the shape of the box before": picture(
        "block_diagram", "RIGHT + 0.15, y, f", "RIGHT + 0.15, y + 1, f", BOXES
    ),
    "diagram: the stream ends early": picture(
        "block_diagram", "[0, len(rows) - 1], color", "[0, len(rows) / 2], color", STREAM
    ),
}
