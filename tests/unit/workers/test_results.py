"""A report of a worker's process that is read in part when the event loop is reset is read on afterwards."""

from __future__ import annotations

import os
import pickle
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from celery.concurrency.asynpool import ResultHandler
from kombu.asynchronous import Hub

from sluice.workers.results import ResumedResults


class Reports:
    """A pipe from a process, and a handler of what comes through it."""

    def __init__(self, kind: Any) -> None:
        self.read, self.write = os.pipe()
        os.set_blocking(self.read, False)
        self.processes: dict[int, object] = {self.read: object()}
        self.heard: list[Any] = []
        nothing = [None] * 9
        self.handler = kind(*nothing, fileno_to_outq=self.processes, on_process_alive=None)
        self.handler.on_state_change = self.heard.append
        self.connect()

    def connect(self) -> None:
        """A new event loop, as after a lost connection."""
        self.handler.register_with_event_loop(Hub())

    def come(self, data: bytes) -> None:
        os.write(self.write, data)
        self.handler.handle_event(self.read)

    def close(self) -> None:
        os.close(self.write)
        os.close(self.read)


@pytest.fixture
def reports(request: pytest.FixtureRequest) -> Iterator[Reports]:
    made = Reports(getattr(request, "param", ResumedResults))
    yield made
    made.close()


def report(value: Any) -> bytes:
    body = pickle.dumps(value)
    return struct.pack(">i", len(body)) + body


@pytest.mark.parametrize("at", [1, 3, 4, 5, 20])
def test_a_report_that_is_cut_by_a_lost_connection_is_read_on(reports: Reports, at: int) -> None:
    whole = report((1, "first report"))
    reports.come(whole[:at])
    reports.connect()
    reports.come(whole[at:])
    reports.connect()
    reports.come(report((2, "second report")))
    assert reports.heard == [(1, "first report"), (2, "second report")]


@pytest.mark.parametrize("reports", [ResultHandler], indirect=True)
def test_celery_would_read_the_rest_as_another_report(reports: Reports) -> None:
    whole = report((1, "first report"))
    reports.come(whole[:4])
    reports.connect()
    with suppress(ValueError):  # of a negative length, where billiard's own C code reads
        reports.come(whole[4:])
    assert reports.heard == []


def test_what_a_dead_process_had_begun_is_not_read_on_with_that_of_the_next(reports: Reports) -> None:
    reports.come(report((1, "first report"))[:20])
    reports.connect()
    reports.processes[reports.read] = object()  # the same descriptor
    reports.come(report((2, "second report")))
    assert reports.heard == [(2, "second report")]
