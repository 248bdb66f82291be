"""The SQL of one target table: the templates of sql/, filled with its identifiers and never with data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any

from psycopg2 import sql

from sluice.engine.database.session import home_schema
from sluice.engine.database.statements import statements
from sluice.engine.declare import LINEAGE, Table
from sluice.engine.declare.tables.partitions import PartitionUnit
from sluice.engine.tables.catalog import table_identifier

query = statements(__name__)

# the relation of a contested key's row to the run that is settled; %(run)s is psycopg2's, not the template's
_KIND = (
    'case when {a}."Final" and {a}."Run" <= %(run)s then \'before\' when {a}."Final" then \'beyond\''
    " when {a}.\"Run\" = %(run)s then 'own' else 'later' end"
)


@dataclass(frozen=True)
class Target:
    """A table to load into, and how its columns are written in SQL. The key of a table without one is its lineage.

    `absent` are columns that the file does not have: an update leaves their values alone. `partition` is the column by
    which it is partitioned, and what a partition is for. `removed_at` is the last of
    `columns`, and never comes from a file. `valid_from` and `valid_to` are those of a table that keeps closed versions.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    update: bool
    absent: tuple[str, ...] = ()
    partition: tuple[str, PartitionUnit] | None = None
    removed_at: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None

    @classmethod
    def of(cls, table: Table, absent: Collection[str] = ()) -> Target:
        names = tuple(c.name for c in table.columns)
        update = table.updates
        missing = tuple(name for name in names if name in absent and name not in table.identity) if update else ()
        moments = (table.valid_from, table.valid_to) if table.closed_name else (None, None)
        every = (*names, table.removed_at) if table.removed_at else names
        return cls(table.name, table.identity, every, update, missing, table.partition, table.removed_at, *moments)

    @property
    def keyed(self) -> bool:
        """Whether rows of two parts can have one key."""
        return self.key[: len(LINEAGE)] != LINEAGE

    @classmethod
    def by_shape(cls, shape: Mapping[str, Any]) -> Target:
        """The table as the ledger has recorded it. (An earlier version did not record the order of columns.)"""
        columns = shape.get("order") or shape["columns"]
        partition = tuple(shape["partition"]) if "partition" in shape else None
        removed, update = shape.get("removed_at"), bool(shape["update"])
        every = (*columns, removed) if removed else tuple(columns)
        moments = (shape.get("valid_from"), shape.get("valid_to"))
        return cls(shape["table"], tuple(shape["key"]), every, update, (), partition, removed, *moments)

    @property
    def present(self) -> tuple[str, ...]:
        """The columns that the file has."""
        return tuple(c for c in self.columns if c not in self.absent)

    @property
    def stored(self) -> tuple[str, ...]:
        """All columns that are written, lineage included."""
        return (*self.columns, *((self.valid_from,) if self.valid_from else ()), *LINEAGE)

    @property
    def copied(self) -> tuple[str, ...]:
        """Those that come from files, and the lineage, in the order of COPY."""
        return (*(name for name in self.columns if name != self.removed_at), *LINEAGE)

    @property
    def history(self) -> str | None:
        """The table of its closed versions."""
        return f"{self.name}_history" if self.valid_from else None

    @property
    def stage(self) -> sql.Composable:
        """The temporary table of its rows, which `make_stage` makes."""
        return _names(self)["stage"]

    def statement(self, name: str, *, column: str = "") -> sql.Composed:
        """The template `name`.sql with this table's identifiers; `column` is the column it is about, if any."""
        return _compose(self, home_schema(), name, column)


@cache
def _compose(target: Target, _schema: str, name: str, column: str) -> sql.Composed:
    text = query(name)
    fields = {field for _, field, _, _ in Formatter().parse(text) if field}
    named: dict[str, sql.Composable] = {"column": sql.Identifier(column)} if column else {}
    return sql.SQL(text).format(**{field: named.get(field) or _fill(target, field) for field in fields})


