"""The files of a source as they are seen now: by listing its folder or prefix, or one by its path."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from sluice.engine.declare import Files, Marker
from sluice.engine.declare.sources.day_pattern import on_any_day
from sluice.engine.storage import is_remote
from sluice.errors import NotHere

_MAGIC = re.compile(r"[*?\[]")


class Sight(NamedTuple):
    """A file as it is now: its stamp (as of `storage.stamp`), when it changed (in nanoseconds), and its size."""

    stamp: str
    changed_ns: int
    size: int


class Place:
    """Where the files of a source are: a folder of the inbox on this machine, or a prefix."""

    def __init__(self, inbox: str, source: Files) -> None:
        self.inbox = inbox
        self.pattern = on_any_day(source.pattern)
        self.remote = is_remote(inbox)
        parts = self.pattern.split("/")
        magic = next((n for n, part in enumerate(parts) if _MAGIC.search(part)), len(parts) - 1)
        self.folder = "/".join([inbox.rstrip("/"), *parts[: min(magic, len(parts) - 1)]])
        self.nested = len(parts) - 1 > magic
        self._depth = len(parts) - 1 - magic if "**" not in self.pattern else None
        self._parts = parts
        ready = source.whole
        self._unfinished = ready.suffix if isinstance(ready, Marker) else getattr(ready, "from_", None)
        self._hidden = parts[-1].startswith(".")
        self._top = "" if self.remote else os.path.realpath(inbox).rstrip("/") + "/"

    def real_folder(self) -> str:
        """The folder on this machine, without links. Raises NotHere for an inbox that is not there."""
        if not Path(self.inbox).is_dir():
            raise NotHere(
                f"The inbox {Path(self.inbox).absolute()} does not exist: create the folder, mount it, or set "
                "SLUICE_INBOX."
            )
        self._top = os.path.realpath(self.inbox).rstrip("/") + "/"  # a link may be another one now
        return os.path.realpath(self.folder)

    def fits(self, path: str) -> bool:
        """Whether a path on this machine matches the pattern."""
        name = path.rpartition("/")[2]
        return (
            self._counts(name)
            and path.startswith(self._top)
            and _matches(path[len(self._top) :].split("/"), self._parts)
        )

    def listed(self) -> dict[str, Sight]:
        """All files that match, by address. Raises NotHere and TransientError as `real_folder` and the store do."""
        if self.remote:
            return self._objects()
        found = {}
        for entry in _files_below(self.real_folder(), self._depth if self.nested else 0):
            if self.fits(entry.path) and (sight := seen(entry.path)) is not None:
                found[entry.path] = sight
        return found

    def _objects(self) -> dict[str, Sight]:
        from sluice.engine.storage.remote import RemotePlace

        place = RemotePlace(self.inbox.rstrip("/") + "/")
        found = place.stamped(self.pattern).items()
        return {
            uri: Sight(mark, int(changed.timestamp() * 1e9), int(mark.partition("-")[0]))
            for uri, (mark, changed) in found
            if self._counts(uri.rpartition("/")[2])
        }

    def _counts(self, name: str) -> bool:
        """Whether a name is that of a file to load: not a hidden one, a marker, or one that is renamed at the end."""
        unfinished = self._unfinished is not None and name.endswith(self._unfinished)
        return not unfinished and (self._hidden or not name.startswith("."))


def seen(path: str) -> Sight | None:
    """A regular file of this machine as it is now; None for anything else."""
    try:
        now = os.lstat(path)
    except OSError:
        return None
    if not stat.S_ISREG(now.st_mode):
        return None
    return Sight(f"{now.st_size}-{now.st_mtime_ns}-{now.st_ino}", now.st_mtime_ns, now.st_size)


def _files_below(folder: str, depth: int | None) -> Iterator[os.DirEntry[str]]:
    """The files in a folder, and in those below it to this depth (None: to any); never through a link."""
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except FileNotFoundError:
        return  # not made yet, or gone meanwhile
    except OSError as error:
        raise NotHere(f"The folder {folder} cannot be read: {error.strerror}.") from error
    for entry in found:
        if entry.is_file(follow_symlinks=False):
            yield entry
        elif depth != 0 and entry.is_dir(follow_symlinks=False):
            yield from _files_below(entry.path, None if depth is None else depth - 1)


def _matches(names: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether the parts of a path match those of a glob; `**` is any number of folders."""
    if not parts or not names:
        return not parts and not names
    if parts[0] == "**":
        return any(_matches(names[skipped:], parts[1:]) for skipped in range(len(names)))
    return fnmatchcase(names[0], parts[0]) and _matches(names[1:], parts[1:])
