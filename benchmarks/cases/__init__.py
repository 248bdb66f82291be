"""What is measured: each case loads files of a dataset into the dataset's table, in a fresh database."""

from benchmarks.cases.case import PROCESSES, Case, Missing
from benchmarks.cases.execute_values import ExecuteValues, ExecuteValuesTwice
from benchmarks.cases.limit import Limit
from benchmarks.cases.sluice import Again, FirstRow, Sluice, SluiceAlone

__all__ = ["CASES", "PROCESSES", "Case", "Missing"]

CASES: tuple[Case, ...] = (
    Limit(),
    ExecuteValues(),
    ExecuteValuesTwice(),
    Sluice(),
    SluiceAlone(),
    Again(),
    FirstRow(),
)
