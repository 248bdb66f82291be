"""Opening what is to be read: regular files only, never through a symbolic link, and by pieces."""

from __future__ import annotations

import errno
import glob
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from sluice.errors import ConfigError, DataError, NotHere


def resolve(paths: Iterable[str | os.PathLike[str]], pattern: str) -> list[str]:
    """Files named by paths, folders and globs, in the order given (a folder's and a glob's sorted by name).

    Of a folder, files whose names fit `pattern` (the pipeline's, e.g. `*.csv`) are taken. A path that was typed may
    be a symbolic link: what it points to is what is loaded. Raises ConfigError for a path that leads to no file.
    """
    found: dict[str, None] = {}
    for path in paths:
        text = os.fspath(path)
        here = _matches(text, pattern)
        if not here:
            raise ConfigError(f"No file at {text!r}: check the path (of a folder, files like {pattern} are taken).")
        found |= dict.fromkeys(os.path.realpath(p) for p in here)
    return list(found)


def _matches(text: str, pattern: str) -> list[str]:
    if Path(text).is_dir():
        inside = sorted(p for p in Path(text).glob(pattern) if p.is_file() and not p.name.startswith("."))
        return [str(p) for p in inside]
    if Path(text).exists():
        return [text]
    return sorted(
        p
        for p in glob.glob(text, recursive=True)  # noqa: PTH207 - patterns are typed, also absolute ones
        if not Path(p).is_dir()
    )


def in_inbox(inbox: Path, pattern: str) -> list[str]:
    """Files of an inbox that match a pipeline's pattern: regular files inside the folder, links left alone."""
    top = Path(os.path.realpath(inbox))
    found = []
    for path in sorted(top.glob(pattern)):
        inside = Path(os.path.realpath(path)).is_relative_to(top)
        if inside and not path.is_symlink() and path.is_file():
            found.append(str(path))
    return found


def open_input(uri: str) -> BinaryIO:
    """Open a file for reading. Raises NotHere when this worker does not see it, DataError when it is no file."""
    try:
        handle = os.open(uri, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise DataError("not_a_file", f"{uri} is a symbolic link: give the file itself.") from error
        why = error.strerror or "it cannot be opened"
        raise NotHere(f"{uri}: {why}. Is it moved, or is the folder not mounted on this worker?") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise DataError("not_a_file", f"{uri} is not a regular file.")
    return os.fdopen(handle, "rb", buffering=0)


def read_range(uri: str, start: int, length: int) -> tuple[bytes, int]:
    """`length` bytes from `start` (fewer when the file has become shorter), and the file's size now.

    Errors as `open_input`.
    """
    with open_input(uri) as stream:
        size = os.fstat(stream.fileno()).st_size
        pieces = []
        while length > 0:
            piece = os.pread(stream.fileno(), length, start)
            if not piece:
                break
            pieces.append(piece)
            start += len(piece)
            length -= len(piece)
    return (pieces[0] if len(pieces) == 1 else b"".join(pieces)), size


def read_blocks(uri: str, start: int, length: int, block: int = 1 << 20) -> Iterator[bytes]:
    """The same range in blocks, so that none of it has to be held. Errors as `open_input`."""
    with open_input(uri) as stream:
        while length > 0 and (piece := os.pread(stream.fileno(), min(block, length), start)):
            start += len(piece)
            length -= len(piece)
            yield piece
