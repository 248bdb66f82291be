"""The table of targets, and figures that are shown for comparison where they happen to be measured.

Targets are for a million rows: with fewer, the start and the end of a run count for much. A figure without a target
has none yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from benchmarks.report.figures import Figure, Row
from sluice.cli.output import table

FULL = 1_000_000  # rows
FLAT = 1.25  # memory that grows less than that is flat: the larger size has 5 or 20 times the rows
_RATE, _FILES, _CPU = "rows_per_second", "files_per_second", "cpu_ours_s_per_million"
_PROCESS, _REDIS = "peak_process_mib", "peak_redis_mib"
_WIDE, _LOGS, _FIRST = ("sluice", "calls_wide"), ("sluice", "call_logs"), ("sluice", "first_load")

TARGETS = (
    Figure("call_logs: rows/s, of limit", *_LOGS, "ratio", at_least=0.95),
    Figure("call_logs_x4: of limit", "sluice", "call_logs_x4", "ratio", at_least=1.0),
    Figure("call_logs_dirty: of limit", "sluice", "call_logs_dirty", "ratio", at_least=0.85),
    Figure("call_logs_dirty_x4: of limit", "sluice", "call_logs_dirty_x4", "ratio", at_least=0.85),
    Figure("hostile: rows/s, of call_logs", "sluice", "hostile", _RATE, over=_LOGS, at_least=0.9),
    Figure("calls_wide: of limit", *_WIDE, "ratio", at_least=1.15),
    Figure("calls_wide_x4: of limit", "sluice", "calls_wide_x4", "ratio", at_least=1.15),
    Figure("wide_repeats: of limit", "sluice", "wide_repeats", "ratio", at_least=0.9),
    Figure("wide_repeats: rows/s, of calls_wide", "sluice", "wide_repeats", _RATE, over=_WIDE),
    Figure("calls_wide: times duckdb", *_WIDE, _RATE, over=("duckdb", "calls_wide"), at_least=2.0),
    Figure("small_1000: files/s", "sluice", "small_1000", _FILES, at_least=1_000),
    Figure("small_1000 again: files/s", "again", "small_1000", _FILES, at_least=5_000),
    Figure("small_5000: files/s", "sluice", "small_5000", _FILES, at_least=1_000),
    Figure("small_5000 again: files/s", "again", "small_5000", _FILES, at_least=5_000),
    Figure("first_load_x20: of limit", "sluice", "first_load_x20", "ratio", at_least=1.5),
    Figure("one_file: seconds to the first rows", "first_row", "one_file", "first_row_s", at_most=2.0),
    Figure("call_logs: CPU s of ours, 1M rows", *_LOGS, _CPU, at_most=0.6),
    Figure("calls_wide: CPU s of ours, 1M rows", *_WIDE, _CPU, at_most=1.0),
    Figure("first_load: MiB of the largest process", *_FIRST, _PROCESS, at_most=300),
    Figure("first_load_x20: MiB, of first_load", "sluice", "first_load_x20", _PROCESS, over=_FIRST, at_most=FLAT),
    Figure("first_load: MiB of Redis", *_FIRST, _REDIS, at_most=150),
    Figure("first_load_x20: Redis, of first_load", "sluice", "first_load_x20", _REDIS, over=_FIRST, at_most=FLAT),
)

COMPARISONS = (
    Figure("call_logs: times execute_values", *_LOGS, _RATE, over=("execute_values", "call_logs")),
    Figure("call_logs: times execute_values_2", *_LOGS, _RATE, over=("execute_values_2", "call_logs")),
    *(
        Figure(f"calls_wide: times {peer}", *_WIDE, _RATE, over=(peer, "calls_wide"))
        for peer in ("polars_adbc", "dlt_csv", "dlt_parquet", "pgloader", "celery_pickle")
    ),
    Figure("first_load: of limit", *_FIRST, "ratio"),
    Figure("first_load: times one process", *_FIRST, _RATE, over=("sluice_1", "first_load")),
    *(
        Figure(f"{case}, {name}: {words}, of first_load", case, name, field, over=(case, "first_load"), at_most=FLAT)
        for case in ("sluice", "sluice_1")
        for name in ("first_load_x5", "first_load_x20")
        for field, words in ((_PROCESS, "MiB"), (_REDIS, "Redis"))
        if (case, name) != ("sluice", "first_load_x20")
    ),
)


def needed(cases: Collection[str], datasets: Collection[str], limits: Mapping[str, str]) -> set[tuple[str, str]]:
    """The cases with datasets that the targets need; only the targets of `cases` and `datasets`, if any are given."""
    found = set[tuple[str, str]]()
    for target in TARGETS:
        names = {target.case, *(target.over or ())[:1]}
        if (not cases or names & set(cases)) and (not datasets or target.dataset in datasets):
            found |= target.needs(limits)
    return found


def figures(rows: Sequence[Row], size: int) -> list[dict[str, Any]]:
    """The figures that were measured, as they go into the record. With fewer rows than a million no target is met."""
    found = []
    for each in (*TARGETS, *COMPARISONS):
        if (value := each.value(rows)) is not None:
            met = each.met(value) if size >= FULL else None
            limits = {"at_least": each.at_least, "at_most": each.at_most}
            found.append({"name": each.words, "value": value, **limits, "met": met})
    return found


def print_figures(rows: Sequence[Row], size: int, *, all_targets: bool) -> None:
    """Each figure with its target. With `all_targets` those too that were not measured."""
    lines = list(_lines(rows, size, all_targets=all_targets))
    if lines:
        print()
        table(("figure", "median", "target", "met"), lines)
        if size < FULL:
            print(f"Targets are for {FULL:,} rows: with {size:,} they say nothing.")


def _lines(rows: Sequence[Row], size: int, *, all_targets: bool) -> Iterator[tuple[str, str, str, str]]:
    for each in (*TARGETS, *COMPARISONS):
        value = each.value(rows)
        if value is not None or (all_targets and each in TARGETS):
            met = each.met(value) if size >= FULL else None
            words = "" if met is None else "yes" if met else "NO"
            yield each.words, "not measured" if value is None else f"{value:>12,.4g}", each.target, words
