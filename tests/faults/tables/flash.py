"""Mistakes in attention block by block."""

from running import Fault

SUITES = {
    "_dtypes.py": [
        "unit/functional/test_online_softmax.py",
        "unit/functional/test_flash.py",
        "unit/functional/test_flash_edges.py",
        "unit/nn/test_autocast.py",
        "unit/nn/test_multihead_errors.py",
    ],
    "functional/flash.py": [
        "unit/functional/test_online_softmax.py",
        "unit/functional/test_flash.py",
        "unit/functional/test_flash_edges.py",
        "unit/functional/test_transforms.py",
        "unit/nn/test_devices.py",
    ],
    "functional/online_softmax.py": [
        "unit/functional/test_online_softmax.py",
        "unit/functional/test_flash.py",
        "unit/functional/test_flash_edges.py",
    ],
}
"""For each file that may have a fault of these, the test files that are to catch it."""

EVERY_BLOCK = "test_every_block_size_gives_the_same"
GOES_ON = "test_going_on_from_a_partial_is_merging_with_it"
ASSOCIATIVE = "test_merging_is_associative_and_commutative"
WHOLE = "test_the_parts_together_are_the_whole"
LOGSUMEXP = "test_the_logsumexp_is_that_of_the_scores"
NEUTRAL = "test_nothing_seen_changes_nothing"
SCALE = "test_the_scale_is_that_which_is_given"
D_QUERY = "baddbmm_(d_scores, k[heads, columns], alpha=scale)"

