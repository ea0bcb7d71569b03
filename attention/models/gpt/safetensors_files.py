"""The tensors of a folder in safetensors: in one file, or in several that an index names."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from torch import Tensor

CONFIG, WHOLE, INDEX = "config.json", "model.safetensors", "model.safetensors.index.json"


def read_json(file: Path) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        ValueError: If there is something else in it.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{file} should be a JSON object, but was not: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(f"{file} should be a JSON object, but was {found!r}")
    return found


def tensor_files(folder: Path) -> tuple[Path, Mapping[str, Path]]:
    """What the folder is loaded from, the one file or the index, and the file of each tensor.

    Raises:
        FileNotFoundError: If a file is missing; the message says what to do.
        ValueError: If a file is damaged, or does not hold what the index says.
    """
    whole, index = folder / WHOLE, folder / INDEX
    if whole.is_file():
        return whole, dict.fromkeys(_names(whole), whole)
    if not index.is_file():
        raise FileNotFoundError(f"folder should hold {WHOLE}, but {folder} has {_instead(folder)}")
    places = _weight_map(index)
    for shard in shards_of(index):
        file = folder / shard
        if not file.is_file():
            raise FileNotFoundError(
                f"folder should hold {shard}, as {INDEX} says, but {folder} has none"
            )
        named, held = {name for name, at in places.items() if at == shard}, set(_names(file))
        if named - held:
            raise ValueError(
                f"{file} should hold the tensor {min(named - held)}, as {INDEX} says, but has none"
            )
        if held - named:
            raise ValueError(f"{INDEX} should name the tensor {min(held - named)} of {file}")
    return index, {name: folder / shard for name, shard in places.items()}


def read_tensor(file: Path, name: str) -> Tensor:
    """One tensor of a safetensors file.

    Raises:
        ValueError: If the file is damaged.
    """
    try:
        with safe_open(file, framework="pt") as opened:
            tensor: Tensor = opened.get_tensor(name)
            return tensor
    except SafetensorError as error:
        raise ValueError(_what_is_damaged(file, error)) from error


def shards_of(index: Path) -> list[str]:
    """The names of the files that an index names.

    Raises:
        ValueError: If it is damaged, or names a file in another folder.
    """
    return sorted(set(_weight_map(index).values()))


def _weight_map(index: Path) -> dict[str, str]:
    """The file of each tensor, by its name, as the index says."""
    places = read_json(index).get("weight_map")
    if not isinstance(places, dict) or not places:
        raise ValueError(f"{index} should have a weight_map, a file for each tensor, but had none")
    for name, shard in places.items():
        beside = isinstance(shard, str) and Path(shard).name == shard and "\\" not in shard
        if not beside or not shard.endswith(".safetensors"):
            raise ValueError(
                f"{index} should name a safetensors file beside it for the tensor {name}, "
                f"but named {shard!r}"
            )
    return places


def _names(file: Path) -> list[str]:
    """The names of a file's tensors."""
    try:
        with safe_open(file, framework="pt") as opened:
            return list(opened.keys())
    except SafetensorError as error:
        raise ValueError(_what_is_damaged(file, error)) from error


def _instead(folder: Path) -> str:
    """What a folder without safetensors holds, and what to do about it."""
    kinds = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
    pickled = sorted(file.name for file in folder.iterdir() if file.suffix in kinds)
    if not pickled:
        return "none"
    return (
        f"{pickled[0]}, which is a pickle: to load one would run whatever it says, so it is not "
        "read here. Where you trust it, load it with the transformers library and write it again "
        "with save_pretrained, which makes model.safetensors"
    )


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
