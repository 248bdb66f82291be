"""Files that were read, and whether they have changed since.

Equal metadata means an unchanged file, unless the file was changed just before it was read: two edits can have the same
time. Then its content is read again and compared.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Callable, Sequence
from pathlib import Path

SETTLED_NS = 2_000_000_000
_LARGE = 1 << 22  # bytes; of a larger file only the metadata is compared

Facts = tuple[int, ...]


def facts_of(path: str | Path) -> Facts:
    """Times, size and identity of a file or folder; empty if there is none."""
    try:
        info = os.stat(path)  # noqa: PTH116 - a Path takes longer to create than to stat, and this is called often
    except OSError:
        return ()
    return (info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino, info.st_dev, info.st_mode)


class Seen:
    """A file or folder as it was read. `facts` are those from before it was opened, where they are known."""

    def __init__(self, path: str | Path, facts: Facts | None = None) -> None:
        self.path = str(path)
        now = facts_of(path)
        self._facts = now if facts is None else facts
        self.content = _content(self.path, now)
        self.digest = _digest(self.path, now, self.content)
        self._certain = self._facts == now and _is_settled(now)
        self._spoilt = self._facts != now  # it was changed while it was read

    @property
    def edited_at(self) -> float:
        """When the file was last changed, in seconds since 1970; 0 if it does not exist."""
        return self._facts[0] / 1e9 if self._facts else 0.0

    def is_changed(self) -> bool:
        """Whether reading it now may give another result."""
        if self._spoilt:
            return True
        now = facts_of(self.path)
        if now == self._facts and self._certain:
            return False
        if _digest(self.path, now, _content(self.path, now)) != self.digest:
            return True
        self._facts, self._certain = now, _is_settled(now)
        return False


class Listing:
    """The files that `find` returns from below a folder, and whether they have changed."""

    def __init__(self, folder: Path, find: Callable[[], Sequence[Path]]) -> None:
        self._top = folder
        self._find = find
        self._folders = self._facts()
        self.files = tuple(find())

    def is_changed(self) -> bool:
        """Whether the list of files has changed. A folder that was not written to has the same names."""
        if all(facts_of(path) == facts and _is_settled(facts) for path, facts in self._folders.items()):
            return False
        self._folders = self._facts()
        return tuple(self._find()) != self.files

    def _facts(self) -> dict[str, Facts]:
        return {path: facts_of(path) for path, _, _ in os.walk(self._top) if "__pycache__" not in path}


def _is_settled(facts: Facts) -> bool:
    return not facts or time.time_ns() - max(facts[:2]) > SETTLED_NS


def _content(path: str, facts: Facts) -> bytes | None:
    """The bytes of a file, or the names in a folder; None if it does not exist or is too large."""
    if not facts:
        return None
    try:
        if stat.S_ISDIR(facts[5]):
            return "\0".join(sorted(each.name for each in Path(path).iterdir())).encode(errors="surrogateescape")
        if stat.S_ISREG(facts[5]) and facts[2] <= _LARGE:
            return Path(path).read_bytes()
    except OSError:
        pass
    return None


def _digest(path: str, facts: Facts, content: bytes | None) -> str:
    of = content if content is not None else repr((path, facts[:3])).encode()
    return hashlib.sha256(of).hexdigest()
