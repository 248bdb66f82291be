"""The order of measurements: first loads as a reference, a round that does not count, then the rounds that count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.cases import Missing
from benchmarks.cases.sluice import Sluice
from benchmarks.data.datasets import Dataset
from benchmarks.entries import Entry
from benchmarks.measure.servers import BenchServers
from sluice.engine.database.connection import drop_connection
from sluice.engine.tables.migrate import migrate
from sluice.errors import SluiceError
from sluice.pipelines import find


class Bench:
    """One run of the benchmark over its entries."""

    def __init__(self, servers: BenchServers, measured: Sequence[Entry]) -> None:
        self._servers = servers
        self._entries = measured

    def run(self, rounds: int) -> Iterator[int]:
        """Measure every entry `rounds` times, turn by turn. After each round its number is yielded."""
        for entry in self._entries:
            _prepare(entry)
        for entry in self._entries:
            if not entry.dataset.prints and entry.measurable:
                self._learn(entry)
        for entry in self._entries:
            if not entry.case.warm:
                self._measure(entry, "warm-up")
                entry.costs.clear()
        for n in range(1, rounds + 1):
            for entry in self._entries:
                self._measure(entry, f"round {n}")
            yield n

    def _learn(self, entry: Entry) -> None:
        """Load the dataset by Sluice for the first time, which is its warm-up too. A failure is all its entries'."""
        dataset = entry.dataset
        try:
            self._empty(dataset)
            cost = Sluice().measure(self._servers, dataset)
            dataset.learn()
            if any(each.case.name == "limit" and each.dataset is dataset for each in self._entries):
                dataset.dump()
            print(f"  first load: sluice with {dataset.name}: {cost.seconds:.2f} s, as planted")
        except SluiceError as error:
            print(f"  {dataset.name}: {error}")
            for each in self._entries:
                if each.dataset is dataset:
                    each.error = str(error)

    def _measure(self, entry: Entry, turn: str) -> None:
        if not entry.measurable:
            return
        try:
            self._empty(entry.dataset)
            cost = entry.case.measure(self._servers, entry.dataset)
            entry.case.check(entry.dataset)
        except SluiceError as error:
            entry.error = str(error)
            print(f"  {turn}: {entry}: {error}")
            return
        entry.costs.append(cost)
        print(f"  {turn}: {entry}: {cost.seconds:.2f} s, {entry.rows / cost.seconds:,.0f} rows/s")

    def _empty(self, dataset: Dataset) -> None:
        drop_connection()
        self._servers.fresh()
        migrate([find(dataset.pipeline)])


def _prepare(entry: Entry) -> None:
    try:
        entry.case.prepare()
    except Missing as missing:
        entry.missing = str(missing)
        print(f"  {entry} is not measured: {missing}")
