"""Mistakes in attention by blocks, in windows, in latents and their caches. See ``faults``."""

from running import Fault

FLASH = [
    "unit/functional/test_online_softmax.py",
    "unit/functional/test_flash.py",
    "unit/functional/test_flash_edges.py",
]
SUITES = {
    "_checks.py": ["unit/nn/test_multihead_errors.py"],
    "_dtypes.py": [
        *FLASH,
        "unit/nn/test_autocast.py",
        "unit/nn/test_multihead_errors.py",
    ],
    "functional/flash.py": [
        *FLASH,
        "unit/functional/test_transforms.py",
        "unit/nn/test_devices.py",
    ],
    "functional/online_softmax.py": FLASH,
    "functional/sliding_window.py": ["unit/functional/test_sliding_window.py"],
    "nn/latent.py": ["unit/nn/test_latent.py", "unit/nn/test_autocast.py"],
    "nn/cache/growing.py": ["unit/nn/test_cache_gradients.py"],
    "nn/cache/latent.py": ["unit/nn/test_latent.py"],
    "nn/cache/rotating.py": [
        "unit/nn/test_rotating_cache.py",
        "unit/nn/test_multihead_window.py",
        "unit/nn/test_multihead_plan.py",
        "unit/nn/test_cache_gradients.py",
    ],
    "nn/heads.py": ["unit/nn/test_multihead_window.py"],
    "nn/multihead.py": [
        "unit/nn/test_multihead_window.py",
        "unit/nn/test_multihead_plan.py",
        "unit/nn/test_autocast.py",
    ],
    "nn/multihead_plan.py": [
        "unit/nn/test_multihead_plan.py",
        "unit/nn/test_multihead_window.py",
        "unit/nn/test_devices.py",
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
SEES = "test_a_query_sees_exactly_as_many_keys_as_its_window_has"
LAST_CHUNK = "test_any_length_of_the_last_chunk"
CACHED = "test_queries_that_read_on_from_a_cache_are_the_newest"
STRIP = "mask = sliding_window_mask(chunk, window, strip,"
EQUATIONS = "test_each_head_by_the_equations_gives_the_same"
DEEPSEEK = "test_it_equals_deepseeks_layer_of_the_transformers_library"
CHUNKS = "test_any_chunks_give_what_the_whole_gives"
FORMS = "test_absorbed_equals_naive"
SEEN = "test_queries_get_the_sinks_the_window_before_them_and_themselves"
MASKED = "test_it_equals_the_masked_definition"
STEPS = "test_token_by_token_far_beyond_the_window"
PLAN = "test_the_plan_is"
OWN_MASK = "test_by_hand_the_own_mask"
STEPS_WITHOUT_GRADIENTS = "test_token_by_token_where_no_gradients_are_computed"
WIDER = "test_a_cache_that_keeps_all_serves_a_window_too"

# For each fault: file, old text, new text, and the tests that must catch it.
TABLE = {
    # --- attention block by block ---
    "merge: the old sum not rescaled": (
        "functional/online_softmax.py",
        ("keep * one.total + add * other.total", "one.total + add * other.total"),
        ["test_by_hand_two_keys_merge_to_their_softmax", ASSOCIATIVE, WHOLE, GOES_ON],
    ),
    "merge: the old context not rescaled": (
        "functional/online_softmax.py",
        ("keep * one.context + add", "one.context + add"),
        ["test_by_hand_two_keys_merge_to_their_softmax", ASSOCIATIVE, WHOLE, GOES_ON],
    ),
    "merge: the maximum not carried on": (
        "functional/online_softmax.py",
        ("    return Partial(\n        maximum,", "    return Partial(\n        other.maximum,"),
        [ASSOCIATIVE, WHOLE],
    ),
    "merge: nothing less nothing is not a number": (
        "functional/online_softmax.py",
        ("shift = at_least_lowest(maximum)\n    keep, add", "shift = maximum\n    keep, add"),
        [NEUTRAL],
    ),
    "partial: a row of nothing is not a number": (
        "functional/online_softmax.py",
        ("shift = at_least_lowest(maximum)\n    weights", "shift = maximum\n    weights"),
        [NEUTRAL, WHOLE, "test_a_query_that_sees_nothing_gives_zeros_and_finite_gradients"],
    ),
    "partial: no maximum taken off": (
        "functional/online_softmax.py",
        (
            "    maximum = scores.amax(dim=-1, keepdim=True)",
            "    maximum = torch.zeros_like(scores[..., :1])",
        ),
        [
            "test_a_partial_is_relative_to_its_maximum",
            "test_huge_scores_do_not_overflow",
            "test_scores_far_below_zero_do_not_underflow",
        ],
    ),
    "each block normalised by itself": (
        "functional/online_softmax.py",
        ("weights.sum(dim=-1, keepdim=True)", "torch.ones_like(maximum)"),
        [WHOLE, EVERY_BLOCK],
    ),
    "going on: the old sum not rescaled": (
        "functional/online_softmax.py",
        ("total.addcmul_(keep, so_far.total)", "total.add_(so_far.total)"),
        [GOES_ON, EVERY_BLOCK],
    ),
    "going on: the old context not rescaled": (
        "functional/online_softmax.py",
        ("context.addcmul_(keep, so_far.context)", "context.add_(so_far.context)"),
        [GOES_ON, EVERY_BLOCK],
    ),
    "going on: the old maximum forgotten": (
        "functional/online_softmax.py",
        ("maximum = torch.maximum(so_far.maximum, maximum)", "pass"),
        [GOES_ON],
    ),
    "exponentials to another base": (
        "functional/online_softmax.py",
        ("LOG2_E = math.log2(math.e)", "LOG2_E = 1.0"),
        [WHOLE, EVERY_BLOCK],
    ),
    "one memory for two blocks": (
        "functional/flash.py",
        ("room, d_room = _Room(q), _Room(q)", "room = d_room = _Room(q)"),
        [EVERY_BLOCK, "test_gradient_is_the_derivative"],
    ),
    "logsumexp without the maximum": (
        "functional/online_softmax.py",
        ("logsumexp = maximum + total.log()", "logsumexp = total.log()"),
        [LOGSUMEXP, WHOLE, EVERY_BLOCK],
    ),
    "the diagonal block not masked": (
        "functional/flash.py",
        ("if causal and first < right:", "if False:"),
        [EVERY_BLOCK, "test_what_lies_ahead_changes_nothing_to_the_bit"],
    ),
    "a block that the diagonal only touches not masked": (
        "functional/flash.py",
        ("if causal and first < right:", "if causal and first == left < right:"),
        [EVERY_BLOCK, "test_what_lies_ahead_changes_nothing_to_the_bit"],
    ),
    "causal aligned at the top left": (
        "functional/flash.py",
        ("offset = n_keys - n_queries", "offset = 0"),
        ["test_causal_is_aligned_at_the_bottom_right", EVERY_BLOCK],
    ),
    "blocks above the diagonal computed, too": (
        "functional/flash.py",
        ("n_seen = max(bottom + offset, 0) if causal else n_keys", "n_seen = n_keys"),
        ["test_blocks_above_the_diagonal_are_not_computed"],
    ),
    "only the first heads": (
        "functional/flash.py",
        ("range(0, n_heads, n_together)", "range(0, min(n_heads, n_together), n_together)"),
        ["test_heads_go_together_or_one_by_one"],
    ),
    "backward: no delta": (
        "functional/flash.py",
        ("delta = (d_o * context).sum(dim=-1) - d_logsumexp", "delta = -d_logsumexp"),
        [EVERY_BLOCK, "test_gradient_is_the_derivative"],
    ),
    "backward: the logsumexp's own gradient forgotten": (
        "functional/flash.py",
        (".sum(dim=-1) - d_logsumexp", ".sum(dim=-1)"),
        [
            "test_gradient_of_the_logsumexp_is_the_derivative",
            "test_contexts_over_separate_keys_merge_by_their_logsumexps",
        ],
    ),
    "backward: the query's gradient not scaled": (
        "functional/flash.py",
        (D_QUERY, D_QUERY.replace(", alpha=scale", "")),
        [SCALE, EVERY_BLOCK],
    ),
    "backward: the key's gradient scaled twice": (
        "functional/flash.py",
        ("baddbmm_(d_scores.mT, scaled)", "baddbmm_(d_scores.mT, scaled, alpha=scale)"),
        [SCALE, EVERY_BLOCK],
    ),
    "backward: the blocks' gradients not summed": (
        "functional/flash.py",
        ("baddbmm_(weights.mT, d_rows)", "baddbmm_(weights.mT, d_rows, beta=0)"),
        [EVERY_BLOCK],
    ),
    "sums in half precision": (
        "_dtypes.py",
        ("x.to(torch.promote_types(x.dtype, torch.float32))", "x"),
        [
            "test_the_error_is_at_most_twice_that_of_plain_torch",
            "test_sums_are_kept_in_single_precision",
            "test_partials_in_half_precision_are_merged_in_single",
        ],
    ),
    "sums in half precision under autocast": (
        "_dtypes.py",
        ("return torch.autocast(device.type, enabled=False)", "return nullcontext()"),
        ["test_autocast_changes_nothing", "test_products_are_not_rounded_under_autocast"],
    ),
    "partial: scores in half precision": (
        "functional/online_softmax.py",
        ("scores, value = at_least_float32(scores), at_least_float32(value)", "pass"),
        ["test_sums_are_kept_in_single_precision"],
    ),
    "partial: products in half precision under autocast": (
        "functional/online_softmax.py",
        ("with without_autocast(value.device):", "if True:"),
        ["test_products_are_not_rounded_under_autocast"],
    ),
    "merge: partials in half precision": (
        "functional/online_softmax.py",
        ("one, other = (Partial(*map(at_least_float32, partial)) for partial in (one, other))", ""),
        ["test_partials_in_half_precision_are_merged_in_single"],
    ),
    "scores overwritten unasked": (
        "functional/online_softmax.py",
        ("out=scores if overwrite else None", "out=scores"),
        ["test_a_partial_leaves_its_scores_as_they_were"],
    ),
    "a second derivative that is silently wrong": (
        "functional/flash.py",
        (
            'raise RuntimeError(\n            "flash_attention has no second derivative; '
            'scaled_dot_product_attention has one"\n        )',
            "return *gradients, *gradients, None, None",
        ),
        ["test_a_second_derivative_is_refused"],
    ),
    "mapped over samples: one axis for all": (
        "functional/flash.py",
        ("x.movedim(axis, 0)", "x"),
        ["test_one_tensor_for_all_samples"],
    ),
    "memory of a block on another device": (
        "functional/flash.py",
        ("self.memory = like.new_empty(0)", "self.memory = torch.empty(0)"),
        ["test_all_is_made_where_the_input_is", "test_gradients_are_made_where_the_input_is"],
    ),
    # --- the sliding window ---
    "window: one too wide in the chunks": (
        "functional/sliding_window.py",
        (STRIP, STRIP.replace("window,", "window + 1,")),
        [SEES, LAST_CHUNK],
    ),
    "window: one too narrow in the chunks": (
        "functional/sliding_window.py",
        (STRIP, STRIP.replace("window,", "max(window - 1, 1),")),
        [SEES, LAST_CHUNK],
    ),
    "window: the last chunk dropped": (
        "functional/sliding_window.py",
        ("    if last.shape[2]:\n", "    if last.shape[2] > CHUNK:\n"),
        [LAST_CHUNK],
    ),
    "window: the strips begin one key too early": (
        "functional/sliding_window.py",
        ("seen = slice(end - (window - 1), None)", "seen = slice(max(end - window, 0), None)"),
        [SEES, LAST_CHUNK],
    ),
    "window: the beginning not causal": (
        "functional/sliding_window.py",
        ("is_causal=True, scale=scale", "scale=scale"),
        ["test_by_hand_a_query_takes_the_mean_of_itself_and_those_just_before", SEES],
    ),
    "window: the beginning after a cache at the top left": (
        "functional/sliding_window.py",
        (
            "mask = causal_mask(n_queries, n_keys, device=query.device)",
            "mask = causal_mask(n_keys)[:n_queries]",
        ),
        [CACHED],
    ),
    "window: one key too many thrown away": (
        "functional/sliding_window.py",
        ("max(n_keys - n_queries - (window - 1), 0)", "max(n_keys - n_queries - (window - 2), 0)"),
        [CACHED],
    ),
    "window: queries that see nothing are cut off like the others": (
        "functional/sliding_window.py",
        ("n_blind = max(n_queries - n_keys, 0)", "n_blind = 0"),
        ["test_a_query_that_sees_nothing_gives_zeros_and_finite_gradients"],
    ),
    "window: the scale forgotten in the chunks": (
        "functional/sliding_window.py",
        ("attn_mask=mask, scale=scale)\n    return context", "attn_mask=mask)\n    return context"),
        [SCALE],
    ),
    "window: the strips copied": (
        "functional/sliding_window.py",
        (
            "key = key[0].unfold(1, strip, chunk).mT",
            "key = key[0].unfold(1, strip, chunk).mT.clone()",
        ),
        ["test_no_strip_is_a_copy"],
    ),
    # --- the latent ---
    "latent: the absorbed form without its rotary part": (
        "nn/latent.py",
        ("torch.cat([content, turned],", "torch.cat([content, 0 * turned if absorb else turned],"),
        [EQUATIONS, FORMS, DEEPSEEK],
    ),
    "latent: scaled by the width without position alone": (
        "nn/latent.py",
        ("scale = (self.d_nope + self.d_rope) ** -0.5", "scale = self.d_nope**-0.5"),
        [EQUATIONS, DEEPSEEK],
    ),
    "latent: the absorbed form scaled by the width of the latent": (
        "nn/latent.py",
        ("scale = (self.d_nope + self.d_rope) ** -0.5", "scale = query.shape[-1] ** -0.5"),
        [EQUATIONS, FORMS, DEEPSEEK],
    ),
    "latent: not normed": (
        "nn/latent.py",
        ("latent = _normed(self.norm_kv, self.w_dkv(x))", "latent = self.w_dkv(x)"),
        [
            EQUATIONS,
            DEEPSEEK,
            CHUNKS,
            "test_the_cache_holds_the_latent_and_one_rotated_key_a_token",
        ],
    ),
    "latent: that of the queries not normed": (
        "nn/latent.py",
        ("asked = _normed(self.norm_q, self.w_dq(x))", "asked = self.w_dq(x)"),
        [EQUATIONS, DEEPSEEK],
    ),
    "latent: each chunk's keys rotated from zero": (
        "nn/latent.py",
        ("self.rotary(self.w_kr(x)[:, None], start)", "self.rotary(self.w_kr(x)[:, None])"),
        [CHUNKS, "test_the_cache_holds_the_latent_and_one_rotated_key_a_token"],
    ),
    "latent: each chunk's queries rotated from zero": (
        "nn/latent.py",
        (
            "split_heads(self.w_qr(asked), self.d_rope), start",
            "split_heads(self.w_qr(asked), self.d_rope)",
        ),
        [CHUNKS, "test_what_is_rotary_depends_on_the_distance_alone"],
    ),
    "latent: rotated in the other layout": (
        "nn/latent.py",
        ('RotaryEmbedding(d_rope, base, "interleaved")', 'RotaryEmbedding(d_rope, base, "half")'),
        [EQUATIONS, DEEPSEEK],
    ),
    "latent: no mask within a later chunk": (
        "nn/latent.py",
        ("if need_weights or 1 < n_queries < n_keys:", "if need_weights:"),
        [CHUNKS],
    ),
    "latent: the rotated key mixed into the output": (
        "nn/latent.py",
        ("context[..., : self.d_latent]", "context[..., -self.d_latent :]"),
        [EQUATIONS, FORMS, DEEPSEEK],
    ),
    "latent: the expansion of cached latents not counted": (
        "nn/latent.py",
        ("naive = n_keys * expand", "naive = n_queries * expand"),
        [
            "test_the_form_is_the_one_with_fewer_multiplications",
            "test_deepseek_decodes_absorbed_and_reads_naively",
        ],
    ),
    "latent: decoding expands every head's keys": (
        "nn/latent.py",
        ("absorb = self.absorbs(x.shape[1], stored.shape[1])", "absorb = False"),
        [
            "test_without_a_say_the_rule_decides",
            "test_absorbed_decoding_makes_no_key_for_each_head",
        ],
    ),
    "latent cache: always stored at the beginning": (
        "nn/cache/latent.py",
        (
            "self._stored[:, start:end, :d_latent] = latents",
            "self._stored[:, : end - start, :d_latent] = latents",
        ),
        [CHUNKS, "test_the_cache_holds_the_latent_and_one_rotated_key_a_token"],
    ),
    "latent cache: room for keys and values": (
        "nn/cache/latent.py",
        ('check_count("max_len", max_len), d_latent + d_rope)', "max_len, 2 * d_latent + d_rope)"),
        [
            "test_the_cache_holds_the_latent_and_one_rotated_key_a_token",
            "test_deepseeks_cache_holds_576_numbers_a_token",
        ],
    ),
    # --- the cache that rotates ---
    "rotating: one position too many": (
        "nn/cache/rotating.py",
        ("self._length - self.window + 1)", "self._length - self.window)"),
        ["test_by_hand_a_window_of_two_gives_the_one_before_and_the_new", SEEN],
    ),
    "rotating: one position too few": (
        "nn/cache/rotating.py",
        ("self._length - self.window + 1)", "self._length - self.window + 2)"),
        ["test_by_hand_a_window_of_two_gives_the_one_before_and_the_new", SEEN],
    ),
    "rotating: the sinks forgotten": (
        "nn/cache/rotating.py",
        ("torch.arange(min(self.n_sink, start),", "torch.arange(0,"),
        ["test_by_hand_a_sink_comes_first", SEEN],
    ),
    "rotating: sinks within a long first chunk not stored": (
        "nn/cache/rotating.py",
        ("new = torch.cat([sinks, last])", "new = last"),
        [SEEN],
    ),
    "rotating: places counted from the first position": (
        "nn/cache/rotating.py",
        ("(positions - self.n_sink) % self.window", "positions % self.window"),
        [SEEN],
    ),
    "rotating: several queries get the memory as it stands": (
        "nn/cache/rotating.py",
        ("lone = n_new == 1 and not in_order", "lone = not in_order"),
        ["test_several_queries_get_their_keys_in_order_in_any_case"],
    ),
    "rotating: goes back to what is overwritten": (
        "nn/cache/rotating.py",
        ("if first_seen < min(n, self._lost):", "if False:"),
        [
            "test_a_past_that_is_overwritten_does_not_come_back",
            "test_it_goes_back_where_nothing_is_missed_and_only_there",
        ],
    ),
    "rotating: what was lost before it began again is lost for good": (
        "nn/cache/rotating.py",
        ("self._lost = min(self._lost, n)", "pass"),
        ["test_it_can_begin_again"],
    ),
    # --- the window in multi-head attention, and its lone queries ---
    "window in attention: one too long by the mask": (
        "nn/multihead_plan.py",
        ("sliding_window_mask(n_queries, window,", "sliding_window_mask(n_queries, 1 + window,"),
        [MASKED, "test_each_query_sees_itself_and_the_window_before_it", OWN_MASK],
    ),
    "window in attention: one too long without a mask": (
        "nn/heads.py",
        ("key, value, window=window", "key, value, window=window + 1"),
        [MASKED, "test_each_query_sees_itself_and_the_window_before_it"],
    ),
    "window in attention: applied one key too late": (
        "nn/multihead_plan.py",
        ("n_keys > window + n_sink", "n_keys > window + n_sink + 1"),
        [WIDER, PLAN],
    ),
    "window in attention: the heads that share a key out of order": (
        "nn/heads.py",
        ("torch.stack(contexts, dim=2)", "torch.stack(contexts, dim=1)"),
        [MASKED],
    ),
    "window in attention: no dropout within it": (
        "nn/multihead_plan.py",
        ("n_sink == 0 and not has_dropout", "n_sink == 0"),
        ["test_dropout_falls_within_the_window", PLAN],
    ),
    "window in attention: in evaluation by the mask, too, where there is dropout": (
        "nn/multihead.py",
        ("has_dropout=dropout_p > 0.0", "has_dropout=self.dropout > 0.0"),
        ["test_evaluation_takes_the_same_kernels_with_dropout_as_without"],
    ),
    "plan: a mask where the kernel hides what lies ahead": (
        "nn/multihead_plan.py",
        ("not (sees_all or is_causal)", "not sees_all"),
        [PLAN, "test_a_plain_causal_layer_hands_no_mask_to_the_kernel"],
    ),
    "plan: a mask for a lone query": (
        "nn/multihead_plan.py",
        ("not causal or (n_queries == 1 and not hides_past)", "not causal"),
        [PLAN, "test_a_lone_token_after_cached_ones_hands_no_mask_to_the_kernel"],
    ),
    "masks: made on PyTorch's default device": (
        "nn/multihead_plan.py",
        (
            "past = causal_mask(n_queries, n_keys, device=device)",
            "past = causal_mask(n_queries, n_keys).to(device)",
        ),
        ["test_all_is_made_where_the_input_is"],
    ),
    "another dtype than the weights' goes unnoticed": (
        "_checks.py",
        ("if weight is not None and not multiplies(value, weight):", "if False:"),
        ["test_bad_input_is_named"],
    ),
    "float64 goes unnoticed under autocast": (
        "_dtypes.py",
        ("torch.float64 not in (one.dtype, other.dtype) and autocast", "autocast"),
        ["test_bad_input_is_named"],
    ),
    "caches: gradients flow into the past": (
        "nn/cache/growing.py",
        ("start:end] = keys.detach()", "start:end] = keys"),
        [
            "test_what_is_stored_holds_on_to_no_graph",
            "test_a_cache_that_was_used_with_gradients_can_be_copied",
            "test_backward_through_several_chunks_takes_the_past_as_a_constant",
            "test_where_only_queries_are_trained_backward_goes_through_all_chunks",
        ],
    ),
    "caches: a view where gradients are computed": (
        "nn/cache/growing.py",
        ("if torch.is_grad_enabled():", "if False:"),
        [
            "test_the_first_chunk_has_the_gradients_that_it_has_without_a_cache",
            "test_backward_through_several_chunks_takes_the_past_as_a_constant",
            "test_where_only_queries_are_trained_backward_goes_through_all_chunks",
        ],
    ),
    "caches: the memory as it stands where gradients are computed": (
        "nn/cache/rotating.py",
        ("not in_order and not torch.is_grad_enabled()", "not in_order"),
        ["test_backward_through_several_chunks_takes_the_past_as_a_constant"],
    ),
    "caches: keys not rounded to the cache's dtype": (
        "nn/multihead.py",
        ("key, value = key.to(cache.dtype), value.to(cache.dtype)", "pass"),
        [CHUNKS, "test_a_cache_in_half_precision_serves_a_layer_in_single"],
    ),
    "caches: keys come back in the cache's dtype": (
        "nn/multihead.py",
        ("key, value = key.to(query.dtype), value.to(query.dtype)", "pass"),
        [CHUNKS, "test_a_cache_in_half_precision_serves_a_layer_in_single"],
    ),
    "caches: latents come back in the cache's dtype": (
        "nn/latent.py",
        ("stored = stored.to(content.dtype)", "pass"),
        [CHUNKS, "test_a_cache_in_half_precision_serves_a_layer_in_single"],
    ),
    "caches: in the weights' dtype under autocast": (
        "_dtypes.py",
        (
            "        return weight.dtype\n    return dtype",
            "        return weight.dtype\n    return weight.dtype",
        ),
        [CHUNKS, "test_the_cache_has_the_dtype_in_which_keys_are_computed"],
    ),
    "caches: in half precision beside float64": (
        "_dtypes.py",
        ("if dtype is None or weight.dtype == torch.float64:", "if dtype is None:"),
        ["test_the_cache_has_the_dtype_in_which_keys_are_computed"],
    ),
    "sinks: forgotten in the mask": (
        "nn/multihead_plan.py",
        ("torch.arange(n_keys, device=device) < n_sink", "torch.arange(n_keys, device=device) < 0"),
        [MASKED, "test_by_hand_a_sink_is_seen_besides_the_window", OWN_MASK],
    ),
    "sinks: seen before they come": (
        "nn/multihead_plan.py",
        ("| (past & sinks)", "| sinks"),
        [MASKED],
    ),
    "rotating in attention: the mask's first columns for the kept ones": (
        "nn/cache/rotating.py",
        (
            "of_all[..., self._first_recent() :]",
            "of_all[..., self.n_sink : self.n_seen(n_new)]",
        ),
        [
            CHUNKS,
            "test_padding_at_the_left_with_a_rotating_cache",
            "test_a_cache_says_which_keys_it_will_give_back",
        ],
    ),
    "rotating in attention: any order where order counts": (
        "nn/multihead_plan.py",
        ("in_order=not plain", "in_order=False"),
        [PLAN, STEPS_WITHOUT_GRADIENTS],
    ),
    "rotating in attention: copied where order does not count": (
        "nn/multihead_plan.py",
        ("in_order=not plain", "in_order=True"),
        ["test_a_lone_query_does_not_copy_what_the_window_keeps", PLAN],
    ),
    "rows: each key head's query heads taken in turn": (
        "nn/heads.py",
        (
            "of_head.reshape(len(of_head), n_kv_heads, -1, of_head.shape[-1])",
            "of_head.unflatten(1, (-1, n_kv_heads)).squeeze(3).transpose(1, 2)",
        ),
        ["test_a_lone_query_with_shared_heads_equals_the_definition"],
    ),
    "rows: put side by side in turn": (
        "nn/heads.py",
        ("return context.reshape(", "return context.transpose(1, 2).reshape("),
        [
            "test_a_lone_query_with_shared_heads_equals_the_definition",
            "test_the_rows_of_a_lone_query_are_the_heads_that_share_a_key_head",
        ],
    ),
    "rows: shared heads repeated in memory": (
        "nn/heads.py",
        (
            "        key,\n        value,\n        attn_mask",
            "        _repeat_shared(key, shape[1]),\n"
            "        _repeat_shared(value, shape[1]),\n"
            "        attn_mask",
        ),
        ["test_shared_heads_are_not_repeated_in_memory"],
    ),
}

FAULTS = {name: Fault(file, [edit], caught_by) for name, (file, edit, caught_by) in TABLE.items()}
