"""`python -m benchmarks.preprocessed.export`: `sluice export` compared with `psql \\copy ... to`, of the same table.

Whole processes, from their start to their end, each with its own peak of memory. What they write must be the same
bytes.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from hashlib import file_digest
from pathlib import Path
from shutil import rmtree
from statistics import median
from typing import Annotated, Any

import typer

from benchmarks.measure import usage
from benchmarks.measure.servers import BenchServers, begun
from benchmarks.preprocessed.data import TABLE, make_preprocessed
from sluice.errors import SluiceError

HERE = Path(__file__).resolve().parents[1]
_LOOK_S = 0.02
WAYS = {
    "csv": ("csv",),
    "csv by key": ("csv", "--ordered"),
    "csv packed": ("csv", "--compress"),
    "parquet": ("parquet",),
}

Rows = Annotated[int, typer.Option(min=1_000, help="Rows of the table.")]
Rounds = Annotated[int, typer.Option(min=1, help="Rounds that count; before them is one that does not.")]
Out = Annotated[Path, typer.Option(help="The record, as JSON.", show_default="benchmarks/results/export.json")]
Work = Annotated[Path, typer.Option(help="Folder for servers and files.", show_default="benchmarks/.work")]


class ExportFailed(SluiceError):
    """A command did not end well, or wrote something else than psql."""


def main(
    rows: Rows = 1_000_000, rounds: Rounds = 3, out: Out = HERE / "results" / "export.json", work: Work = HERE / ".work"
) -> None:
    """Write preprocessed_data by psql and by Sluice, and print the time of each."""
    work = work.resolve()
    files = work / "files"
    try:
        with begun(work) as servers:
            files.mkdir()
            make_preprocessed(rows)
            servers.settle()
            turns = [_turn(servers, files) for _ in range(rounds + 1)][1:]
            machine = {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()}
            found = {"rows": rows, "machine": machine | servers.versions(), **_facts(turns)}
    finally:
        rmtree(files, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    for name, each in found["ways"].items():
        print(f"{name:12} {each['seconds']:7.2f} s  {each['of psql']:5.2f} of psql  {each['peak_mib']:6.0f} MiB")


def _turn(servers: BenchServers, files: Path) -> dict[str, dict[str, float]]:
    """Seconds and peak of memory (MiB) of each way, one after the other."""
    by_psql = files / "psql.csv"
    copy = f"\\copy {TABLE} to '{by_psql}' with (format csv, header)"
    found = {"psql": _measured([servers.psql, "-X", "-q", "-c", copy], servers.psql_environ)}
    for name, (form, *more) in WAYS.items():
        to = files / name.replace(" ", "_")
        command = [sys.executable, "-m", "sluice.cli.main", "export", TABLE, "--format", form, "--to", str(to), *more]
        found[name] = _measured(command, dict(os.environ))
    if _digest(by_psql) != _digest(files / "csv"):
        raise ExportFailed("What Sluice has written is not what psql has written.")
    print("  " + ", ".join(f"{name} {each['seconds']:.2f} s" for name, each in found.items()), flush=True)
    return found


def _measured(command: list[str], environ: dict[str, str]) -> dict[str, float]:
    started = time.perf_counter()
    peak = 0.0
    with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as child:
        # not the system's own figure: that begins with the memory of the parent process
        while child.poll() is None:
            peak = max(peak, usage.largest_peak_mib(child.pid) or 0.0)
            time.sleep(_LOOK_S)
        seconds = time.perf_counter() - started
    if child.returncode:
        raise ExportFailed(f"{' '.join(command)}: exit {child.returncode}")
    return {"seconds": round(seconds, 3), "peak_mib": round(peak, 1)}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _facts(turns: list[dict[str, dict[str, float]]]) -> dict[str, Any]:
    """Medians; speed is that of psql in the same turn over this one's time. Memory is the largest of any turn."""
    ways = {
        name: {
            "seconds": median(turn[name]["seconds"] for turn in turns),
            "of psql": round(median(turn["psql"]["seconds"] / turn[name]["seconds"] for turn in turns), 3),
            "peak_mib": max(turn[name]["peak_mib"] for turn in turns),
        }
        for name in turns[0]
    }
    return {"ways": ways, "turns": turns}


if __name__ == "__main__":
    typer.run(main)
