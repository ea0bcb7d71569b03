"""Mistakes in the GPT, in its padding, and in how it writes."""

from running import Fault

SUITE_1 = ["unit/models/test_gpt.py", "unit/models/test_padding.py"]
SUITES = {
    "models/drawing.py": ["unit/models/test_drawing.py"],
    "models/embedding.py": ["unit/models/test_gpt.py", "unit/models/test_transforms.py"],
    "models/gpt/block.py": SUITE_1,
    "models/gpt/model.py": SUITE_1,
    "models/gpt/padding.py": ["unit/models/test_padding.py"],
    "models/gpt/sampling.py": ["unit/models/test_sampling.py", "unit/models/test_padding.py"],
}
"""For each file that may have a fault of these, the test files that are to catch it."""

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

FAULTS = {
    # --- block and model ---
    "post-norm code for pre-norm": Fault(
        "models/gpt/block.py",
        [('pre = self.norm_order == "pre"', 'pre = self.norm_order != "pre"')],
        [FORMULA],
    ),
    "the second norm is the first again": Fault(
        "models/gpt/block.py",
        [
            (
                "self.feed_forward(self.norm_feed_forward(x) if",
                "self.feed_forward(self.norm_attention(x) if",
            )
        ],
        [FORMULA],
    ),
    "no residual stream around attention": Fault(
        "models/gpt/block.py",
        [("x = x + self.dropout(context)", "x = self.dropout(context)")],
        [FORMULA],
    ),
    "no dropout on a sub-layer": Fault(
        "models/gpt/block.py",
        [("x = x + self.dropout(context)", "x = x + context")],
        ["test_dropout_falls_on_embeddings_and_sub_layers"],
    ),
    "no last norm": Fault(
        "models/gpt/model.py",
        [("self.readout(self.norm(x))", "self.readout(x)")],
        [WHOLE],
    ),
    "exact GELU for its tanh form": Fault(
        "models/gpt/block.py",
        [(', approximate="tanh"', "")],
        ["test_by_hand_the_network_of_gpt2_is_a_gelu_between_two_matrices"],
    ),
    "gate and input exchanged": Fault(
        "models/gpt/block.py",
        [("F.silu(self.w_gate(x)) * hidden", "F.silu(hidden) * self.w_gate(x)")],
        ["test_by_hand_the_network_of_llama_is_gated"],
    ),
    "the norm's epsilon dropped": Fault(
        "models/gpt/block.py",
        [("nn.RMSNorm(config.d_model, eps=config.norm_epsilon)", "nn.RMSNorm(config.d_model)")],
        [FORMULA],
    ),
    "no division by the root of 2N at the beginning": Fault(
        "models/gpt/model.py",
        [("std=0.02 / math.sqrt(2 * self.config.n_layers)", "std=0.02")],
        ["test_weights_begin_as_gpt2s"],
    ),
    "one sub-layer a block counted at the beginning": Fault(
        "models/gpt/model.py",
        [("math.sqrt(2 * self.config.n_layers)", "math.sqrt(self.config.n_layers)")],
        ["test_weights_begin_as_gpt2s"],
    ),
    "the read-out not tied": Fault(
        "models/gpt/model.py",
        [("if config.tied:", "if False:")],
        ["test_a_tied_readout_is_the_embedding_itself", "test_gpt2_has_124439808_parameters"],
    ),
    "embeddings not scaled up to the waves": Fault(
        "models/gpt/model.py",
        [("x = x * math.sqrt(self.config.d_model) +", "x = x +")],
        [WHOLE],
    ),
    "learned positions begin anew with each chunk": Fault(
        "models/gpt/model.py",
        [(START, "start = 0")],
        [STEPS],
    ),
    "learned positions off by one after the first chunk": Fault(
        "models/gpt/model.py",
        [(START, "start = max(cache[0].length - 1, 0) if cache else 0")],
        [STEPS],
    ),
    # --- text ---
    "logits times temperature": Fault(
        "models/gpt/sampling.py",
        [("below / max(temperature, torch.finfo(below.dtype).tiny)", "below * temperature")],
        ["test_by_hand_temperature_divides_the_logits"],
    ),
    "top_k ignored": Fault(
        "models/gpt/sampling.py",
        [("    if top_k is not None:\n", "    if False:\n")],
        [
            "test_top_k_keeps_to_the_k_likeliest",
            "test_top_k_draws_among_the_likeliest_by_their_chances",
        ],
    ),
    "top_k: the place among the likeliest for the token": Fault(
        "models/gpt/sampling.py",
        [("return likely.indices.gather(1, drawn[:, None]).squeeze(1)", "return drawn")],
        ["test_temperature_zero_and_top_one_take_the_likeliest"],
    ),
    "top_k: temperature forgotten": Fault(
        "models/gpt/sampling.py",
        [("likely.values, temperature=temperature,", "likely.values,")],
        ["test_top_k_draws_among_the_likeliest_by_their_chances"],
    ),
    "the guess of the first position": Fault(
        "models/gpt/sampling.py",
        [("[:, -1]  #", "[:, 0]  #")],
        ["test_each_token_is_the_likeliest_after_all_before_it"],
    ),
    "without a cache only the last token is seen": Fault(
        "models/gpt/sampling.py",
        [("new if use_cache else ids", "new")],
        [SAME_TEXT],
    ),
    "with a cache all is computed again": Fault(
        "models/gpt/sampling.py",
        [("model(new if use_cache else ids, cache, mask=mask)", "model(ids, None, mask=mask)")],
        ["test_with_a_cache_each_step_computes_one_position"],
    ),
    "chances in the logits' own dtype": Fault(
        "models/gpt/sampling.py",
        [("torch.promote_types(logits.dtype, torch.float32)", "logits.dtype")],
        ["test_narrow_logits_are_drawn_from_in_float32"],
    ),
    "the largest logit not taken off": Fault(
        "models/gpt/sampling.py",
        [("logits - logits.amax(dim=-1, keepdim=True)", "logits")],
        [COLD],
    ),
    # --- ids ---
    "ids: values looked at whenever one reads": Fault(
        "models/embedding.py",
        [("check_ids(name, ids)\n", "check_ids(name, ids, table.num_embeddings)\n")],
        [
            "test_a_model_compiles_as_one_graph",
            "test_so_does_attention_alone",
            "test_reading_looks_at_no_value_for_which_a_gpu_would_wait",
            "test_attention_alone_looks_at_none_either",
            "test_the_gradient_of_each_sample_by_vmap_is_that_of_the_sample_alone",
        ],
    ),
    "ids: one outside the vocabulary is PyTorch's to name": Fault(
        "models/embedding.py",
        [("        check_ids(name, ids, table.num_embeddings)\n        raise", "        raise")],
        ["test_bad_input_is_named"],
    ),
    # --- padding ---
    "padding: looked at in each block": Fault(
        "models/gpt/block.py",
        [("mask=mask, cache=cache, need", "mask=None, cache=cache, need")],
        [EACH_ROW, IN_CHUNKS, GOES_ON, DRAWN],
    ),
    "padding: looked at": Fault(
        "models/gpt/model.py",
        [("mask = mask[:, None]", "mask = None")],
        [EACH_ROW],
    ),
    "padding: positions count it": Fault(
        "models/gpt/model.py",
        [("place = real_positions(mask)[:, start:]", "place = torch.arange(start, end)")],
        [EACH_ROW, IN_CHUNKS, GOES_ON, DRAWN],
    ),
    "padding: positions begin anew with each chunk": Fault(
        "models/gpt/model.py",
        [("real_positions(mask)[:, start:]", "real_positions(mask[:, start:])")],
        [IN_CHUNKS],
    ),
    "padding: a gap goes into the cache": Fault(
        "models/gpt/model.py",
        [("if cache and ids.shape[1] > 1", "if False and ids.shape[1] > 1")],
        ["test_bad_input_is_named"],
    ),
    "padding: real tokens counted from one": Fault(
        "models/gpt/padding.py",
        [("(mask.cumsum(dim=-1) - 1)", "mask.cumsum(dim=-1)")],
        ["test_by_hand_positions_count_real_tokens", EACH_ROW],
    ),
    "padding: a place before the first": Fault(
        "models/gpt/padding.py",
        [(".clamp(min=0)", "")],
        ["test_by_hand_positions_count_real_tokens"],
    ),
    "padding: on the right goes unnoticed": Fault(
        "models/gpt/padding.py",
        [("(mask[:, :-1] & ~mask[:, 1:])", "(mask[:, :0])")],
        ["test_bad_input_is_named"],
    ),
    "padding: what is written is taken for it": Fault(
        "models/gpt/sampling.py",
        [("torch.ones_like(new, dtype=torch.bool)", "torch.zeros_like(new, dtype=torch.bool)")],
        [GOES_ON, DRAWN],
    ),
    "padding: the text is written without it": Fault(
        "models/gpt/sampling.py",
        [("else ids, cache, mask=mask)", "else ids, cache)")],
        [GOES_ON, DRAWN],
    ),
    "padding: a row of nothing else is written on": Fault(
        "models/gpt/sampling.py",
        [("        check_no_empty_row(mask)\n", "")],
        ["test_bad_input_is_named"],
    ),
    # --- stopping ---
    "stop: ignored": Fault(
        "models/gpt/sampling.py",
        [("token = token.masked_fill(done, stop)", "pass")],
        [STOPPED],
    ),
    "stop: the first row stops all": Fault(
        "models/gpt/sampling.py",
        [("and done.all()", "and done.any()")],
        [STOPPED],
    ),
    "stop: forgotten at the next token": Fault(
        "models/gpt/sampling.py",
        [("done = done | (token == stop)", "done = ~done & (token == stop)")],
        [STOPPED],
    ),
    "stop: one in the beginning counts": Fault(
        "models/gpt/sampling.py",
        [
            (
                "done = torch.zeros(len(ids), dtype=torch.bool, device=ids.device)",
                "done = (ids == (-1 if stop is None else stop)).any(dim=1)",
            )
        ],
        ["test_a_stop_in_the_beginning_stops_nothing"],
    ),
    "stop: goes on computing when all have stopped": Fault(
        "models/gpt/sampling.py",
        [("if stop is not None and done.all():", "if False:")],
        ["test_when_all_rows_have_stopped_nothing_more_is_computed"],
    ),
    # --- drawing ---
    "drawing: what has no chance is drawn where the number is 0": Fault(
        "models/drawing.py",
        [("right=True", "right=False")],
        ["test_the_smallest_number_does_not_draw_what_has_no_chance"],
    ),
    "drawing: what has no chance is drawn where the number is the largest": Fault(
        "models/drawing.py",
        [("place = total * torch.rand", "place = 1.0001 * total * torch.rand")],
        ["test_the_last_that_has_a_chance_is_the_last_that_is_drawn"],
    ),
    "drawing: the chances are taken to sum to 1": Fault(
        "models/drawing.py",
        [("place = total * torch.rand", "place = torch.rand")],
        ["test_rows_need_not_sum_to_1"],
    ),
    "drawing: chance that hangs on the processor": Fault(
        "models/drawing.py",
        [
            (
                "torch.rand(total.shape, generator=generator, dtype=exact, device=total.device)",
                "torch.empty_like(total).exponential_(generator=generator)",
            )
        ],
        ["test_its_chance_is_the_mersenne_twister_as_numpy_has_it"],
    ),
    "drawing: chances that are none are taken": Fault(
        "models/drawing.py",
        [("if not ((total > 0) & total.isfinite()).all():", "if False:")],
        ["test_chances_that_are_none_are_refused"],
    ),
}
