"""GPT-2 from a folder in safetensors, by the names of the transformers library."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from attention.models.gpt.checkpoint import Checkpoint, Read
from attention.models.gpt.config import GPTConfig
from attention.models.gpt.safetensors_files import CONFIG, read_json, read_tensor, tensor_files

HEAD, EMBEDDING = "lm_head.weight", "wte.weight"


def read_gpt2(folder: Path) -> Checkpoint:
    """A GPT-2 in a folder with ``config.json`` and safetensors.

    GPT-2's files hold queries, keys and values in one fused matrix, and each matrix transposed
    with regard to ``nn.Linear``. What other libraries put before a name, such as ``transformer.``,
    ``module.`` or ``_orig_mod.``, is taken off. A read-out of the file's own, ``lm_head.weight``,
    is used where it differs from the embedding, whatever ``tie_word_embeddings`` says, as the
    transformers library does.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If one is damaged, or settings or tensors are not those of a GPT-2.
    """
    settings = folder / CONFIG
    if not settings.is_file():
        raise FileNotFoundError(f"folder should hold {CONFIG}, but {folder} has none")
    config = gpt2_config(read_json(settings))
    source, files = tensor_files(folder)
    names = _plain_names(files, source)

    def read(name: str) -> Tensor:
        return read_tensor(files[names[name]], names[name])

    if HEAD in names and EMBEDDING in names and config.tied:
        head, embedding = read(HEAD).float(), read(EMBEDDING).float()
        config = replace(config, tied=torch.equal(head, embedding))
    tensors = _our_tensors({name: partial(read, name) for name in names}, config, source.name)
    return Checkpoint(config, tensors, str(source), "model")


def gpt2_config(settings: Mapping[str, Any]) -> GPTConfig:
    """Our config from GPT-2's ``config.json``.

    Raises:
        ValueError: If a setting is missing or asks for what our modules do not do.
    """
    wanted = {
        "model_type": ("gpt2",),
        "activation_function": ("gelu_new", "gelu_pytorch_tanh"),
        "scale_attn_weights": (True,),
        "scale_attn_by_inverse_layer_idx": (False,),
        "tie_word_embeddings": (True, False),
        "add_cross_attention": (False,),
    }
    for name, choices in wanted.items():
        if settings.get(name, choices[0]) not in choices:
            raise ValueError(
                f"config.json should have {name} = {choices[0]!r}, but had {settings[name]!r}"
            )
    sizes = {
        "n_tokens": "vocab_size",
        "max_len": "n_positions",
        "d_model": "n_embd",
        "n_layers": "n_layer",
        "n_heads": "n_head",
    }
    missing = [theirs for theirs in sizes.values() if theirs not in settings]
    if missing:
        raise ValueError(f"config.json should have {missing[0]}, but has no such setting")
    return GPTConfig(
        **{ours: settings[theirs] for ours, theirs in sizes.items()},
        d_feed_forward=settings.get("n_inner"),
        norm_epsilon=settings.get("layer_norm_epsilon", 1e-5),
        tied=settings.get("tie_word_embeddings", True),
    )


def _plain_names(held: Mapping[str, Path], source: Path) -> dict[str, str]:
    """GPT-2's own names of the tensors in a file, and the names that they have there."""
    found: dict[str, str] = {}
    for name in held:
        plain = _PREFIX.sub("", _WRAPPER.sub("", name))
        if plain in found:
            raise ValueError(f"{source} holds the tensor {plain} twice: {found[plain]} and {name}")
        found[plain] = name
    return found


_WRAPPER = re.compile(r"_(?:orig_mod|fsdp_wrapped_module|checkpoint_wrapped_module)\.")
"""What ``torch.compile``, FSDP and activation checkpoints put into a name, wherever they wrap."""
_PREFIX = re.compile(r"^(?:(?:module|model|transformer)\.)+")
"""What data-parallel training, trainers and the transformers library put before a name."""


def _our_tensors(held: Mapping[str, Read], config: GPTConfig, source: str) -> dict[str, Read]:
    """For each of our parameters, what reads it, from what reads GPT-2's."""
    # Older files hold each block's mask, and some the tied read-out a second time.
    ignored = {f"h.{i}.attn.{x}" for i in range(config.n_layers) for x in ("bias", "masked_bias")}
    left = held.keys() - ignored - ({HEAD} if config.tied else set())
    found: dict[str, Read] = {}

    def take(ours: str, theirs: str, *, part: int | None = None, turned: bool = False) -> None:
        if theirs not in held:
            like = [name for name in held if name.endswith(f".{theirs}")]
            instead = f" by that name, only {like[0]}" if like else ""
            raise ValueError(f"{source} should hold the tensor {theirs}, but has none{instead}")
        left.discard(theirs)

        def read() -> Tensor:
            tensor = held[theirs]()
            if part is not None:
                if tensor.shape[-1:] != (3 * config.d_model,):
                    raise ValueError(
                        f"tensor {theirs} should have a last axis of {3 * config.d_model}, "
                        f"but had shape {tuple(tensor.shape)}"
                    )
                tensor = tensor.chunk(3, dim=-1)[part]
            # A tensor of another number of axes is left alone: `fill` names it.
            return (tensor.transpose(0, -1) if turned else tensor).clone()

        found[ours] = read

    take("embedding.weight", EMBEDDING)
    take("position.weight", "wpe.weight")
    for i in range(config.n_layers):
        for kind in ("weight", "bias"):
            turned = kind == "weight"
            for part, ours in enumerate(("w_q", "w_k", "w_v")):
                name = f"blocks.{i}.attention.{ours}.{kind}"
                take(name, f"h.{i}.attn.c_attn.{kind}", part=part, turned=turned)
            for ours, theirs in _MATRICES.items():
                take(f"blocks.{i}.{ours}.{kind}", f"h.{i}.{theirs}.{kind}", turned=turned)
            for ours, theirs in _NORMS.items():
                take(f"blocks.{i}.{ours}.{kind}", f"h.{i}.{theirs}.{kind}")
    for kind in ("weight", "bias"):
        take(f"norm.{kind}", f"ln_f.{kind}")
    if not config.tied:
        take("readout.weight", HEAD)
    if left:
        raise ValueError(f"{source} holds a tensor that GPT-2 has no place for: {min(left)}")
    return found


_MATRICES = {
    "attention.w_o": "attn.c_proj",
    "feed_forward.w_in": "mlp.c_fc",
    "feed_forward.w_out": "mlp.c_proj",
}
_NORMS = {"norm_attention": "ln_1", "norm_feed_forward": "ln_2"}
"""Our names of a block's modules, and GPT-2's."""
