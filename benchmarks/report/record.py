"""What is kept of a benchmark: medians over its rounds, as a table for people and as JSON for later."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.entries import Entry
from benchmarks.measure.meter import Cost
from benchmarks.report.targets import figures, print_figures
from sluice.cli.output import table

PACKAGES = ("sluice-etl", "celery", "kombu", "redis", "pandas", "pyarrow", "numpy", "psycopg2-binary")
HOW_TO_READ = (
    "Medians of the rounds. `of limit` is the share of what psql \\copy of rows that are clean already reaches in the "
    "same round;\nCPU is in seconds for a million rows, memory in MiB: the clients' peaks added up."
)


def record(entries: Sequence[Entry], settings: dict[str, Any], versions: dict[str, str]) -> dict[str, Any]:
    """The whole record. It names no host and no path."""
    machine: dict[str, Any] = {"cores": os.cpu_count(), "system": platform.system()}
    machine |= {"python": platform.python_version(), **versions}
    machine |= {"packages": {name: version(name) for name in PACKAGES}}
    rows = [row(entry, entries) for entry in entries]
    return {"rows": rows, "figures": figures(rows, settings["rows"]), "settings": settings, "machine": machine}


def row(entry: Entry, entries: Sequence[Entry]) -> dict[str, Any]:
    """One case with one dataset: medians, and each round as it was."""
    found: dict[str, Any] = {"case": entry.case.name, "dataset": entry.dataset.name, "rows": entry.rows}
    found |= {"files": len(entry.case.files(entry.dataset))}
    if entry.case.leaves_out:
        found["leaves_out"] = entry.case.leaves_out
    if entry.missing is not None:
        return found | {"missing": entry.missing}
    if version_ := entry.case.version():
        found["version"] = version_
    if entry.error is not None or not entry.costs:
        return found | {"error": entry.error or "not measured"}
    rounds = list(_rounds(entry, _limit(entry, entries)))
    medians = {name: _median([each[name] for each in rounds]) for name in rounds[0]}
    return found | medians | {"rounds": rounds}


def _limit(entry: Entry, entries: Sequence[Entry]) -> Entry | None:
    for each in entries:
        if each.names == ("limit", entry.dataset.limit_of) and each.error is None:
            return each
    return None


def _rounds(entry: Entry, limit: Entry | None) -> list[dict[str, float | None]]:
    found = []
    for n, cost in enumerate(entry.costs):
        rate = entry.rows / cost.seconds
        # of the same round: the speed of a machine changes from minute to minute
        ratio = rate / (limit.rows / limit.costs[n].seconds) if limit else None
        rates = {"rows_per_second": round(rate), "ratio": ratio and round(ratio, 3)}
        rates["files_per_second"] = round(len(entry.case.files(entry.dataset)) / cost.seconds, 1)
        found.append(rates | asdict(cost) | {"cpu_ours_s_per_million": _ours(cost, entry.rows)})
    return found


def _ours(cost: Cost, rows: int) -> float | None:
    """CPU seconds of all but PostgreSQL, for a million rows."""
    if cost.cpu_client_s is None or cost.cpu_redis_s is None:
        return None
    return round((cost.cpu_client_s + cost.cpu_redis_s) * 1e6 / rows, 3)


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def print_record(found: dict[str, Any], *, all_targets: bool = False) -> None:
    """The record as a table, how to read it, and figures with their targets."""
    head = ("dataset", "case", "rows", "rows/s", "of limit", "seconds", "CPU client", "Redis", "PostgreSQL")
    print()
    table((*head, "MiB client", "MiB Redis", "WAL a row", "leaves out"), map(_cells, found["rows"]))
    print(f"\n{HOW_TO_READ}")
    for each in found["rows"]:
        if "missing" in each:
            print(f"\n{each['case']} with {each['dataset']} is missing: {each['missing']}")
        if "error" in each:
            print(f"\n{each['case']} with {each['dataset']} has no figures: {each['error']}")
    print_figures(found["rows"], found["settings"]["rows"], all_targets=all_targets)


def _cells(each: dict[str, Any]) -> list[object]:
    start = [each["dataset"], each["case"], each["rows"]]
    if "error" in each or "missing" in each:
        return [*start, *[None] * 9, "(missing)" if "missing" in each else "(error)"]
    rates = [round(each["rows_per_second"]), _fixed(each["ratio"], 2), _fixed(each["seconds"], 2)]
    cpu = [_fixed(each[name], 2, 1e6 / each["rows"]) for name in ("cpu_client_s", "cpu_redis_s", "cpu_postgres_s")]
    memory = [_fixed(each[name], 0) for name in ("peak_client_mib", "peak_redis_mib")]
    memory.append(_fixed(each.get("wal_bytes"), 0, 1 / each["rows"]))
    return [*start, *rates, *cpu, *memory, each.get("leaves_out", "")]


def _fixed(value: float | None, places: int, factor: float = 1.0) -> str:
    return "" if value is None else f"{value * factor:>7.{places}f}"


def write_record(found: dict[str, Any], path: Path) -> None:
    """Write the record as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
