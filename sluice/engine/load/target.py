"""The SQL of one target table: the templates of sql/, filled with its identifiers and never with data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from psycopg2 import sql

from sluice.engine.declare import LINEAGE, Table
from sluice.engine.ledger.queries import query


@dataclass(frozen=True)
class Target:
    """A table to load into, and how its columns are written in SQL."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    update: bool

    @classmethod
    def of(cls, table: Table) -> Target:
        names = tuple(c.name for c in table.columns)
        return cls(table.name, tuple(table.key), names, table.on_conflict == "update")

    @property
    def values(self) -> tuple[str, ...]:
        """The columns that are not of the key: in these, two rows of one key can differ."""
        return tuple(c for c in self.columns if c not in self.key)

    def statement(self, name: str) -> sql.Composed:
        """The template `name`.sql with this table's identifiers in it."""
        return _compose(self, name)


@cache
def _compose(target: Target, name: str) -> sql.Composed:
    def listed(names: tuple[str, ...], prefix: str = "") -> sql.Composed:
        return sql.SQL(", ").join(sql.SQL(prefix) + sql.Identifier(n) for n in names)

    def same(left: str, right: str) -> sql.Composed:
        pairs = [
            sql.SQL("{l}{c} = {r}{c}").format(l=sql.SQL(left), r=sql.SQL(right), c=sql.Identifier(n))
            for n in target.key
        ]
        return sql.SQL(" and ").join(pairs)

    def row(alias: str) -> sql.Composed:
        return sql.SQL("row({})").format(listed(target.columns, f"{alias}."))

    everything = (*target.columns, *LINEAGE)
    return sql.SQL(query(name, "sluice.engine.load.sql")).format(
        target=sql.Identifier(target.name),
        name=sql.Literal(target.name),
        stage=sql.Identifier("pg_temp", f"sluice_stage_{target.name}"[:63]),
        lost=sql.Identifier("pg_temp", f"sluice_lost_{target.name}"[:63]),
        contest=sql.Identifier("pg_temp", f"sluice_contest_{target.name}"[:63]),
        verdict=sql.Identifier("pg_temp", "sluice_verdict"),
        key=listed(target.key),
        key_names=sql.Literal(", ".join(target.key)),
        columns=listed(everything),
        l_columns=listed(everything, "l."),
        w_columns=listed(everything, "w."),
        s_columns=listed(everything, "s."),
        t_columns=listed(everything, "t."),
        set_from_l=_assign(target, "l"),
        set_from_w=_assign(target, "w"),
        key_l_t=same("l.", "t."),
        key_x_l=same("x.", "l."),
        key_w_t=same("w.", "t."),
        key_c_t=same("c.", "t."),
        key_c_w=same("c.", "w."),
        row_l=row("l"),
        row_t=row("t"),
        row_w=row("w"),
        row_c=row("c"),
        row_b=row("b"),
        key_b_c=same("b.", "c."),
        key_o_c=same("o.", "c."),
        row_o=row("o"),
    )


def _assign(target: Target, alias: str) -> sql.Composed:
    names = (*target.values, *LINEAGE)
    return sql.SQL(", ").join(
        sql.SQL("{c} = {a}.{c}").format(c=sql.Identifier(n), a=sql.Identifier(alias)) for n in names
    )
