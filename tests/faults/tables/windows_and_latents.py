"""Mistakes in sliding windows and in latents."""

from running import Fault

LATENT = ["unit/nn/test_latent.py", "unit/nn/test_latent_cache.py"]
SUITES = {
    "functional/sliding_window.py": ["unit/functional/test_sliding_window.py"],
    "nn/latent.py": [*LATENT, "unit/nn/test_autocast.py"],
    "nn/cache/latent.py": LATENT,
}
"""For each file that may have a fault of these, the test files that are to catch it."""

SCALE = "test_the_scale_is_that_which_is_given"
SEES = "test_a_query_sees_exactly_as_many_keys_as_its_window_has"
LAST_CHUNK = "test_any_length_of_the_last_chunk"
CACHED = "test_queries_that_read_on_from_a_cache_are_the_newest"
STRIP = "mask = sliding_window_mask(chunk, window, strip,"
EQUATIONS = "test_each_head_by_the_equations_gives_the_same"
DEEPSEEK = "test_it_equals_deepseeks_layer_of_the_transformers_library"
CHUNKS = "test_any_chunks_give_what_the_whole_gives"
FORMS = "test_absorbed_equals_naive"

FAULTS = {
    # --- the sliding window ---
    "window: one too wide in the chunks": Fault(
        "functional/sliding_window.py",
        [(STRIP, STRIP.replace("window,", "window + 1,"))],
        [SEES, LAST_CHUNK],
    ),
    "window: one too narrow in the chunks": Fault(
        "functional/sliding_window.py",
        [(STRIP, STRIP.replace("window,", "max(window - 1, 1),"))],
        [SEES, LAST_CHUNK],
    ),
    "window: the last chunk dropped": Fault(
        "functional/sliding_window.py",
        [("    if last.shape[2]:\n", "    if last.shape[2] > CHUNK:\n")],
        [LAST_CHUNK],
    ),
    "window: the strips begin one key too early": Fault(
        "functional/sliding_window.py",
        [("seen = slice(end - (window - 1), None)", "seen = slice(max(end - window, 0), None)")],
        [SEES, LAST_CHUNK],
    ),
    "window: the beginning not causal": Fault(
        "functional/sliding_window.py",
        [("is_causal=True, scale=scale", "scale=scale")],
        ["test_by_hand_a_query_takes_the_mean_of_itself_and_those_just_before", SEES],
    ),
    "window: the beginning after a cache at the top left": Fault(
        "functional/sliding_window.py",
        [
            (
                "mask = causal_mask(n_queries, n_keys, device=query.device)",
                "mask = causal_mask(n_keys)[:n_queries]",
            )
        ],
        [CACHED],
    ),
    "window: one key too many thrown away": Fault(
        "functional/sliding_window.py",
        [
            (
                "max(n_keys - n_queries - (window - 1), 0)",
                "max(n_keys - n_queries - (window - 2), 0)",
            )
        ],
        [CACHED],
    ),
    "window: queries that see nothing are cut off like the others": Fault(
        "functional/sliding_window.py",
        [("n_blind = max(n_queries - n_keys, 0)", "n_blind = 0")],
        ["test_a_query_that_sees_nothing_gives_zeros_and_finite_gradients"],
    ),
    "window: the scale forgotten in the chunks": Fault(
        "functional/sliding_window.py",
        [
            (
                "attn_mask=mask, scale=scale)\n    return context",
                "attn_mask=mask)\n    return context",
            )
        ],
        [SCALE],
    ),
    "window: the strips copied": Fault(
        "functional/sliding_window.py",
        [
            (
                "key = key[0].unfold(1, strip, chunk).mT",
                "key = key[0].unfold(1, strip, chunk).mT.clone()",
            )
        ],
        ["test_no_strip_is_a_copy"],
    ),
    # --- the latent ---
    "latent: the absorbed form without its rotary part": Fault(
        "nn/latent.py",
        [
            (
                "torch.cat([content, turned],",
                "torch.cat([content, 0 * turned if absorb else turned],",
            )
        ],
        [EQUATIONS, FORMS, DEEPSEEK],
    ),
    "latent: scaled by the width without position alone": Fault(
        "nn/latent.py",
        [("scale = (self.d_nope + self.d_rope) ** -0.5", "scale = self.d_nope**-0.5")],
        [EQUATIONS, DEEPSEEK],
    ),
    "latent: the absorbed form scaled by the width of the latent": Fault(
        "nn/latent.py",
        [("scale = (self.d_nope + self.d_rope) ** -0.5", "scale = query.shape[-1] ** -0.5")],
        [EQUATIONS, FORMS, DEEPSEEK],
    ),
    "latent: not normed": Fault(
        "nn/latent.py",
        [("latent = _normed(self.norm_kv, self.w_dkv(x))", "latent = self.w_dkv(x)")],
        [
            EQUATIONS,
            DEEPSEEK,
            CHUNKS,
            "test_the_cache_holds_the_latent_and_one_rotated_key_a_token",
        ],
    ),
    "latent: that of the queries not normed": Fault(
        "nn/latent.py",
        [("asked = _normed(self.norm_q, self.w_dq(x))", "asked = self.w_dq(x)")],
        [EQUATIONS, DEEPSEEK],
    ),
    "latent: each chunk's keys rotated from zero": Fault(
        "nn/latent.py",
        [("self.rotary(self.w_kr(x)[:, None], start)", "self.rotary(self.w_kr(x)[:, None])")],
        [CHUNKS, "test_the_cache_holds_the_latent_and_one_rotated_key_a_token"],
    ),
    "latent: each chunk's queries rotated from zero": Fault(
        "nn/latent.py",
        [
            (
                "split_heads(self.w_qr(asked), self.d_rope), start",
                "split_heads(self.w_qr(asked), self.d_rope)",
            )
        ],
        [CHUNKS, "test_what_is_rotary_depends_on_the_distance_alone"],
    ),
    "latent: rotated in the other layout": Fault(
        "nn/latent.py",
        [('RotaryEmbedding(d_rope, base, "interleaved")', 'RotaryEmbedding(d_rope, base, "half")')],
        [EQUATIONS, DEEPSEEK],
    ),
    "latent: no mask within a later chunk": Fault(
        "nn/latent.py",
        [("if need_weights or 1 < n_queries < n_keys:", "if need_weights:")],
        [CHUNKS],
    ),
    "latent: the rotated key mixed into the output": Fault(
        "nn/latent.py",
        [("context[..., : self.d_latent]", "context[..., -self.d_latent :]")],
        [EQUATIONS, FORMS, DEEPSEEK],
    ),
    "latent: the expansion of cached latents not counted": Fault(
        "nn/latent.py",
        [("naive = n_keys * expand", "naive = n_queries * expand")],
        [
            "test_the_form_is_the_one_with_fewer_multiplications",
            "test_deepseek_decodes_absorbed_and_reads_naively",
        ],
    ),
    "latent: decoding expands every head's keys": Fault(
        "nn/latent.py",
        [("absorb = self.absorbs(x.shape[1], stored.shape[1])", "absorb = False")],
        [
            "test_without_a_say_the_rule_decides",
            "test_absorbed_decoding_makes_no_key_for_each_head",
        ],
    ),
    "latent cache: always stored at the beginning": Fault(
        "nn/cache/latent.py",
        [
            (
                "self._stored[:, start:end, :d_latent] = latents",
                "self._stored[:, : end - start, :d_latent] = latents",
            )
        ],
        [CHUNKS, "test_the_cache_holds_the_latent_and_one_rotated_key_a_token"],
    ),
    "latent cache: room for keys and values": Fault(
        "nn/cache/latent.py",
        [
            (
                'check_count("max_len", max_len), d_latent + d_rope)',
                "max_len, 2 * d_latent + d_rope)",
            )
        ],
        [
            "test_the_cache_holds_the_latent_and_one_rotated_key_a_token",
            "test_deepseeks_cache_holds_576_numbers_a_token",
        ],
    ),
}
