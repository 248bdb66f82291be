"""`python -m benchmarks`: the command behind `make bench`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.bench import Bench, Entry, entries
from benchmarks.cases import CASES
from benchmarks.datasets import Dataset, datasets
from benchmarks.record import print_record, record, write_record
from benchmarks.servers import BenchServers, begun
from sluice.engine.base import settings as sluice_settings

HERE = Path(__file__).resolve().parent

Rows = Annotated[int, typer.Option(min=1_000, help="Rows of each dataset.")]
Files = Annotated[int, typer.Option(min=2, help="Files they are in.")]
Dirty = Annotated[float, typer.Option(min=0, max=0.5, help="Share of rows with a fault in call_logs_dirty.")]
Rounds = Annotated[int, typer.Option(min=1, help="Rounds that count; before them is one that does not.")]
Only = Annotated[str, typer.Option(help="Cases and datasets, with commas: limit,sluice,call_logs", show_default="all")]
PartBytes = Annotated[int | None, typer.Option(help="SLUICE_PART_BYTES of the workers.", show_default="as always")]
Out = Annotated[Path, typer.Option(help="The record, as JSON.", show_default="benchmarks/results/bench.json")]
Work = Annotated[Path, typer.Option(help="Folder for servers and files.", show_default="benchmarks/.work")]


def main(
    rows: Rows = 1_000_000,
    files: Files = 8,
    dirty: Dirty = 0.02,
    rounds: Rounds = 3,
    only: Only = "",
    part_bytes: PartBytes = None,
    out: Out = HERE / "results" / "bench.json",
    work: Work = HERE / ".work",
) -> None:
    """Load the same rows by psql, by execute_values and by Sluice, one after another, and print the time of each."""
    options: dict[str, Any] = {"rows": rows, "files": files, "dirty": dirty, "rounds": rounds}
    work = work.resolve()
    measured = _chosen(datasets(work), only)
    try:
        with begun(work, part_bytes) as servers:
            well = _bench(servers, measured, options, out)
    finally:
        for entry in measured:
            entry.dataset.remove()
    raise typer.Exit(0 if well else 1)


def _chosen(known: list[Dataset], only: str) -> list[Entry]:
    names = {*(dataset.name for dataset in known), *(case.name for case in CASES)}
    words = {word.strip() for word in only.split(",")} - {""}
    if unknown := words - names:
        raise typer.BadParameter(f"{', '.join(unknown)}: there are {', '.join(sorted(names))}.", param_hint="--only")
    return entries(known, words)


def _bench(servers: BenchServers, measured: list[Entry], options: dict[str, Any], out: Path) -> bool:
    """Measure, print and write the record. Returns whether every entry has figures."""
    for dataset in {entry.dataset.name: entry.dataset for entry in measured}.values():
        print(f"writing {options['rows']:,} rows of {dataset.name}", flush=True)
        dataset.make(options["rows"], options["files"], options["dirty"] if dataset.name == "call_logs_dirty" else 0)
    Bench(servers, measured).run(options["rounds"])
    options["part_bytes"] = sluice_settings.settings().part_bytes
    found = record(measured, options, servers.versions())
    print_record(found)
    write_record(found, out)
    return all("error" not in each for each in found["rows"])


if __name__ == "__main__":
    typer.run(main)
