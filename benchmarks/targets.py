"""The table of targets: which figure of a record is looked at, and what it should be.

A figure is a field of a row, as the median over the rounds; with `over` it is divided, round by round, by the same
field of another row. A figure without a limit is shown for comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from sluice.cli.output import table

Row = dict[str, Any]
FLAT = 1.25  # memory that grows less than that from the smallest size to one of 20 times


@dataclass(frozen=True)
class Target:
    """`at_least` or `at_most` is the target; `case` and `dataset` say whose figure it is."""

    words: str
    case: str
    dataset: str
    figure: str
    over: tuple[str, str] | None = None
    at_least: float | None = None
    at_most: float | None = None

    def needs(self, limits: Mapping[str, str]) -> set[tuple[str, str]]:
        """The cases with datasets that it needs. `limits` has the dataset whose limit each is measured by."""
        names = {(self.case, self.dataset)} | ({self.over} if self.over else set())
        return names | ({("limit", limits[self.dataset])} if self.figure == "ratio" else set())

    def value(self, rows: Sequence[Row]) -> float | None:
        """Its figure. None if it was not measured."""
        found = _per_round(rows, self.case, self.dataset, self.figure)
        if self.over:
            others = _per_round(rows, *self.over, self.figure)
            found = [a / b for a, b in zip(found, others, strict=True) if b] if len(found) == len(others) else []
        return median(found) if found else None

    def met(self, value: float | None) -> bool | None:
        """Whether a figure reaches the target. None: there is no figure, or no target."""
        if value is None or (self.at_least is None and self.at_most is None):
            return None
        return value >= self.at_least if self.at_least is not None else value <= (self.at_most or 0)

    @property
    def limit(self) -> str:
        if self.at_least is not None:
            return f"at least {self.at_least:,g}"
        return "" if self.at_most is None else f"at most {self.at_most:,g}"


CPU = "cpu_ours_s_per_million"
TARGETS = (
    Target("call_logs: speed, of limit", "sluice", "call_logs", "ratio", at_least=0.7),
    Target("call_logs, four times the rows: of limit", "sluice", "call_logs_x4", "ratio", at_least=0.7),
    Target("call_logs_dirty: of limit", "sluice", "call_logs_dirty", "ratio"),
    Target("call_logs_dirty, four times the rows: of limit", "sluice", "call_logs_dirty_x4", "ratio"),
    Target("calls_wide: of limit", "sluice", "calls_wide", "ratio", at_least=1.0),
    Target("calls_wide, four times the rows: of limit", "sluice", "calls_wide_x4", "ratio", at_least=1.0),
    Target("wide_repeats: of limit", "sluice", "wide_repeats", "ratio"),
    Target("wide_repeats: of calls_wide", "sluice", "wide_repeats", "rows_per_second", ("sluice", "calls_wide")),
    Target("hostile: of call_logs, by rows read", "sluice", "hostile", "rows_per_second", ("sluice", "call_logs")),
    Target("calls_wide: times DuckDB", "sluice", "calls_wide", "rows_per_second", ("duckdb", "calls_wide"), 1.0),
    Target("call_logs: times a script", "sluice", "call_logs", "rows_per_second", ("execute_values", "call_logs")),
    Target(
        "call_logs: times two scripts", "sluice", "call_logs", "rows_per_second", ("execute_values_2", "call_logs")
    ),
    Target("small_1000: files/s", "sluice", "small_1000", "files_per_second", at_least=1_000),
    Target("small_5000: files/s", "sluice", "small_5000", "files_per_second", at_least=1_000),
    Target("small_1000 again: files/s", "again", "small_1000", "files_per_second", at_least=5_000),
    Target("small_5000 again: files/s", "again", "small_5000", "files_per_second", at_least=5_000),
    Target("first_load_x20: of limit", "sluice", "first_load_x20", "ratio"),
    Target("one_file: seconds to the first rows", "first_row", "one_file", "first_row_s"),
    Target("call_logs: CPU s of ours for 1M rows", "sluice", "call_logs", CPU),
    Target("calls_wide: CPU s of ours for 1M rows", "sluice", "calls_wide", CPU),
    Target("first_load: MiB of the largest process", "sluice", "first_load", "peak_process_mib"),
    Target(
        "first_load_x20: the same, of first_load's", "sluice", "first_load_x20", "peak_process_mib",
        ("sluice", "first_load"), at_most=FLAT,
    ),
    Target("first_load: MiB of Redis", "sluice", "first_load", "peak_redis_mib"),
    Target(
        "first_load_x20: the same, of first_load's", "sluice", "first_load_x20", "peak_redis_mib",
        ("sluice", "first_load"), at_most=FLAT,
    ),
)  # fmt: skip


def needed(only: Collection[str], limits: Mapping[str, str]) -> set[tuple[str, str]]:
    """What the targets need; with `only`, the targets of these cases and datasets."""
    found = set[tuple[str, str]]()
    for target in TARGETS:
        if not only or {target.case, target.dataset, *(target.over or ())} & set(only):
            found |= target.needs(limits)
    return found


def figures(rows: Sequence[Row], targets: Iterable[Target] = TARGETS) -> list[Row]:
    """Each target's figure, as it goes into the record. Those that were not measured have none."""
    found = []
    for target in targets:
        value = target.value(rows)
        limits = {"at_least": target.at_least, "at_most": target.at_most}
        rounded = None if value is None else float(f"{value:.4g}")
        found.append({"name": target.words, "value": rounded, **limits, "met": target.met(value)})
    return found


def print_figures(rows: Sequence[Row], *, with_missing: bool) -> None:
    """Figure beside target. `with_missing`: those too that were not measured."""
    words: Callable[[bool | None], str] = {True: "yes", False: "NO", None: ""}.__getitem__
    lines = []
    for target in TARGETS:
        value = target.value(rows)
        if value is not None or with_missing:
            figure = "not measured" if value is None else f"{value:>12,.4g}"
            lines.append((target.words, figure, target.limit, words(target.met(value))))
    if lines:
        print()
        table(("figure", "median", "target", "met"), lines)


def _per_round(rows: Sequence[Row], case: str, dataset: str, figure: str) -> list[float]:
    for row in rows:
        if (row["case"], row["dataset"]) == (case, dataset):
            return [each[figure] for each in row.get("rounds", ()) if each.get(figure) is not None]
    return []
