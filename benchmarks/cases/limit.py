"""limit: `psql \\copy` of rows that are clean already, over two connections: what the server can take.

The same logged table with its key, its generated column, and the lineage columns with their index.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from benchmarks.cases.case import PROCESSES, Case
from benchmarks.data.datasets import Dataset
from benchmarks.measure.clients import Client
from benchmarks.measure.meter import Cost, Meter
from benchmarks.measure.servers import BenchServers


class Limit(Case):
    """Each psql copies its share of the files, one statement and one transaction a file."""

    name = "limit"
    datasets = frozenset(
        {"call_logs", "call_logs_x4", "calls_wide", "calls_wide_x4", "first_load", "first_load_x5", "first_load_x20"}
    )
    leaves_out = "parsing, checks, rejects, repeated keys, recovery"

    def measure(self, servers: BenchServers, dataset: Dataset) -> Cost:
        command = [servers.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1"]
        with ExitStack() as stack:
            clients = [stack.enter_context(Client(command, servers.psql_environ)) for _ in range(PROCESSES)]
            for client in clients:
                client.send(r"\warn ready")
                client.expect("ready")
            with Meter(servers, *(client.pid for client in clients)) as meter:
                for n, client in enumerate(clients):
                    client.send(*(_copy(dataset, file) for file in dataset.files[n::PROCESSES]), r"\warn done")
                for client in clients:
                    client.expect("done")
            return meter.cost()


def _copy(dataset: Dataset, file: Path) -> str:
    path = str(dataset.ready(file)).replace("'", "''")
    return rf"\copy {dataset.table.name} ({', '.join(dataset.columns)}) from '{path}'"
