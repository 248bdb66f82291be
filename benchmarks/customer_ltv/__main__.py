"""`python -m benchmarks.customer_ltv`: customer_ltv compared with bare SQL, and after 1 % more payments.

Turn by turn: the bare SQL, a build of a date that was not built before, and two increments of that date. All by
`sluice run` and a worker with two processes, whose memory is read at the end: at a tenth of the size and at full.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from shutil import rmtree
from statistics import median
from typing import Annotated, Any

import typer

from benchmarks.cases.sluice import ready_worker
from benchmarks.customer_ltv.data import AS_OF, Bench, make_bench
from benchmarks.measure import usage
from benchmarks.measure.servers import BenchServers, begun
from sluice.engine.database.connection import drop_connection, transaction
from sluice.engine.database.statements import statements
from sluice.errors import SluiceError

query = statements("benchmarks.customer_ltv.data")  # by name: it is run as __main__

HERE = Path(__file__).resolve().parent
PLACE = HERE.parent
ORDERS, PAYMENTS = 5, 6  # for each customer
INCREMENT = 100  # one payment in so many comes later
SOME = 100  # one customer in so many has all of a concentrated increment

Customers = Annotated[int, typer.Option(min=1_000, help="Customers; orders are five times as many, payments six.")]
Rounds = Annotated[int, typer.Option(min=1, help="Rounds over the same loaded tables.")]
Out = Annotated[Path, typer.Option(help="The record, as JSON.", show_default="benchmarks/results/customer_ltv.json")]
Work = Annotated[Path, typer.Option(help="Folder for servers and files.", show_default="benchmarks/.work")]


class BuildFailed(SluiceError):
    """A run or a statement did not end well, or what it built is wrong."""


@dataclass
class Measured:
    """Of one size: seconds of the first run, of each turn by name, and the worker's largest peak of memory."""

    customers: int
    first: dict[str, float]
    turns: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    peak_process_mib: float | None = None

    def note(self, name: str, seconds: dict[str, float]) -> None:
        self.turns.setdefault(name, []).append(seconds)
        print(f"  {self.customers:,} customers, {name}: " + ", ".join(f"{k} {v:.2f}" for k, v in seconds.items()))

    def middle(self, name: str, part: str) -> float:
        return median(each[part] for each in self.turns[name])

    def facts(self) -> dict[str, Any]:
        """All of it, with what it comes to: medians, and ratios turn by turn."""
        built = [each["build"] for each in self.turns["full"]]
        found: dict[str, Any] = {"customers": self.customers, "orders": self.customers * ORDERS}
        found |= {"payments": self.customers * PAYMENTS, "first": self.first}
        found["medians"] = {
            name: {part: round(self.middle(name, part), 3) for part in each[0]} for name, each in self.turns.items()
        }
        for name in self.turns:
            ratios = [
                each.get("build", each["wall"]) / full for each, full in zip(self.turns[name], built, strict=True)
            ]
            found["medians"][name]["of full build"] = round(median(ratios), 3)
        bare = [each["wall"] for each in self.turns["bare"]]
        found["full build of bare"] = round(median(b / a for a, b in zip(bare, built, strict=True)), 3)
        return found | {"peak_process_mib": self.peak_process_mib, "turns": self.turns}


