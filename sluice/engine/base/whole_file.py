"""A file that is whole under its name, or not there: it grows beside its place and takes it in the end.

What grows is locked by its writer. One that nobody holds any more was left by a process that was killed; the next
file of that name removes it.
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

LEFT_AFTER_S = 60.0  # younger ones may be about to be locked


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Where to write what `path` will hold, unbuffered.

    Raises ConfigError when it cannot be made there, PermanentError when it cannot be written to its end.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _remove_left(path)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except OSError as error:
        why = error.strerror if path.parent.is_dir() else f"there is no folder {path.parent}; create it first"
        raise ConfigError(f"{path} cannot be written: {why}.") from error
    try:
        with suppress(OSError):  # a file system without locks: then nothing is removed there, either
            fcntl.flock(handle, fcntl.LOCK_EX)
        # who wraps it may close it: the handle is ours until the file has its name. And it is closed before the handle
        # is: what a forgotten wrapper still holds would go to whatever file has the handle's number next
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
    """Remove what killed processes have left of a file of this name."""
    for left in path.parent.glob(f".{_literally(path.name)}.*.part"):
        with suppress(OSError), left.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if time.time() - os.fstat(held.fileno()).st_mtime > LEFT_AFTER_S:
                left.unlink()


def _literally(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
