"""Derived tables: built by SQL from loaded tables, when the inputs of a run are settled."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sluice.engine.declare.names import check_column, check_table, twice
from sluice.engine.declare.tables.computed import AS_OF, LATEST, Computed
from sluice.errors import ConfigError

BUILT_AT = "built_at"
# {orders} is the loaded table of a source; {changed(o.customer_id)} is true for the rows that are computed again
PLACEHOLDER = re.compile(r"\{(\w+)(?:\(([\w.]+)\))?\}")
CHANGED, SELF = "changed", "self"
OWN_PARAMETERS = ("pipeline", "upto", "inputs", "key")


@dataclass(frozen=True)
class Derived(Computed):
    """A table computed from the tables of the pipeline's sources.

    `sql` is one SELECT that gives `columns` (name -> PostgreSQL type) by name. In it `{orders} o` is the loaded table
    of the source `orders`: its settled rows, named `orders` without an alias. `%(as_of)s` is the date of the run, and
    every name of `params` is a parameter, too. Sluice adds the column `built_at`. A table with `as_of` in its key keeps
    the rows of each date, and has a view `<name>_latest` of the newest.

    A table can be built incrementally from the new rows. `%(inputs)s` are the inputs loaded since its last build, and
    `{self}` is the table of that build for the same date. Either `incremental_sql` is a SELECT of the rows that are new
    or changed. Or `partition_by` is the column whose values group rows that are computed together, `changed_keys` a
    SELECT of the values that may have changed, and `sql` has `{changed(<partition_by>)}` among its conditions. Both
    cover added rows only: when rows were replaced or deleted, everything is computed. `covers` are the sources whose
    new rows they take into account, by default those whose rows are kept on a conflict. A row that came again in a
    source that updates, with the same values, is among the rows of `%(inputs)s`.

    `without_expired=True` is for one that reads a table with `expire_after`: its next builds are without what expired.
    """

    sql: str
    changed_keys: str | None = None
    incremental_sql: str | None = None
    covers: Sequence[str] | None = field(default=None, kw_only=True)
    without_expired: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        check_table("Derived table", self.name, room=len(LATEST) if self.dated else 0)
        for name in self.columns:
            check_column("Derived column", name)
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"Derived table {self.name!r}: " + " ".join(mistakes))

    def _mistakes(self) -> Iterator[str]:
        if not self.key:
            yield "key must not be empty: name the columns that identify a row, key=(...)."
        elif tuple(self.key) == (AS_OF,):
            yield f"Its key is {AS_OF} alone: add the columns that identify a row of a date."
        for name in twice(self.key):
            yield f"Key column {name!r} is named twice."
        for name in (*self.key, *self.named_columns):
            if name not in self.columns:
                yield f"Column {name!r} is not among its columns."
        yield from self._own_names()
        if (self.changed_keys is None) != (self.partition_by is None):
            yield "partition_by and changed_keys go together."
        if self.changed_keys is not None and self.incremental_sql is not None:
            yield "Declare incremental_sql, or partition_by and changed_keys; not both."
        if self.changed_keys is not None and CHANGED not in {name for name, _ in PLACEHOLDER.findall(self.sql)}:
            yield "Its sql has no {changed(...)}, so it cannot compute the changed keys alone."

    def _own_names(self) -> Iterator[str]:
        """Mistakes: names that Sluice reserves."""
        if BUILT_AT in self.columns:
            yield f"Sluice adds the column {BUILT_AT} by itself."
        for name in sorted({"before", "after"} & set(self.key if self.value else ())):
            yield f"Key column {name!r}: builds report the earlier {self.value} under this name; choose another."
        if {"_input_id", "_line"} <= set(self.columns):
            for name in sorted(set(self.columns) & {"file", "line"}):
                yield f"Column {name!r}: _input_id and _line are shown under this name; choose another."
        if AS_OF in self.params:
            yield f"{AS_OF} is set by each run; params must not name it."
        for name in sorted(self.params):
            if name in OWN_PARAMETERS or name.startswith("key_"):
                yield f"The parameter {name!r} is reserved in each statement: give it another name."

    @property
    def definition(self) -> str:
        """16 hex digits of SHA-256 over everything that determines the rows."""
        declared: list[object] = [self.name, list(self.key), dict(self.columns), self.sql]
        declared += [self.changed_keys, self.partition_by, self.incremental_sql]
        text = json.dumps([declared, dict(self.params)], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def sources(self) -> set[str]:
        """The names of the sources whose tables its SQL reads."""
        texts = (self.sql, self.changed_keys or "", self.incremental_sql or "", *self.explains.values())
        named = {name for text in texts for name, _ in PLACEHOLDER.findall(text)} | set(self.covers or ())
        return named - {CHANGED, SELF}
