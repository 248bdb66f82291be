"""Figures with their targets: medians, ratios within a round, and nothing where nothing was measured."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.report.figures import Figure
from benchmarks.report.targets import figures, print_figures


def row(case: str, dataset: str, **rounds: list[float | None]) -> dict[str, Any]:
    lengths = {len(values) for values in rounds.values()}
    listed = [{name: values[n] for name, values in rounds.items()} for n in range(lengths.pop())]
    return {"case": case, "dataset": dataset, "rounds": listed}


def test_a_figure_is_the_median_of_the_rounds() -> None:
    assert Figure("", "sluice", "a", "ratio").value([row("sluice", "a", ratio=[0.5, 0.9, 0.6])]) == 0.6


def test_a_ratio_of_two_rows_is_taken_within_a_round() -> None:
    figure = Figure("", "sluice", "a", "rows_per_second", over=("duckdb", "a"))
    rows = [row("sluice", "a", rows_per_second=[100, 50, 90]), row("duckdb", "a", rows_per_second=[100, 25, 30])]
    assert figure.value(rows) == 2.0


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"case": "sluice", "dataset": "a", "error": "wrong rows"}],
        [row("sluice", "a", rows_per_second=[1.0]), {"case": "duckdb", "dataset": "a", "missing": "not installed"}],
        [row("sluice", "a", rows_per_second=[1.0]), row("duckdb", "a", rows_per_second=[None])],
    ],
)
def test_what_was_not_measured_has_no_figure(rows: list[dict[str, Any]]) -> None:
    assert Figure("", "sluice", "a", "rows_per_second", over=("duckdb", "a")).value(rows) is None


def test_a_target_is_a_least_or_a_most() -> None:
    least, most = Figure("", "", "", "", at_least=0.7), Figure("", "", "", "", at_most=1.25)
    assert [least.met(0.7), least.met(0.69), least.met(None)] == [True, False, None]
    assert [most.met(1.25), most.met(1.26)] == [True, False]
    assert (least.target, most.target) == ("at least 0.7", "at most 1.25")
    assert Figure("", "", "", "").met(1.0) is None


def test_no_target_is_met_or_missed_with_fewer_rows(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row("sluice", "call_logs", ratio=[0.96])]
    assert [each["met"] for each in figures(rows, 1_000_000)] == [True]
    assert [each["met"] for each in figures(rows, 999_999)] == [None]
    print_figures(rows, 999_999, all_targets=False)
    assert "Targets are for 1,000,000 rows: with 999,999 they say nothing." in capsys.readouterr().out


def test_all_targets_are_printed_where_all_were_to_be_measured(capsys: pytest.CaptureFixture[str]) -> None:
    print_figures([row("sluice", "call_logs", ratio=[0.6])], 1_000_000, all_targets=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split() == ["call_logs:", "rows/s,", "of", "limit", "0.6", "at", "least", "0.95", "NO"]
    assert "not measured" in lines[3]
