"""One watched source: which files are pending, and which of them are whole now."""

from __future__ import annotations

import time
from collections.abc import Iterator

from sluice.engine.base.settings import settings
from sluice.engine.declare import Files, Marker, Stable
from sluice.engine.watch.hear import Hearing
from sluice.engine.watch.sight import Place, Sight, seen
from sluice.engine.watch.take import Whole
from sluice.engine.watch.whole import Pending, ends_with_line, why_not

LIST_S = 2.0  # between two listings; if one takes long, so many times as long, but half a minute at most
_SHARE, _SHARE_REMOTE = 20, 2  # listing a folder is work for this machine, a bucket for its store
_MOST_S = 30.0


class WatchedSource:
    """`look` at its files, `whole` are those to take, `took` or `knew` says that the ledger has them."""

    def __init__(self, source: Files) -> None:
        self.source = source
        self.place = Place(settings().inbox, source)
        self._hearing = None if self.place.remote else Hearing(self.place.nested)
        self._pending: dict[str, Pending] = {}
        self._known: dict[str, str] = {}  # the stamps of files that are in the ledger
        self._markers: dict[str, Sight] | None = None
        self._list_at = 0.0

    @property
    def deaf(self) -> str | None:
        """Why there are no events from the kernel, if there are none."""
        return self._hearing.deaf if self._hearing else None

    def look(self, now: float) -> list[Whole]:
        """Look at what was heard of, and list the folder if that is due. Returns files that are new or changed: some
        may be in the ledger. Raises NotHere, TransientError."""
        fresh: dict[str, Sight] = {}
        if self._hearing is not None:
            self._hearing.listen(self.place.real_folder())
            paths, lost = self._hearing.ear.heard()
            self._list_at = 0.0 if lost else self._list_at
            heard = ((path, seen(path)) for path in paths if path not in self._pending and self.place.fits(path))
            fresh = {path: sight for path, sight in heard if sight is not None}
        if now >= self._list_at:
            fresh |= self._listed(now)
        changed = []
        for path, sight in fresh.items():
            before = self._pending.get(path)
            if self._known.get(path) == sight.stamp or (before is not None and before.sight == sight):
                continue
            self._pending[path] = Pending(sight, now)
            changed.append(Whole(self.source.name, path, sight.stamp))
        return changed

    def whole(self, now: float) -> Iterator[Whole]:
        """The pending files that are whole now. Those that are gone are forgotten."""
        for path, before in list(self._pending.items()):
            sight = before.sight if self.place.remote else seen(path)
            if sight is None:
                del self._pending[path]
                continue
            pending = self._pending[path] = self._with_end(path, before.again(sight, now), now)
            if why_not(self.source, path, pending, now, self._markers) is None:
                yield Whole(self.source.name, path, sight.stamp)

    def waiting(self, now: float) -> Iterator[tuple[str, str]]:
        """The files that are not whole, and why."""
        for path, pending in self._pending.items():
            why = why_not(self.source, path, pending, now, self._markers)
            if why is not None:
                yield path, why

    def knows(self, file: Whole) -> None:
        """The ledger has this state of a file."""
        self._known[file.path] = file.stamp
        pending = self._pending.get(file.path)
        if pending is not None and pending.sight.stamp == file.stamp:
            del self._pending[file.path]

    def close(self) -> None:
        """Hear no more."""
        if self._hearing is not None:
            self._hearing.close()

    def _listed(self, now: float) -> dict[str, Sight]:
        found = self.place.listed()
        self._known = {path: stamp for path, stamp in self._known.items() if path in found}
        if self.place.remote:
            self._pending = {path: each for path, each in self._pending.items() if path in found}
            self._markers = Place(settings().inbox, self._marker_source()).listed() if self._by_marker() else {}
        usual = LIST_S / 2 if self.deaf else LIST_S
        took = time.monotonic() - now
        share = _SHARE_REMOTE if self.place.remote else _SHARE
        self._list_at = now + took + max(usual, min(took * share, _MOST_S))
        return found

    def _by_marker(self) -> bool:
        return isinstance(self.source.whole, Marker)

    def _marker_source(self) -> Files:
        ready = self.source.whole
        return Files(self.source.pattern + (ready.suffix if isinstance(ready, Marker) else ""))

    def _with_end(self, path: str, pending: Pending, now: float) -> Pending:
        """With whether the last line has ended: read once, when the file has been the same for long enough."""
        ready = self.source.whole
        due = isinstance(ready, Stable) and self._markers is None and now - pending.since >= ready.seconds
        if not due or pending.ended is not None:
            return pending
        ended = ends_with_line(path, self.source.encoding)
        # what was read may be newer than what was seen
        return pending._replace(ended=ended) if seen(path) == pending.sight else pending
