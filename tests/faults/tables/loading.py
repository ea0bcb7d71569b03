"""Mistakes in reading trained weights: GPT-2's files, the model hub and GGUF."""

from running import Fault

GPT2 = [
    "unit/models/test_load_gpt2.py",
    "unit/models/test_load_gpt2_errors.py",
    "unit/models/test_safetensors_errors.py",
]
GGUF = [
    "unit/models/test_load_gguf.py",
    "unit/models/test_load_gguf_errors.py",
    "unit/models/test_gguf_file_errors.py",
]
SUITES = {
    "models/gpt/checkpoint.py": GPT2,
    "models/gpt/load_gpt2.py": GPT2,
    "models/gpt/safetensors_files.py": GPT2,
    "models/gpt/hub.py": ["unit/models/test_hub.py"],
    "models/gpt/gguf_file.py": GGUF,
    "models/gpt/load_gguf.py": GGUF,
}
"""For each file that may have a fault of these, the test files that are to catch it."""

PARITY = "test_logits_equal_those_of_the_transformers_library"
READY = "test_the_model_is_ready_to_use"
OWN_HEAD = "test_a_read_out_of_the_files_own_is_used_as_the_transformers_library_does"
PREFIXES = "test_what_others_put_before_a_name_is_taken_off"
WRONG_TENSOR, WRONG_FIELD = "test_a_wrong_tensor_is_named", "test_a_wrong_field_is_named"
FUSED = 'take(name, f"h.{i}.attn.c_attn.{kind}", part=part, turned=turned)'
NORMS = '"norm_attention": "ln_1", "norm_feed_forward": "ln_2"'
DAMAGED = "return list(opened.keys())\n    except SafetensorError as error:\n"
EPSILON = (
    'norm_epsilon=float(_field(file, "llama.attention.layer_norm_rms_epsilon", "one number")),'
)
BASE = 'rotary_base=float(_field(file, "llama.rope.freq_base", "one number", 10000.0)),'
WIDTHS = '("attention.key_length", "attention.value_length", "rope.dimension_count")'
FACTORS = '("llama.rope.scaling.factor", "llama.rope.scale_linear")'

