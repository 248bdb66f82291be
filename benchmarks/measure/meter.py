"""The stretch of time that counts, and what it cost each side."""

from __future__ import annotations

import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from benchmarks.measure import usage
from benchmarks.measure.servers import BenchServers


@dataclass(frozen=True)
class Cost:
    """Of one measurement: seconds by the clock, CPU seconds and peaks of memory. None: not known on this system."""

    seconds: float
    cpu_client_s: float | None
    cpu_redis_s: float | None
    cpu_postgres_s: float | None
    peak_client_mib: float | None
    peak_redis_mib: float
    peak_process_mib: float | None = None  # of whichever of the client's processes had the largest
    wal_bytes: int | None = None  # that PostgreSQL wrote into its write-ahead log
    first_row_s: float | None = None  # until the first rows were visible, where that is measured


class Meter:
    """Counts from entering to leaving. `clients` are processes that live on afterwards; what is below them counts.

    This process counts as a client too, in CPU seconds: it enqueues and waits.
    """

    def __init__(self, servers: BenchServers, *clients: int) -> None:
        self._servers = servers
        self._clients = clients

    def __enter__(self) -> Self:
        self._servers.settle()
        self._wal = self._servers.wal_bytes()
        self._before = self._cpu()
        self._started = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._seconds = time.perf_counter() - self._started
        self._after = self._cpu()
        self._wal = self._servers.wal_bytes() - self._wal

    def cost(self) -> Cost:
        """What it was, once it is over and while the clients live."""
        client, redis, postgres = map(_difference, self._before, self._after)
        peak, largest = usage.peak_mib(*self._clients), usage.largest_peak_mib(*self._clients)
        return Cost(
            seconds=round(self._seconds, 3),
            cpu_client_s=client,
            cpu_redis_s=redis,
            cpu_postgres_s=postgres,
            peak_client_mib=None if peak is None else round(peak, 1),
            peak_redis_mib=round(self._servers.redis_peak_mib(), 1),
            wal_bytes=self._wal,
            peak_process_mib=None if largest is None else round(largest, 1),
        )

    def _cpu(self) -> tuple[float | None, float | None, float | None]:
        postgres, redis = self._servers.pids
        clients = usage.cpu_seconds(*self._clients)
        own = None if clients is None else clients + time.process_time()
        return own, usage.cpu_seconds(redis), usage.cpu_seconds(postgres)


def _difference(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else round(after - before, 2)
