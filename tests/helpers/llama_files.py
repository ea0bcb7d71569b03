"""Small Llamas of the transformers library with random weights, and GGUF files of them."""

import gguf
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from attention.functional.positions import interleaved_to_half

SIZES = {
    "vocab_size": 37,
    "max_position_embeddings": 23,
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "intermediate_size": 31,
}
THEIR_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def random_llama(**settings):
    """A Llama of the transformers library whose every number matters, norms too."""
    settings = SIZES | {"rms_norm_eps": 1e-5, "rope_theta": 10000.0} | settings
    rope = {"rope_type": "default", "rope_theta": settings.pop("rope_theta")}
    llama = LlamaForCausalLM(LlamaConfig(rope_parameters=rope, **settings)).eval()
    for parameter in llama.parameters():
        parameter.data = 0.3 * torch.randn(parameter.shape)
    return llama


def to_interleaved(rows, d_head):
    """Put the rows of each head from the half layout into the interleaved one."""
    back = interleaved_to_half(d_head).argsort()
    return rows.unflatten(0, (-1, d_head))[:, back].flatten(0, 1)


def gguf_names(llama):
    """The tensors of a Llama as a GGUF file has them."""
    found, d_head = {}, llama.config.head_dim
    for theirs, parameter in llama.named_parameters():
        name = theirs.removeprefix("model.").removesuffix(".weight")
        tensor = parameter.detach()
        if name.startswith("layers."):
            _, i, part = name.split(".", 2)
            name = f"blk.{i}.{THEIR_NAMES[part]}"
            if part in ("self_attn.q_proj", "self_attn.k_proj"):
                tensor = to_interleaved(tensor, d_head)
        else:
            name = {"embed_tokens": "token_embd", "norm": "output_norm", "lm_head": "output"}[name]
        found[f"{name}.weight"] = tensor.numpy()
    return found


def write(path, llama, *, tensors=None, fields=None, dtypes=None, alignment=None, **options):
    """Write a Llama as a GGUF file, with other tensors or fields in place of its own.

    ``None`` in place of a tensor or field leaves it out.
    """
    config = llama.config
    writer = gguf.GGUFWriter(path, "llama", **options)
    if alignment is not None:
        writer.add_custom_alignment(alignment)
    ours = {
        "llama.context_length": config.max_position_embeddings,
        "llama.embedding_length": config.hidden_size,
        "llama.block_count": config.num_hidden_layers,
        "llama.feed_forward_length": config.intermediate_size,
        "llama.attention.head_count": config.num_attention_heads,
        "llama.attention.head_count_kv": config.num_key_value_heads,
        "llama.attention.layer_norm_rms_epsilon": config.rms_norm_eps,
        "llama.rope.freq_base": config.rope_parameters["rope_theta"],
        "llama.rope.dimension_count": config.head_dim,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": [f"token {i}" for i in range(config.vocab_size)],
        "tokenizer.ggml.token_type": [1] * config.vocab_size,
    }
    kinds = {int: writer.add_uint32, float: writer.add_float32, str: writer.add_string}
    kinds[bool] = writer.add_bool
    for name, value in (ours | (fields or {})).items():
        if value is not None:
            kinds.get(type(value), writer.add_array)(name, value)
    for name, tensor in (gguf_names(llama) | (tensors or {})).items():
        if tensor is not None:
            writer.add_tensor(name, tensor, raw_dtype=(dtypes or {}).get(name))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
