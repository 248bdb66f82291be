"""The watcher: looks at the sources of pipelines again and again, and registers runs of what is whole.

What it remembers is only what it need not look up again: which file in which state was registered is in the ledger, so
a watcher that was killed, or a second one, registers nothing twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, NamedTuple

from sluice.engine.declare import Files, Pipeline
from sluice.engine.watch.lease import WatchLease
from sluice.engine.watch.source import WatchedSource
from sluice.engine.watch.take import MOST, Start, Whole, new_files, take
from sluice.errors import SluiceError

log = logging.getLogger(__name__)
LOOK_S = 0.1
GATHER_S = 0.2  # between two runs of a pipeline: what becomes whole meanwhile goes into one run
TELL_S = 2.0  # between two reports of what it waits for
SHOWN = 20  # waiting files that are named


class Event(NamedTuple):
    """What the watcher did or waits for: `kind` is taken, waiting or problem; a sentence, and facts for programs."""

    kind: str
    sentence: str
    facts: Mapping[str, Any]


Tell = Callable[[Event], None]


def watched_sources(pipeline: Pipeline) -> list[Files]:
    """The sources of a pipeline whose files are watched."""
    return [source for source in pipeline.files if source.watch]


class Watcher:
    """Watches the folders of one pipeline. `step` does what is due, and does not block for long.

    `is_current` says whether the pipeline is still declared so. It is called after files were seen: one
    that comes after a change of the declaration must not be registered under the earlier one.
    """

    def __init__(self, pipeline: Pipeline, start: Start, tell: Tell, is_current: Callable[[], bool]) -> None:
        self.pipeline = pipeline
        self._is_current = is_current
        self._start, self._tell_event = start, tell
        self._sources = {source.name: WatchedSource(source) for source in watched_sources(pipeline)}
        self._lease = WatchLease(pipeline.name)
        self._taken_at = float("-inf")
        self._told_at = time.monotonic()
        self._told: dict[str, object] = {}

    def step(self) -> int:
        """Look at all sources, and register a run of what is whole. Returns the number of inputs of it."""
        try:
            if not self._lease.take():
                self._say("lease", f"another watcher has it ({_shown(self._lease.other)}): this one waits")
                return 0
            self._say("lease", None)
            whole = self._look()
            number = self._take(whole) if whole and self._is_current() else 0
            self._say("ledger", None)
        except SluiceError as error:
            self._say("ledger", str(error))
            return 0
        self._tell_waiting()
        return number

    def close(self) -> None:
        """Give the lease back."""
        for source in self._sources.values():
            source.close()
        try:
            self._lease.leave()
        except SluiceError as error:
            log.warning("the lease of watching %s ends by itself: %s", self.pipeline.name, error)

    def waiting(self) -> list[dict[str, str]]:
        """The files that are not whole, and why."""
        now = time.monotonic()
        return [
            {"source": name, "file": path, "why": why}
            for name, source in self._sources.items()
            for path, why in source.waiting(now)
        ]

    def _look(self) -> list[Whole]:
        found: list[Whole] = []
        for name, source in self._sources.items():
            now = time.monotonic()
            try:
                fresh = source.look(now)
            except SluiceError as error:
                self._say(name, f"{name}: {error}")
                continue
            self._say(name, f"{name}: {source.deaf}" if source.deaf else None)
            for at in range(0, len(fresh), MOST):
                piece = fresh[at : at + MOST]
                new = set(new_files(self.pipeline, piece))
                for each in piece:
                    if each not in new:
                        source.knows(each)
            found += islice(source.whole(now), MOST)
        return found

    def _take(self, whole: list[Whole]) -> int:
        now = time.monotonic()
        if now - self._taken_at < GATHER_S:
            return 0
        self._taken_at = now
        piece = whole[:MOST]
        run, number = take(self.pipeline, self._lease, piece, self._start)
        if not self._lease.mine:
            return 0
        for each in piece:
            self._sources[each.source].knows(each)
        if run is not None:
            facts = {"pipeline": self.pipeline.name, "run": run.id, "inputs": number}
            files = f"{number:,} file{'' if number == 1 else 's'}"
            self._tell_event(Event("taken", f"{self.pipeline.name}: run {run.id} with {files}", facts))
        return number

    def _tell_waiting(self) -> None:
        if time.monotonic() - self._told_at < TELL_S:
            return
        self._told_at = time.monotonic()
        waiting = self.waiting()
        reasons = {(each["file"], each["why"]) for each in waiting}
        if reasons == self._told.get("waiting", set()):
            return
        self._told["waiting"] = reasons
        facts = {"pipeline": self.pipeline.name, "waiting": len(waiting), "files": waiting[:SHOWN]}
        what = f"{waiting[0]['file']}: {waiting[0]['why']}" if waiting else "nothing"
        more = f" and {len(waiting) - 1:,} more" if len(waiting) > 1 else ""
        self._tell_event(Event("waiting", f"{self.pipeline.name} waits for {what}{more}", facts))

    def _say(self, what: str, sentence: str | None) -> None:
        """Report a problem once, and again when it is another one."""
        if self._told.get(what) != sentence:
            self._told[what] = sentence
            if sentence is not None:
                facts = {"pipeline": self.pipeline.name, "problem": sentence}
                self._tell_event(Event("problem", f"{self.pipeline.name}: {sentence}", facts))


def _shown(watcher: str | None) -> str:
    """Host and process of a watcher."""
    if watcher is None:
        return "unknown"
    where, _, rest = watcher.partition("|")
    return f"process {rest.partition('.')[0]} on {where.partition(':')[0]}"
