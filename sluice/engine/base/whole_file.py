"""Atomic writes: a temporary file in the same folder gets the name when it is complete.

The writer locks its temporary file. One without a lock was left by a process that was killed; the next writer of that
name removes it.
"""

from __future__ import annotations

import fcntl
import io
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from sluice.errors import ConfigError, PermanentError

LEFT_AFTER_S = 60.0  # a younger one may not be locked yet


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """An unbuffered file whose content becomes `path` at the end of the block.

    Raises ConfigError when it cannot be created, PermanentError when it cannot be written completely.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _remove_left(path)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except OSError as error:
        why = error.strerror if path.parent.is_dir() else f"there is no folder {path.parent}; create it first"
        raise ConfigError(f"{path} cannot be written: {why}.") from error
    try:
        with suppress(OSError):  # a file system without locks: then nothing is removed either
            fcntl.flock(handle, fcntl.LOCK_EX)
        # closefd=False: the caller may wrap and close it before the file is renamed. It is closed before the handle:
        # data left in a wrapper's buffer would be written to the next file with the handle's number
        with io.FileIO(handle, "wb", closefd=False) as sink:
            yield cast("BinaryIO", sink)
        os.fsync(handle)
        unfinished.replace(path)
    except OSError as error:
        raise PermanentError(
            f"{path} was not written: {error.strerror}. What was there before is untouched."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
        os.close(handle)


def _remove_left(path: Path) -> None:
    """Remove temporary files that killed processes left for this name."""
    for left in path.parent.glob(f".{_literally(path.name)}.*.part"):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if time.time() - os.fstat(file.fileno()).st_mtime > LEFT_AFTER_S:
                left.unlink()


def _literally(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
