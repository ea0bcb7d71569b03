"""Mistakes in attention between two sequences, in encoder, decoder, search and vocabulary."""

from running import Fault

TRANSLATOR = [
    "unit/models/test_encoder.py",
    "unit/models/test_seq2seq.py",
    "unit/models/test_search.py",
]
SUITES = {
    "nn/scores.py": ["unit/nn/test_scores.py"],
    "models/seq2seq/encoder.py": TRANSLATOR,
    "models/seq2seq/decoder.py": TRANSLATOR,
    "models/seq2seq/model.py": TRANSLATOR,
    "models/seq2seq/search.py": TRANSLATOR,
    "data/vocabulary.py": ["unit/data/test_vocabulary.py"],
}
"""For each file that may have a fault of these, the test files that are to catch it."""

LOOK = "self.attention(state, memory.keys, memory.mask, prepared=prepared)"
MOVE = "state = self._move(inputs, state)"

FAULTS = {
    # --- alignment ---
    "alignment: softmax over the batch": Fault(
        "nn/scores.py",
        [("weights = masked_softmax(scores, mask)", "weights = scores.softmax(dim=0)")],
        ["test_by_hand_dot", "test_rows_sum_to_one_and_padding_gets_nothing"],
    ),
    "alignment: no source mask": Fault(
        "nn/scores.py",
        [("masked_softmax(scores, mask)", "masked_softmax(scores)")],
        ["test_by_hand_the_mask_comes_before_the_softmax", "test_padding_appended_changes_nothing"],
    ),
    "alignment: mask read as True = ignore": Fault(
        "nn/scores.py",
        [("mask = mask[..., None, :]", "mask = ~mask[..., None, :]")],
        ["test_by_hand_the_mask_comes_before_the_softmax", "test_padding_appended_changes_nothing"],
    ),
    "alignment: the general score's matrix transposed": Fault(
        "nn/scores.py",
        [
            (
                'W k, (B, S, d_query)."""\n        return self.w_key(keys)',
                'W k, (B, S, d_query)."""\n        return keys @ self.w_key.weight',
            )
        ],
        ["test_by_hand_the_matrix_of_the_general_score_stands_between_query_and_key"],
    ),
    "alignment: the dot score scaled as in the Transformer": Fault(
        "nn/scores.py",
        [
            (
                'wide"\n            )\n        return query',
                'wide"\n            )\n        return query * query.shape[-1] ** -0.5',
            )
        ],
        ["test_by_hand_dot_has_no_scale"],
    ),
    "alignment: the additive score without its tanh": Fault(
        "nn/scores.py",
        [("hidden = torch.tanh(", "hidden = (")],
        ["test_by_hand_additive"],
    ),
    "alignment: what is prepared is summed, not the keys": Fault(
        "nn/scores.py",
        [
            (
                "return weights @ keys, weights  #",
                "return weights @ (keys if prepared is None else prepared), weights  #",
            )
        ],
        ["test_what_is_prepared_need_not_be_prepared_again"],
    ),
    # --- encoder, decoder and both together ---
    "encoder: lengths ignored": Fault(
        "models/seq2seq/encoder.py",
        [("lengths_on_cpu, batch", "torch.full_like(lengths_on_cpu, n_source), batch")],
        ["test_by_hand_the_memory_is_what_the_gru_says_of_each_sequence_alone"],
    ),
    "encoder: the summary of the last position, of both directions": Fault(
        "models/seq2seq/encoder.py",
        [("last.transpose(0, 1).flatten(1)", "keys[torch.arange(len(keys)), lengths - 1]")],
        ["test_by_hand_the_memory_is_what_the_gru_says_of_each_sequence_alone"],
    ),
    "encoder: the summary mixes the sequences": Fault(
        "models/seq2seq/encoder.py",
        [("last.transpose(0, 1).flatten(1)", "last.reshape(len(source), -1)")],
        ["test_by_hand_the_memory_is_what_the_gru_says_of_each_sequence_alone"],
    ),
    "encoder: mask inverted": Fault(
        "models/seq2seq/encoder.py",
        [("keys, padding_mask(", "keys, ~padding_mask(")],
        [
            "test_by_hand_the_memory_is_what_the_gru_says_of_each_sequence_alone",
            "test_the_rows_of_an_alignment_sum_to_one_over_the_real_source",
        ],
    ),
    "decoder: no source mask, step by step": Fault(
        "models/seq2seq/decoder.py",
        [
            (f"{LOOK}\n        state =", f"{LOOK.replace(' memory.mask,', '')}\n        state ="),
        ],
        [
            "test_padding_changes_nothing",
            "test_the_rows_of_an_alignment_sum_to_one_over_the_real_source",
        ],
    ),
    "decoder: Bahdanau's alignment read one step late": Fault(
        "models/seq2seq/decoder.py",
        [
            (
                "return state, context, weights\n\n    def _move",
                f"return state, context, {LOOK}[1]\n\n    def _move",
            ),
        ],
        [
            "test_the_decoder_is_its_formula",
            "test_bahdanaus_first_query_is_the_first_state_whatever_the_token",
        ],
    ),
    "decoder: Luong's query is the state before": Fault(
        "models/seq2seq/decoder.py",
        [
            (MOVE, f"before = state; {MOVE}"),
            (
                f"{LOOK}\n        return self.guess",
                f"{LOOK.replace('state', 'before')}\n        return self.guess",
            ),
        ],
        ["test_luongs_query_is_the_new_state", "test_step_by_step_equals_all_at_once"],
    ),
    "decoder: Luong's steps all look from the state before, in training": Fault(
        "models/seq2seq/decoder.py",
        [
            (
                "self.attention(states, memory.keys",
                "self.attention(torch.cat([state[:, None], states], 1)[:, :-1], memory.keys",
            )
        ],
        ["test_the_decoder_is_its_formula", "test_step_by_step_equals_all_at_once"],
    ),
    "decoder: the first state is zero": Fault(
        "models/seq2seq/decoder.py",
        [
            (
                "return torch.tanh(self.start(memory.summary))",
                "return 0 * self.start(memory.summary)",
            )
        ],
        ["test_the_decoder_is_its_formula", "test_the_loss_reaches_every_parameter"],
    ),
    "decoder: the keys leak past the fixed vector": Fault(
        "models/seq2seq/decoder.py",
        [
            (
                "context = memory.summary[:, None].expand(-1, n_steps, -1)",
                "context = memory.keys.mean(dim=1)[:, None].expand(-1, n_steps, -1)",
            )
        ],
        ["test_without_attention_the_decoder_sees_the_source_through_the_summary_alone"],
    ),
    "decoder: the context does not enter the prediction": Fault(
        "models/seq2seq/decoder.py",
        [
            (
                "torch.cat([state, context, inputs], dim=-1)))",
                "torch.cat([state, 0 * context, inputs], dim=-1)))",
            )
        ],
        ["test_the_decoder_is_its_formula"],
    ),
    "target not shifted: the answer is the input": Fault(
        "models/seq2seq/model.py",
        [
            (
                "return torch.cat([torch.full_like(target[:, :1], BEGIN), target[:, :-1]], dim=1)",
                "return target",
            )
        ],
        ["test_the_logits_are_for_every_target_token_and_do_not_know_it"],
    ),
    "target shifted twice": Fault(
        "models/seq2seq/model.py",
        [
            (
                "target[:, :1], BEGIN), target[:, :-1]], dim=1)",
                "target[:, :2], BEGIN), target[:, :-2]], dim=1)",
            )
        ],
        ["test_step_by_step_equals_all_at_once"],
    ),
    "the loss counts padding": Fault(
        "models/seq2seq/model.py",
        [(", ignore_index=PAD", "")],
        ["test_by_hand_the_loss_is_the_mean_over_real_tokens"],
    ),
    # --- writing ---
    "teacher forcing left on: greedy reads its first token for ever": Fault(
        "models/seq2seq/search.py",
        [
            ("token = source.new_full(", "first = token = source.new_full("),
            (
                "decoder.step(token, state, memory, prepared)",
                "decoder.step(first, state, memory, prepared)",
            ),
        ],
        [
            "test_by_hand_greedy_takes_the_likeliest_token",
            "test_decode_is_a_loop_over_the_likeliest_next_token",
        ],
    ),
    "greedy: tokens in the lengths' dtype": Fault(
        "models/seq2seq/search.py",
        [
            (
                "source.new_full((len(source),), BEGIN, dtype=torch.int64)",
                "torch.full_like(lengths, BEGIN)",
            )
        ],
        ["test_lengths_of_any_whole_dtype_and_ids_of_both_give_the_same"],
    ),
    "greedy: the end mark does not stop": Fault(
        "models/seq2seq/search.py",
        [("running = running & (token != END)", "running = running & (token >= 0)")],
        [
            "test_by_hand_greedy_takes_the_likeliest_token",
            "test_decode_stops_at_the_end_mark_or_at_max_len",
        ],
    ),
    "greedy: one end mark stops all": Fault(
        "models/seq2seq/search.py",
        [("if not running.any():", "if not running.all():")],
        ["test_by_hand_what_stands_after_the_end_mark_is_empty"],
    ),
    "greedy: weights after the end mark": Fault(
        "models/seq2seq/search.py",
        [("weights = weights * running[:, None]", "weights = weights.clone()")],
        ["test_by_hand_what_stands_after_the_end_mark_is_empty"],
    ),
    "greedy: the state is not carried on": Fault(
        "models/seq2seq/search.py",
        [
            (
                "logits, state, weights = decoder.step(token, state, memory",
                "logits, _, weights = decoder.step(token, state, memory",
            )
        ],
        ["test_decode_is_a_loop_over_the_likeliest_next_token"],
    ),
    "beam: states do not follow their parents": Fault(
        "models/seq2seq/search.py",
        [("state = state[parent]", "state = state[:1].expand(len(parent), -1)")],
        ["test_what_a_candidate_says_of_itself_is_what_the_model_says_of_it"],
    ),
    "beam: weights do not follow their parents": Fault(
        "models/seq2seq/search.py",
        [
            (
                "history = [old[parent] for old in [*history, weights]]",
                "history = [*(old[parent.sort().values] for old in history), weights[parent]]",
            )
        ],
        ["test_what_a_candidate_says_of_itself_is_what_the_model_says_of_it"],
    ),
    "beam: tokens do not follow their parents": Fault(
        "models/seq2seq/search.py",
        [("torch.cat([tokens[parent], token", "torch.cat([tokens[parent.sort().values], token")],
        ["test_a_wide_beam_finds_every_sentence_and_so_the_likeliest"],
    ),
    "beam: odds of the last token alone": Fault(
        "models/seq2seq/search.py",
        [
            (
                "(total[:, None] + logits.log_softmax(dim=-1))",
                "(0 * total[:, None] + logits.log_softmax(dim=-1))",
            )
        ],
        ["test_by_hand_a_beam_of_two_is_not_fooled"],
    ),
    "beam: the finished go on being written": Fault(
        "models/seq2seq/search.py",
        [
            ("~ends], total[~ends], state[~ends]", "~ends | ends], total, state"),
            ("history = [w[~ends] for w in history]", ""),
        ],
        ["test_by_hand_a_finished_candidate_takes_its_place_with_it"],
    ),
    "beam: the first that finishes wins": Fault(
        "models/seq2seq/search.py",
        [
            ("c.log_probability / len(c.tokens) ** alpha", "0")
        ],  # sorting keeps what is level in order
        [
            "test_by_hand_alpha_forgives_length",
            "test_what_a_candidate_says_of_itself_is_what_the_model_says_of_it",
        ],
    ),
    "beam: divided by the length, whatever alpha": Fault(
        "models/seq2seq/search.py",
        [("len(c.tokens) ** alpha", "len(c.tokens)")],
        ["test_by_hand_alpha_forgives_length"],
    ),
    # --- words ---
    "the length leaves out the end mark": Fault(
        "data/vocabulary.py",
        [
            (
                "torch.tensor([len(ids) for ids in sources])",
                "torch.tensor([len(ids) - 1 for ids in sources])",
            )
        ],
        ["test_by_hand_a_batch_is_padded_on_the_right"],
    ),
    "padded on the left": Fault(
        "data/vocabulary.py",
        [("[*row, *[PAD] * (longest - len(row))]", "[*[PAD] * (longest - len(row)), *row]")],
        ["test_by_hand_padded"],
    ),
    "a source turned round with its end mark": Fault(
        "data/vocabulary.py",
        [("batch.lengths[:, None] - 2", "batch.lengths[:, None] - 1")],
        ["test_by_hand_a_source_is_turned_round_and_its_end_mark_and_padding_stay"],
    ),
    "a source turned round with its padding": Fault(
        "data/vocabulary.py",
        [
            (
                "mirrored = torch.where(place <= last, last - place, place)",
                "mirrored = (last - place) % len(place)",
            )
        ],
        ["test_by_hand_a_source_is_turned_round_and_its_end_mark_and_padding_stay"],
    ),
}
