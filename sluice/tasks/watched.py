"""Watching: the engine's watchers, with what they need to register and publish runs; pipelines may change meanwhile."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import date
from functools import partial

from psycopg2.extensions import cursor as Cursor

from sluice.engine.declare import Pipeline
from sluice.engine.ledger.registration import NewInput
from sluice.engine.ledger.runs import Run
from sluice.engine.tables.migrate import is_current, migrate
from sluice.engine.watch import Event, Watcher, watched_sources
from sluice.engine.watch.watcher import LOOK_S, Tell
from sluice.errors import ConfigError, SluiceError
from sluice.pipelines import all_pipelines, broken
from sluice.tasks.enqueue import register_inputs
from sluice.workers.publish import publish_now

FOLLOW_S = 0.5  # how often the files of pipelines are looked at; and before each run
AGAIN_S = 5.0  # after this time a pipeline's tables are looked at again


class Watch:
    """Watches the pipelines of these names, or all that declare it, until it is closed."""

    def __init__(self, only: Collection[str], tell: Tell) -> None:
        self._only = frozenset(only)
        self._tell = tell
        self._watchers: dict[str, Watcher] = {}
        self._failed: dict[str, str] = {}
        self._try_at: dict[str, float] = {}
        self._followed = float("-inf")

    def step(self) -> None:
        """Do what is due, and wait a moment."""
        if time.monotonic() - self._followed >= FOLLOW_S:
            self._follow()
            self._followed = time.monotonic()
        if sum([watcher.step() for watcher in self._watchers.values()]):
            publish_now()
        time.sleep(LOOK_S)

    def close(self) -> None:
        """Give the leases back."""
        for watcher in self._watchers.values():
            watcher.close()

    def _follow(self) -> None:
        """Watch what is declared now: pipelines may be added, changed and removed."""
        try:
            known = all_pipelines()
        except ConfigError as error:
            self._problem("", str(error))
            return
        self._problem("", " ".join(broken()))
        wanted = {
            name: each
            for name, each in known.items()
            if watched_sources(each) and (not self._only or name in self._only)
        }
        for name, watcher in list(self._watchers.items()):
            if wanted.get(name) is not watcher.pipeline:
                self._watchers.pop(name).close()
        for name, pipeline in wanted.items():
            if name not in self._watchers and self._is_current(pipeline):
                self._watchers[name] = Watcher(pipeline, _register, self._tell, partial(_is_declared, pipeline))

    def _is_current(self, pipeline: Pipeline) -> bool:
        """Whether the pipeline's tables are as declared, or could be made so; if not, that is tried again."""
        if time.monotonic() < self._try_at.get(pipeline.name, 0.0):
            return False
        self._try_at[pipeline.name] = time.monotonic() + AGAIN_S
        try:
            if not is_current(pipeline):
                migrate([pipeline])
        except SluiceError as error:
            self._problem(pipeline.name, str(error))
            return False
        self._failed.pop(pipeline.name, None)
        self._try_at.pop(pipeline.name)
        return True

    def _problem(self, name: str, sentence: str) -> None:
        if self._failed.get(name, "") == sentence:
            return
        self._failed[name] = sentence
        if sentence:
            self._tell(Event("problem", f"{name}: {sentence}" if name else sentence, {"problem": sentence}))


def _is_declared(pipeline: Pipeline) -> bool:
    """Whether the newest declaration of that name is this one."""
    try:
        return all_pipelines().get(pipeline.name) is pipeline
    except ConfigError:
        return False


def _register(cursor: Cursor, pipeline: Pipeline, inputs: list[NewInput], as_of: date | None) -> Run:
    return register_inputs(cursor, pipeline, inputs, as_of=as_of)
