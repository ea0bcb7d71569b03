"""Mistakes that people make in masks, in the definition and in heads."""

from running import Fault

ATTENTION = [
    "unit/functional/test_masks.py",
    "unit/functional/test_definition.py",
    "unit/nn/test_multihead.py",
]
SUITES = {
    "_checks.py": ATTENTION,
    "functional/masks.py": ATTENTION,
    "functional/definition.py": ATTENTION,
    "nn/heads.py": ATTENTION,
    "nn/multihead.py": ATTENTION,
    "nn/self_attention.py": ATTENTION,
}
"""For each file that may have a fault of these, the test files that are to catch it."""

TRIL = ".tril(n_keys - n_queries)"
HIDDEN = "hidden = torch.where(seen, -torch.inf, 0.0)"
MASKED_SOFTMAX = "torch.softmax(torch.where(mask, scores, hidden), dim=-1)"
SURE_SOFTMAX = "torch.softmax(torch.where(mask, scores, -torch.inf), dim=-1)"
SOFTMAX = "return torch.softmax(scores, dim=-1)"
EMPTY_ROWS = "return weights * seen if torch.is_grad_enabled() else weights.mul_(seen)"
DEFINITION_CALL = "score_bias=bias,"
FAST_CALL = "attn_mask=_as_scores(mask, bias),"
DROPOUT = "self.dropout if self.training else 0.0"