def _fill(target: Target, field: str) -> sql.Composable:
    """The SQL of a placeholder; `_a` and `_b` at its end, or `a_` before it, are aliases of rows."""
    names = _names(target)
    if field in names:
        return names[field]
    kind, _, aliases = field.partition("_")
    if kind in _OF_ROWS:
        return _OF_ROWS[kind](target, *aliases.split("_"))
    return _listed({"key": target.key, "columns": target.stored}[aliases], alias=kind)


def _names(target: Target) -> dict[str, sql.Composable]:
    # temporary tables outlive a transaction: other columns need others
    shape = hashlib.sha256(repr((target.name, target.stored)).encode()).hexdigest()[:16]
    stage, lost = (sql.Identifier("pg_temp", f"sluice_{name}_{shape}") for name in ("stage", "lost"))
    return {
        "target": table_identifier(target.name),
        "name": sql.Literal(target.name),
        "stage": stage,
        "lost": lost,
        "aside": stage if target.update else lost,
        "contest": sql.Identifier("pg_temp", f"sluice_contest_{shape}"),
        "repeated": sql.Identifier("pg_temp", "sluice_repeated_rows"),
        "placed": sql.Identifier("pg_temp", "sluice_placed"),
        "verdict": sql.Identifier("pg_temp", "sluice_verdict"),
        "one_key": sql.Identifier(target.key[0]),
        "key": _listed(target.key),
        "key_names": sql.Literal(", ".join(target.key)),
        "columns": _listed(target.stored),
        "copied": _listed(target.copied),
        **_moments(target),
    }


def _moments(target: Target) -> dict[str, sql.Composable]:
    names = {"removed": target.removed_at, "from": target.valid_from, "to": target.valid_to}
    moments: dict[str, sql.Composable] = {name: sql.Identifier(column) for name, column in names.items() if column}
    return moments | ({"history": table_identifier(target.history)} if target.history else {})


def _assigned(target: Target, alias: str) -> sql.Composed:
    values = (*(c for c in target.present if c not in target.key), *LINEAGE)
    return sql.SQL(", ").join(sql.SQL("{c} = {a}.{c}").format(c=sql.Identifier(n), a=sql.SQL(alias)) for n in values)


def _newer(target: Target, new: str, old: str) -> sql.Composed:
    """Assignments of the new row's values, or of the old ones again where these are newer."""
    values = (*(c for c in target.present if c not in target.key), *LINEAGE)
    one = sql.SQL('{c} = case when {n}."Newer" then {o}.{c} else {n}.{c} end')
    return sql.SQL(", ").join(one.format(c=sql.Identifier(c), n=sql.SQL(new), o=sql.SQL(old)) for c in values)


def _equal(target: Target, left: str, right: str) -> sql.Composed:
    return sql.SQL("{} is not distinct from {}").format(_row(target.present, left), _row(target.present, right))


_OF_ROWS: dict[str, Callable[..., sql.Composable]] = {
    "key": lambda target, a, b: _same(target.key, a, b),
    "equal": _equal,
    "row": lambda target, a: _row(target.columns, a),
    "hash": lambda target, a: sql.SQL("hash_record_extended({}, 0)").format(_row(target.key, a)),
    "kind": lambda _, a: sql.SQL(_KIND.replace("{a}", a)),
    "set": _assigned,
    "newer": _newer,
    "text": lambda target, a: sql.SQL("row({})::text").format(_listed(target.stored, a)),
}


def _listed(names: Collection[str], alias: str = "") -> sql.Composed:
    prefix = sql.SQL(f"{alias}.") if alias else sql.SQL("")
    return sql.SQL(", ").join(prefix + sql.Identifier(n) for n in names)


def _row(names: Collection[str], alias: str) -> sql.Composed:
    return sql.SQL("row({})").format(_listed(names, alias))


def _same(names: Collection[str], left: str, right: str) -> sql.Composed:
    pairs = [sql.SQL("{l}.{c} = {r}.{c}").format(l=sql.SQL(left), r=sql.SQL(right), c=sql.Identifier(n)) for n in names]
    return sql.SQL(" and ").join(pairs)
