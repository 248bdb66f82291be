"""What every case has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from benchmarks.data.datasets import Dataset
from benchmarks.measure.meter import Cost
from benchmarks.measure.servers import BenchServers
from sluice.errors import SluiceError

PROCESSES = 2


class Missing(SluiceError):
    """A case cannot be measured on this machine: the message says what is not there. No fault of the benchmark."""


class Case(ABC):
    """One way to load. `datasets` are the names of those it is measured with.

    It is measured without being named where it is `usual`. `leaves_out` is what it does not do and Sluice does.
    """

    name: ClassVar[str]
    datasets: ClassVar[frozenset[str]]
    usual: ClassVar[bool] = True
    warm: ClassVar[bool] = False  # whether each measurement warms up by itself
    leaves_out: ClassVar[str] = ""

    def prepare(self) -> None:  # noqa: B027 - most cases need nothing
        """Get what it needs on this machine, once. Raises Missing."""

    def version(self) -> str | None:
        """The program and its version, where the record does not have it elsewhere."""
        return None

    def files(self, dataset: Dataset) -> Sequence[Path]:
        """Those of the dataset's files that it loads."""
        return dataset.files

    @abstractmethod
    def measure(self, servers: BenchServers, dataset: Dataset) -> Cost:
        """Load once into the empty table, with all programs started beforehand. Raises SluiceError."""

    def check(self, dataset: Dataset) -> None:
        """Whether it loaded what it should. Raises WrongRows."""
        dataset.check(self.files(dataset))
