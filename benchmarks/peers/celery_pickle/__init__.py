"""celery_pickle: the usual pipeline of Celery: frames of pandas, pickled, go through Redis from task to task."""

from __future__ import annotations

from benchmarks.measure.servers import BenchServers
from benchmarks.peers.peer import Peer


class CeleryPickle(Peer):
    """The same values and lineage, by two worker processes. Rows that do not convert end their chunk."""

    name = "celery_pickle"
    folder = "celery_pickle"
    leaves_out = "rejects, most checks, books, recovery"

    def environ(self, servers: BenchServers) -> dict[str, str]:
        return super().environ(servers) | {"C_FORCE_ROOT": "1"}  # or Celery refuses to unpickle in a container
