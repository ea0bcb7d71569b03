"""Mistakes in caches that rotate, and in heads with a window."""

from running import Fault

WINDOW = [
    "unit/nn/test_multihead_window.py",
    "unit/nn/test_multihead_rotating.py",
    "unit/nn/test_multihead_lone_query.py",
]
SUITES = {
    "_checks.py": ["unit/nn/test_multihead_errors.py"],
    "_dtypes.py": [
        "unit/functional/test_online_softmax.py",
        "unit/functional/test_flash.py",
        "unit/functional/test_flash_edges.py",
        "unit/nn/test_autocast.py",
        "unit/nn/test_multihead_errors.py",
    ],
    "nn/latent.py": [
        "unit/nn/test_latent.py",
        "unit/nn/test_latent_cache.py",
        "unit/nn/test_autocast.py",
    ],
    "nn/cache/growing.py": ["unit/nn/test_cache_gradients.py"],
    "nn/cache/rotating.py": [
        "unit/nn/test_rotating_cache.py",
        "unit/nn/test_multihead_rotating.py",
        "unit/nn/test_multihead_plan.py",
        "unit/nn/test_cache_gradients.py",
    ],
    "nn/heads.py": WINDOW,
    "nn/multihead.py": [
        *WINDOW,
        "unit/nn/test_multihead_plan.py",
        "unit/nn/test_autocast.py",
    ],
    "nn/multihead_plan.py": [
        *WINDOW,
        "unit/nn/test_multihead_plan.py",
        "unit/nn/test_devices.py",
    ],
}
"""For each file that may have a fault of these, the test files that are to catch it."""

CHUNKS = "test_any_chunks_give_what_the_whole_gives"
SEEN = "test_queries_get_the_sinks_the_window_before_them_and_themselves"
MASKED = "test_it_equals_the_masked_definition"
PLAN = "test_the_plan_is"
OWN_MASK = "test_by_hand_the_own_mask"
STEPS_WITHOUT_GRADIENTS = "test_token_by_token_where_no_gradients_are_computed"
WIDER = "test_a_cache_that_keeps_all_serves_a_window_too"

