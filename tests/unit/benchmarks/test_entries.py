"""Which cases are measured with which datasets: the usual ones, and those that are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.cases import CASES
from benchmarks.data.kinds import Size, datasets
from benchmarks.entries import GROUPS, entries
from benchmarks.peers import PEERS, peers
from benchmarks.report.targets import needed

WORK = Path("work")
KNOWN = datasets(WORK, Size(rows=1_000_000, files=8, dirty=0.02))
ALL = (*CASES, *peers(WORK))


def chosen(*only: str) -> list[tuple[str, str]]:
    return [entry.names for entry in entries(ALL, KNOWN, only)]


def test_the_usual_cases_and_datasets_are_measured_unless_something_is_named() -> None:
    assert chosen() == [
        ("limit", "call_logs"),
        ("execute_values", "call_logs"),
        ("execute_values_2", "call_logs"),
        ("sluice", "call_logs"),
        ("sluice", "call_logs_dirty"),
        ("sluice", "hostile"),
        ("limit", "calls_wide"),
        ("sluice", "calls_wide"),
        ("sluice", "wide_repeats"),
    ]


def test_named_cases_and_named_datasets_narrow_each_other() -> None:
    assert chosen("sluice")[1:3] == [("sluice", "call_logs_dirty"), ("sluice", "hostile")]
    assert chosen("limit", "sluice", "calls_wide") == [("limit", "calls_wide"), ("sluice", "calls_wide")]
    assert chosen("again", "calls_wide") == []


@pytest.mark.parametrize(
    ("word", "pairs"),
    [
        ("again", [("again", "small_1000"), ("again", "small_5000")]),
        ("small_1000", [("sluice", "small_1000"), ("again", "small_1000")]),
        ("first_load", [("limit", "first_load"), ("sluice", "first_load"), ("sluice_1", "first_load")]),
        ("one_file", [("first_row", "one_file")]),
        ("first_row", [("first_row", "one_file")]),
        ("duckdb", [("duckdb", "calls_wide")]),
        ("calls_wide", [("limit", "calls_wide"), ("sluice", "calls_wide")]),
    ],
)
def test_what_is_not_usual_is_measured_where_it_is_named(word: str, pairs: list[tuple[str, str]]) -> None:
    assert chosen(word) == pairs


def test_a_group_stands_for_its_cases_and_datasets() -> None:
    assert chosen("small") == [
        ("sluice", "small_1000"),
        ("again", "small_1000"),
        ("sluice", "small_5000"),
        ("again", "small_5000"),
    ]
    assert [dataset for _, dataset in chosen("scale")] == [
        *("first_load", "first_load", "first_load_x5", "first_load_x5", "first_load_x20", "first_load_x20"),
    ]
    assert [case for case, _ in chosen("peers")][:2] == ["limit", "sluice"]
    assert [case for case, _ in chosen("peers")][2:] == [peer.name for peer in PEERS]


def test_every_name_of_a_group_is_a_case_or_a_dataset() -> None:
    names = {each.name for each in (*ALL, *KNOWN)}
    assert set().union(*GROUPS.values()) <= names


def test_every_dataset_of_a_case_exists() -> None:
    assert set().union(*(case.datasets for case in ALL)) == {dataset.name for dataset in KNOWN}


def test_the_targets_need_only_what_can_be_measured() -> None:
    limits = {dataset.name: dataset.limit_of for dataset in KNOWN}
    measurable = {(case.name, name) for case in ALL for name in case.datasets}
    assert needed((), (), limits) <= measurable
    assert needed((), ("hostile",), limits) == {("sluice", "hostile"), ("sluice", "call_logs")}
    assert needed(("duckdb",), (), limits) == {("duckdb", "calls_wide"), ("sluice", "calls_wide")}
    assert needed((), ("wide_repeats",), limits) == {
        ("sluice", "wide_repeats"),
        ("sluice", "calls_wide"),
        ("limit", "calls_wide"),
    }


def test_sizes_follow_from_the_rows() -> None:
    assert {each.name: (each.rows, each.files_wanted) for each in KNOWN} == {
        "call_logs": (1_000_000, 8),
        "call_logs_dirty": (1_000_000, 8),
        "hostile": (1_000_000, 8),
        "calls_wide": (1_000_000, 8),
        "wide_repeats": (1_000_000, 8),
        "call_logs_x4": (4_000_000, 8),
        "call_logs_dirty_x4": (4_000_000, 8),
        "calls_wide_x4": (4_000_000, 8),
        "small_1000": (200_000, 1_000),
        "small_5000": (1_000_000, 5_000),
        "first_load": (1_000_000, 8),
        "first_load_x5": (5_000_000, 8),
        "first_load_x20": (20_000_000, 8),
        "one_file": (10_000_000, 1),
    }