FAULTS = {
    # --- into the model ---
    "a loaded model left in training mode": Fault(
        "models/gpt/checkpoint.py",
        [("return model.eval()", "return model.train()")],
        [READY],
    ),
    "what is not finite let through": Fault(
        "models/gpt/checkpoint.py",
        [("if not tensor.isfinite().all():", "if False:")],
        [WRONG_TENSOR],
    ),
    "a shared parameter filled in one place alone": Fault(
        "models/gpt/checkpoint.py",
        [("for place in places[id(parameter)]:", "for place in [name]:")],
        [READY],
    ),
    # --- GPT-2's files ---
    "GPT-2: queries and keys exchanged": Fault(
        "models/gpt/load_gpt2.py",
        [('enumerate(("w_q", "w_k", "w_v"))', 'enumerate(("w_k", "w_q", "w_v"))')],
        [PARITY],
    ),
    "GPT-2: the fused matrix not transposed": Fault(
        "models/gpt/load_gpt2.py",
        [(FUSED, FUSED.replace(", turned=turned", ""))],
        [PARITY],
    ),
    "GPT-2: the norms exchanged": Fault(
        "models/gpt/load_gpt2.py",
        [(NORMS, '"norm_attention": "ln_2", "norm_feed_forward": "ln_1"')],
        [PARITY],
    ),
    "GPT-2: the epsilon dropped": Fault(
        "models/gpt/load_gpt2.py",
        [('norm_epsilon=settings.get("layer_norm_epsilon", 1e-5),', "")],
        [PARITY],
    ),
    "GPT-2: each parameter a view of what was read": Fault(
        "models/gpt/load_gpt2.py",
        [
            (
                "(tensor.transpose(0, -1) if turned else tensor).clone()",
                "tensor.transpose(0, -1) if turned else tensor",
            )
        ],
        [READY],
    ),
    "GPT-2: a read-out of the file's own ignored": Fault(
        "models/gpt/load_gpt2.py",
        [("tied=torch.equal(head, embedding)", "tied=True")],
        [OWN_HEAD, WRONG_TENSOR],
    ),
    "GPT-2: every read-out taken for one of the file's own": Fault(
        "models/gpt/load_gpt2.py",
        [("tied=torch.equal(head, embedding)", "tied=False")],
        ["test_a_read_out_that_is_the_embedding_stays_tied"],
    ),
    "GPT-2: the setting of a read-out ignored": Fault(
        "models/gpt/load_gpt2.py",
        [('tied=settings.get("tie_word_embeddings", True),', "")],
        ["test_a_read_out_that_should_be_there_and_is_not_is_named"],
    ),
    "GPT-2: one prefix alone taken off": Fault(
        "models/gpt/load_gpt2.py",
        [('_PREFIX.sub("", _WRAPPER.sub("", name))', 'name.removeprefix("transformer.")')],
        [PREFIXES, "test_blocks_that_were_wrapped_one_by_one_are_known"],
    ),
    "GPT-2: a wrapper within a name left there": Fault(
        "models/gpt/load_gpt2.py",
        [('_WRAPPER.sub("", name)', 'name.removeprefix("_orig_mod.")')],
        ["test_blocks_that_were_wrapped_one_by_one_are_known"],
    ),
    "GPT-2: of two tensors of one name the last": Fault(
        "models/gpt/load_gpt2.py",
        [("if plain in found:", "if False:")],
        [WRONG_TENSOR],
    ),
    # --- safetensors, one file or several ---
    "safetensors: what is none is unpickled": Fault(
        "models/gpt/safetensors_files.py",
        [(DAMAGED, f"{DAMAGED}        __import__('torch').load(file, weights_only=False)\n")],
        ["test_nothing_is_unpickled"],
    ),
    "safetensors: a pickle is read where there is nothing else": Fault(
        "models/gpt/safetensors_files.py",
        [
            (
                "    if not index.is_file():\n",
                "    if not index.is_file():\n"
                "        file = next(iter(folder.glob('*.bin')), whole)\n"
                "        __import__('torch').load(file, weights_only=False)\n",
            )
        ],
        ["test_nothing_is_unpickled"],
    ),
    "safetensors: a tensor that the index does not name is passed over": Fault(
        "models/gpt/safetensors_files.py",
        [("if held - named:", "if False:")],
        ["test_a_tensor_that_the_index_does_not_name_is_not_passed_over"],
    ),
    "safetensors: the index names files anywhere": Fault(
        "models/gpt/safetensors_files.py",
        [("if not beside or not", "if not")],
        ["test_the_index_names_files_in_its_own_folder_alone"],
    ),
    "safetensors: every tensor sought in the first part": Fault(
        "models/gpt/safetensors_files.py",
        [
            (
                "{name: folder / shard for name, shard in places.items()}",
                "{name: folder / min(places.values()) for name in places}",
            )
        ],
        ["test_a_model_in_several_files_is_the_one_in_a_single_file"],
    ),
    # --- the hub ---
    "hub: a download begun before it is known to be there": Fault(
        "models/gpt/hub.py",
        [("huggingface_hub.get_session().head(url, timeout=TIMEOUT)", "str(url)")],
        ["test_without_a_network_the_error_says_what_to_do_at_the_first_question"],
    ),
    "hub: what was fetched is fetched again": Fault(
        "models/gpt/hub.py",
        [
            (
                "return _collect("
                "partial(download, local_files_only=True), LocalEntryNotFoundError)",
                "raise LocalEntryNotFoundError",
            )
        ],
        ["test_a_name_is_fetched_once", "test_what_was_fetched_needs_no_network"],
    ),
    "hub: one file or none": Fault(
        "models/gpt/hub.py",
        [("    except absent:", "    except ZeroDivisionError:")],
        ["test_so_is_a_model_in_several_files"],
    ),
    # --- GGUF files ---
    "GGUF: norms stay in the file": Fault(
        "models/gpt/gguf_file.py",
        [("copy = None if numbers.flags.writeable else True", "copy = None")],
        [READY],
    ),
    "GGUF: shapes from the last axis on": Fault(
        "models/gpt/gguf_file.py",
        [("cursor.take(8 * n_axes))[::-1]", "cursor.take(8 * n_axes))")],
        [PARITY],
    ),
    "GGUF: one alignment for all": Fault(
        "models/gpt/gguf_file.py",
        [("math.ceil(cursor.place / alignment) * alignment", "math.ceil(cursor.place / 32) * 32")],
        ["test_tensors_of_another_alignment_are_found"],
    ),
    "GGUF: a part taken for the whole": Fault(
        "models/gpt/gguf_file.py",
        [('if fields.get("split.count", 1) not in (0, 1):', "if False:")],
        ["test_each_part_of_a_split_file_is_told_from_a_whole", WRONG_FIELD],
    ),
    "GGUF: the byte order not looked at": Fault(
        "models/gpt/gguf_file.py",
        [("if version & 0xFFFF == 0:", "if False:")],
        ["test_the_other_byte_order_is_named"],
    ),
    "GGUF: a tensor that is cut off is what is left of it": Fault(
        "models/gpt/gguf_file.py",
        [("if begin + info.end > len(data):", "if False:")],
        ["test_a_file_that_is_cut_off_names_the_first_tensor_that_is_not_whole"],
    ),
    "GGUF: half layout on interleaved weights": Fault(
        "models/gpt/load_gguf.py",
        [('rotary_layout="interleaved"', 'rotary_layout="half"')],
        [PARITY],
    ),
    "GGUF: gate for input": Fault(
        "models/gpt/load_gguf.py",
        [
            (
                '"ffn_up": "feed_forward.w_in",\n    "ffn_gate": "feed_forward.w_gate"',
                '"ffn_up": "feed_forward.w_gate",\n    "ffn_gate": "feed_forward.w_in"',
            )
        ],
        [PARITY],
    ),
    "GGUF: the rotary base ignored": Fault("models/gpt/load_gguf.py", [(BASE, "")], [PARITY]),
    "GGUF: the epsilon dropped": Fault("models/gpt/load_gguf.py", [(EPSILON, "")], [PARITY]),
    "GGUF: always tied": Fault(
        "models/gpt/load_gguf.py",
        [('tied="output.weight" not in file.tensors', "tied=True")],
        [PARITY],
    ),
    "GGUF: scaled frequencies passed over": Fault(
        "models/gpt/load_gguf.py",
        [("if scales is not None and", "if False and")],
        [WRONG_TENSOR],
    ),
    "GGUF: scaled positions passed over": Fault(
        "models/gpt/load_gguf.py",
        [(FACTORS, '("llama.rope.scale_linear",)')],
        [WRONG_FIELD],
    ),
    "GGUF: positions scaled as older files say passed over": Fault(
        "models/gpt/load_gguf.py",
        [(FACTORS, '("llama.rope.scaling.factor",)')],
        [WRONG_FIELD],
    ),
    "GGUF: a scale without a type is none": Fault(
        "models/gpt/load_gguf.py",
        [
            (
                '"llama.rope.scaling.type", "a text", "linear")',
                '"llama.rope.scaling.type", "a text", "none")',
            )
        ],
        [WRONG_FIELD],
    ),
    "GGUF: a factor without effect refused": Fault(
        "models/gpt/load_gguf.py",
        [('if kind == "linear":', "if True:")],
        ["test_scaling_that_scales_nothing_is_none"],
    ),
    "GGUF: what is not known passed over": Fault(
        "models/gpt/load_gguf.py",
        [("if unknown:", "if False:")],
        [WRONG_FIELD],
    ),
    "GGUF: the heads' own width passed over": Fault(
        "models/gpt/load_gguf.py",
        [(WIDTHS, '("rope.dimension_count",)')],
        [WRONG_FIELD],
    ),
    "GGUF: a user's own tokens cut in pieces": Fault(
        "models/gpt/load_gguf.py",
        [("for mark in marks[4]", "for mark in marks[4][:0]")],
        ["test_marks_are_whole_tokens_and_only_control_tokens_are_left_out_of_a_text"],
    ),
}
