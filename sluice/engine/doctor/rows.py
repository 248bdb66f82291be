"""Books and tables: whether the loaded rows are still there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import in_ledger
from sluice.engine.database.session import schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline, Table
from sluice.engine.doctor.finding import Finding, ok, warning, wrong
from sluice.engine.tables.loaded_rows import Missing, missing_inputs
from sluice.errors import TransientError

query = statements(__name__)

INPUTS = 5_000  # of a table, the newest
PATIENCE = "10s"  # for counting one table
NAMED = 3


def look_at_rows(pipelines: Sequence[Pipeline]) -> Iterator[Finding]:
    """A finding for each table that lacks rows, or one that is ok. Raises DatabaseAway."""
    with transaction() as cursor:
        cursor.execute(in_ledger("select to_regclass('sluice.target') is not null"))
        if cursor.fetchone() != (True,):
            return
    uncounted, lacking = [], False
    for table, feeding in _tables(pipelines).values():
        try:
            missing = _missing(table, feeding)
        except TransientError:
            uncounted.append(table.name)
            continue
        if missing:
            lacking = True
            yield _finding(table, missing)
    if uncounted:
        todo = "`sluice status RUN` counts the rows of one run."
        yield warning("rows", f"not counted within {PATIENCE}: {', '.join(uncounted)}", todo)
    elif not lacking:
        yield ok("rows", "as many in the tables as the books say")


def _tables(pipelines: Sequence[Pipeline]) -> dict[tuple[str, str], tuple[Table, list[tuple[str, str]]]]:
    """Each table with the pipelines and sources that are loaded into it."""
    tables: dict[tuple[str, str], tuple[Table, list[tuple[str, str]]]] = {}
    for pipeline in pipelines:
        for flow in pipeline.flows:
            place = schema_and_name(flow.table.name)
            _, feeding = tables.setdefault(place, (flow.table, []))
            feeding.append((pipeline.name, flow.source.name))
            if flow.table.updates:  # the stricter of two declarations
                tables[place] = (flow.table, feeding)
    return tables


def _missing(table: Table, feeding: Sequence[tuple[str, str]]) -> list[Missing]:
    names = {"pipelines": [pipeline for pipeline, _ in feeding], "sources": [source for _, source in feeding]}
    with transaction() as cursor:
        cursor.execute(f"set local statement_timeout = '{PATIENCE}'")
        cursor.execute(query("inputs_of_table"), names | {"limit": INPUTS})
        return missing_inputs(cursor, table, [number for (number,) in cursor.fetchall()])


def _finding(table: Table, missing: Sequence[Missing]) -> Finding:
    lost = sum(each.expected - each.found for each in missing)
    named = ", ".join(f"{each.uri} ({each.found:,} of {each.expected:,})" for each in missing[-NAMED:])
    more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
    message = f"{table.name} lacks {lost:,} rows that the books say were loaded: {named}{more}"
    if any(each.other for each in missing):
        return wrong("rows", f"{message}; it was emptied or recreated since", _RELOAD)
    how = "they were deleted" if table.partition is None else "they were deleted, or in a partition that was dropped"
    return warning("rows", f"{message}; {how}", f"If that was not meant to be: {_RELOAD[0].lower()}{_RELOAD[1:]}")


_RELOAD = "Load these files again, in their order: sluice run PIPELINE FILES --reload"
