"""`python -m benchmarks`: the command behind `make bench`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.bench import Bench
from benchmarks.cases import CASES, Case
from benchmarks.data.datasets import Dataset
from benchmarks.data.kinds import Size, datasets
from benchmarks.entries import GROUPS, Entry, entries, pairs, spelled_out
from benchmarks.measure.servers import BenchServers, begun
from benchmarks.peers import peers
from benchmarks.peers.environments import default_folder
from benchmarks.plot import draw
from benchmarks.report.record import print_record, record, write_record
from benchmarks.report.targets import needed
from sluice.engine.base import settings as sluice_settings

HERE = Path(__file__).resolve().parent

Rows = Annotated[
    int, typer.Option(min=1_000, help="Rows of a dataset; call_logs_x4 has four times as many, and so on.")
]
Files = Annotated[int, typer.Option(min=2, help="Files they are in.")]
Dirty = Annotated[float, typer.Option(min=0, max=0.5, help="Share of rows with a fault in call_logs_dirty.")]
Rounds = Annotated[
    int | None, typer.Option(min=1, help="Rounds that count.", show_default="three, and five with --targets")
]
Only = Annotated[
    str,
    typer.Option(
        help="Cases and datasets, with commas: limit,sluice,call_logs. Groups are peers, small and scale.",
        show_default="the usual ones",
    ),
]
Targets = Annotated[bool, typer.Option("--targets", help="Measure what the table of targets needs, in one run.")]
PartBytes = Annotated[int | None, typer.Option(help="SLUICE_PART_BYTES of the workers.", show_default="as always")]
Out = Annotated[
    Path | None, typer.Option(help="The record, as JSON.", show_default="benchmarks/results/bench.json or targets.json")
]
Plot = Annotated[Path | None, typer.Option(help="A picture of the record, as PNG.", show_default="none")]
Work = Annotated[Path, typer.Option(help="Folder for servers and files.", show_default="benchmarks/.work")]
Environments = Annotated[
    Path | None,
    typer.Option(help="Folder for the environments of peers and of the plot.", show_default="the user's cache"),
]


def main(
    *,
    rows: Rows = 1_000_000,
    files: Files = 8,
    dirty: Dirty = 0.02,
    rounds: Rounds = None,
    only: Only = "",
    targets: Targets = False,
    part_bytes: PartBytes = None,
    out: Out = None,
    plot: Plot = None,
    work: Work = HERE / ".work",
    environments: Environments = None,
) -> None:
    """Load the same rows by psql, by other programs and by Sluice, in turn, and print the time of each."""
    rounds = rounds or (5 if targets else 3)
    out = out or HERE / "results" / ("targets.json" if targets else "bench.json")
    options: dict[str, Any] = {"rows": rows, "files": files, "dirty": dirty, "rounds": rounds}
    work, environments = work.resolve(), (environments or default_folder()).resolve()
    cases, known = (*CASES, *peers(environments)), datasets(work, Size(rows, files, dirty))
    measured = _chosen(cases, known, only, targets=targets)
    try:
        with begun(work, part_bytes) as servers:
            found = _bench(servers, measured, options, out)
    finally:
        for entry in measured:
            entry.dataset.remove()
    print_record(found, all_targets=targets and not only)
    if plot is not None:
        draw(out, plot, environments)
    raise typer.Exit(1 if any("error" in each for each in found["rows"]) else 0)


def _chosen(cases: Sequence[Case], known: Sequence[Dataset], only: str, *, targets: bool) -> list[Entry]:
    names = {*GROUPS, *(dataset.name for dataset in known), *(case.name for case in cases)}
    words = {word.strip() for word in only.split(",")} - {""}
    if unknown := words - names:
        raise typer.BadParameter(f"{', '.join(unknown)}: there are {', '.join(sorted(names))}.", param_hint="--only")
    if targets:
        limits = {dataset.name: dataset.limit_of for dataset in known}
        named = spelled_out(words)
        of_cases, of_datasets = ({each.name for each in kind} & named for kind in (cases, known))
        found = pairs(cases, known, needed(of_cases, of_datasets, limits))
    else:
        found = entries(cases, known, words)
    if not found:
        raise typer.BadParameter(f"{only}: no case of these is measured with a dataset of these.", param_hint="--only")
    return found


def _bench(servers: BenchServers, measured: list[Entry], options: dict[str, Any], out: Path) -> dict[str, Any]:
    """Measure, and write the record after each round: a long run may not come to its end. Returns the record."""
    for dataset in {entry.dataset.name: entry.dataset for entry in measured}.values():
        print(f"writing {dataset.rows:,} rows of {dataset.name}", flush=True)
        dataset.make()
    options["part_bytes"] = sluice_settings.settings().part_bytes
    found: dict[str, Any] = {}
    for done in Bench(servers, measured).run(options["rounds"]):
        found = record(measured, options | {"rounds_done": done}, servers.versions())
        write_record(found, out)
    return found


if __name__ == "__main__":
    typer.run(main)