FAULTS = {
    # --- the masks ---
    "causal mask inverted": Fault(
        "functional/masks.py",
        [("return every.tril(", "return ~every.tril(")],
        ["test_causal_mask_by_hand", "test_causal_attention_looks_back_and_at_itself"],
    ),
    "triu(0): a query cannot see itself": Fault(
        "functional/masks.py",
        [(TRIL, f"{TRIL[:-1]} - 1)")],
        ["test_causal_mask_lets_a_query_see_itself"],
    ),
    "tril(1): a query sees the next position": Fault(
        "functional/masks.py",
        [(TRIL, f"{TRIL[:-1]} + 1)")],
        ["test_causal_mask_hides_the_next_position"],
    ),
    "causal mask aligned at the top left": Fault(
        "functional/masks.py",
        [(TRIL, ".tril()")],
        ["test_causal_mask_is_aligned_at_the_bottom_right"],
    ),
    "window one too wide": Fault(
        "functional/masks.py",
        [("- n_queries - window)", "- n_queries - window - 1)")],
        ["test_sliding_window_by_hand", "test_sliding_window_counts_the_query_itself"],
    ),
    "padding mask inverted": Fault(
        "functional/masks.py",
        [("device=lengths.device) < lengths", "device=lengths.device) >= lengths")],
        ["test_padding_mask_is_true_for_real_tokens"],
    ),
    # --- the definition ---
    "mask read as True = ignore": Fault(
        "functional/definition.py",
        [
            (
                MASKED_SOFTMAX,
                MASKED_SOFTMAX.replace("mask, scores, hidden", "mask, hidden, scores"),
            ),
            ("seen = mask.any(", "seen = ~mask.all("),
        ],
        ["test_true_means_may_attend", "test_by_hand_causal"],
    ),
    "no scale": Fault(
        "functional/definition.py",
        [("scale = query.shape[-1] ** -0.5", "scale = 1.0")],
        ["test_by_hand_the_scale_is_one_over_the_root_of_d_k"],
    ),
    "divided by d_k, not by its root": Fault(
        "functional/definition.py",
        [("scale = query.shape[-1] ** -0.5", "scale = query.shape[-1] ** -1.0")],
        ["test_by_hand_the_scale_is_one_over_the_root_of_d_k"],
    ),
    "scaled after the product": Fault(
        "functional/definition.py",
        [("(query * scale) @ key.mT", "(query @ key.mT) * scale")],
        ["test_half_precision_does_not_overflow"],
    ),
    "softmax over the queries": Fault(
        "functional/definition.py",
        [(SOFTMAX, SOFTMAX.replace("-1", "-2"))],
        ["test_the_softmax_runs_over_the_keys"],
    ),
    "-1e9 for -inf: a fully masked row is uniform": Fault(
        "functional/definition.py",
        [(HIDDEN, HIDDEN.replace("-torch.inf", "-1e9")), (EMPTY_ROWS, "return weights")],
        ["test_a_fully_masked_row_is_zero"],
    ),
    "-inf added, NaN mended after the softmax": Fault(
        "functional/definition.py",
        [
            (
                MASKED_SOFTMAX,
                "torch.softmax(scores + torch.where(mask, 0.0, -torch.inf), dim=-1)"
                ".masked_fill(~seen, 0.0)",
            ),
        ],
        ["test_a_fully_masked_row_has_a_finite_gradient"],
    ),
    "-inf filled in, NaN mended after the softmax": Fault(
        "functional/definition.py",
        [(MASKED_SOFTMAX, f"{SURE_SOFTMAX}.masked_fill(~seen, 0.0)")],
        ["test_a_fully_masked_row_makes_no_nan_on_the_way_back"],
    ),
    "mask after the softmax": Fault(
        "functional/definition.py",
        [(MASKED_SOFTMAX, "torch.softmax(scores, dim=-1) * mask")],
        ["test_the_mask_comes_before_the_softmax", "test_by_hand_causal"],
    ),
    "an empty row left uniform where gradients are computed": Fault(
        "functional/definition.py",
        [("return weights * seen if", "return weights if")],
        ["test_a_fully_masked_row_is_zero"],
    ),
    "an empty row left uniform where none are": Fault(
        "functional/definition.py",
        [("else weights.mul_(seen)", "else weights")],
        ["test_a_fully_masked_row_is_zero"],
    ),
    "an empty row emptied in the softmax's own result": Fault(
        "functional/definition.py",
        [(EMPTY_ROWS, "return weights.mul_(seen)")],
        ["test_a_fully_masked_row_has_a_finite_gradient"],
    ),
    "an empty row keeps its scores": Fault(
        "functional/definition.py",
        [(MASKED_SOFTMAX, "torch.softmax(torch.where(mask | ~seen, scores, -torch.inf), dim=-1)")],
        ["test_what_is_masked_need_not_be_a_number"],
    ),
    "no row is taken for empty": Fault(
        "functional/definition.py",
        [("if not empty_rows:", "if True:")],
        ["test_a_fully_masked_row_is_zero"],
    ),
    "the mask forgotten where no row is empty": Fault(
        "functional/definition.py",
        [(SURE_SOFTMAX, "torch.softmax(scores, dim=-1)")],
        ["test_where_no_row_is_empty_nothing_changes_if_one_says_so"],
    ),
    "dropout without its factor": Fault(
        "functional/definition.py",
        [("F.dropout(weights, dropout_p)", "F.dropout(weights, dropout_p) * (1 - dropout_p)")],
        [
            "test_dropout_scales_up_the_weights_that_it_keeps",
            "test_dropout_is_right_on_average",
        ],
    ),
    "weights returned from before dropout": Fault(
        "functional/definition.py",
        [
            ("weights = F.dropout(", "left = F.dropout("),
            ("return weights @ value", "return left @ value"),
        ],
        ["test_dropout_scales_up_the_weights_that_it_keeps"],
    ),
    # --- the modules ---
    "scaled by d_model, not by d_head": Fault(
        "nn/heads.py",
        [
            (DEFINITION_CALL, f"{DEFINITION_CALL} scale=query[0, :, 0].numel() ** -0.5,"),
            (FAST_CALL, f"{FAST_CALL} scale=query[0, :, 0].numel() ** -0.5,"),
        ],
        ["test_by_hand_two_heads", "test_the_scale_is_that_of_a_head_not_of_the_model"],
    ),
    "view without transpose": Fault(
        "nn/heads.py",
        [
            (
                "projected.unflatten(-1, (-1, d_head)).transpose(1, 2)",
                "projected.reshape(len(projected), -1, projected.shape[1], d_head)",
            ),
            (
                "context.transpose(1, 2).flatten(-2)",
                "context.reshape(len(context), context.shape[2], -1)",
            ),
        ],
        ["test_by_hand_two_heads", "test_each_head_has_its_own_columns_and_heads_stand_in_order"],
    ),
    "heads joined in the wrong order": Fault(
        "nn/heads.py",
        [("context.transpose(1, 2).flatten(-2)", "context.permute(0, 2, 3, 1).flatten(-2)")],
        [
            "test_by_hand_w_o_mixes_the_heads",
            "test_each_head_has_its_own_columns_and_heads_stand_in_order",
        ],
    ),
    "no W_O": Fault(
        "nn/multihead.py",
        [("context = self.w_o(join_heads(context))", "context = join_heads(context)")],
        ["test_by_hand_w_o_mixes_the_heads"],
    ),
    "queries and keys exchanged": Fault(
        "nn/multihead.py",
        [
            ("split_heads(self.w_q(x)", "split_heads(self.w_k(x)"),
            ("split_heads(self.w_k(source)", "split_heads(self.w_q(source)"),
        ],
        ["test_by_hand_queries_are_projected_by_w_q_and_keys_by_w_k"],
    ),
    "values from the keys' projection": Fault(
        "nn/multihead.py",
        [("split_heads(self.w_v(source)", "split_heads(self.w_k(source)")],
        ["test_memory_answers_what_x_asks"],
    ),
    "memory looks at itself": Fault(
        "nn/multihead.py",
        [("split_heads(self.w_q(x)", "split_heads(self.w_q(source)")],
        ["test_memory_answers_what_x_asks"],
    ),
    "dropout left on in evaluation": Fault(
        "nn/multihead.py",
        [(DROPOUT, "self.dropout")],
        ["test_dropout_is_off_in_evaluation"],
    ),
    "dropout of one head left on in evaluation": Fault(
        "nn/self_attention.py",
        [(DROPOUT, "self.dropout")],
        ["test_dropout_of_one_head_is_on_in_training_and_off_in_evaluation"],
    ),
    "causal or the mask, where both should allow": Fault(
        "nn/multihead.py",
        [("else visible & mask", "else visible | mask")],
        ["test_a_causal_module_allows_what_both_masks_allow"],
    ),
    "a page of the mask per head, not per sequence": Fault(
        "_checks.py",
        [("return mask[:, None]", "return mask[None]")],
        ["test_a_mask_of_three_axes_has_one_page_per_sequence"],
    ),
    # --- the fast path alone ---
    "fast path: mask read as True = ignore": Fault(
        "nn/heads.py",
        [(FAST_CALL, "attn_mask=_as_scores(None if mask is None else ~mask, bias),")],
        ["test_the_fast_path_equals_the_definition_across"],
    ),
    "fast path: not causal": Fault(
        "nn/heads.py",
        [("is_causal=plan.is_causal", "is_causal=False")],
        [
            "test_by_hand_two_causal_heads",
            "test_the_fast_path_equals_the_definition_within",
        ],
    ),
    "fast path: no scale": Fault(
        "nn/heads.py",
        [(FAST_CALL, f"{FAST_CALL} scale=1.0,")],
        ["test_by_hand_two_heads"],
    ),
    "fast path: no dropout": Fault(
        "nn/heads.py",
        [(f"{FAST_CALL}\n        dropout_p=dropout_p,", FAST_CALL)],
        ["test_dropout_scales_up_what_it_keeps_and_is_right_on_average"],
    ),
}
