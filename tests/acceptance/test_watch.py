"""`sluice watch`: files that are written slowly are loaded once, whole, and soon."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator

import pytest

from tests.kit.slow_writers import SlowWriters, rows_of
from tests.kit.stack import Stack, until
from tests.kit.watching import Watching


@pytest.fixture
def watching(stack: Stack) -> Iterator[Watching]:
    started = Watching(stack)
    yield started
    started.close()


def is_quiet() -> bool:
    """Whether nobody else computes much on this machine: else files wait for that, too."""
    return os.getloadavg()[0] < (os.cpu_count() or 1) / 2


def drop(watching: Watching, bursts: int, files: int, writers: int, pause_s: float) -> list[float]:
    """Seconds from the end of each file to its rows, when all are loaded, each once and whole."""
    watching.stack.worker(2).wait_ready()
    watch = watching.watch()
    watching.note_loaded()
    writers_ = SlowWriters(watching.folder, writers, pause_s)
    for burst in range(bursts):
        writers_.burst(range(burst * files, (burst + 1) * files))
    total = bursts * files
    try:
        until(lambda: len(watching.loaded) == total, 120, f"{total} files")
    finally:
        print(len(watching.loaded), watch.events()[-3:], watch.said())
    until(lambda: watching.stack.sql("select count(*) from sluice.run where state = 'running'") == [(0,)], 60)
    assert {(count, *states) for _, count, states in watching.files()} == {(1, "done")}
    assert watching.rows() == [row for number in range(total) for row in rows_of(number)]
    return [watching.loaded[path] - ended for path, ended in writers_.ended.items()]


def test_files_that_are_written_slowly_are_loaded_once_whole_and_soon(watching: Watching) -> None:
    waited = drop(watching, bursts=2, files=100, writers=50, pause_s=0.2)
    print(statistics.median(waited), max(waited))


@pytest.mark.slow
def test_5000_files_in_bursts_are_loaded_two_seconds_after_their_end(watching: Watching) -> None:
    quiet = is_quiet()
    waited = drop(watching, bursts=10, files=500, writers=250, pause_s=0.4)
    print("median", statistics.median(waited), "p95", sorted(waited)[int(len(waited) * 0.95)], "max", max(waited))
    assert statistics.median(waited) < 2 or not quiet
