"""Whether the rows that the books say were loaded are still in their tables.

A table that is emptied, dropped or made again has another oid or another file: each run notes both. Where they differ,
or somebody asks, rows are counted by input. Rows go in good order too: a newer row replaces an older one (`update`), a
reload and a snapshot take rows away. What may have happened so is not called missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.session import home_schema
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline, Table
from sluice.engine.tables.catalog import columns_of, table_identifier

query = statements(__name__)

NAMED = 3


@dataclass(frozen=True)
class Missing:
    """An input with fewer rows in its table than it loaded. `other`: the table was emptied or made anew since."""

    input: int
    uri: str
    table: str
    expected: int
    found: int
    other: bool

    def __str__(self) -> str:
        return f"{self.uri}: {self.expected:,} rows were loaded into {self.table} and {self.found:,} are there"


def note_targets(cursor: Cursor, run: int, pipeline: Pipeline, besides: Collection[str] = ()) -> None:
    """Note what the tables of a run are now, `besides` those of these sources."""
    flows = [flow for flow in pipeline.flows if flow.source.name not in besides]
    sources, tables = [flow.source.name for flow in flows], [flow.table.name for flow in flows]
    params = {"run": run, "schema": home_schema(), "sources": sources, "tables": tables}
    cursor.execute(query("note_targets"), params)


def missing_inputs(
    cursor: Cursor, table: Table, inputs: Sequence[int], *, only_made_anew: bool = False
) -> list[Missing]:
    """Those of `inputs` (ids, of any runs that loaded into `table`) whose rows are not all there any more; with
    `only_made_anew` (which costs nothing where it was not) those whose table was emptied, dropped or made anew since.

    Inputs that are not settled, or whose rows were taken away in good order, are none of them. For `keep` a row may be
    counted; for `update` rows may have been replaced, so an input counts as missing only if its table was made anew or
    emptied since, and has fewer rows than all books together say.
    """
    params = {"inputs": list(inputs), "table": table.name, "schema": home_schema()}
    cursor.execute(query("expected_rows"), params)
    expected, counts = cursor.fetchall(), dict[int, int]()
    if only_made_anew:
        expected = [each for each in expected if each[3] is not False]
    if expected and columns_of(cursor, table.name) is not None:
        if table.on_conflict == "update" or _was_updated(cursor, params):
            expected = [each for each in expected if each[3] is not False]
            if not expected or _has_enough(cursor, params):
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
    """Note what was taken from a run's tables while it loaded, before it is settled: then it fails, and says so."""
    with transaction() as cursor:
        cursor.execute(query("changed_targets"), {"run": run})
        lost = {source: list(_lost_of(cursor, run, source, table)) for source, table in cursor.fetchall()}
        every = [each for of_source in lost.values() for each in of_source]
        if every:
            cursor.execute("update sluice.run set lost = %s where id = %s", (_sentence(every, pipeline.name), run))
        if lost:  # written anew without a loss: from here on it is this one
            note_targets(cursor, run, pipeline, besides=[source for source, of_source in lost.items() if of_source])


def missing_of_run(run: int, pipeline: Pipeline) -> list[Missing]:
    """What is not there any more of what a run loaded. Raises TransientError where counting takes longer than 10 s."""
    with transaction() as cursor:
        cursor.execute("set local statement_timeout = '10s'")
        cursor.execute("select source, id from sluice.input where run_id = %s order by id", (run,))
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
        f"A table was emptied, dropped or made anew while the run loaded. {named}{more}. "
        f"Load these again: sluice run {pipeline} FILES --reload"
    )


def _was_updated(cursor: Cursor, params: Mapping[str, object]) -> bool:
    """Whether rows of the table were replaced or taken away in good order, as far as the books go."""
    cursor.execute(query("fewest_rows"), params)
    return bool((cursor.fetchone() or (0, 0))[1])


def _has_enough(cursor: Cursor, params: Mapping[str, object]) -> bool:
    cursor.execute(query("fewest_rows"), params)
    fewest = (cursor.fetchone() or (0, 0))[0]
    cursor.execute(sql.SQL("select count(*) from {}").format(table_identifier(str(params["table"]))))
    return bool((cursor.fetchone() or (0,))[0] >= fewest)


def _count(cursor: Cursor, table: str, inputs: Sequence[int]) -> dict[int, int]:
    statement = sql.SQL(query("count_by_input")).format(target=table_identifier(table))
    cursor.execute(statement, {"inputs": list(inputs)})
    return dict(cursor.fetchall())
