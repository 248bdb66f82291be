"""What is to be measured: pairs of a case and a dataset, and how they are chosen by name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from benchmarks.cases import Case
from benchmarks.data.datasets import Dataset
from benchmarks.measure.meter import Cost

# Words that stand for several names.
GROUPS = {
    "small": {"small_1000", "small_5000", "sluice", "again"},
    "scale": {"first_load", "first_load_x5", "first_load_x20", "sluice", "sluice_1"},
    "peers": {
        *("duckdb", "polars_adbc", "dlt_csv", "dlt_parquet", "pgloader", "celery_pickle"),
        *("limit", "sluice", "calls_wide"),
    },
}


@dataclass
class Entry:
    """A case with a dataset: the cost of each round, or the error, or what is missing on this machine."""

    case: Case
    dataset: Dataset
    costs: list[Cost] = field(default_factory=list)
    error: str | None = None
    missing: str | None = None

    @property
    def names(self) -> tuple[str, str]:
        return self.case.name, self.dataset.name

    @property
    def rows(self) -> int:
        """Rows of its files."""
        return self.dataset.read * len(self.case.files(self.dataset)) // len(self.dataset.files)

    @property
    def measurable(self) -> bool:
        return self.error is None and self.missing is None

    def __str__(self) -> str:
        return f"{self.case.name} with {self.dataset.name}"


def entries(cases: Sequence[Case], datasets: Sequence[Dataset], only: Collection[str]) -> list[Entry]:
    """What is to be measured. `only` names cases and datasets, which narrow each other.

    Of a kind that it does not name, the usual ones are taken; what is not usual, with all that it is measured with.
    """
    names = spelled_out(only)
    known_cases, known_datasets = {each.name for each in cases} & names, {each.name for each in datasets} & names

    def chosen(case: Case, dataset: Dataset) -> bool:
        case_named, dataset_named = case.name in known_cases, dataset.name in known_datasets
        return (case_named or (not known_cases and (case.usual or (dataset_named and not dataset.usual)))) and (
            dataset_named or (not known_datasets and (dataset.usual or (case_named and not case.usual)))
        )

    return [
        Entry(case, dataset)
        for dataset in datasets
        for case in cases
        if dataset.name in case.datasets and chosen(case, dataset)
    ]


def spelled_out(words: Collection[str]) -> set[str]:
    """Names, with each group as the names that are in it."""
    return {name for word in words for name in GROUPS.get(word, {word})}


def pairs(cases: Sequence[Case], datasets: Sequence[Dataset], names: Collection[tuple[str, str]]) -> list[Entry]:
    """The cases with datasets of these names."""
    found = [Entry(case, dataset) for dataset in datasets for case in cases]
    return [each for each in found if each.names in names]
