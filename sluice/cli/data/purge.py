"""`purge`: removes details of old runs; their books and inputs stay."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Annotated

import typer

from sluice.cli.output import Json, count, emit, say, things
from sluice.errors import ConfigError

UNITS = {"h": "hours", "d": "days", "w": "weeks"}
TABLES = ("rejects", "parts", "steps", "contenders", "ticks", "kept rows")
Age = Annotated[
    str, typer.Option("--older-than", metavar="AGE", help="How long ago a run ended: 12h, 30d, 8w.", show_default=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be removed.")]


def purge(older_than: Age, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Remove parts, steps and rejects of runs that ended long ago, and landing copies that are not needed.

    Rows that were kept for `sluice undo` go when their time is over (undo_days), whatever the age is.
    """
    from sluice.engine.ledger.cleanup import purge as room
    from sluice.engine.ledger.cleanup.landing_copies import purge_landing
    from sluice.engine.sources.landing import landing

    cutoff = room.before(parse_age(older_than))
    runs = room.purgeable_runs(cutoff)
    gone = _purgeable(room.count_purgeable(runs, cutoff)) if dry_run else _purge(runs, cutoff, quiet=as_json)
    gone["landing copies"] = purge_landing(landing(), cutoff, dry_run=dry_run)
    facts = {"before": cutoff.isoformat(timespec="seconds"), "dry_run": dry_run, "runs": len(runs)}
    facts |= {name.replace(" ", "_"): gone[name] for name in (*TABLES, "landing copies")}
    emit(facts, as_json=as_json, human=lambda: _print(cutoff, runs, gone, dry_run=dry_run))


def _purgeable(counts: Counter[str]) -> Counter[str]:
    return Counter({name.replace("_", " "): int(number) for name, number in counts.items()})


def parse_age(text: str) -> timedelta:
    """`30d` as a timedelta. Raises ConfigError for anything but a number of hours, days or weeks."""
    match = re.fullmatch(r"([1-9]\d{0,4})([hdw])", text.strip())
    if match is None:
        raise ConfigError(f"--older-than must be an integer and h, d or w, such as 30d, not {text!r}.")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def _purge(runs: list[int], cutoff: datetime, *, quiet: bool) -> Counter[str]:
    from sluice.engine.ledger.cleanup.purge import purge_kept, purge_run, purge_ticks

    gone: Counter[str] = Counter()
    for number, run in enumerate(runs, 1):
        gone += purge_run(run, cutoff)
        if not quiet and number % 100 == 0:
            say(f"{count(number)} of {count(len(runs))} runs")
    gone["ticks"] = purge_ticks(cutoff)
    gone["kept rows"] = purge_kept()
    return gone


def _print(cutoff: datetime, runs: list[int], gone: Counter[str], *, dry_run: bool) -> None:
    if not gone.total():
        print(f"nothing to purge: no run that ended before {cutoff:%Y-%m-%d %H:%M} has anything left")
        return
    verb = "would be purged" if dry_run else "purged"
    print(f"{things(len(runs), 'run')} that ended before {cutoff:%Y-%m-%d %H:%M} UTC: {verb}")
    for name in (*TABLES, "landing copies"):
        print(f"  {name:<14} {count(gone[name]):>13}")
    print("their books and inputs stay; PostgreSQL uses the space again after its next vacuum")
