"""What every case has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from benchmarks.datasets import Dataset
from benchmarks.meter import Cost
from benchmarks.servers import BenchServers

PROCESSES = 2


class Case(ABC):
    """One way to load. `datasets` are the names of those it is measured with."""

    name: ClassVar[str]
    datasets: ClassVar[frozenset[str]]

    def files(self, dataset: Dataset) -> Sequence[Path]:
        """Those of the dataset's files that it loads."""
        return dataset.files

    @abstractmethod
    def measure(self, servers: BenchServers, dataset: Dataset) -> Cost:
        """Load once into the empty table, with all programs started beforehand. Raises SluiceError."""
