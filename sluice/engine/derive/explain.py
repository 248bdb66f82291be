"""Lineage of a derived table: the loaded rows that a value comes from, and its own rows, with file and line."""

from __future__ import annotations

from datetime import date
from typing import Any

from psycopg2.extensions import cursor as Cursor
from psycopg2.sql import Composable

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Computed, Pipeline, Preprocessed
from sluice.engine.declare.names import twice
from sluice.engine.declare.tables.derived import BUILT_AT
from sluice.engine.derive.settled import ALL
from sluice.engine.derive.statements import Statements
from sluice.engine.ledger.rows import mappings
from sluice.errors import ConfigError

query = statements(__name__)

Rows = list[dict[str, Any]]


def explain(pipeline: Pipeline, key: str, as_of: date | None = None) -> dict[str, Any]:
    """The row of a key and, by title, the loaded rows `behind` it, each with `file` and `line`.

    `after` has, by the name of each table preprocessed from it, the columns that its steps added or changed.

    A key of several columns is written with a / between their values, in the order of the table's key: `sales/8`.
    `as_of` is by default the newest date that was built. Raises ConfigError if there is nothing to explain.
    """
    derived = _first_table("explains", pipeline, lambda each: bool(each.explains))
    params = _key(derived, key)
    sql = Statements(pipeline, derived)
    with transaction() as cursor:
        values = {"pipeline": pipeline.name, **derived.params, **params, "as_of": _date(cursor, sql, as_of)}
        values["upto"] = ALL
        row = _read(cursor, sql.of("one_row"), values)
        behind = {title: _rows_behind(cursor, title, sql.own(text), values) for title, text in derived.explains.items()}
        if not row and not any(behind.values()):
            column = "/".join(derived.own_key)
            raise ConfigError(f"{column} {key} was not found: neither in {derived.name} nor in the loaded rows.")
        for rows in behind.values():
            _name_files(cursor, rows)
        after = _after_steps(cursor, sql, row[0], values) if row else {}
    result = {"derived": derived.name, "as_of": values["as_of"], "row": row[0] if row else None}
    return result | {"after": after, "behind": behind}


def listed(pipeline: Pipeline, as_of: date | None, kind: str | None, limit: int) -> dict[str, Any]:
    """The rows of a table that counts them by kind, with `file` and `line`, and how many of each kind there are."""
    derived = _first_table("lists", pipeline, lambda each: each.counted_by is not None)
    sql = Statements(pipeline, derived)
    with transaction() as cursor:
        values = {"as_of": _date(cursor, sql, as_of), "kind": kind, "limit": limit}
        cursor.execute(sql.of("count_by"), values)
        counts = (cursor.fetchone() or ({},))[0]
        if kind is not None and counts and kind not in counts:
            when = f" as of {values['as_of']}" if derived.dated else ""
            raise ConfigError(f"Unknown kind {kind!r}{when}; expected one of {', '.join(sorted(counts))}.")
        rows = _read(cursor, sql.of("listed"), values)
        _name_files(cursor, rows)
    return {"derived": derived.name, "as_of": values["as_of"], "counts": counts, "rows": rows}


def _first_table(does: str, pipeline: Pipeline, fits: Any) -> Computed:
    matches = [each for each in pipeline.derived if fits(each)]
    if not matches:
        raise ConfigError(f"{pipeline.name} declares no derived table that {does} anything.")
    return matches[0]


def _key(derived: Computed, key: str) -> dict[str, int | str]:
    """The parts of a key as parameters: `key_<column>` each, and the last one also as `key`."""
    columns = derived.own_key
    parts = key.split("/", len(columns) - 1)
    if len(parts) < len(columns):
        raise ConfigError(
            f"The key {key!r} has {len(parts)} of {len(columns)} parts; a key of {derived.name} is {'/'.join(columns)}."
        )
    params: dict[str, int | str] = {}
    for column, part in zip(columns, parts, strict=True):
        whole = derived.columns[column] in ("bigint", "integer", "smallint")
        if whole and not part.removeprefix("-").isdecimal():
            raise ConfigError(f"{column} must be an integer, not {part!r}.")
        params[f"key_{column}"] = params["key"] = int(part) if whole else part
    return params


def _after_steps(
    cursor: Cursor, sql: Statements, row: dict[str, Any], values: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    after = {}
    for each in sql.pipeline.derived:
        if isinstance(each, Preprocessed) and each.of == sql.derived.name:
            (made,) = _read(cursor, Statements(sql.pipeline, each).of("one_row"), values) or ({},)
            after[each.name] = {
                name: value
                for name, value in made.items()
                if name != BUILT_AT and (name not in row or row[name] != value)
            }
    return after


def _date(cursor: Cursor, sql: Statements, as_of: date | None) -> date | None:
    if not sql.derived.dated:
        if as_of is not None:
            raise ConfigError(f"{sql.derived.name} has no rows by date: leave out --as-of.")
        return None
    params = {"pipeline": sql.pipeline.name, "derived": sql.derived.name, "as_of": as_of}
    if as_of is None:
        cursor.execute(query("newest_build"), params)
        as_of = (cursor.fetchone() or (None,))[0]
        if as_of is None:
            raise ConfigError(
                f"{sql.derived.name} was not built yet: sluice run {sql.pipeline.name} --as-of YYYY-MM-DD"
            )
        return as_of
    cursor.execute(query("last_build"), params)
    if cursor.fetchone() is None:
        raise ConfigError(
            f"{sql.derived.name} was not built for {as_of} yet: sluice run {sql.pipeline.name} --as-of {as_of}"
        )
    return as_of


def _rows_behind(cursor: Cursor, title: str, statement: Composable, values: dict[str, Any]) -> Rows:
    """The rows of one of `explains`. Raises ConfigError if two of its columns have the same name."""
    rows = _read(cursor, statement, values)
    names = [column.name for column in cursor.description or ()]
    shown = [*names, *(("file", "line") if "_input_id" in names else ())]
    for name in twice(shown):
        raise ConfigError(f"explains {title!r}: there are two columns {name!r}: give one another name, `... as ...`.")
    if ("_input_id" in names) != ("_line" in names):
        raise ConfigError(f"explains {title!r}: _input_id and _line go together: select both, or neither.")
    return rows


def _read(cursor: Cursor, statement: Composable, values: dict[str, Any]) -> Rows:
    cursor.execute(statement, values)
    return mappings(cursor)


def _name_files(cursor: Cursor, rows: Rows) -> None:
    """Replace `_input_id` and `_line` by `file` and `line`."""
    cursor.execute(query("input_uris"), {"inputs": sorted({row["_input_id"] for row in rows if "_input_id" in row})})
    uris = dict(cursor.fetchall())
    for row in rows:
        if "_input_id" in row:
            row["file"], row["line"] = uris.get(row.pop("_input_id")), row.pop("_line")
