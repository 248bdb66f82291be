"""Folders and files for the user of this process alone, whatever the umask: copies of inputs, logs, secrets."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO

_OWN_FOLDER, _OWN_FILE = 0o700, 0o600
_ENTERED = 0o711  # PostgreSQL runs as another user where root started it: it enters the home folder and lists nothing
_OF_GROUP = stat.S_IRGRP | stat.S_IWGRP


def private_folder(folder: Path, mode: int = _OWN_FOLDER) -> None:
    """Create a folder and those above it. One that exists keeps its mode. Raises OSError."""
    above = _ENTERED if os.geteuid() == 0 else _OWN_FOLDER
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        try:
            each.mkdir(mode=_OWN_FOLDER)
        except FileExistsError:  # another process has made it meanwhile
            continue
        each.chmod(mode if each == folder else above)
    if not folder.is_dir():
        folder.mkdir()  # raises the error of a path that is not a folder


def own_folder(folder: Path) -> None:
    """As `private_folder`; one of this user's that exists becomes private, too: it was made by an earlier version."""
    private_folder(folder)
    if folder.stat().st_uid == os.geteuid():
        folder.chmod(_OWN_FOLDER)


def private_file(path: Path, mode: str) -> IO[bytes]:
    """Open a file to append (`ab`) or to write a new one (`xb`).

    In a folder that its group may write to, the group may read the file, as other users are meant to work there.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | (os.O_APPEND if mode == "ab" else os.O_EXCL)
    handle = os.open(path, flags, _OWN_FILE)
    try:
        seen = os.fstat(handle)
        if seen.st_uid == os.geteuid() and stat.S_ISREG(seen.st_mode):
            os.fchmod(handle, _OWN_FILE | (stat.S_IRGRP if _is_shared(path.parent) else 0))
        return os.fdopen(handle, mode.replace("x", "w"))
    except BaseException:
        os.close(handle)
        raise


def _is_shared(folder: Path) -> bool:
    return folder.stat().st_mode & _OF_GROUP == _OF_GROUP


def writable_by_all(path: Path) -> bool:
    """Whether every user of the machine may change it."""
    return bool(path.stat().st_mode & stat.S_IWOTH)


def open_to_all(folder: Path) -> Path | None:
    """The folder, or the first one above it, that lets every user of the machine change what is in it or replace it."""
    return folder.absolute() if writable_by_all(folder) else replaceable_in(folder)


def replaceable_in(path: Path) -> Path | None:
    """The first folder above that lets every user of the machine put another file or folder in place of this one, or of
    a link on the way to it. A sticky bit, as /tmp has, prevents that."""
    for each in _on_the_way(path):
        for above in each.parents:
            if above.stat().st_mode & (stat.S_IWOTH | stat.S_ISVTX) == stat.S_IWOTH:
                return above
    return None


def _on_the_way(path: Path) -> list[Path]:
    """The path, those that links lead it to one after the other, and the real one."""
    found: list[Path] = []
    path = path.absolute()
    while path not in found:
        found.append(path)
        if path.is_symlink():
            path = Path(os.path.abspath(path.parent / path.readlink()))  # noqa: PTH100 - resolve() follows all at once
    return [*found, path.resolve()]