FAULTS = {
    # --- attention block by block ---
    "merge: the old sum not rescaled": Fault(
        "functional/online_softmax.py",
        [("keep * one.total + add * other.total", "one.total + add * other.total")],
        ["test_by_hand_two_keys_merge_to_their_softmax", ASSOCIATIVE, WHOLE, GOES_ON],
    ),
    "merge: the old context not rescaled": Fault(
        "functional/online_softmax.py",
        [("keep * one.context + add", "one.context + add")],
        ["test_by_hand_two_keys_merge_to_their_softmax", ASSOCIATIVE, WHOLE, GOES_ON],
    ),
    "merge: the maximum not carried on": Fault(
        "functional/online_softmax.py",
        [("    return Partial(\n        maximum,", "    return Partial(\n        other.maximum,")],
        [ASSOCIATIVE, WHOLE],
    ),
    "merge: nothing less nothing is not a number": Fault(
        "functional/online_softmax.py",
        [("shift = at_least_lowest(maximum)\n    keep, add", "shift = maximum\n    keep, add")],
        [NEUTRAL],
    ),
    "partial: a row of nothing is not a number": Fault(
        "functional/online_softmax.py",
        [("shift = at_least_lowest(maximum)\n    weights", "shift = maximum\n    weights")],
        [NEUTRAL, WHOLE, "test_a_query_that_sees_nothing_gives_zeros_and_finite_gradients"],
    ),
    "partial: no maximum taken off": Fault(
        "functional/online_softmax.py",
        [
            (
                "    maximum = scores.amax(dim=-1, keepdim=True)",
                "    maximum = torch.zeros_like(scores[..., :1])",
            )
        ],
        [
            "test_a_partial_is_relative_to_its_maximum",
            "test_huge_scores_do_not_overflow",
            "test_scores_far_below_zero_do_not_underflow",
        ],
    ),
    "each block normalised by itself": Fault(
        "functional/online_softmax.py",
        [("weights.sum(dim=-1, keepdim=True)", "torch.ones_like(maximum)")],
        [WHOLE, EVERY_BLOCK],
    ),
    "going on: the old sum not rescaled": Fault(
        "functional/online_softmax.py",
        [("total.addcmul_(keep, so_far.total)", "total.add_(so_far.total)")],
        [GOES_ON, EVERY_BLOCK],
    ),
    "going on: the old context not rescaled": Fault(
        "functional/online_softmax.py",
        [("context.addcmul_(keep, so_far.context)", "context.add_(so_far.context)")],
        [GOES_ON, EVERY_BLOCK],
    ),
    "going on: the old maximum forgotten": Fault(
        "functional/online_softmax.py",
        [("maximum = torch.maximum(so_far.maximum, maximum)", "pass")],
        [GOES_ON],
    ),
    "exponentials to another base": Fault(
        "functional/online_softmax.py",
        [("LOG2_E = math.log2(math.e)", "LOG2_E = 1.0")],
        [WHOLE, EVERY_BLOCK],
    ),
    "one memory for two blocks": Fault(
        "functional/flash.py",
        [("room, d_room = _Room(q), _Room(q)", "room = d_room = _Room(q)")],
        [EVERY_BLOCK, "test_gradient_is_the_derivative"],
    ),
    "logsumexp without the maximum": Fault(
        "functional/online_softmax.py",
        [("logsumexp = maximum + total.log()", "logsumexp = total.log()")],
        [LOGSUMEXP, WHOLE, EVERY_BLOCK],
    ),
    "the diagonal block not masked": Fault(
        "functional/flash.py",
        [("if causal and first < right:", "if False:")],
        [EVERY_BLOCK, "test_what_lies_ahead_changes_nothing_to_the_bit"],
    ),
    "a block that the diagonal only touches not masked": Fault(
        "functional/flash.py",
        [("if causal and first < right:", "if causal and first == left < right:")],
        [EVERY_BLOCK, "test_what_lies_ahead_changes_nothing_to_the_bit"],
    ),
    "causal aligned at the top left": Fault(
        "functional/flash.py",
        [("offset = n_keys - n_queries", "offset = 0")],
        ["test_causal_is_aligned_at_the_bottom_right", EVERY_BLOCK],
    ),
    "blocks above the diagonal computed, too": Fault(
        "functional/flash.py",
        [("n_seen = max(bottom + offset, 0) if causal else n_keys", "n_seen = n_keys")],
        ["test_blocks_above_the_diagonal_are_not_computed"],
    ),
    "only the first heads": Fault(
        "functional/flash.py",
        [("range(0, n_heads, n_together)", "range(0, min(n_heads, n_together), n_together)")],
        ["test_heads_go_together_or_one_by_one"],
    ),
    "backward: no delta": Fault(
        "functional/flash.py",
        [("delta = (d_o * context).sum(dim=-1) - d_logsumexp", "delta = -d_logsumexp")],
        [EVERY_BLOCK, "test_gradient_is_the_derivative"],
    ),
    "backward: the logsumexp's own gradient forgotten": Fault(
        "functional/flash.py",
        [(".sum(dim=-1) - d_logsumexp", ".sum(dim=-1)")],
        [
            "test_gradient_of_the_logsumexp_is_the_derivative",
            "test_contexts_over_separate_keys_merge_by_their_logsumexps",
        ],
    ),
    "backward: the query's gradient not scaled": Fault(
        "functional/flash.py",
        [(D_QUERY, D_QUERY.replace(", alpha=scale", ""))],
        [SCALE, EVERY_BLOCK],
    ),
    "backward: the key's gradient scaled twice": Fault(
        "functional/flash.py",
        [("baddbmm_(d_scores.mT, scaled)", "baddbmm_(d_scores.mT, scaled, alpha=scale)")],
        [SCALE, EVERY_BLOCK],
    ),
    "backward: the blocks' gradients not summed": Fault(
        "functional/flash.py",
        [("baddbmm_(weights.mT, d_rows)", "baddbmm_(weights.mT, d_rows, beta=0)")],
        [EVERY_BLOCK],
    ),
    "sums in half precision": Fault(
        "_dtypes.py",
        [("x.to(torch.promote_types(x.dtype, torch.float32))", "x")],
        [
            "test_the_error_is_at_most_twice_that_of_plain_torch",
            "test_sums_are_kept_in_single_precision",
            "test_partials_in_half_precision_are_merged_in_single",
        ],
    ),
    "sums in half precision under autocast": Fault(
        "_dtypes.py",
        [("return torch.autocast(device.type, enabled=False)", "return nullcontext()")],
        ["test_autocast_changes_nothing", "test_products_are_not_rounded_under_autocast"],
    ),
    "partial: scores in half precision": Fault(
        "functional/online_softmax.py",
        [("scores, value = at_least_float32(scores), at_least_float32(value)", "pass")],
        ["test_sums_are_kept_in_single_precision"],
    ),
    "partial: products in half precision under autocast": Fault(
        "functional/online_softmax.py",
        [("with without_autocast(value.device):", "if True:")],
        ["test_products_are_not_rounded_under_autocast"],
    ),
    "merge: partials in half precision": Fault(
        "functional/online_softmax.py",
        [
            (
                "one, other = "
                "(Partial(*map(at_least_float32, partial)) for partial in (one, other))",
                "",
            )
        ],
        ["test_partials_in_half_precision_are_merged_in_single"],
    ),
    "scores overwritten unasked": Fault(
        "functional/online_softmax.py",
        [("out=scores if overwrite else None", "out=scores")],
        ["test_a_partial_leaves_its_scores_as_they_were"],
    ),
    "a second derivative that is silently wrong": Fault(
        "functional/flash.py",
        [
            (
                'raise RuntimeError(\n            "flash_attention has no second derivative; '
                'scaled_dot_product_attention has one"\n        )',
                "return *gradients, *gradients, None, None",
            )
        ],
        ["test_a_second_derivative_is_refused"],
    ),
    "mapped over samples: heads are taken for samples": Fault(
        "functional/flash.py",
        [("(0,) * len(found)", "(1,) * len(found)")],
        ["test_one_tensor_for_all_samples"],
    ),
    "memory of a block on another device": Fault(
        "functional/flash.py",
        [("self.memory = like.new_empty(0)", "self.memory = torch.empty(0)")],
        ["test_all_is_made_where_the_input_is", "test_gradients_are_made_where_the_input_is"],
    ),
}
