"""A model's files from the model hub, fetched once."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from attention.models.gpt.safetensors_files import CONFIG, INDEX, WHOLE, shards_of

TIMEOUT = 5.0
"""Seconds to wait for the hub's first answer."""


def fetch(name: str) -> Path:
    """Fetch a model's files from the hub, or find them where they were fetched before.

    Args:
        name: Such as ``"openai-community/gpt2"``.

    Returns:
        The folder that holds them.

    Raises:
        FileNotFoundError: If ``name`` cannot be a name.
        ConnectionError: If the hub cannot be reached; the message says what to do.
        ValueError: If the hub has no such model, or none in safetensors.
    """
    import huggingface_hub
    from huggingface_hub.errors import (
        HFValidationError,
        HTTPError,
        LocalEntryNotFoundError,
        RemoteEntryNotFoundError,
        RepositoryNotFoundError,
    )

    download = partial(huggingface_hub.hf_hub_download, name)
    try:
        try:
            return _collect(partial(download, local_files_only=True), LocalEntryNotFoundError)
        except LocalEntryNotFoundError:
            # Not all there yet. A download retries for half a minute where there is no network, so
            # ask once whether there is one.
            url = huggingface_hub.constants.ENDPOINT
            huggingface_hub.get_session().head(url, timeout=TIMEOUT)
            return _collect(download, RemoteEntryNotFoundError)
    except HFValidationError:
        raise FileNotFoundError(
            f"path_or_name should be a folder, a .gguf file or a name on the hub, but was {name!r}"
        ) from None
    except RepositoryNotFoundError as error:
        raise ValueError(f"path_or_name: the hub has no GPT-2 named {name!r} ({error})") from error
    except RemoteEntryNotFoundError as error:
        raise ValueError(
            f"path_or_name should name a model in safetensors, but {name!r} on the hub lacks a "
            f"file ({error})"
        ) from error
    except (OSError, HTTPError) as error:
        raise ConnectionError(
            f"path_or_name was {name!r}, which is no folder here, and the model hub could not be "
            "reached. With a network, run it again; without one, give a folder that holds the "
            "model's config.json and model.safetensors"
        ) from error


def _collect(download: Callable[[str], str], absent: type[Exception]) -> Path:
    """Download a model's files one by one; ``absent`` is raised for one that is not there."""
    config = Path(download(CONFIG))
    try:
        download(WHOLE)
    except absent:
        for shard in shards_of(Path(download(INDEX))):
            download(shard)
    return config.parent
