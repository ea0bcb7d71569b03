"""Mistakes in positions, cache, shared heads, GPT, its padding and text. See ``running``."""

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
    "models/embedding.py": ["unit/models/test_gpt.py", "unit/models/test_transforms.py"],
    "models/gpt/block.py": ["unit/models/test_gpt.py", "unit/models/test_padding.py"],
    "models/gpt/model.py": ["unit/models/test_gpt.py", "unit/models/test_padding.py"],
    "models/gpt/padding.py": ["unit/models/test_padding.py"],
    "models/gpt/sampling.py": ["unit/models/test_sampling.py", "unit/models/test_padding.py"],
}
"""For each file that may have a fault of these, the test files that are to catch it."""

TURN = "query, key = self.rotary(query, n_cached), self.rotary(key, n_cached)"
EACH_HEAD = "test_each_head_by_itself_gives_the_same"
CHUNKS = "test_any_chunks_give_what_the_whole_gives"
ANGLES = "angles = rotary_angles(x.shape[2], self.d_head, self.base, start, device=device)"
WAVES = "torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)"
START = "start = cache[0].length if cache else 0"
FORMULA = "test_the_block_is_the_formula_of_its_order"
WHOLE = "test_the_model_is_embeddings_blocks_a_norm_and_a_readout"
STEPS = "test_any_chunks_give_the_logits_of_the_whole"
COLD = "test_the_colder_the_surer_and_never_too_cold"
EACH_ROW = "test_each_row_gives_the_logits_that_it_gives_alone"
IN_CHUNKS = "test_in_any_chunks_with_a_cache_as_well"
GOES_ON = "test_each_row_goes_on_as_it_would_alone"
DRAWN = "test_each_token_is_drawn_from_what_the_row_would_guess_alone"
STOPPED = "test_after_its_stop_a_row_holds_nothing_else"
SAME_TEXT = "test_the_text_is_the_same_with_a_cache_as_without"

