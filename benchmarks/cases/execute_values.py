"""execute_values: pandas and psycopg2's `execute_values`, in one process as people write it, and in two.

They load the first quarter of the files: the rate is the same from the first row to the last, and it takes its time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.cases.case import PROCESSES, Case
from benchmarks.data.datasets import Dataset
from benchmarks.measure.clients import Client
from benchmarks.measure.meter import Cost, Meter
from benchmarks.measure.servers import BenchServers

SHARE = 4


class ExecuteValues(Case):
    """Each process (`benchmarks.cases.pandas_client`) takes its share of the files, one transaction a file."""

    name = "execute_values"
    datasets = frozenset({"call_logs"})
    leaves_out = "rejects, books, recovery"
    processes = 1

    def files(self, dataset: Dataset) -> Sequence[Path]:
        return dataset.files[: max(PROCESSES, len(dataset.files) // SHARE)]

    def measure(self, servers: BenchServers, dataset: Dataset) -> Cost:
        files = [f"{n}:{file}" for n, file in enumerate(self.files(dataset), 1)]
        environ = os.environ | {"DATABASE_URL": servers.database_url}
        with ExitStack() as stack:
            clients = []
            for n in range(self.processes):
                command = [sys.executable, "-m", "benchmarks.cases.pandas_client", *files[n :: self.processes]]
                clients.append(stack.enter_context(Client(command, environ)))
            for client in clients:
                client.expect("ready")
            with Meter(servers, *(client.pid for client in clients)) as meter:
                for client in clients:
                    client.send("go")
                for client in clients:
                    client.expect("done")
            return meter.cost()


class ExecuteValuesTwice(ExecuteValues):
    """The same in as many processes as Sluice has."""

    name = "execute_values_2"
    processes = PROCESSES
