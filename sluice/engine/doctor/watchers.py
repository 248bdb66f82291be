"""Watchers: which process watches the folders of which pipeline, and pipelines that nobody watches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sluice.engine.base.identity import is_gone
from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import in_ledger
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline
from sluice.engine.doctor.finding import Finding, ok, warning

query = statements(__name__)


def look_at_watchers(pipelines: Sequence[Pipeline]) -> Iterator[Finding]:
    """Who watches what is declared with `Files(..., watch=True)`. Raises DatabaseAway."""
    watched = [each.name for each in pipelines if any(source.watch for source in each.files)]
    if not watched:
        return
    with transaction() as cursor:
        cursor.execute(in_ledger("select to_regclass('sluice.watch') is not null"))
        if cursor.fetchone() != (True,):
            return
        cursor.execute(query("watchers"), {"pipelines": watched})
        living = {name: watcher for name, watcher, live in cursor.fetchall() if live and not is_gone(watcher)}
    for watcher in sorted(set(living.values())):
        names = sorted(name for name, each in living.items() if each == watcher)
        yield ok("watchers", f"{_process(watcher)} watches {', '.join(names)}")
    without = [name for name in watched if name not in living]
    if without:
        yield warning(
            "watchers",
            f"nobody watches the folders of {', '.join(without)}, which their files declare (watch=True)",
            "Start a watcher: `sluice watch`, or `sluice up`; with containers the service `watch`.",
        )


def _process(watcher: str) -> str:
    """An owner of a lease, in words."""
    where, _, rest = watcher.partition("|")
    return f"process {rest.partition('.')[0]} on {where.partition(':')[0]}"
