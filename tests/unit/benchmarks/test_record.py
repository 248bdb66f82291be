"""The record of a benchmark: medians of rounds, ratios within a round, and cases without figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.bench import Entry, entries
from benchmarks.datasets import Dataset, datasets
from benchmarks.meter import Cost
from benchmarks.record import record


@pytest.fixture
def known(tmp_path: Path) -> list[Dataset]:
    """The datasets with four empty files each, said to hold 1,000 rows."""
    made = datasets(tmp_path)
    for dataset in made:
        dataset.folder.mkdir()
        dataset.read = 1_000
        for n in range(4):
            (dataset.folder / f"{n}.csv").touch()
    return made


def costs(*seconds: float) -> list[Cost]:
    return [Cost(each, 0.5, 0.1, None, 100.0, 5.0) for each in seconds]


def named(measured: list[Entry]) -> list[tuple[str, str]]:
    return [(entry.case.name, entry.dataset.name) for entry in measured]


def test_everything_is_measured_unless_something_is_named(known: list[Dataset]) -> None:
    assert named(entries(known, ())) == [
        ("limit", "call_logs"),
        ("execute_values", "call_logs"),
        ("execute_values_2", "call_logs"),
        ("sluice", "call_logs"),
        ("sluice", "call_logs_dirty"),
        ("limit", "calls_wide"),
        ("sluice", "calls_wide"),
    ]


def test_named_cases_and_named_datasets_narrow_each_other(known: list[Dataset]) -> None:
    assert named(entries(known, ("sluice",)))[1:] == [("sluice", "call_logs_dirty"), ("sluice", "calls_wide")]
    assert named(entries(known, ("limit", "sluice", "calls_wide"))) == [
        ("limit", "calls_wide"),
        ("sluice", "calls_wide"),
    ]


def test_a_ratio_is_to_the_limit_of_the_same_round_and_the_median_is_over_rounds(known: list[Dataset]) -> None:
    limit, sluice = entries(known, ("limit", "sluice", "call_logs"))
    limit.costs = costs(1.0, 2.0, 1.0)
    sluice.costs = costs(2.0, 2.5, 1.25)
    first, second = record([limit, sluice], {}, {})["rows"]
    assert (first["rows_per_second"], first["ratio"]) == (1_000, 1.0)
    assert [each["ratio"] for each in second["rounds"]] == [0.5, 0.8, 0.8]
    assert (second["rows_per_second"], second["ratio"], second["seconds"]) == (500, 0.8, 2.0)


def test_dirty_rows_are_measured_by_the_limit_of_the_clean_ones(known: list[Dataset]) -> None:
    limit, _, _, _, dirty, *_ = measured = entries(known, ())
    limit.costs, dirty.costs = costs(1.0), costs(4.0)
    assert record(measured, {}, {})["rows"][4]["ratio"] == 0.25


def test_execute_values_counts_the_rows_of_the_files_it_loads(known: list[Dataset]) -> None:
    (entry,) = entries(known, ("execute_values",))
    assert len(entry.case.files(entry.dataset)) == 2
    assert entry.rows == 500


def test_what_is_not_known_on_a_system_stays_empty(known: list[Dataset]) -> None:
    (entry,) = entries(known, ("sluice", "calls_wide"))
    entry.costs = costs(1.0)
    (row,) = record([entry], {}, {})["rows"]
    assert (row["cpu_postgres_s"], row["ratio"], row["cpu_client_s"]) == (None, None, 0.5)


def test_a_case_with_wrong_rows_has_an_error_and_no_figures(known: list[Dataset]) -> None:
    (entry,) = entries(known, ("limit", "calls_wide"))
    entry.costs, entry.error = costs(1.0), "the table holds 7 rows of 8."
    (row,) = record([entry], {}, {})["rows"]
    assert row == {"case": "limit", "dataset": "calls_wide", "rows": 1_000, "error": "the table holds 7 rows of 8."}
