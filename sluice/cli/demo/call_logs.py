"""Call logs: 4 files through two worker processes, and a check of the books."""

from __future__ import annotations

import typer

from sluice.cli.exits import Exit
from sluice.cli.output import count, fail, say
from sluice.cli.runs.run import load_and_report
from sluice.cli.runs.wanted import Wanted

FILES = 4
PROCESSES = 2


def show_call_logs(rows: int, *, as_json: bool) -> None:
    """Generate call logs in 4 files, load them with two worker processes, and compare the books."""
    from sluice.engine.base.settings import settings
    from sluice.samples.call_logs import make_call_logs

    folder = settings().home / "demo" / str(rows)
    say(f"writing {count(rows)} rows in {FILES} files to {folder} ...")
    expected = make_call_logs(folder, rows=rows, files=FILES)
    paths = [str(path) for path in sorted(folder.glob("*.csv"))]
    say(f"loading them with {PROCESSES} worker processes ...")
    # Loaded again if it was loaded before: a demonstration shows a load each time.
    wanted = Wanted.of("call_logs", paths, reload=True)
    status = load_and_report(wanted, strict=False, processes=PROCESSES, timeout=None, as_json=as_json)
    planted = {name: expected[name] for name in ("read", "loaded", "duplicate", "rejected")}
    if any(getattr(status, name) != number for name, number in planted.items()):
        fail("Books", f"The books differ from what was planted: {planted}.", as_json=False)
        raise typer.Exit(Exit.FAILED)
    say(f"\nthe books equal {folder / 'expected.json'}, which was written without reading a file")
