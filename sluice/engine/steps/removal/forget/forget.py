"""forget: the rows with a value go out of everything in the database, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.database.ledger import ledger_schema
from sluice.engine.database.session import place, schema_and_name
from sluice.engine.database.statements import statements
from sluice.engine.declare import Nested, Pipeline
from sluice.engine.declare.tables.closed import closed_table
from sluice.engine.ledger.personal.forgotten import no_key
from sluice.engine.load.children import delete_orphans, thin_orphans
from sluice.engine.load.forget import count_elsewhere, count_naming, delete_rows, say_value, thin_kept
from sluice.engine.load.target import Target
from sluice.engine.steps.removal.forget.receipt import Gone, Hashed
from sluice.engine.steps.removal.forget.rejects import forget_rejects, scrubs
from sluice.engine.steps.removal.forget.wanted import Wanted, masked, pattern
from sluice.engine.tables.catalog import columns_of, table_identifier
from sluice.engine.types.forgotten import keyed_hash
from sluice.engine.types.text import Text
from sluice.errors import ConfigError, TablesMissing

query = statements(__name__)


def note_values(cursor: Cursor, values: Sequence[Wanted]) -> list[Hashed]:
    """Write the hashes of the values: no run that is registered from now on loads them."""
    hashes = hashes_of(cursor, values)
    for value, (_, keyed) in zip(values, hashes, strict=True):
        params = place(value.table.name) | {"column": value.column.name}
        cursor.execute(query("add_forgotten"), params | {"hash": bytes.fromhex(keyed)})
    return hashes


def hashes_of(cursor: Cursor, values: Sequence[Wanted]) -> list[Hashed]:
    """The table and column of each value, and its keyed hash."""
    cursor.execute(query("forget_key"))
    row = cursor.fetchone()
    if row is None:
        raise TablesMissing(no_key())
    return [(value.name, keyed_hash(bytes(row[0]), value.text).hex()) for value in values]


def find_inputs(cursor: Cursor, pipeline: Pipeline, values: Sequence[Wanted]) -> None:
    """Note the inputs of the values' tables for this transaction. Raises ConfigError while some are loaded in part."""
    tables = _tables(pipeline, values)
    flows = [(flow.source.name, flow.table.name) for flow in pipeline.flows if flow.table.name in tables]
    sources, names = zip(*flows, strict=True)
    schemas, bare = zip(*map(schema_and_name, names), strict=True)
    params = {"pipeline": pipeline.name, "sources": [*sources], "tables": [*names]}
    params |= {"schemas": [*schemas], "names": [*bare]}
    cursor.execute(query("make_fed"), params)
    cursor.execute(query("half_loaded"))
    (run,) = cursor.fetchone() or (None,)
    if run is not None:
        raise ConfigError(
            f"Run {run} failed before it was settled, and has rows in the tables, so nothing was forgotten. "
            f"`sluice retry {run}` goes on with it, `sluice cancel {run}` takes them out; then give the command again."
        )


def forget(cursor: Cursor, pipeline: Pipeline, values: Sequence[Wanted]) -> Gone:
    """Delete all that has the values, under the caller's locks and in its transaction, after `find_inputs`."""
    gone = Gone()
    for value in values:
        say_value(cursor, value.text)
        target = Target.of(value.table)
        of_inputs = delete_rows(cursor, target, value.column.name)
        gone.of_inputs.update(of_inputs)
        gone.rows[target.name] += sum(of_inputs.values())
        for closed in _closed(cursor, value):
            of_versions = delete_rows(cursor, closed, value.column.name)
            gone.rows[closed.name] += sum(of_versions.values())
            gone.of_versions |= of_versions.keys()
        gone.kept[target.name] += thin_kept(cursor, target, value.column.name)
    _forget_lists(cursor, pipeline, values, gone)
    spellings = pattern(values)
    for value in values:
        _count_left(cursor, pipeline, values, value, gone)
        if spellings is not None:
            _count_naming(cursor, values, value, spellings, gone)
    gone.rejects, gone.replayed, gone.rejects_unknown = forget_rejects(cursor, values, spellings)
    _mark(cursor, pipeline, gone, spellings)
    if spellings is not None:
        _scrub(cursor, pipeline, gone, spellings)
    _analyze(cursor, values, spellings, gone)
    failpoint("forget.before_commit")
    return gone


def _closed(cursor: Cursor, value: Wanted) -> list[Target]:
    """The table of closed versions, if the value's table has one and it has been made."""
    closed = closed_table(value.table)
    return [] if closed is None or columns_of(cursor, closed.name) is None else [Target.of(closed)]


