"""A watched pipeline, `sluice watch` as a process of its own, and when each file was loaded."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

from tests.kit.forked import Forked
from tests.kit.stack import Stack, until

PIPELINE = """
from sluice import Column, Every, Files, Integer, Marker, Pipeline, Renamed, Stable, Table, Text
pipeline = Pipeline("drops", Files("drops/*.csv", watch=True{ready}),
                    Table("dropped", ["id"], [Column("id", Integer(), required=True), Column("note", Text())]))
"""


class Watching:
    """The files of `folder` are watched; how they are known to be whole is said in code: `, ready=Renamed()`."""

    def __init__(self, stack: Stack, ready: str = "") -> None:
        self.stack = stack
        self.folder = stack.home / "inbox" / "drops"
        self.pipelines = stack.home / "pipelines"
        self.folder.mkdir(parents=True)
        self.pipelines.mkdir()
        stack.env |= {"SLUICE_INBOX": str(stack.home / "inbox"), "SLUICE_PIPELINES": str(self.pipelines)}
        (self.pipelines / "drops.py").write_text(PIPELINE.format(ready=ready))
        self._started: list[Forked] = []
        self.loaded: dict[str, float] = {}
        self._stop = threading.Event()

    def watch(self, *names: str, **env: str) -> Watch:
        """Start a watcher."""
        started = Watch(self.stack, self.stack.home / f"watch{len(self._started)}", names, env)
        self._started.append(started.process)
        return started

    def files(self) -> list[tuple[Any, ...]]:
        """How often each file was registered, by its name, and the states of that."""
        return self.stack.sql(
            "select uri, count(*), array_agg(distinct state) from sluice.input where pipeline = 'drops' group by 1"
        )

    def note_loaded(self) -> threading.Thread:
        """In a thread, note when the rows of each file are in the table."""

        def look() -> None:
            connection = self.stack.connect()
            while not self._stop.wait(0.05):
                with connection, connection.cursor() as cursor:
                    cursor.execute("select to_regclass('sluice.input') is not null")
                    if cursor.fetchone() != (True,):
                        continue
                    cursor.execute("select uri from sluice.input where state in ('loaded', 'done')")
                    now = time.time()
                    for (uri,) in cursor.fetchall():
                        self.loaded.setdefault(uri, now)
            connection.close()

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        return thread

    def rows(self) -> list[tuple[int, str]]:
        return self.stack.sql("select id, note from dropped order by id")

    def close(self) -> None:
        self._stop.set()
        for each in self._started:
            each.kill_group()


class Watch:
    """A running `sluice watch --json`."""

    def __init__(self, stack: Stack, place: Path, names: tuple[str, ...], env: dict[str, str]) -> None:
        self._out, self._err = place.with_suffix(".out"), place.with_suffix(".err")
        with self._out.open("wb") as out, self._err.open("wb") as err:
            words = ["watch", *names, "--json"]
            self.process = Forked("sluice.cli.main", words, stack.env | env, stack.home, out.fileno(), err.fileno())

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        lines = self._out.read_text().splitlines()
        return [each for each in map(json.loads, lines) if each["event"].startswith(kind)]

    def said(self) -> str:
        return self._err.read_text()

    def wait_for(self, kind: str, text: str) -> dict[str, Any]:
        """The first event of a kind that has this text."""
        found = until(
            lambda: (
                [each for each in self.events(kind) if text in json.dumps(each)]
                or (self.process.poll() is not None and [{"event": "ended"}])
            ),
            60,
            f"{kind} with {text!r}",
        )
        assert found[0]["event"] != "ended", self.said()
        return dict(found[0])
