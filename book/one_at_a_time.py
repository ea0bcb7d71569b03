"""Two builds of one folder would delete each other's pages: the second waits for the first."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

if os.name == "nt":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class CannotWriteError(Exception):
    """The folder for what is built cannot be written; the message is for the reader."""


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Wait for another process that works in a folder to end, and keep others out meanwhile.

    Args:
        folder: It is made where it is missing; the lock is a file in it, and ends with the process.

    Raises:
        CannotWriteError: The folder cannot be written; the message says what is written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("a+b")
    except OSError as error:
        raise CannotWriteError(
            f"cannot write in {folder} ({error.strerror}), where what the chapters gave and the "
            "website are kept. Copy the repository to a folder that you may write in."
        ) from error
    with lock:
        if not _locked(lock):
            print(f"book: another build works in {folder}; waiting for it", flush=True)
            while not _locked(lock):
                time.sleep(0.5)
        yield


def _locked(lock: BinaryIO) -> bool:
    """Whether the lock could be had."""
    try:
        if os.name == "nt":
            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
