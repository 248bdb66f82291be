"""Whether the rows that were loaded according to the books are still in their tables.

A table that is emptied, dropped or recreated has another oid or another file: each run records both. If they differ, or
a check is requested, rows are counted by input. Rows are also removed regularly: a newer row replaces an older one
(`update`), a reload and a snapshot delete rows. These are not reported as missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import in_ledger
from sluice.engine.database.session import place, schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline, Table
from sluice.engine.tables.catalog import columns_of, table_identifier
from sluice.engine.tables.environments import refuse_shared

query = statements(__name__)

NAMED = 3


@dataclass(frozen=True)
class Missing:
    """An input with fewer rows in its table than it loaded. `other`: the table was emptied or recreated since."""

    input: int
    uri: str
    table: str
    expected: int
    found: int
    other: bool

    def __str__(self) -> str:
        return f"{self.uri}: {self.expected:,} rows were loaded into {self.table} and {self.found:,} are there"


def note_targets(cursor: Cursor, run: int, pipeline: Pipeline, besides: Collection[str] = ()) -> None:
    """Record the oids and files of a run's tables now, except those of the sources in `besides`.

    Raises ConfigError if another environment loads into one of them.
    """
    refuse_shared(cursor, pipeline)
    flows = [flow for flow in pipeline.flows if flow.source.name not in besides]
    schemas, tables = zip(*(schema_and_name(flow.table.name) for flow in flows), strict=True) if flows else ((), ())
    params = {"run": run, "sources": [flow.source.name for flow in flows]}
    cursor.execute(query("note_targets"), params | {"schemas": list(schemas), "tables": list(tables)})


def missing_inputs(
    cursor: Cursor, table: Table, inputs: Sequence[int], *, only_made_anew: bool = False
) -> list[Missing]:
    """Those of `inputs` (ids, of any runs that loaded into `table`) with missing rows; with `only_made_anew` only those
    whose table was emptied, dropped or recreated since (which costs nothing if it was not).

    Inputs that are not settled, or whose rows were removed regularly, are not among them. For `keep` rows are counted
    by input; for `update` rows may have been replaced, so an input counts as missing only if its table was recreated or
    emptied since, and has fewer rows than the sum of the books.
    """
    params: dict[str, object] = {"inputs": list(inputs), **place(table.name)}
    cursor.execute(query("expected_rows"), params)
    expected, counts = cursor.fetchall(), dict[int, int]()
    if only_made_anew:
        expected = [each for each in expected if each[3] is not False]
    if expected and columns_of(cursor, table.name) is not None:
        if table.updates or _was_updated(cursor, params):
            expected = [each for each in expected if each[3] is not False]
            if not expected or _has_enough(cursor, table.name, params):
                return []
        counts = _count(cursor, table.name, [each[0] for each in expected])
    return [
        Missing(
            number, uri, table.name, loaded, counts.get(number, 0), other or (other is None and number not in counts)
        )
        for number, uri, loaded, other in expected
        if counts.get(number, 0) < loaded
    ]


def note_lost(run: int, pipeline: Pipeline) -> None:
    """Record rows that were removed from a run's tables while it loaded, before it is settled: then the run fails."""
    with transaction() as cursor:
        cursor.execute(query("changed_targets"), {"run": run})
        changed = [source for (source,) in cursor.fetchall()]
        names = {flow.source.name: flow.table.name for flow in pipeline.flows}
        lost = {source: list(_lost_of(cursor, run, source, names[source])) for source in changed if source in names}
        every = [each for of_source in lost.values() for each in of_source]
        if every:
            cursor.execute(
                in_ledger("update sluice.run set lost = %s where id = %s"), (_sentence(every, pipeline.name), run)
            )
        if lost:  # rewritten without a loss: record the new file
            note_targets(cursor, run, pipeline, besides=[source for source, of_source in lost.items() if of_source])


def missing_of_run(run: int, pipeline: Pipeline) -> list[Missing]:
    """The inputs of a run with missing rows. Raises TransientError if counting takes longer than 10 s."""
    with transaction() as cursor:
        cursor.execute("set local statement_timeout = '10s'")
        cursor.execute(in_ledger("select source, id from sluice.input where run_id = %s order by id"), (run,))
        rows = cursor.fetchall()
        return [
            each
            for flow in pipeline.flows
            for each in missing_inputs(
                cursor, flow.table, [number for source, number in rows if source == flow.source.name]
            )
        ]


def _lost_of(cursor: Cursor, run: int, source: str, table: str) -> Iterable[Missing]:
    cursor.execute(query("expected_of_run"), {"run": run, "source": source})
    expected = cursor.fetchall()
    there = columns_of(cursor, table) is not None
    counts = _count(cursor, table, [each[0] for each in expected]) if there else {}
    for number, uri, rows in expected:
        if counts.get(number, 0) < rows:
            yield Missing(number, uri, table, rows, counts.get(number, 0), other=True)


def _sentence(lost: Sequence[Missing], pipeline: str) -> str:
    named = "; ".join(map(str, lost[:NAMED]))
    more = f"; and {len(lost) - NAMED} more inputs" if len(lost) > NAMED else ""
    return (
        f"A table was emptied, dropped or recreated while the run loaded. {named}{more}. "
        f"Load these again: sluice run {pipeline} FILES --reload"
    )


def _was_updated(cursor: Cursor, params: Mapping[str, object]) -> bool:
    """Whether rows of the table were replaced or removed regularly, according to the books."""
    cursor.execute(query("was_updated"), params)
    return cursor.fetchone() == (True,)


def _has_enough(cursor: Cursor, table: str, params: Mapping[str, object]) -> bool:
    cursor.execute(query("fewest_rows"), params)
    fewest = (cursor.fetchone() or (0,))[0]
    cursor.execute(sql.SQL("select count(*) from {}").format(table_identifier(table)))
    return bool((cursor.fetchone() or (0,))[0] >= fewest)


def _count(cursor: Cursor, table: str, inputs: Sequence[int]) -> dict[int, int]:
    statement = sql.SQL(query("count_by_input")).format(target=table_identifier(table))
    cursor.execute(statement, {"inputs": list(inputs)})
    return dict(cursor.fetchall())
