"""The SQL of one derived table: its declared SELECTs, and the templates of sql/ filled with its identifiers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from psycopg2 import sql

from sluice.engine.database.statements import statements
from sluice.engine.declare import Computed, Pipeline, Preprocessed
from sluice.engine.declare.names import temporary
from sluice.engine.declare.tables.computed import AS_OF
from sluice.engine.declare.tables.derived import BUILT_AT, CHANGED, PLACEHOLDER, SELF
from sluice.engine.derive.alias import alias_for
from sluice.engine.tables.catalog import table_identifier

query = statements(__name__)


@dataclass(frozen=True)
class Statements:
    """Statements for a derived table of a pipeline; `narrow` ones only read keys that may have changed."""

    pipeline: Pipeline
    derived: Computed

    def own(self, text: str, *, narrow: bool = False) -> sql.SQL:
        """A SELECT of the declaration, with the tables of its sources filled in."""

        def fill(match: re.Match[str]) -> str:
            name, column = match.groups()
            if name == CHANGED:
                return column + self._filled("among_changed", self.temp("changed")) if narrow else "true"
            alias = alias_for(text, match.start(), match.end(), name)
            if name == SELF:
                return self._filled("self_rows", table_identifier(self.derived.name)) + alias
            return final_rows(table_identifier(self.pipeline.flow(name).table.name)) + alias

        return sql.SQL(PLACEHOLDER.sub(fill, text))

    def _filled(self, template: str, table: sql.Identifier) -> str:
        return _subselect(template, table, slice=self.slice().string)

    def of(self, name: str, *, select: sql.SQL | None = None) -> sql.Composed:
        """The template `name`.sql with this table's identifiers in it."""
        derived = self.derived
        return sql.SQL(query(name)).format(
            table=table_identifier(derived.name),
            new=self.temp("new"),
            changed=self.temp("changed"),
            diff=self.temp("diff"),
            select=select if select is not None else sql.SQL(""),
            slice=self.slice(),
            is_key=self._is_key(),
            partition_by=sql.Identifier(derived.partition_by or derived.key[-1]),
            columns=_listed(derived.names),
            n_columns=_listed(derived.names, "n."),
            o_columns=_listed(derived.names, "o."),
            key=_listed(tuple(derived.key)),
            first_key=sql.Identifier(derived.key[-1]),
            either_columns=self._either_columns(),
            old_columns=self._old_columns(),
            assignments=sql.SQL(", ").join(
                sql.SQL("{c} = d.{c}").format(c=sql.Identifier(name))
                for name in derived.names
                if name not in derived.key
            ),
            built_at=sql.Identifier(BUILT_AT),
            key_n_o=self.same_key("n.", "o."),
            key_k_o=self.same_key("k.", "o."),
            own_key=_listed(derived.own_key),
            touched=self.temp("touched"),
            value=self._value(""),
            n_value=self._value("n."),
            o_value=self._value("o."),
            counted_by=sql.Identifier(derived.counted_by or derived.key[-1]),
            old_counted_by=old(derived.counted_by or derived.key[-1]),
        )

    def _value(self, prefix: str) -> sql.Composable:
        """The column whose sum is reported; null, if none is declared: a key may not be a number."""
        name = self.derived.value
        return sql.SQL("null::numeric") if name is None else sql.SQL(prefix) + sql.Identifier(name)

    def temp(self, what: str) -> sql.Identifier:
        return sql.Identifier("pg_temp", temporary(what, self.derived.name))

    def slice(self) -> sql.SQL:
        """The condition for rows of the date; true for a table without dates."""
        return sql.SQL(f"{AS_OF} = %(as_of)s" if self.derived.dated else "true")

    def _either_columns(self) -> sql.Composed:
        """The new values of a row; its key also if the row is removed."""
        return sql.SQL(", ").join(
            sql.SQL("coalesce(n.{c}, o.{c}) as {c}" if name in self.derived.key else "n.{c}").format(
                c=sql.Identifier(name)
            )
            for name in self.derived.names
        )

    def _old_columns(self) -> sql.Composed:
        """The earlier values of a row that differs, where somebody needs them: what is counted, and what made it alike
        to other rows for a table that is preprocessed from this one."""
        tables = (each for each in self.pipeline.derived if isinstance(each, Preprocessed))
        alike = {name for each in tables if each.of == self.derived.name for by in each.alike for name in by.columns}
        names = alike | ({self.derived.counted_by} if self.derived.counted_by else set())
        return sql.SQL("").join(sql.SQL(", o.{} as {}").format(sql.Identifier(n), old(n)) for n in sorted(names))

    def _is_key(self) -> sql.Composed:
        """The condition that the columns of the key, without the date, equal the parameters."""
        return sql.SQL(" and ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(f"key_{name}"))
            for name in self.derived.own_key
        )

    def same_key(self, left: str, right: str) -> sql.Composed:
        """Equality of the key. Without the date, which is always equal: as a condition it would mislead the planner."""
        return sql.SQL(" and ").join(
            sql.SQL(left) + sql.Identifier(name) + sql.SQL(" = " + right) + sql.Identifier(name)
            for name in self.derived.own_key
        )


def old(name: str) -> sql.Identifier:
    """The column of a table of differences with the earlier values of a column."""
    return sql.Identifier(f"Old {name}")


def final_rows(table: sql.Identifier) -> str:
    """The settled rows of a loaded table as a subselect, with the parameters `pipeline` and `upto`."""
    return _subselect("final_rows", table)


def _subselect(template: str, table: sql.Identifier, **places: str) -> str:
    """A template without its comment line. Declared names were validated, so they need no escape."""
    text = " " + query(template).partition("\n")[2].strip()
    return text.format(table=".".join(f'"{name}"' for name in table.strings), **places)


def _listed(names: tuple[str, ...], prefix: str = "") -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL(prefix) + sql.Identifier(name) for name in names)
