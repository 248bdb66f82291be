"""`python -m benchmarks.scale`: what statements cost in a ledger with a long history, in milliseconds and pages."""

from __future__ import annotations

import json
import os
import platform
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import psycopg2
import typer

from benchmarks.measure.servers import begun
from benchmarks.scale.ledger import LARGE, fill, parameters, plans
from sluice.cli.output import table
from sluice.engine.database.connection import drop_connection, transaction
from sluice.engine.ledger.schema import migrate_ledger

HERE = Path(__file__).resolve().parents[1]

Steps = Annotated[int, typer.Option(min=1_000, help="Steps in the ledger.")]
Out = Annotated[Path, typer.Option(help="The record, as JSON.", show_default="benchmarks/results/scale.json")]
Work = Annotated[Path, typer.Option(help="Folder for servers.", show_default="benchmarks/.work")]
OCCASIONS = {
    "task": "a task",
    "second": "a second and worker",
    "poll": "a poll",
    "run": "the end of a run",
    "command": "status or doctor",
}


def main(steps: Steps = 1_000_000, out: Out = HERE / "results" / "scale.json", work: Work = HERE / ".work") -> None:
    """Fill a ledger, and print what each statement costs that workers repeat."""
    with begun(work.resolve()) as servers:
        with transaction() as cursor:
            migrate_ledger(cursor)
        drop_connection()
        with closing(psycopg2.connect(servers.database_url)) as connection:
            found = _measure(connection, steps)
        machine = {"cores": os.cpu_count(), "system": platform.system(), **servers.versions()}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"machine": machine, **found}, indent=2) + "\n", encoding="utf-8")
    rows = [
        (f"once for {OCCASIONS[e['each']]}", e["name"], f"{e['ms']:8.2f}", e["pages"], e["scanned"])
        for e in found["statements"]
    ]
    table(("when", "statement", "ms", "pages", "reads in full"), rows)


def _measure(connection: Any, steps: int) -> dict[str, Any]:
    """The rows of the large tables, the seconds that it took to fill them, and the plan of each statement."""
    started = time.perf_counter()
    with connection, connection.cursor() as cursor:
        fill(cursor, steps)
    filled = time.perf_counter() - started
    print(f"filled in {filled:.0f} s", flush=True)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("vacuum (analyze)")
        cursor.execute("checkpoint")
    connection.autocommit = False
    with connection.cursor() as cursor:
        rows = {}
        for name in LARGE:
            cursor.execute(f"select count(*) from sluice.{name}")
            rows[name] = cursor.fetchone()[0]
        explained = list(plans(cursor, parameters(cursor)))
    measured = [
        {"each": s.each, "name": s.name, "ms": round(p.ms, 3), "pages": p.pages, "scanned": ", ".join(p.scanned)}
        for s, p in explained
    ]
    return {"rows": rows, "filled_s": round(filled, 1), "statements": measured}


if __name__ == "__main__":
    typer.run(main)