def _forget_lists(cursor: Cursor, pipeline: Pipeline, values: Sequence[Wanted], gone: Gone) -> None:
    """The lists of records go with these."""
    for flow in pipeline.flows:
        if flow.table.name in _tables(pipeline, values) and isinstance(flow.source, Nested):
            target = Target.of(flow.table)
            of_inputs = delete_orphans(cursor, target, flow.source)
            gone.of_inputs.update(of_inputs)
            gone.rows[target.name] += sum(of_inputs.values())
            gone.kept[target.name] += thin_orphans(cursor, target, flow.source)


def _tables(pipeline: Pipeline, values: Sequence[Wanted]) -> set[str]:
    """The tables of the values, and of the lists in their records."""
    tables = {value.table.name for value in values}
    for flow in pipeline.flows:  # lists come after their records
        if isinstance(flow.source, Nested) and flow.source.parent.name in tables:
            tables.add(flow.table.name)
    return tables


def _analyze(cursor: Cursor, values: Sequence[Wanted], spellings: str | None, gone: Gone) -> None:
    """Make PostgreSQL's statistics again: they have the most common values of columns."""
    tables = sorted({value.table.name for value in values})
    tables += sorted({each.name for value in values for each in _closed(cursor, value)})
    names = [table_identifier(table) for table in tables]
    names += [sql.Identifier(ledger_schema(), table) for table in ("reject", "replaced", "replayed", "input")]
    for name in names:
        cursor.execute(sql.SQL(query("analyze_again")).format(table=name))
    schemas, bare = zip(*map(schema_and_name, tables), strict=True)
    for value in values:
        params = {"schemas": [*schemas], "tables": [*bare], "value": value.text, "pattern": spellings or "(?!)"}
        cursor.execute(query("stale_statistics"), params)
        gone.stale |= {table for (table,) in cursor.fetchall()}


def _mark(cursor: Cursor, pipeline: Pipeline, gone: Gone, spellings: str | None) -> None:
    """Count the rows into their inputs, and find the dates that are built again."""
    inputs = {"inputs": [*gone.of_inputs], "rows": [*gone.of_inputs.values()], "pipeline": pipeline.name}
    cursor.execute(query("built_with"), inputs)
    (gone.dates,) = cursor.fetchone() or ([],)
    cursor.execute(query("mark_inputs"), inputs)
    cursor.execute(query("files_of"), {"inputs": [*gone.of_inputs.keys() | gone.of_versions]})
    gone.files = [masked(uri, spellings) for (uri,) in cursor.fetchall()]
    cursor.execute(query("fed_pipelines"))
    gone.others = sorted(name for (name,) in cursor.fetchall() if name != pipeline.name and gone.of_inputs)


def _scrub(cursor: Cursor, pipeline: Pipeline, gone: Gone, spellings: str) -> None:
    params = {"pattern": spellings, "pipelines": [pipeline.name, *gone.others]}
    for statement in scrubs():
        cursor.execute(statement, params)
        gone.texts += cursor.rowcount
    cursor.execute(query("named_files"), params)
    gone.named_files = int((cursor.fetchone() or (0,))[0])


def _count_left(cursor: Cursor, pipeline: Pipeline, values: Sequence[Wanted], value: Wanted, gone: Gone) -> None:
    """Rows with the value in another column of the same type, and in tables that the pipeline's own code fills."""
    say_value(cursor, value.text)
    asked = {each.name for each in values}
    for column in value.table.columns:
        if repr(column.type) != repr(value.column.type) or f"{value.table.name}.{column.name}" in asked:
            continue
        for target in [Target.of(value.table), *_closed(cursor, value)]:
            _note(gone, f"{target.name}.{column.name}", count_elsewhere(cursor, target, column.name))
    for own in pipeline.own_tables:
        if value.column.name in own.columns and columns_of(cursor, own.name) is not None:
            statement = sql.SQL(query("count_own")).format(
                table=table_identifier(own.name), column=sql.Identifier(value.column.name)
            )
            cursor.execute(statement)
            _note(gone, f"{own.name}.{value.column.name}", int((cursor.fetchone() or (0,))[0]))


def _count_naming(cursor: Cursor, values: Sequence[Wanted], value: Wanted, spellings: str, gone: Gone) -> None:
    """Rows that have it in a column of text."""
    asked = {each.name for each in values}
    texts = [each.name for each in value.table.columns if isinstance(each.type, Text)]
    texts = [each for each in texts if f"{value.table.name}.{each}" not in asked]
    for target in [Target.of(value.table), *_closed(cursor, value)]:
        for column in texts:
            if f"{target.name}.{column}" not in gone.left:
                _note(gone, f"{target.name}.{column}", count_naming(cursor, target, column, spellings))


def _note(gone: Gone, name: str, rows: int) -> None:
    if rows:
        gone.left[name] = rows