def main(
    customers: Customers = 1_000_000,
    rounds: Rounds = 3,
    out: Out = PLACE / "results" / "customer_ltv.json",
    work: Work = PLACE / ".work",
) -> None:
    """Build customer_ltv from loaded tables, and compare with what the same SQL takes in psql."""
    work = work.resolve()
    try:
        with begun(work) as servers:
            sizes = [_measure(servers, work / "files", size, rounds) for size in (customers // 10, customers)]
            machine = {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()}
            found = {"sizes": [each.facts() for each in sizes], "machine": machine | servers.versions()}
    finally:
        rmtree(work / "files", ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    _print(found)


def _measure(servers: BenchServers, files: Path, customers: int, rounds: int) -> Measured:
    drop_connection()
    servers.fresh()
    print(f"writing {customers * (1 + ORDERS + PAYMENTS):,} rows", flush=True)
    made = make_bench(files, customers, customers * ORDERS, customers * PAYMENTS)
    with ready_worker() as worker:
        measured = Measured(customers, _run(AS_OF, made.customers, made.orders, made.payments))
        _check(servers, AS_OF)
        # as autovacuum would within a minute; the first build has done without
        _psql(servers, "-c", "vacuum analyze")
        for n in range(1, rounds + 1):
            _turn(servers, measured, made, AS_OF - timedelta(days=n))
        peak = usage.largest_peak_mib(worker.pid)
        measured.peak_process_mib = None if peak is None else round(peak, 1)
    return measured


def _turn(servers: BenchServers, measured: Measured, made: Bench, as_of: date) -> None:
    servers.settle()
    measured.note("bare", _bare(servers, as_of))
    servers.settle()
    measured.note("full", _run(as_of))
    _check(servers, as_of)
    rows = measured.customers * PAYMENTS // INCREMENT
    for name, one_in in (("increment", 1), ("increment of few customers", SOME)):
        more = _more_payments(made.increment, rows, one_in)
        servers.settle()
        measured.note(name, _run(as_of, more))
    _bare(servers, as_of)
    _check(servers, as_of)


def _bare(servers: BenchServers, as_of: date) -> dict[str, float]:
    _psql(servers, "-c", "drop table if exists public.bare_customer_ltv")
    started = time.perf_counter()
    _psql(servers, "-v", f"as_of={as_of}", "-f", str(HERE / "sql" / "bare_customer_ltv.sql"))
    return {"wall": time.perf_counter() - started}


def _psql(servers: BenchServers, *words: str) -> None:
    command = [servers.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", *words]
    done = subprocess.run(command, env=servers.psql_environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildFailed(f"psql {' '.join(words)}: {done.stderr.strip()}")


def _run(as_of: date, *files: Path) -> dict[str, float]:
    """Seconds of `sluice run`: by the clock, and of its builds as the ledger has them."""
    words = ["run", "customer_ltv", *map(str, files), "--as-of", str(as_of), "--json"]
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "sluice.cli.main", *words], capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - started
    if done.returncode:
        raise BuildFailed(f"sluice {' '.join(words)}: exit {done.returncode}: {done.stderr[-2000:]}")
    builds = {each["derived"]: each["seconds"] for each in json.loads(done.stdout)["builds"]}
    return {"wall": wall, "build": sum(builds.values()), **builds}


def _check(servers: BenchServers, as_of: date) -> None:
    """Whether the build has the values of the bare SQL. Raises BuildFailed."""
    _bare(servers, as_of)
    with transaction() as cursor:
        cursor.execute(query("compare_customer_ltv"), {"as_of": as_of})
        differ, rows = cursor.fetchone() or (0, 0)
    if differ or not rows:
        raise BuildFailed(f"As of {as_of} {differ:,} of {rows:,} rows are not what bare SQL says.")


def _more_payments(path: Path, rows: int, one_in: int) -> Path:
    with transaction() as cursor:
        cursor.execute(query("largest_payment"))
        first = (cursor.fetchone() or (0,))[0]
        numbers = {"first": first, "rows": rows, "one_in": one_in, "times": 1 if one_in == 1 else 2}
        with path.open("wb") as file:
            cursor.copy_expert(query("more_payments").format(**numbers), file)
    return path


def _print(found: dict[str, Any]) -> None:
    for each in found["sizes"]:
        print(f"\n{each['customers']:,} customers: a full build takes {each['full build of bare']} of bare SQL's time")
        for name, part in each["medians"].items():
            print(f"  {name}: {part}")
        print(f"  largest process of the worker: {each['peak_process_mib']} MiB")


if __name__ == "__main__":
    typer.run(main)
