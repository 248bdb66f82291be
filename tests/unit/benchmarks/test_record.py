"""The record of a benchmark: medians of rounds, ratios within a round, and cases without figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.bench import Bench
from benchmarks.cases import CASES, Case, Missing
from benchmarks.data.datasets import Dataset
from benchmarks.data.kinds import Size, datasets
from benchmarks.entries import entries
from benchmarks.measure.meter import Cost
from benchmarks.measure.servers import BenchServers
from benchmarks.report.record import print_record, record


@pytest.fixture
def known(tmp_path: Path) -> list[Dataset]:
    """The datasets with four empty files each, said to hold 1,000 rows."""
    made = datasets(tmp_path, Size(rows=1_000, files=4, dirty=0))
    for dataset in made:
        dataset.folder.mkdir()
        dataset.read = 1_000
        for n in range(4):
            (dataset.folder / f"{n}.csv").touch()
    return made


SETTINGS = {"rows": 1_000, "files": 4, "rounds": 1}


def costs(*seconds: float) -> list[Cost]:
    return [Cost(each, 0.5, 0.1, None, 100.0, 5.0) for each in seconds]


def test_a_ratio_is_to_the_limit_of_the_same_round_and_the_median_is_over_rounds(known: list[Dataset]) -> None:
    limit, sluice = entries(CASES, known, ("limit", "sluice", "call_logs"))
    limit.costs = costs(1.0, 2.0, 1.0)
    sluice.costs = costs(2.0, 2.5, 1.25)
    first, second = record([limit, sluice], SETTINGS, {})["rows"]
    assert (first["rows_per_second"], first["ratio"]) == (1_000, 1.0)
    assert [each["ratio"] for each in second["rounds"]] == [0.5, 0.8, 0.8]
    assert (second["rows_per_second"], second["ratio"], second["seconds"]) == (500, 0.8, 2.0)


def test_dirty_rows_are_measured_by_the_limit_of_the_clean_ones(known: list[Dataset]) -> None:
    limit, _, _, _, dirty, *_ = measured = entries(CASES, known, ())
    assert str(dirty) == "sluice with call_logs_dirty"
    limit.costs, dirty.costs = costs(1.0), costs(4.0)
    assert record(measured, SETTINGS, {})["rows"][4]["ratio"] == 0.25


def test_execute_values_counts_the_rows_of_the_files_it_loads(known: list[Dataset]) -> None:
    (entry,) = entries(CASES, known, ("execute_values",))
    assert len(entry.case.files(entry.dataset)) == 2
    assert entry.rows == 500


def test_what_is_not_known_on_a_system_stays_empty(known: list[Dataset]) -> None:
    (entry,) = entries(CASES, known, ("sluice", "calls_wide"))
    entry.costs = costs(1.0)
    (row,) = record([entry], SETTINGS, {})["rows"]
    assert (row["cpu_postgres_s"], row["ratio"], row["cpu_client_s"]) == (None, None, 0.5)


def test_a_case_with_wrong_rows_has_an_error_and_no_figures(known: list[Dataset]) -> None:
    (entry,) = entries(CASES, known, ("limit", "calls_wide"))
    entry.costs, entry.error = costs(1.0), "the table holds 7 rows of 8."
    (row,) = record([entry], SETTINGS, {})["rows"]
    assert row == {
        "case": "limit",
        "dataset": "calls_wide",
        "rows": 1_000,
        "files": 4,
        "leaves_out": "parsing, checks, rejects, repeated keys, recovery",
        "error": "the table holds 7 rows of 8.",
    }


def test_files_in_a_second_and_the_cpu_seconds_of_ours_are_in_the_record(known: list[Dataset]) -> None:
    (entry,) = entries(CASES, known, ("sluice", "calls_wide"))
    entry.costs = costs(2.0, 2.0, 4.0)
    (row,) = record([entry], SETTINGS, {})["rows"]
    assert row["files_per_second"] == 2.0
    assert row["cpu_ours_s_per_million"] == 600.0


class Absent(Case):
    """A case that this machine does not have."""

    name = "absent"
    datasets = frozenset({"calls_wide"})
    leaves_out = "all"

    def prepare(self) -> None:
        raise Missing("There is no such program.")

    def measure(self, servers: BenchServers, dataset: Dataset) -> Cost:
        raise AssertionError(f"{dataset.name} was measured with {servers}")


def test_what_a_machine_does_not_have_is_missing_and_no_error(
    known: list[Dataset], capsys: pytest.CaptureFixture[str]
) -> None:
    measured = entries((Absent(),), known, ())
    servers: BenchServers = None  # type: ignore[assignment]  # nothing is measured
    assert list(Bench(servers, measured).run(2)) == [1, 2]
    found = record(measured, SETTINGS, {})
    assert found["rows"] == [
        {
            "case": "absent",
            "dataset": "calls_wide",
            "rows": 1_000,
            "files": 4,
            "leaves_out": "all",
            "missing": "There is no such program.",
        }
    ]
    print_record(found)
    assert "absent with calls_wide is missing: There is no such program." in capsys.readouterr().out