FAULTS = {
    # --- the cache that rotates ---
    "rotating: one position too many": Fault(
        "nn/cache/rotating.py",
        [("self._length - self.window + 1)", "self._length - self.window)")],
        ["test_by_hand_a_window_of_two_gives_the_one_before_and_the_new", SEEN],
    ),
    "rotating: one position too few": Fault(
        "nn/cache/rotating.py",
        [("self._length - self.window + 1)", "self._length - self.window + 2)")],
        ["test_by_hand_a_window_of_two_gives_the_one_before_and_the_new", SEEN],
    ),
    "rotating: the sinks forgotten": Fault(
        "nn/cache/rotating.py",
        [("torch.arange(min(self.n_sink, start),", "torch.arange(0,")],
        ["test_by_hand_a_sink_comes_first", SEEN],
    ),
    "rotating: sinks within a long first chunk not stored": Fault(
        "nn/cache/rotating.py",
        [("new = torch.cat([sinks, last])", "new = last")],
        [SEEN],
    ),
    "rotating: places counted from the first position": Fault(
        "nn/cache/rotating.py",
        [("(positions - self.n_sink) % self.window", "positions % self.window")],
        [SEEN],
    ),
    "rotating: several queries get the memory as it stands": Fault(
        "nn/cache/rotating.py",
        [("lone = n_new == 1 and not in_order", "lone = not in_order")],
        ["test_several_queries_get_their_keys_in_order_in_any_case"],
    ),
    "rotating: goes back to what is overwritten": Fault(
        "nn/cache/rotating.py",
        [("if first_seen < min(n, self._lost):", "if False:")],
        [
            "test_a_past_that_is_overwritten_does_not_come_back",
            "test_it_goes_back_where_nothing_is_missed_and_only_there",
        ],
    ),
    "rotating: what was lost before it began again is lost for good": Fault(
        "nn/cache/rotating.py",
        [("self._lost = min(self._lost, n)", "pass")],
        ["test_it_can_begin_again"],
    ),
    # --- the window in multi-head attention, and its lone queries ---
    "window in attention: one too long by the mask": Fault(
        "nn/multihead_plan.py",
        [("sliding_window_mask(n_queries, window,", "sliding_window_mask(n_queries, 1 + window,")],
        [MASKED, "test_each_query_sees_itself_and_the_window_before_it", OWN_MASK],
    ),
    "window in attention: one too long without a mask": Fault(
        "nn/heads.py",
        [("key, value, window=window", "key, value, window=window + 1")],
        [MASKED, "test_each_query_sees_itself_and_the_window_before_it"],
    ),
    "window in attention: applied one key too late": Fault(
        "nn/multihead_plan.py",
        [("n_keys > window + n_sink", "n_keys > window + n_sink + 1")],
        [WIDER, PLAN],
    ),
    "window in attention: the heads that share a key out of order": Fault(
        "nn/heads.py",
        [("torch.stack(contexts, dim=2)", "torch.stack(contexts, dim=1)")],
        [MASKED],
    ),
    "window in attention: no dropout within it": Fault(
        "nn/multihead_plan.py",
        [("n_sink == 0 and not has_dropout", "n_sink == 0")],
        ["test_dropout_falls_within_the_window", PLAN],
    ),
    "window in attention: in evaluation by the mask, too, where there is dropout": Fault(
        "nn/multihead.py",
        [("has_dropout=dropout_p > 0.0", "has_dropout=self.dropout > 0.0")],
        ["test_evaluation_takes_the_same_kernels_with_dropout_as_without"],
    ),
    "plan: a mask where the kernel hides what lies ahead": Fault(
        "nn/multihead_plan.py",
        [("not (sees_all or is_causal)", "not sees_all")],
        [PLAN, "test_a_plain_causal_layer_hands_no_mask_to_the_kernel"],
    ),
    "plan: a mask for a lone query": Fault(
        "nn/multihead_plan.py",
        [("not causal or (n_queries == 1 and not hides_past)", "not causal")],
        [PLAN, "test_a_lone_token_after_cached_ones_hands_no_mask_to_the_kernel"],
    ),
    "masks: made on PyTorch's default device": Fault(
        "nn/multihead_plan.py",
        [
            (
                "past = causal_mask(n_queries, n_keys, device=device)",
                "past = causal_mask(n_queries, n_keys).to(device)",
            )
        ],
        ["test_all_is_made_where_the_input_is"],
    ),
    "another dtype than the weights' goes unnoticed": Fault(
        "_checks.py",
        [("if weight is not None and not multiplies(value, weight):", "if False:")],
        ["test_bad_input_is_named"],
    ),
    "float64 goes unnoticed under autocast": Fault(
        "_dtypes.py",
        [("torch.float64 not in (one.dtype, other.dtype) and autocast", "autocast")],
        ["test_bad_input_is_named"],
    ),
    "caches: gradients flow into the past": Fault(
        "nn/cache/growing.py",
        [("start:end] = keys.detach()", "start:end] = keys")],
        [
            "test_what_is_stored_holds_on_to_no_graph",
            "test_a_cache_that_was_used_with_gradients_can_be_copied",
            "test_backward_through_several_chunks_takes_the_past_as_a_constant",
        ],
    ),
    "caches: a view where gradients are computed": Fault(
        "nn/cache/growing.py",
        [("if torch.is_grad_enabled():", "if False:")],
        [
            "test_the_first_chunk_has_the_gradients_that_it_has_without_a_cache",
            "test_backward_through_several_chunks_takes_the_past_as_a_constant",
            "test_where_only_queries_are_trained_backward_goes_through_all_chunks",
        ],
    ),
    "caches: the memory as it stands where gradients are computed": Fault(
        "nn/cache/rotating.py",
        [("not in_order and not torch.is_grad_enabled()", "not in_order")],
        ["test_backward_through_several_chunks_takes_the_past_as_a_constant"],
    ),
    "caches: keys not rounded to the cache's dtype": Fault(
        "nn/multihead.py",
        [("key, value = key.to(cache.dtype), value.to(cache.dtype)", "pass")],
        [CHUNKS, "test_a_cache_in_half_precision_serves_a_layer_in_single"],
    ),
    "caches: keys come back in the cache's dtype": Fault(
        "nn/multihead.py",
        [("key, value = key.to(query.dtype), value.to(query.dtype)", "pass")],
        [CHUNKS, "test_a_cache_in_half_precision_serves_a_layer_in_single"],
    ),
    "caches: latents come back in the cache's dtype": Fault(
        "nn/latent.py",
        [("stored = stored.to(content.dtype)", "pass")],
        [CHUNKS, "test_a_cache_in_half_precision_serves_a_layer_in_single"],
    ),
    "caches: in the weights' dtype under autocast": Fault(
        "_dtypes.py",
        [
            (
                "        return weight.dtype\n    return dtype",
                "        return weight.dtype\n    return weight.dtype",
            )
        ],
        [CHUNKS, "test_the_cache_has_the_dtype_in_which_keys_are_computed"],
    ),
    "caches: in half precision beside float64": Fault(
        "_dtypes.py",
        [("if dtype is None or weight.dtype == torch.float64:", "if dtype is None:")],
        ["test_the_cache_has_the_dtype_in_which_keys_are_computed"],
    ),
    "sinks: forgotten in the mask": Fault(
        "nn/multihead_plan.py",
        [
            (
                "torch.arange(n_keys, device=device) < n_sink",
                "torch.arange(n_keys, device=device) < 0",
            )
        ],
        [MASKED, "test_by_hand_a_sink_is_seen_besides_the_window", OWN_MASK],
    ),
    "sinks: seen before they come": Fault(
        "nn/multihead_plan.py",
        [("| (past & sinks)", "| sinks")],
        [MASKED],
    ),
    "rotating in attention: the mask's first columns for the kept ones": Fault(
        "nn/cache/rotating.py",
        [
            (
                "columns[..., self._first_recent() :]",
                "columns[..., self.n_sink : self.n_seen(n_new)]",
            )
        ],
        [
            CHUNKS,
            "test_padding_at_the_left_with_a_rotating_cache",
            "test_a_cache_says_which_keys_it_will_give_back",
        ],
    ),
    "rotating in attention: any order where order counts": Fault(
        "nn/multihead_plan.py",
        [("in_order=not plain", "in_order=False")],
        [PLAN, STEPS_WITHOUT_GRADIENTS],
    ),
    "rotating in attention: copied where order does not count": Fault(
        "nn/multihead_plan.py",
        [("in_order=not plain", "in_order=True")],
        ["test_a_lone_query_does_not_copy_what_the_window_keeps", PLAN],
    ),
    "rows: each key head's query heads taken in turn": Fault(
        "nn/heads.py",
        [
            (
                "of_head.reshape(len(of_head), n_kv_heads, -1, of_head.shape[-1])",
                "of_head.unflatten(1, (-1, n_kv_heads)).squeeze(3).transpose(1, 2)",
            )
        ],
        ["test_a_lone_query_with_shared_heads_equals_the_definition"],
    ),
    "rows: put side by side in turn": Fault(
        "nn/heads.py",
        [("return context.reshape(", "return context.transpose(1, 2).reshape(")],
        [
            "test_a_lone_query_with_shared_heads_equals_the_definition",
            "test_the_rows_of_a_lone_query_are_the_heads_that_share_a_key_head",
        ],
    ),
    "rows: shared heads repeated in memory": Fault(
        "nn/heads.py",
        [
            (
                "        key,\n        value,\n        attn_mask",
                "        _repeat_shared(key, shape[1]),\n"
                "        _repeat_shared(value, shape[1]),\n"
                "        attn_mask",
            )
        ],
        ["test_shared_heads_are_not_repeated_in_memory"],
    ),
}
