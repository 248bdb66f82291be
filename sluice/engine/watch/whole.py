"""Whether a file is whole, by what its source declares. Pure but for the last bytes of a file."""

from __future__ import annotations

import os
from typing import NamedTuple

from sluice.engine.declare import Files, Marker, Stable
from sluice.engine.watch.sight import Sight, seen

# of files without lines: gzip, bzip2, xz, Zstandard, zip, Parquet
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"PK", b"PAR1")


class Pending(NamedTuple):
    """A file that is not taken yet: as it was seen last, since when it is so (by `time.monotonic`), and whether its
    last line has ended (None: that was not read)."""

    sight: Sight
    since: float
    ended: bool | None = None

    def again(self, sight: Sight, now: float) -> Pending:
        """The same file as it is seen now."""
        return self if sight == self.sight else Pending(sight, now)


def why_not(source: Files, path: str, pending: Pending, now: float, markers: dict[str, Sight] | None) -> str | None:
    """Why a file is not known to be whole; None if it is. `markers` are the objects of an object store."""
    ready = source.whole
    if isinstance(ready, Marker):
        marker = path + ready.suffix
        return _by_marker(pending, marker, seen(marker) if markers is None else markers.get(marker))
    if not isinstance(ready, Stable) or markers is not None:
        return None  # it has its name, or is an object, only when it is whole
    same_s = now - pending.since
    if same_s < ready.seconds:
        return f"it changed less than {ready.seconds:g} s ago"
    if pending.ended or same_s >= ready.without_newline:
        return None
    what = "it is empty" if pending.sight.size == 0 else "its last line does not end with a line break"
    return f"{what}, and it changed less than {ready.without_newline:g} s ago"


def _by_marker(pending: Pending, marker: str, there: Sight | None) -> str | None:
    name = marker.rpartition("/")[2]
    if there is None:
        return f"the marker {name} is not there"
    if there.changed_ns < pending.sight.changed_ns:
        return f"the marker {name} is older than the file"
    return None


def ends_with_line(path: str, encoding: str | None) -> bool:
    """Whether the last line of a file ends with a line break, or it is of a kind that has no lines."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            size = os.fstat(handle).st_size
            head, tail = os.pread(handle, 6, 0), os.pread(handle, 4, max(size - 4, 0))
        finally:
            os.close(handle)
    except OSError:
        return True  # what is wrong with it is said when it is loaded
    breaks = (b"\n", b"\r", "\n".encode(encoding or "utf-8")[-4:])
    # of UTF-16 and UTF-32 the line break has zeros around it
    return head.startswith(_PACKED) or tail.endswith(breaks) or tail.rstrip(b"\0").endswith(breaks[:2])
