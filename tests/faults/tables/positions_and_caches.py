"""Mistakes in positions, in caches, and in heads that use them."""

from running import Fault

SUITES = {
    "functional/definition.py": ["unit/functional/test_definition.py"],
    "functional/positions.py": [
        "unit/functional/test_positions.py",
        "unit/functional/test_default_dtype.py",
    ],
    "nn/positions.py": ["unit/functional/test_positions.py"],
    "nn/cache/growing.py": ["unit/nn/test_cache.py"],
    "nn/heads.py": ["unit/nn/test_multihead_grouped.py"],
    "nn/multihead.py": ["unit/nn/test_multihead_grouped.py"],
    "nn/multihead_plan.py": ["unit/nn/test_multihead_grouped.py"],
}
"""For each file that may have a fault of these, the test files that are to catch it."""

TURN = "query, key = self.rotary(query, n_cached), self.rotary(key, n_cached)"
EACH_HEAD = "test_each_head_by_itself_gives_the_same"
CHUNKS = "test_any_chunks_give_what_the_whole_gives"
ANGLES = "angles = rotary_angles(x.shape[2], self.d_head, self.base, start, device=device)"
WAVES = "torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)"

FAULTS = {
    # --- positions ---
    "sine and cosine exchanged": Fault(
        "functional/positions.py",
        [(WAVES, "torch.stack([angles.cos(), angles.sin()], dim=-1).flatten(-2)")],
        ["test_by_hand_sinusoids_of_width_two_go_once_round_in_two_pi"],
    ),
    "all sines, then all cosines": Fault(
        "functional/positions.py",
        [(WAVES, "torch.cat([angles.sin(), angles.cos()], dim=-1)")],
        ["test_by_hand_the_second_pair_of_four_is_slower_by_the_root_of_the_base"],
    ),
    "angles in float32": Fault(
        "functional/positions.py",
        [
            (
                "return positions[:, None] * frequency",
                "return positions[:, None] * frequency.float()",
            )
        ],
        ["test_sinusoids_of_positions_far_out_are_right_to_the_last_bits_of_float32"],
    ),
    "rotary: start ignored": Fault(
        "nn/positions.py",
        [(ANGLES, ANGLES.replace(", start", ""))],
        ["test_start_is_the_position_of_the_first"],
    ),
    "rotary: the layouts exchanged": Fault(
        "functional/positions.py",
        [('if layout == "half":', 'if layout != "half":')],
        [
            "test_by_hand_a_quarter_turn_in_each_layout",
            "test_the_half_layout_equals_the_rotary_positions_of_the_transformers_library",
        ],
    ),
    "rotary: turned backwards": Fault(
        "functional/positions.py",
        [("angles.sin().to(x)", "-angles.sin().to(x)")],
        ["test_by_hand_one_pair_turns_by_its_position"],
    ),
    "rotary: added, not turned": Fault(
        "functional/positions.py",
        [("angles.cos().to(x), ", "1.0, ")],
        ["test_a_rotation_keeps_the_length", "test_the_dot_product_depends_on_the_distance_alone"],
    ),
    "rotary: the order of the layouts inverted": Fault(
        "functional/positions.py",
        [(".reshape(-1, 2).T.flatten()", ".reshape(2, -1).T.flatten()")],
        [
            "test_by_hand_the_order_of_the_layouts",
            "test_the_layouts_are_a_permutation_of_each_other",
        ],
    ),
    "alibi: the first slope is one": Fault(
        "functional/positions.py",
        [("torch.arange(1, n_heads + 1,", "torch.arange(n_heads,")],
        ["test_by_hand_the_slopes_of_eight_heads_are_a_half_to_the_256th"],
    ),
    "alibi: aligned at the top left": Fault(
        "functional/positions.py",
        [("torch.arange(n_keys - n_queries, n_keys,", "torch.arange(n_queries,")],
        ["test_by_hand_the_last_query_stands_at_the_last_key"],
    ),
    "alibi: the far is favoured": Fault(
        "functional/positions.py",
        [("return -slopes", "return slopes")],
        ["test_by_hand_the_penalty_grows_with_the_distance"],
    ),
    "alibi: in PyTorch's default dtype": Fault(
        "functional/positions.py",
        [("torch.arange(1, n_heads + 1, dtype=torch.float32,", "torch.arange(1.0, n_heads + 1,")],
        [
            "test_the_default_dtype_changes_nothing",
            "test_by_hand_a_distance_that_half_precision_does_not_have",
        ],
    ),
    # --- the cache ---
    "cache: truncate does not lower the length": Fault(
        "nn/cache/growing.py",
        [("        self._length = n\n", "        pass\n")],
        ["test_what_is_forgotten_is_overwritten"],
    ),
    "cache: only the new comes back": Fault(
        "nn/cache/growing.py",
        [("return self._keys[:, :, :end], self._values[:, :, :end]", "return keys, values")],
        ["test_append_returns_all_so_far"],
    ),
    "cache: all of it comes back, the empty part, too": Fault(
        "nn/cache/growing.py",
        [("return self._keys[:, :, :end], self._values[:, :, :end]", "return self._keys, values")],
        ["test_append_returns_all_so_far"],
    ),
    "cache: stored before it is known to fit": Fault(
        "nn/cache/growing.py",
        [
            (
                "        if end > self.max_len:",
                "        before, self._length = self._length, end\n        if end > self.max_len:",
            )
        ],
        ["test_a_full_cache_says_so_and_stores_nothing"],
    ),
    # --- attention with a bias, shared heads, positions and a cache ---
    "bias: scaled with the scores": Fault(
        "functional/definition.py",
        [("scores + score_bias.to(scores.dtype)", "scores + scale * score_bias.to(scores.dtype)")],
        ["test_by_hand_a_bias_is_added_to_the_scaled_scores"],
    ),
    "bias: in its own dtype": Fault(
        "functional/definition.py",
        [("scores + score_bias.to(scores.dtype)", "scores + score_bias")],
        ["test_a_bias_in_single_precision_goes_with_half_precision"],
    ),
    "groups: repeat for repeat_interleave": Fault(
        "nn/heads.py",
        [
            (
                "shared.repeat_interleave(n_heads // n_kv_heads, dim=1)",
                "shared.repeat(1, n_heads // n_kv_heads, 1, 1)",
            )
        ],
        ["test_neighbouring_heads_share_a_key_head", EACH_HEAD],
    ),
    "groups: repeat on the fast path": Fault(
        "nn/heads.py",
        [
            (
                "        query,\n        key,\n        value,\n        attn_mask",
                "        query,\n"
                "        key.repeat(1, shape[1] // n_kv_heads, 1, 1),\n"
                "        value.repeat(1, shape[1] // n_kv_heads, 1, 1),\n"
                "        attn_mask",
            )
        ],
        ["test_neighbouring_heads_share_a_key_head", EACH_HEAD],
    ),
    "rotary in attention: start ignored": Fault(
        "nn/multihead.py",
        [(TURN, TURN.replace(", n_cached", ""))],
        [CHUNKS],
    ),
    "rotary in attention: the cached position off by one": Fault(
        "nn/multihead.py",
        [(TURN, TURN.replace("n_cached", "max(n_cached - 1, 0)"))],
        [CHUNKS],
    ),
    "rotary in attention: values turned, too": Fault(
        "nn/multihead.py",
        [(TURN, f"{TURN}\n            value = self.rotary(value, n_cached)")],
        [EACH_HEAD],
    ),
    "cached: the causal mask at the top left": Fault(
        "nn/multihead_plan.py",
        [("not hides_past and n_cached == 0", "not hides_past")],
        [CHUNKS],
    ),
    "cached: no mask within a later chunk": Fault(
        "nn/multihead_plan.py",
        [("(n_queries == 1 and not hides_past)", "(n_cached > 0 and not hides_past)")],
        ["test_a_chunk_after_the_first_does_not_see_its_own_future", CHUNKS],
    ),
    "cached: distances counted from the first key": Fault(
        "nn/multihead.py",
        [
            (
                "alibi_bias(self.n_heads, n_queries, n_keys, device=x.device)",
                "alibi_bias(self.n_heads, n_keys, device=x.device)[:, :n_queries]",
            )
        ],
        [CHUNKS, "test_the_weights_with_a_cache_cover_all_keys"],
    ),
    "alibi in attention: forgotten on the fast path": Fault(
        "nn/heads.py",
        [("attn_mask=_as_scores(mask, bias)", "attn_mask=mask")],
        [EACH_HEAD],
    ),
    "alibi in attention: the mask forgotten beside it": Fault(
        "nn/heads.py",
        [("return bias.masked_fill(~mask, -torch.inf)", "return bias")],
        [EACH_HEAD],
    ),
}
