"""Draw a record: rows in a second, CPU seconds, and memory by size where several sizes were measured.

picture.py RECORD.json OUT.png
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt

COLOURS = {"limit": "#8c8c8c", "sluice": "#1f6fb4", "sluice_1": "#6baed6", "again": "#9ecae1", "first_row": "#4292c6"}
PEER = "#e08214"
SIDES = {
    "cpu_client_s": ("client", "#1f6fb4"),
    "cpu_redis_s": ("Redis", "#d7301f"),
    "cpu_postgres_s": ("PostgreSQL", "#74a876"),
}
BAR_INCHES = 0.3


def main() -> None:
    """Read, draw, write."""
    record, out = map(Path, sys.argv[1:])
    found = json.loads(record.read_text(encoding="utf-8"))
    rows = [row for row in found["rows"] if "rounds" in row]
    if not rows:
        raise SystemExit("The record has no figures.")
    sizes = _sizes(rows)
    height = 1.9 + BAR_INCHES * len(rows)
    figure = plt.figure(figsize=(14, height + (4 if sizes else 0)), layout="constrained")
    bars, *below = figure.subfigures(2, 1, height_ratios=[height, 4]) if sizes else [figure.subfigures(1, 1)]
    speed, cpu = bars.subplots(1, 2, sharey=True)
    _speed(speed, rows)
    _cpu(cpu, rows)
    for place in below:
        _memory(place, sizes)
    size = found["settings"]
    words = f"{size['rows']:,} rows in {size['files']} files and multiples of that, {found['machine']['cores']} cores"
    figure.suptitle(f"Benchmarks: {words}, medians; rounds: {size['rounds_done']}")
    figure.savefig(out, dpi=110)


def _speed(axes: Any, rows: list[dict[str, Any]]) -> None:
    places = list(range(len(rows)))
    rates = [row["rows_per_second"] / 1_000 for row in rows]
    axes.barh(places, rates, color=[COLOURS.get(row["case"], PEER) for row in rows])
    for place, row, rate in zip(places, rows, rates, strict=True):
        ratio = "" if row["ratio"] is None else f"  ({row['ratio']:.2f} of limit)"
        axes.annotate(f"{rate:,.0f}{ratio}", (rate, place), (4, 0), textcoords="offset points", va="center", fontsize=9)
    axes.set_yticks(places, [f"{row['dataset']} · {row['case']}" for row in rows])
    axes.set_xlim(0, max(rates) * 1.35)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel("thousand rows in a second, median (longer is better)")
    _plain(axes)


def _cpu(axes: Any, rows: list[dict[str, Any]]) -> None:
    places, ends = list(range(len(rows))), [0.0] * len(rows)
    for name, (words, colour) in SIDES.items():
        spent = [(row[name] or 0) * 1e6 / row["rows"] for row in rows]
        axes.barh(places, spent, left=ends, color=colour, label=words)
        ends = [a + b for a, b in zip(ends, spent, strict=True)]
    for place, end in zip(places, ends, strict=True):
        axes.annotate(f"{end:.1f}", (end, place), (4, 0), textcoords="offset points", va="center", fontsize=9)
    axes.tick_params(labelleft=False)
    axes.set_xlim(0, max(*ends, 0.1) * 1.12)
    axes.set_xlabel("CPU seconds for a million rows, median (shorter is better)")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, fontsize=9)
    _plain(axes)


def _sizes(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The first loads of a case by size, where there are several."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["dataset"].startswith("first_load") and row["case"] in ("sluice", "sluice_1"):
            found.setdefault(row["case"], []).append(row)
    return {case: sorted(each, key=lambda row: row["rows"]) for case, each in found.items() if len(each) > 1}


def _memory(place: Any, sizes: dict[str, list[dict[str, Any]]]) -> None:
    for axes, name, words in zip(
        place.subplots(1, 2), ("peak_process_mib", "peak_redis_mib"), ("largest process", "Redis server"), strict=True
    ):
        for case, rows in sizes.items():
            millions = [row["rows"] / 1e6 for row in rows]
            axes.plot(millions, [row[name] for row in rows], "o-", color=COLOURS[case], label=case)
        axes.margins(y=0.1)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("million rows of first_load")
        axes.set_ylabel(f"peak of the {words}, MiB")
        axes.legend(fontsize=9)
        _plain(axes)


def _plain(axes: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, axis="x", color="#dddddd")
    axes.set_axisbelow(True)


if __name__ == "__main__":
    main()