# For each fault: file, old text, new text, and the tests that must catch it.
TABLE = {
    # --- positions ---
    "sine and cosine exchanged": (
        "functional/positions.py",
        (WAVES, "torch.stack([angles.cos(), angles.sin()], dim=-1).flatten(-2)"),
        ["test_by_hand_sinusoids_of_width_two_go_once_round_in_two_pi"],
    ),
    "all sines, then all cosines": (
        "functional/positions.py",
        (WAVES, "torch.cat([angles.sin(), angles.cos()], dim=-1)"),
        ["test_by_hand_the_second_pair_of_four_is_slower_by_the_root_of_the_base"],
    ),
    "angles in float32": (
        "functional/positions.py",
        ("return positions[:, None] * frequency", "return positions[:, None] * frequency.float()"),
        ["test_sinusoids_of_positions_far_out_are_right_to_the_last_bits_of_float32"],
    ),
    "rotary: start ignored": (
        "nn/positions.py",
        (ANGLES, ANGLES.replace(", start", "")),
        ["test_start_is_the_position_of_the_first"],
    ),
    "rotary: the layouts exchanged": (
        "functional/positions.py",
        ('if layout == "half":', 'if layout != "half":'),
        [
            "test_by_hand_a_quarter_turn_in_each_layout",
            "test_the_half_layout_equals_the_rotary_positions_of_the_transformers_library",
        ],
    ),
    "rotary: turned backwards": (
        "functional/positions.py",
        ("angles.sin().to(x)", "-angles.sin().to(x)"),
        ["test_by_hand_one_pair_turns_by_its_position"],
    ),
    "rotary: added, not turned": (
        "functional/positions.py",
        ("angles.cos().to(x), ", "1.0, "),
        ["test_a_rotation_keeps_the_length", "test_the_dot_product_depends_on_the_distance_alone"],
    ),
    "rotary: the order of the layouts inverted": (
        "functional/positions.py",
        (".reshape(-1, 2).T.flatten()", ".reshape(2, -1).T.flatten()"),
        [
            "test_by_hand_the_order_of_the_layouts",
            "test_the_layouts_are_a_permutation_of_each_other",
        ],
    ),
    "alibi: the first slope is one": (
        "functional/positions.py",
        ("torch.arange(1, n_heads + 1,", "torch.arange(n_heads,"),
        ["test_by_hand_the_slopes_of_eight_heads_are_a_half_to_the_256th"],
    ),
    "alibi: aligned at the top left": (
        "functional/positions.py",
        ("torch.arange(n_keys - n_queries, n_keys,", "torch.arange(n_queries,"),
        ["test_by_hand_the_last_query_stands_at_the_last_key"],
    ),
    "alibi: the far is favoured": (
        "functional/positions.py",
        ("return -slopes", "return slopes"),
        ["test_by_hand_the_penalty_grows_with_the_distance"],
    ),
    "alibi: in PyTorch's default dtype": (
        "functional/positions.py",
        ("torch.arange(1, n_heads + 1, dtype=torch.float32,", "torch.arange(1.0, n_heads + 1,"),
        [
            "test_the_default_dtype_changes_nothing",
            "test_by_hand_a_distance_that_half_precision_does_not_have",
        ],
    ),
    # --- the cache ---
    "cache: truncate does not lower the length": (
        "nn/cache/growing.py",
        ("        self._length = n\n", "        pass\n"),
        ["test_what_is_forgotten_is_overwritten"],
    ),
    "cache: only the new comes back": (
        "nn/cache/growing.py",
        ("return self._keys[:, :, :end], self._values[:, :, :end]", "return keys, values"),
        ["test_append_returns_all_so_far"],
    ),
    "cache: all of it comes back, the empty part, too": (
        "nn/cache/growing.py",
        ("return self._keys[:, :, :end], self._values[:, :, :end]", "return self._keys, values"),
        ["test_append_returns_all_so_far"],
    ),
    "cache: stored before it is known to fit": (
        "nn/cache/growing.py",
        (
            "        if end > self.max_len:",
            "        before, self._length = self._length, end\n        if end > self.max_len:",
        ),
        ["test_a_full_cache_says_so_and_stores_nothing"],
    ),
    # --- attention with a bias, shared heads, positions and a cache ---
    "bias: scaled with the scores": (
        "functional/definition.py",
        ("scores + score_bias.to(scores.dtype)", "scores + scale * score_bias.to(scores.dtype)"),
        ["test_by_hand_a_bias_is_added_to_the_scaled_scores"],
    ),
    "bias: in its own dtype": (
        "functional/definition.py",
        ("scores + score_bias.to(scores.dtype)", "scores + score_bias"),
        ["test_a_bias_in_single_precision_goes_with_half_precision"],
    ),
    "groups: repeat for repeat_interleave": (
        "nn/heads.py",
        (
            "shared.repeat_interleave(n_heads // n_kv_heads, dim=1)",
            "shared.repeat(1, n_heads // n_kv_heads, 1, 1)",
        ),
        ["test_neighbouring_heads_share_a_key_head", EACH_HEAD],
    ),
    "groups: repeat on the fast path": (
        "nn/heads.py",
        (
            "        query,\n        key,\n        value,\n        attn_mask",
            "        query,\n"
            "        key.repeat(1, shape[1] // n_kv_heads, 1, 1),\n"
            "        value.repeat(1, shape[1] // n_kv_heads, 1, 1),\n"
            "        attn_mask",
        ),
        ["test_neighbouring_heads_share_a_key_head", EACH_HEAD],
    ),
    "rotary in attention: start ignored": (
        "nn/multihead.py",
        (TURN, TURN.replace(", n_cached", "")),
        [CHUNKS],
    ),
    "rotary in attention: the cached position off by one": (
        "nn/multihead.py",
        (TURN, TURN.replace("n_cached", "max(n_cached - 1, 0)")),
        [CHUNKS],
    ),
    "rotary in attention: values turned, too": (
        "nn/multihead.py",
        (TURN, f"{TURN}\n            value = self.rotary(value, n_cached)"),
        [EACH_HEAD],
    ),
    "cached: the causal mask at the top left": (
        "nn/multihead_plan.py",
        ("not hides_past and n_cached == 0", "not hides_past"),
        [CHUNKS],
    ),
    "cached: no mask within a later chunk": (
        "nn/multihead_plan.py",
        ("(n_queries == 1 and not hides_past)", "(n_cached > 0 and not hides_past)"),
        ["test_a_chunk_after_the_first_does_not_see_its_own_future", CHUNKS],
    ),
    "cached: distances counted from the first key": (
        "nn/multihead.py",
        (
            "alibi_bias(self.n_heads, n_queries, n_keys, device=x.device)",
            "alibi_bias(self.n_heads, n_keys, device=x.device)[:, :n_queries]",
        ),
        [CHUNKS, "test_the_weights_with_a_cache_cover_all_keys"],
    ),
    "alibi in attention: forgotten on the fast path": (
        "nn/heads.py",
        ("attn_mask=_as_scores(mask, bias)", "attn_mask=mask"),
        [EACH_HEAD],
    ),
    "alibi in attention: the mask forgotten beside it": (
        "nn/heads.py",
        ("return bias.masked_fill(~mask, -torch.inf)", "return bias"),
        [EACH_HEAD],
    ),
    # --- block and model ---
    "post-norm code for pre-norm": (
        "models/gpt/block.py",
        ('pre = self.norm_order == "pre"', 'pre = self.norm_order != "pre"'),
        [FORMULA],
    ),
    "the second norm is the first again": (
        "models/gpt/block.py",
        (
            "self.feed_forward(self.norm_feed_forward(x) if",
            "self.feed_forward(self.norm_attention(x) if",
        ),
        [FORMULA],
    ),
    "no residual stream around attention": (
        "models/gpt/block.py",
        ("x = x + self.dropout(context)", "x = self.dropout(context)"),
        [FORMULA],
    ),
    "no dropout on a sub-layer": (
        "models/gpt/block.py",
        ("x = x + self.dropout(context)", "x = x + context"),
        ["test_dropout_falls_on_embeddings_and_sub_layers"],
    ),
    "no last norm": (
        "models/gpt/model.py",
        ("self.readout(self.norm(x))", "self.readout(x)"),
        [WHOLE],
    ),
    "exact GELU for its tanh form": (
        "models/gpt/block.py",
        (', approximate="tanh"', ""),
        ["test_by_hand_the_network_of_gpt2_is_a_gelu_between_two_matrices"],
    ),
    "gate and input exchanged": (
        "models/gpt/block.py",
        ("F.silu(self.w_gate(x)) * hidden", "F.silu(hidden) * self.w_gate(x)"),
        ["test_by_hand_the_network_of_llama_is_gated"],
    ),
    "the norm's epsilon dropped": (
        "models/gpt/block.py",
        ("nn.RMSNorm(config.d_model, eps=config.norm_epsilon)", "nn.RMSNorm(config.d_model)"),
        [FORMULA],
    ),
    "no division by the root of 2N at the beginning": (
        "models/gpt/model.py",
        ("std=0.02 / math.sqrt(2 * self.config.n_layers)", "std=0.02"),
        ["test_weights_begin_as_gpt2s"],
    ),
    "one sub-layer a block counted at the beginning": (
        "models/gpt/model.py",
        ("math.sqrt(2 * self.config.n_layers)", "math.sqrt(config.n_layers)"),
        ["test_weights_begin_as_gpt2s"],
    ),
    "the read-out not tied": (
        "models/gpt/model.py",
        ("if config.tied:", "if False:"),
        ["test_a_tied_readout_is_the_embedding_itself", "test_gpt2_has_124439808_parameters"],
    ),
    "embeddings not scaled up to the waves": (
        "models/gpt/model.py",
        ("x = x * math.sqrt(self.config.d_model) +", "x = x +"),
        [WHOLE],
    ),
    "learned positions begin anew with each chunk": (
        "models/gpt/model.py",
        (START, "start = 0"),
        [STEPS],
    ),
    "learned positions off by one after the first chunk": (
        "models/gpt/model.py",
        (START, "start = max(cache[0].length - 1, 0) if cache else 0"),
        [STEPS],
    ),
    # --- text ---
    "logits times temperature": (
        "models/gpt/sampling.py",
        ("below / max(temperature, torch.finfo(below.dtype).tiny)", "below * temperature"),
        ["test_by_hand_temperature_divides_the_logits"],
    ),
    "top_k ignored": (
        "models/gpt/sampling.py",
        ("    if top_k is not None:\n", "    if False:\n"),
        [
            "test_top_k_keeps_to_the_k_likeliest",
            "test_top_k_draws_among_the_likeliest_by_their_chances",
        ],
    ),
    "top_k: the place among the likeliest for the token": (
        "models/gpt/sampling.py",
        ("return likely.indices.gather(1, drawn[:, None]).squeeze(1)", "return drawn"),
        ["test_temperature_zero_and_top_one_take_the_likeliest"],
    ),
    "top_k: temperature forgotten": (
        "models/gpt/sampling.py",
        ("likely.values, temperature=temperature,", "likely.values,"),
        ["test_top_k_draws_among_the_likeliest_by_their_chances"],
    ),
    "the guess of the first position": (
        "models/gpt/sampling.py",
        ("[:, -1]  #", "[:, 0]  #"),
        ["test_each_token_is_the_likeliest_after_all_before_it"],
    ),
    "without a cache only the last token is seen": (
        "models/gpt/sampling.py",
        ("new if use_cache else ids", "new"),
        [SAME_TEXT],
    ),
    "with a cache all is computed again": (
        "models/gpt/sampling.py",
        ("model(new if use_cache else ids, cache, mask=mask)", "model(ids, None, mask=mask)"),
        ["test_with_a_cache_each_step_computes_one_position"],
    ),
    "chances in the logits' own dtype": (
        "models/gpt/sampling.py",
        ("torch.promote_types(logits.dtype, torch.float32)", "logits.dtype"),
        ["test_narrow_logits_are_drawn_from_in_float32"],
    ),
    "the largest logit not taken off": (
        "models/gpt/sampling.py",
        ("logits - logits.amax(dim=-1, keepdim=True)", "logits"),
        [COLD],
    ),
    # --- ids ---
    "ids: values looked at whenever one reads": (
        "models/embedding.py",
        ("check_ids(name, ids)\n", "check_ids(name, ids, table.num_embeddings)\n"),
        [
            "test_a_model_compiles_as_one_graph",
            "test_so_does_attention_alone",
            "test_reading_looks_at_no_value_for_which_a_gpu_would_wait",
            "test_attention_alone_looks_at_none_either",
            "test_the_gradient_of_each_sample_by_vmap_is_that_of_the_sample_alone",
        ],
    ),
    "ids: one outside the vocabulary is PyTorch's to name": (
        "models/embedding.py",
        ("        check_ids(name, ids, table.num_embeddings)\n        raise", "        raise"),
        ["test_bad_input_is_named"],
    ),
    # --- padding ---
    "padding: looked at in each block": (
        "models/gpt/block.py",
        ("mask=mask, cache=cache, need", "mask=None, cache=cache, need"),
        [EACH_ROW, IN_CHUNKS, GOES_ON, DRAWN],
    ),
    "padding: looked at": (
        "models/gpt/model.py",
        ("mask = mask[:, None]", "mask = None"),
        [EACH_ROW],
    ),
    "padding: positions count it": (
        "models/gpt/model.py",
        ("place = real_positions(mask)[:, start:]", "place = torch.arange(start, end)"),
        [EACH_ROW, IN_CHUNKS, GOES_ON, DRAWN],
    ),
    "padding: positions begin anew with each chunk": (
        "models/gpt/model.py",
        ("real_positions(mask)[:, start:]", "real_positions(mask[:, start:])"),
        [IN_CHUNKS],
    ),
    "padding: a gap goes into the cache": (
        "models/gpt/model.py",
        ("if cache and ids.shape[1] > 1", "if False and ids.shape[1] > 1"),
        ["test_bad_input_is_named"],
    ),
    "padding: real tokens counted from one": (
        "models/gpt/padding.py",
        ("(mask.cumsum(dim=-1) - 1)", "mask.cumsum(dim=-1)"),
        ["test_by_hand_positions_count_real_tokens", EACH_ROW],
    ),
    "padding: a place before the first": (
        "models/gpt/padding.py",
        (".clamp(min=0)", ""),
        ["test_by_hand_positions_count_real_tokens"],
    ),
    "padding: on the right goes unnoticed": (
        "models/gpt/padding.py",
        ("(mask[:, :-1] & ~mask[:, 1:])", "(mask[:, :0])"),
        ["test_bad_input_is_named"],
    ),
    "padding: what is written is taken for it": (
        "models/gpt/sampling.py",
        ("torch.ones_like(new, dtype=torch.bool)", "torch.zeros_like(new, dtype=torch.bool)"),
        [GOES_ON, DRAWN],
    ),
    "padding: the text is written without it": (
        "models/gpt/sampling.py",
        ("else ids, cache, mask=mask)", "else ids, cache)"),
        [GOES_ON, DRAWN],
    ),
    "padding: a row of nothing else is written on": (
        "models/gpt/sampling.py",
        ("        check_no_empty_row(mask)\n", ""),
        ["test_bad_input_is_named"],
    ),
    # --- stopping ---
    "stop: ignored": (
        "models/gpt/sampling.py",
        ("token = token.masked_fill(done, stop)", "pass"),
        [STOPPED],
    ),
    "stop: the first row stops all": (
        "models/gpt/sampling.py",
        ("and done.all()", "and done.any()"),
        [STOPPED],
    ),
    "stop: forgotten at the next token": (
        "models/gpt/sampling.py",
        ("done = done | (token == stop)", "done = token == stop"),
        [STOPPED],
    ),
    "stop: one in the beginning counts": (
        "models/gpt/sampling.py",
        (
            "done = torch.zeros(len(ids), dtype=torch.bool, device=ids.device)",
            "done = (ids == (-1 if stop is None else stop)).any(dim=1)",
        ),
        ["test_a_stop_in_the_beginning_stops_nothing"],
    ),
    "stop: goes on computing when all have stopped": (
        "models/gpt/sampling.py",
        ("if stop is not None and done.all():", "if False:"),
        ["test_when_all_rows_have_stopped_nothing_more_is_computed"],
    ),
}

FAULTS = {name: Fault(file, [edit], caught_by) for name, (file, edit, caught_by) in TABLE.items()}
