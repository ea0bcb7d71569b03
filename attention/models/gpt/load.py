"""A checkpoint by a path or a name: whose loader reads it."""

from os import PathLike
from pathlib import Path

from attention.models.gpt.checkpoint import Checkpoint
from attention.models.gpt.hub import fetch
from attention.models.gpt.load_gpt2 import read_gpt2


def read_checkpoint(path_or_name: str | PathLike[str]) -> Checkpoint:
    """Find trained weights; they are read when a model is filled with them.

    Both kinds of file hold numbers and names, and nothing that could run: no file is ever
    unpickled.

    Args:
        path_or_name: A folder of GPT-2's kind, with ``config.json`` and ``model.safetensors``, or
            ``model.safetensors.index.json`` and the files that it names; a ``.gguf`` file of
            Llama's kind; or a name on the model hub, such as ``"openai-community/gpt2"``, whose
            files are fetched once, with a progress bar.

    Raises:
        FileNotFoundError: If a folder lacks a file, or there is no such file.
        ConnectionError: If the hub cannot be reached; the message says what to do.
        ValueError: If a file is damaged or holds another architecture, or a tensor is missing, has
            another shape than it should or is unknown; the message names the tensor.
    """
    path = Path(path_or_name)
    if path.suffix.lower() == ".gguf":
        # Imported when it is wanted: its libraries take as long as the rest of this package.
        from attention.models.gpt.load_gguf import read_gguf

        return read_gguf(path)
    if path.is_dir():
        return read_gpt2(path)
    if path.is_file():
        raise ValueError(
            "path_or_name should be a folder, a .gguf file or a name on the hub, but was another "
            f"file: {path}"
        )
    return read_gpt2(fetch(str(path_or_name)))
